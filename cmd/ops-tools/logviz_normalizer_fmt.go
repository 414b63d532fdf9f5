package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/durable"
	"ops/internal/terminal"
	"ops/logviz/normalize"
)

type fmtOptions struct{ write, diff, check bool }

func newNormalizerFmt(e *env) *cobra.Command {
	o := &fmtOptions{}
	cmd := &cobra.Command{
		Use:   "fmt [FILE|DIR…|-]",
		Short: "Write definitions in the one order and indentation",
		Long: "Write definitions in the one order of keys and indentation, with their comments. Without a flag the result is printed;\n" +
			"- reads the standard input. A file that could not keep its meaning is refused and left alone. With --check the names of\n" +
			"files that are not formatted are printed, and the exit code is then 78. Without arguments, --check and --diff look at\n" +
			"the shipped definitions.",
		Example: "  ops logviz normalizer fmt -w my-definitions\n  ops logviz normalizer fmt --diff app.yaml",
		RunE:    func(_ *cobra.Command, args []string) error { return runNormalizerFmt(e, o, args) },
	}
	flags := cmd.Flags()
	flags.BoolVarP(&o.write, "write", "w", false, "write the files that change")
	flags.BoolVar(&o.diff, "diff", false, "print what would change")
	flags.BoolVar(&o.check, "check", false, "print the names of files that would change")
	return cmd
}

func runNormalizerFmt(e *env, o *fmtOptions, args []string) error {
	if o.write && (o.diff || o.check) {
		return usageError("-w writes, --diff and --check do not; give one of them")
	}
	if len(args) == 0 {
		return formatShipped(e, o)
	}
	var files []string
	for _, arg := range args {
		if arg == "-" {
			files = append(files, arg)
			continue
		}
		found, err := definitionFiles(arg)
		if err != nil {
			return err
		}
		files = append(files, found...)
	}
	var wrong error
	untidy := false
	for _, file := range files {
		changed, err := formatFile(e, o, file)
		untidy = untidy || changed
		wrong = errors.Join(wrong, err)
	}
	return untidyCode(o, untidy, wrong)
}

// formatShipped looks at the definitions inside the program, which it cannot write.
func formatShipped(e *env, o *fmtOptions) error {
	if !o.check && !o.diff {
		return usageError("the shipped definitions are inside the program: to look at their format give --check or --diff, else a FILE or DIR, " +
			"or - for the standard input; 'ops logviz normalizer show NAME' prints one of them")
	}
	shipped, err := normalize.Builtin()
	if err != nil {
		return err
	}
	var wrong error
	untidy := false
	for _, d := range shipped {
		data, err := d.Source()
		if err == nil {
			var changed bool
			changed, err = formatText(e, o, d.File(), data)
			untidy = untidy || changed
		}
		wrong = errors.Join(wrong, err)
	}
	return untidyCode(o, untidy, wrong)
}

// untidyCode returns the error of a run, of which --check makes one when a file is not formatted.
func untidyCode(o *fmtOptions, untidy bool, wrong error) error {
	if wrong == nil && untidy && o.check {
		return withCode(exitConfig, errSaid)
	}
	return wrong
}

// formatFile reports whether a file's format is not the one.
func formatFile(e *env, o *fmtOptions, file string) (changed bool, err error) {
	var data []byte
	name := file
	if file == "-" {
		name = "standard input"
		data, err = io.ReadAll(e.in)
	} else {
		data, err = os.ReadFile(file)
	}
	if err != nil {
		return false, withCode(exitNoInput, err)
	}
	if !o.write || file == "-" {
		return formatText(e, o, name, data)
	}
	out, err := normalize.Format(name, data)
	if err != nil {
		return false, withCode(exitConfig, err)
	}
	if changed = !bytes.Equal(data, out); changed {
		err = withCode(exitCantCreate, durable.WriteFile(file, out, 0o666))
	}
	return changed, err
}

// formatText prints what becomes of a text, or what differs, and reports whether anything does.
func formatText(e *env, o *fmtOptions, name string, data []byte) (changed bool, err error) {
	out, err := normalize.Format(name, data)
	if err != nil {
		return false, withCode(exitConfig, err)
	}
	changed = !bytes.Equal(data, out)
	if o.check || o.diff {
		var b bytes.Buffer
		if changed && o.check {
			fmt.Fprintln(&b, terminal.Printable(name))
		}
		if changed && o.diff {
			writeDiff(&b, name, string(data), string(out))
		}
		out = b.Bytes()
	}
	_, err = e.out.Write(out)
	return changed, withCode(exitIO, err)
}

// writeDiff writes what differs as a unified diff without context.
func writeDiff(w io.Writer, name, before, after string) {
	a, b := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	const most = 4000 // lines; more are shown as replaced as a whole
	var same [][]int32
	if len(a) <= most && len(b) <= most {
		same = longestCommon(a, b)
	}
	fmt.Fprintf(w, "--- %s\n+++ %s (formatted)\n", terminal.Printable(name), terminal.Printable(name))
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		if i < len(a) && j < len(b) && a[i] == b[j] {
			i, j = i+1, j+1
			continue
		}
		var gone, come []string
		fromA, fromB := i, j
		for (i < len(a) || j < len(b)) && !(i < len(a) && j < len(b) && a[i] == b[j]) {
			if j == len(b) || i < len(a) && (same == nil || same[i+1][j] >= same[i][j+1]) {
				gone, i = append(gone, a[i]), i+1
			} else {
				come, j = append(come, b[j]), j+1
			}
		}
		fmt.Fprintf(w, "@@ -%d,%d +%d,%d @@\n", fromA+1, len(gone), fromB+1, len(come))
		for _, line := range gone {
			fmt.Fprintln(w, "-"+terminal.Printable(strings.TrimSuffix(line, "\n")))
		}
		for _, line := range come {
			fmt.Fprintln(w, "+"+terminal.Printable(strings.TrimSuffix(line, "\n")))
		}
	}
}

// longestCommon returns the length of the longest common subsequence of the rests a[i:] and b[j:].
func longestCommon(a, b []string) [][]int32 {
	n := make([][]int32, len(a)+1)
	for i := range n {
		n[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				n[i][j] = n[i+1][j+1] + 1
			} else {
				n[i][j] = max(n[i+1][j], n[i][j+1])
			}
		}
	}
	return n
}
