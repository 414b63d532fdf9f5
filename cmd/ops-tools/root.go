package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:           "ops",
		Short:         "Tools for people who run fleets of Debian machines",
		Long:          "Tools for people who run fleets of Debian machines.\n\n" + exitHelp(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArgs,
		RunE:          needsVerb,
	}
	root.SetIn(e.in)
	root.SetOut(e.out)
	root.SetErr(e.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError("%w\nSee '%s --help'.", err, cmd.CommandPath())
	})
	root.CompletionOptions.HiddenDefaultCmd = false
	root.AddCommand(newLogviz(e), newSSHRestrict(e), newSession(e), newVersion(e), newSchema(e), newMan(e))
	return root
}

func exitHelp() string {
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	for _, c := range exitCodes() {
		fmt.Fprintf(&b, "  %3d  %s\n", c.Code, c.Meaning)
	}
	return strings.TrimRight(b.String(), "\n")
}

// needsVerb answers a noun without a verb with its help, and a wrong word with the nearest right one.
func needsVerb(cmd *cobra.Command, args []string) error {
	return cmd.Help()
}

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if !cmd.HasSubCommands() {
		return usageError("%s takes no arguments, got %q", cmd.CommandPath(), args[0])
	}
	hint := fmt.Sprintf("See '%s --help'.", cmd.CommandPath())
	cmd.SuggestionsMinimumDistance = 2 // letters that differ; without it only beginnings of words are known
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		hint = fmt.Sprintf("Did you mean '%s %s'?", cmd.CommandPath(), near[0])
	}
	return usageError("unknown command %q for '%s'\n%s", args[0], cmd.CommandPath(), hint)
}

// someArgs asks for at least one argument, named what.
func someArgs(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return nil
		}
		return usageError("%s needs %s\nSee '%s --help'.", cmd.CommandPath(), what, cmd.CommandPath())
	}
}
