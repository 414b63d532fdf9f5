package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/normalize"
)

func newNormalizer(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "normalizer",
		Short: "List, test and write the definitions that log lines are understood by",
		Long: "List, test and write the definitions that log lines are understood by.\n\n" +
			"A definition is a YAML file for one product: patterns, which are lines with typed fields in them, and their tests.",
		Example: "  ops logviz normalizer list\n" +
			"  ops logviz normalizer test my-definitions/*.yaml",
		Args: noArgs,
		RunE: needsVerb,
	}
	cmd.AddCommand(newNormalizerList(e), newNormalizerShow(e), newNormalizerTest(e), newNormalizerLint(e),
		newNormalizerFmt(e), newNormalizerNew(e), newNormalizerBench(e), newNormalizerImport(e))
	return cmd
}

// listed is the stable form of a definition in a list.
type listed struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Stage       normalize.Stage `json:"stage"`
	Programs    []string        `json:"programs"`
	Patterns    int             `json:"patterns"`
	Tests       int             `json:"tests"`
	Versions    []string        `json:"versions"`
	File        string          `json:"file"`
	Builtin     bool            `json:"builtin"`
}

func newNormalizerList(e *env) *cobra.Command {
	var defs definitionFlags
	asJSON := false
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the definitions in use, in the order in which they are tried",
		Long:    "List the definitions in use, in the order in which they are tried.",
		Example: "  ops logviz normalizer list\n  ops logviz normalizer list -d my-definitions --json | jq -r '.[].name'",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := defs.load()
			if err != nil {
				return err
			}
			out := []listed{}
			for _, d := range all {
				out = append(out, listed{
					Name: d.Name, Description: d.Description, Stage: d.Stage, Programs: nonNil(d.When[logviz.FieldProgram]),
					Patterns: len(d.Patterns), Tests: d.Tests(), Versions: nonNil(d.Versions), File: d.File(), Builtin: d.IsBuiltin(),
				})
			}
			if asJSON {
				return printJSON(e.out, out)
			}
			return printDefinitions(e, out)
		},
	}
	defs.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func nonNil(list []string) []string { return append([]string{}, list...) }

func printDefinitions(e *env, all []listed) error {
	t := newTable(e, "Name", "Stage", "Programs", "Patterns>", "Tests>", "Versions", "File")
	for _, d := range all {
		file := d.File
		if d.Builtin {
			file = "(built in)"
		}
		t.Row(d.Name, string(d.Stage), few(d.Programs), strconv.Itoa(d.Patterns), strconv.Itoa(d.Tests),
			few(d.Versions), file)
	}
	return writeTable(e, t)
}

// few shows the first of some names and how many more there are.
func few(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most-1], ", "), len(names)-most+1)
}

// newTable begins a table for the standard output; a title that ends in ">" is that of a column of numbers.
func newTable(e *env, titles ...string) *terminal.Table {
	t := &terminal.Table{Style: terminal.NewStyle(e.out, e.getenv)}
	if terminal.IsTerminal(e.out) {
		t.Width = terminal.Width(e.out, e.getenv)
	}
	for _, title := range titles {
		name, right := strings.CutSuffix(title, ">")
		t.Columns = append(t.Columns, terminal.Column{Title: name, Right: right})
	}
	return t
}

func writeTable(e *env, t *terminal.Table) error {
	var b bytes.Buffer
	t.WriteTo(&b) // a buffer takes everything
	_, err := e.out.Write(b.Bytes())
	return withCode(exitIO, err)
}

func newNormalizerShow(e *env) *cobra.Command {
	var defs definitionFlags
	asJSON := false
	cmd := &cobra.Command{
		Use:     "show NAME",
		Short:   "Print a definition as it was written",
		Long:    "Print a definition as it was written, which is a good start for one's own: one of the same name replaces it.",
		Example: "  ops logviz normalizer show sshd > my-definitions/sshd.yaml",
		Args:    someArgs("the NAME of a definition; 'ops logviz normalizer list' lists them"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError("show takes one NAME, got %d", len(args))
			}
			all, err := defs.load()
			if err != nil {
				return err
			}
			d := named(all, args[0])
			if d == nil {
				return unknownDefinition(args[0])
			}
			text, err := d.Source()
			if err != nil {
				return withCode(exitNoInput, err)
			}
			if asJSON {
				return printJSON(e.out, struct {
					Name   string `json:"name"`
					File   string `json:"file"`
					Source string `json:"source"`
				}{d.Name, d.File(), string(text)})
			}
			_, err = e.out.Write(text)
			return withCode(exitIO, err)
		},
		ValidArgsFunction: defs.completeDefinitions(1),
	}
	defs.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: name, file and source")
	return cmd
}

func unknownDefinition(name string) error {
	return usageError("no definition is named %q; 'ops logviz normalizer list' lists them", name)
}

// choose returns the definitions that arguments name: files, folders, or names of those in use; without arguments all.
func (f *definitionFlags) choose(args []string) ([]*normalize.Definition, error) {
	all, err := f.load()
	if err != nil || len(args) == 0 {
		return all, err
	}
	var out []*normalize.Definition
	for _, arg := range args {
		if d := named(all, arg); d != nil {
			out = append(out, d)
			continue
		}
		if _, err := os.Stat(arg); err != nil && !strings.ContainsAny(arg, "./") {
			return nil, unknownDefinition(arg)
		}
		defs, err := (&definitionFlags{paths: []string{arg}}).own()
		if err != nil {
			return nil, err
		}
		out = append(out, defs...)
	}
	return slices.Clip(out), nil
}

// tested is the stable form of what came of a definition's tests.
type tested struct {
	Name     string   `json:"name"`
	File     string   `json:"file"`
	Tests    int      `json:"tests"`
	Failures []string `json:"failures"`
}

func newNormalizerTest(e *env) *cobra.Command {
	var defs definitionFlags
	asJSON := false
	cmd := &cobra.Command{
		Use:   "test [FILE|DIR|NAME…]",
		Short: "Run the tests inside definitions",
		Long: "Run the tests inside definitions: those of the files, folders or names given, else all that are in use.\n\n" +
			"Each failure is told with file and line, what was expected and what came; the exit code is then 78.\n" +
			"Of XML files, and folders of them, the examples of pylogsparser's definitions are run.",
		Example: "  ops logviz normalizer test\n  ops logviz normalizer test my-definitions/app.yaml sshd",
		RunE: func(_ *cobra.Command, args []string) error {
			xml := definitionFlags{paths: slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return !holdsXML(arg) })}
			args = slices.DeleteFunc(args, holdsXML)
			libraries, problems, err := xml.foreign()
			warn(e.err, problems)
			if err != nil {
				return err
			}
			if len(libraries) > 0 {
				err := runForeignTest(e, libraries, asJSON)
				if err != nil || len(args) == 0 {
					return err
				}
			}
			chosen, err := defs.choose(args)
			if err != nil {
				return err
			}
			return runNormalizerTest(e, chosen, asJSON)
		},
		ValidArgsFunction: defs.completeDefinitions(anyNumber),
	}
	defs.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func runNormalizerTest(e *env, defs []*normalize.Definition, asJSON bool) error {
	out := []tested{}
	tests, failures := 0, 0
	var b bytes.Buffer
	for _, d := range defs {
		t := tested{d.Name, d.File(), d.Tests(), []string{}}
		for _, err := range d.Check() {
			t.Failures = append(t.Failures, err.Error())
			fmt.Fprintln(&b, terminal.Printable(err.Error()))
		}
		tests, failures = tests+t.Tests, failures+len(t.Failures)
		out = append(out, t)
	}
	if asJSON {
		if err := printJSON(e.out, out); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(&b, "%s definitions, %s tests, %s failures\n", count(len(defs)), count(tests), count(failures))
		if _, err := e.out.Write(b.Bytes()); err != nil {
			return withCode(exitIO, err)
		}
	}
	if failures > 0 {
		return withCode(exitConfig, errSaid)
	}
	return nil
}
