package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/durable"
	"ops/internal/terminal"
	"ops/logviz/normalize"
)

type suggestOptions struct {
	logs    logFlags
	program string
	output  string
	json    bool
}

func newSuggest(e *env) *cobra.Command {
	o := &suggestOptions{}
	cmd := &cobra.Command{
		Use:   "suggest FILE…",
		Short: "Write definitions for the lines that are not understood",
		Long: "Write definitions for the lines that are not understood: lines of the same form become a pattern, what differs among\n" +
			"them becomes a field with a type, named for the words before it, and real lines become its tests.\n\n" + logInput + "\n\n" +
			"A definition is for one program. Without --program that with the most lines is printed, and the others are named on\n" +
			"the standard error; -o DIR writes one file for each. The tests hold real lines with whatever names, addresses and\n" +
			"secrets are in them: read the file before you share it.",
		Example: "  ops logviz suggest /var/log/app.log > definitions/app.yaml\n" +
			"  ops logviz suggest -o definitions /var/log/syslog && ops logviz normalizer test definitions",
		Args: someArgs("a FILE, or - for the standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSuggest(cmd.Context(), e, o, cmd.Flags().Changed("program"), args)
		},
	}
	o.logs.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.program, "program", "", "write the definition for program `NAME`; '' stands for records without a header")
	flags.StringVarP(&o.output, "output", "o", "", "write a file for each program into `DIR`; files that are there stay")
	flags.BoolVar(&o.json, "json", false, "print JSON: a list of name, program, lines, patterns and the definition")
	return cmd
}

// suggested is the stable form of a suggestion.
type suggested struct {
	Name       string `json:"name"`
	Program    string `json:"program"`
	Lines      int64  `json:"lines"`
	Without    int64  `json:"without"` // lines that no pattern was made of
	Patterns   int    `json:"patterns"`
	Definition string `json:"definition"`
}

func runSuggest(ctx context.Context, e *env, o *suggestOptions, chosen bool, paths []string) error {
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	defs, err := o.logs.definitions.load()
	if err != nil {
		return err
	}
	logs.silent = terminal.IsTerminal(e.out)
	miner := normalize.NewMiner()
	read, err := logs.eachRecord(ctx, paths, func(r *recordRead) error {
		r.mine(miner)
		return nil
	})
	if err = onlyUnknown(read, err); err != nil {
		return err
	}
	fmt.Fprintln(e.err, read.summary())
	if miner.Left > 0 {
		fmt.Fprintf(e.err, "ops: warning: %s lines are in no cluster: too long, or of too many forms\n", terminal.Count(miner.Left))
	}
	programs := miner.Programs()
	if chosen {
		if !slices.Contains(programs, o.program) {
			return withCode(exitData, fmt.Errorf("no line of program %q is without a definition that understands it", o.program))
		}
		programs = []string{o.program}
	}
	if len(programs) == 0 {
		if miner.Texts > 0 {
			return withCode(exitData, errors.New("no line that is not understood is short enough to make a pattern of"))
		}
		fmt.Fprintln(e.err, "every line was understood: there is nothing to suggest")
		return nil
	}
	all, err := suggestAll(e, miner, programs, defs, paths)
	if err != nil {
		return err
	}
	switch {
	case o.json:
		err = printJSON(e.out, all)
	case o.output != "":
		err = writeSuggestions(e, o.output, all)
	default:
		for _, s := range all[1:] {
			fmt.Fprintf(e.err, "not shown: %s patterns for %s lines of program %s; --program or -o DIR writes them\n",
				count(s.Patterns), terminal.Count(s.Lines), terminal.Printable(programNamed(s.Program)))
		}
		_, err = fmt.Fprint(e.out, all[0].Definition)
		err = withCode(exitIO, err)
	}
	fmt.Fprintln(e.err, "the tests hold real lines, with the names and addresses that are in them: read them before you share the file")
	return err
}

func suggestAll(e *env, miner *normalize.Miner, programs []string, defs []*normalize.Definition, paths []string) ([]suggested, error) {
	var all []suggested
	var wrong error
	for _, program := range programs {
		source := filepath.Base(paths[0])
		if paths[0] == "-" {
			source = "standard input"
		}
		name := definitionName(program, source, func(name string) bool {
			return named(defs, name) != nil || slices.ContainsFunc(all, func(s suggested) bool { return s.Name == name })
		})
		s, err := miner.Suggest(name, program, source)
		if err != nil {
			wrong = errors.Join(wrong, withCode(exitData, err))
			continue
		}
		if s.Without > 0 {
			fmt.Fprintf(e.err, "ops: warning: %s lines of program %s have no pattern of their own: they cannot be written into a file, or another pattern reads them\n",
				terminal.Count(s.Without), terminal.Printable(programNamed(program)))
		}
		all = append(all, suggested{s.Name, program, s.Texts, s.Without, s.Patterns, string(s.YAML)})
	}
	if len(all) == 0 {
		return nil, wrong
	}
	if wrong != nil {
		fmt.Fprintf(e.err, "ops: warning: %s\n", terminal.Printable(wrong.Error()))
	}
	return all, nil
}

// definitionName makes a name of a program's, or of a file's for records without a program, that is not taken.
func definitionName(program, source string, taken func(string) bool) string {
	word := program
	if word == "" {
		word, _, _ = strings.Cut(source, ".")
	}
	word = strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r | 0x20
		}
		return '-'
	}, word[:min(len(word), 40)]), "-")
	if word == "" {
		word = "unnamed"
	}
	if word[0] <= '9' { // YAML would read a number
		word = "p" + word
	}
	name := word
	for n := 2; taken(name); n++ {
		if name = word + "-more"; n > 2 {
			name = fmt.Sprintf("%s-more-%d", word, n-1)
		}
	}
	return name
}

func writeSuggestions(e *env, dir string, all []suggested) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return withCode(exitCantCreate, err)
	}
	var wrong error
	for _, s := range all {
		path := filepath.Join(dir, s.Name+".yaml")
		if _, err := os.Lstat(path); err == nil {
			wrong = errors.Join(wrong, withCode(exitCantCreate, fmt.Errorf("%s is there already; move it away or choose another folder", path)))
			continue
		}
		if err := durable.WriteFile(path, []byte(s.Definition), 0o666); err != nil {
			wrong = errors.Join(wrong, withCode(exitCantCreate, err))
			continue
		}
		fmt.Fprintf(e.err, "%s: %s patterns for %s lines of program %s\n", terminal.Printable(path), count(s.Patterns),
			terminal.Count(s.Lines), terminal.Printable(programNamed(s.Program)))
	}
	return wrong
}
