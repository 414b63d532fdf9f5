package main

import (
	"bytes"
	"fmt"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz/normalize"
)

func newNormalizerLint(e *env) *cobra.Command {
	var defs definitionFlags
	asJSON := false
	cmd := &cobra.Command{
		Use:   "lint [FILE|DIR|NAME…]",
		Short: "Look for what is likely wrong in definitions",
		Long: "Look for what is likely wrong in definitions although it works: lines that an earlier pattern takes, patterns that can\n" +
			"never win or have no test, names of fields that nobody else uses, fields with nothing between them, fields that a\n" +
			"client could forge, expressions that are slow, and what is missing for readers. Each finding is told with file,\n" +
			"line and the linter's rule; the exit code is then 78. A file is looked at together with the definitions in use; without\n" +
			"arguments all of those are looked at.",
		Example: "  ops logviz normalizer lint my-definitions\n  ops logviz normalizer lint --json sshd | jq -r '.[].text'",
		RunE: func(_ *cobra.Command, args []string) error {
			inUse, err := defs.load()
			if err != nil {
				return err
			}
			chosen, err := defs.choose(args)
			if err != nil {
				return err
			}
			// The files looked at stand before the others, as -d puts them.
			all := append([]*normalize.Definition{}, inUse...)
			for i := len(chosen) - 1; i >= 0; i-- {
				if d := chosen[i]; named(inUse, d.Name) == nil {
					all = append([]*normalize.Definition{d}, all...)
				} else {
					for k := range all {
						if all[k].Name == d.Name {
							all[k] = d
						}
					}
				}
			}
			return runNormalizerLint(e, chosen, all, asJSON)
		},
		ValidArgsFunction: defs.completeDefinitions(anyNumber),
	}
	defs.add(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func runNormalizerLint(e *env, chosen, inUse []*normalize.Definition, asJSON bool) error {
	findings := []normalize.Finding{}
	var b bytes.Buffer
	for _, d := range chosen {
		found, err := d.Lint(inUse)
		if err != nil {
			return withCode(exitConfig, err)
		}
		for _, f := range found {
			fmt.Fprintln(&b, terminal.Printable(f.String()))
		}
		findings = append(findings, found...)
	}
	if asJSON {
		if err := printJSON(e.out, findings); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(&b, "%s definitions, %s findings\n", count(len(chosen)), count(len(findings)))
		if _, err := e.out.Write(b.Bytes()); err != nil {
			return withCode(exitIO, err)
		}
	}
	if len(findings) > 0 {
		return withCode(exitConfig, errSaid)
	}
	return nil
}
