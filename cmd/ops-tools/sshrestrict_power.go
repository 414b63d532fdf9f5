package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/sshrestrict/power"
	"ops/sshrestrict/power/request"
)

func newPower(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "power",
		Short: "Let an account put this machine to sleep",
		Long: "Let an account put this machine to sleep: what the rule power of a policy needs beside the policy.\n\n" +
			"logind and polkit decide who may suspend or power off. A forced command of an account that is not root has no session of\n" +
			"its own, so polkit needs a rule that lets it.",
		Example: "  ops ssh-restrict power install --account ops-power --dry-run",
		Args:    noArgs,
		RunE:    needsVerb,
	}
	cmd.AddCommand(newPowerInstall(e))
	return cmd
}

func newPowerInstall(e *env) *cobra.Command {
	account, path := "", power.RulePath
	verbs := []string{"suspend", "hibernate", "poweroff", "reboot"}
	show, dryRun, sessions := false, false, false
	cmd := &cobra.Command{
		Use:   "install --account NAME",
		Short: "Install the polkit rule that lets an account use the power rule",
		Long: "Install the polkit rule that lets an account use the power rule of a policy: exactly these actions of logind, for exactly\n" +
			"this account, and never against inhibitors.",
		Example: "  ops ssh-restrict power install --account ops-power --verbs suspend,poweroff --print",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if account == "" {
				return usageError("install needs --account NAME, that of the forced command")
			}
			grant := power.Grant{User: account, Sessions: sessions}
			for _, name := range verbs {
				verb, ok := request.ParseVerb(name)
				if !ok {
					return usageError("--verbs %q: unknown verb; there are suspend, hibernate, poweroff and reboot", name)
				}
				grant.Verbs = append(grant.Verbs, verb)
			}
			rule, err := power.Rule(grant)
			if err != nil {
				return usageError("%w", err)
			}
			if show {
				_, err = fmt.Fprint(e.out, rule)
				return withCode(exitIO, err)
			}
			done, err := power.Install(path, rule, dryRun)
			if err != nil {
				return withCode(exitCantCreate, err)
			}
			what := "is as it should be"
			if done.Changed && dryRun {
				what = "would be written"
			} else if done.Changed {
				what = "was written"
			}
			if done.Note != "" {
				what += "\n" + terminal.Printable(done.Note)
			}
			_, err = fmt.Fprintf(e.out, "%s %s\n", done.Path, what)
			return withCode(exitIO, err)
		},
	}
	f := cmd.Flags()
	f.StringVar(&account, "account", "", "`NAME` of the account that the forced command runs as")
	f.StringSliceVar(&verbs, "verbs", verbs, "`VERBS` that are granted")
	f.BoolVar(&sessions, "sessions", false, "also while other users are logged in and idle")
	f.StringVar(&path, "file", path, "`FILE` to write")
	f.BoolVar(&show, "print", false, "print the rule instead")
	f.BoolVar(&dryRun, "dry-run", false, "change nothing")
	completeFlag(cmd, "account", completeAccounts)
	completeFlag(cmd, "verbs", completeWords(verbs...))
	return cmd
}
