package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/sshrestrict/keys"
)

// keyOptions describe the restriction that a key gets.
type keyOptions struct {
	restriction keys.Restriction
	expires     string
	account     string
	file        string
	replace     bool
	dryRun      bool
	json        bool
}

func newKeys(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Write, install and review lines of authorized_keys",
		Long: "Write, install and review lines of authorized_keys. A line of ours has restrict, which closes forwarding, terminal and\n" +
			"~/.ssh/rc, and the forced command with the policy's name.",
		Example: "  ops ssh-restrict keys print --policy backup --key nas nas.pub\n" +
			"  ops ssh-restrict keys install --policy backup --key nas --account backup --dry-run nas.pub\n" +
			"  ops ssh-restrict keys audit",
		Args: noArgs,
		RunE: needsVerb,
	}
	cmd.AddCommand(newKeysPrint(e), newKeysInstall(e), newKeysAudit(e))
	return cmd
}

func (o *keyOptions) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.restriction.Policy, "policy", "", "`NAME` of the policy")
	f.StringVar(&o.restriction.Key, "key", "", "`NAME` of the key in the audit")
	f.StringVar(&o.restriction.Program, "program", "", "`PATH` of ops on the server (default "+keys.DefaultProgram+")")
	f.StringVar(&o.restriction.Folder, "policies", "", "`FOLDER` of the policies, if not the usual one")
	f.StringSliceVar(&o.restriction.From, "from", nil, "`ADDRESS` or network from which the key is taken; may be repeated")
	f.StringVar(&o.expires, "expires", "", "`DATE` from which on the key is not taken, such as 2027-06-30")
	f.BoolVar(&o.restriction.PTY, "pty", false, "allow a terminal, for menus")
	completePolicyFlag(cmd)
}

// lines renders a line for each key of the files.
func (o *keyOptions) lines(e *env, files []string) ([]string, error) {
	if o.restriction.Policy == "" {
		return nil, usageError("a restricted key needs --policy NAME")
	}
	if o.expires != "" {
		expires, err := time.ParseInLocation(time.DateOnly, o.expires, e.zone)
		if err != nil {
			return nil, usageError("--expires %q: expected a date such as 2027-06-30", o.expires)
		}
		o.restriction.Expires = expires
	}
	var lines []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, withCode(exitNoInput, err)
		}
		publics, err := keys.ReadPublic(file, string(text))
		if err != nil {
			return nil, withCode(exitData, err)
		}
		for _, public := range publics {
			line, err := keys.Line(o.restriction, public)
			if err != nil {
				return nil, withCode(exitUsage, err)
			}
			lines = append(lines, line)
		}
	}
	return lines, nil
}

func newKeysPrint(e *env) *cobra.Command {
	o := &keyOptions{}
	cmd := &cobra.Command{
		Use:     "print --policy NAME FILE.pub…",
		Short:   "Print restricted lines for authorized_keys",
		Example: "  ops ssh-restrict keys print --policy backup --key nas --from 10.20.0.7 nas.pub",
		Args:    someArgs("the FILE of a public key"),
		RunE: func(_ *cobra.Command, args []string) error {
			lines, err := o.lines(e, args)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(e.out, strings.Join(lines, ""))
			return withCode(exitIO, err)
		},
	}
	o.add(cmd)
	return cmd
}

func newKeysInstall(e *env) *cobra.Command {
	o := &keyOptions{}
	cmd := &cobra.Command{
		Use:   "install --policy NAME --account NAME FILE.pub…",
		Short: "Put restricted lines into an account's authorized_keys",
		Long: "Put restricted lines into an account's authorized_keys, in one step: the file is the old or the new one at any moment.\n" +
			"A key that is there already with less restriction is refused, because sshd takes the first line; --replace takes it out.",
		Example: "  ops ssh-restrict keys install --policy backup --account backup --dry-run nas.pub",
		Args:    someArgs("the FILE of a public key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			lines, err := o.lines(e, args)
			if err != nil {
				return err
			}
			if o.account == "" {
				return usageError("install needs --account NAME")
			}
			machine, err := keys.Local()
			if err != nil {
				return err
			}
			account, err := machine.Account(o.account)
			if err != nil {
				return withCode(exitNoInput, err)
			}
			target := keys.Target{Account: account, File: o.file, Groups: machine.Groups}
			if target.Others, err = otherFiles(cmd.Context(), machine, account, o.file); err != nil {
				fmt.Fprintln(e.err, terminal.Printable("other files with keys of the account were not looked at: "+err.Error()))
			}
			change, err := keys.Install(cmd.Context(), target, lines, keys.InstallOptions{Replace: o.replace, DryRun: o.dryRun})
			if err != nil {
				return withCode(exitCantCreate, err)
			}
			if o.json {
				return withCode(exitIO, printJSON(e.out, change))
			}
			var b strings.Builder
			for line := range strings.Lines(change.Diff) {
				b.WriteString(terminal.Printable(strings.TrimSuffix(line, "\n")) + "\n")
			}
			fmt.Fprintf(&b, "%s: %d added, %d replaced, %d removed, %d there already\n", change.File, change.Added, change.Replaced,
				change.Removed, change.Same)
			for _, note := range change.Notes {
				b.WriteString(terminal.Printable(note) + "\n")
			}
			if o.dryRun {
				b.WriteString("nothing was changed\n")
			}
			_, err = fmt.Fprint(e.out, b.String())
			return withCode(exitIO, err)
		},
	}
	o.add(cmd)
	f := cmd.Flags()
	f.StringVar(&o.account, "account", "", "`NAME` of the account that the key opens")
	f.StringVar(&o.file, "file", "", "`FILE` to write, if not .ssh/authorized_keys in the home")
	f.BoolVar(&o.replace, "replace", false, "take out other lines with the same key")
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would change")
	f.BoolVar(&o.json, "json", false, "print JSON")
	completeFlag(cmd, "account", completeAccounts)
	return cmd
}

// otherFiles asks sshd where else it looks for keys of the account.
func otherFiles(ctx context.Context, machine keys.Machine, account keys.Account, file string) ([]string, error) {
	config, err := machine.Sshd.Effective(ctx, keys.Client{User: account.Name})
	if err != nil {
		return nil, err
	}
	files, err := config.KeyFiles(account)
	if file == "" {
		file = filepath.Join(account.Home, ".ssh/authorized_keys")
	}
	return slices.DeleteFunc(files, func(name string) bool { return name == file }), err
}

func newKeysAudit(e *env) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "List every key that opens this machine, and how far it is restricted",
		Long: "List every key that opens this machine, and how far it is restricted. sshd is asked for each account which files it reads.\n\n" +
			"Exit codes: 0 nothing worse than a note, 1 findings, 69 sshd does not tell where keys are.",
		Example: "  ops ssh-restrict keys audit --json | jq -r '.keys[] | select(.restricted != \"fully\") | .file'",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			machine, err := keys.Local()
			if err != nil {
				return err
			}
			progress := terminal.NewProgress(e.err, terminal.Job{
				Label: "asking sshd", Unit: "accounts", Total: int64(len(machine.Accounts)), Now: e.now, Silent: !terminal.IsTerminal(e.err),
				Terminal: true, Width: terminal.Width(e.err, e.getenv), Style: terminal.NewStyle(e.err, e.getenv),
			})
			machine.Asked = func(accounts int) { progress.Set(int64(accounts)) }
			found, err := machine.Discover(cmd.Context())
			progress.Finish()
			if err != nil {
				return err
			}
			report := machine.Audit(found.Locations)
			report.Findings = append(report.Findings, found.Blind...)
			if report.Keys == nil {
				report.Keys = []keys.Audited{} // a list in JSON too
			}
			if asJSON {
				err = printJSON(e.out, report)
			} else {
				err = printAudit(e, report)
			}
			if err != nil {
				return withCode(exitIO, err)
			}
			unseen := false
			for _, f := range report.Findings {
				if f.Severity != keys.Low {
					return errors.New("there are keys to look at")
				}
				unseen = unseen || f.Code == "not-asked"
			}
			if unseen {
				return withCode(exitUnavailable, errors.New("sshd did not answer for all accounts, whose keys are not seen"))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func printAudit(e *env, r keys.Report) error {
	var b strings.Builder
	for _, k := range r.Keys {
		policy := ""
		if k.Own != nil {
			policy = " policy " + k.Own.Policy
		}
		fmt.Fprintf(&b, "%s:%d: %s %s %s %s%s\n", k.File, k.Line, k.Account, k.Fingerprint, k.Comment, k.Restricted, policy)
	}
	for _, f := range r.Findings {
		place := ""
		if f.File != "" {
			place = fmt.Sprintf("%s:%d: ", f.File, f.Line)
		}
		fmt.Fprintf(&b, "%s: %s %s%s\n    %s\n", f.Severity, f.Account, place, f.Text, f.Remedy)
	}
	fmt.Fprintf(&b, "%d keys in %d files, %d findings\n", len(r.Keys), r.Files, len(r.Findings))
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(e.out, terminal.Printable(strings.TrimSuffix(line, "\n"))); err != nil {
			return err
		}
	}
	return nil
}
