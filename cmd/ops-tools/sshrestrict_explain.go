package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/sshrestrict"
)

type explainOptions struct {
	policy, policies, key, account string
	command                        string
	from, at, batch                string
	env                            []string
	tty, login, json               bool
}

func newExplain(e *env) *cobra.Command {
	o := &explainOptions{}
	cmd := &cobra.Command{
		Use:   "explain --policy NAME [flags] -- COMMAND…",
		Short: "Show how a policy answers a command, and why",
		Long: "Show how a policy answers a command, and why: each check, the program and arguments that would be started, the sandbox.\n" +
			"The code that decides is that of the forced command. Nothing is started.\n\n" +
			"The words behind -- are joined by blanks, as ssh does. --command takes the text as the client sends it.\n" +
			"--batch judges a file of cases, one a line, with tabs between its fields: NAME, POLICY[+KEY=VALUE…], COMMAND as a\n" +
			"Go string in quotes or <none>, allow or deny, and where it comes from.\n\n" +
			"Exit codes: 0 allowed (with --batch: all as expected), 77 denied, 1 a case of --batch was answered otherwise.",
		Example: "  ops ssh-restrict explain --policy backup --from 10.20.0.7 -- rsync --server --sender -logDtpre.iLsfxCIvu . /srv/data/\n" +
			"  ops ssh-restrict explain --policy power --command 'systemctl suspend' --at 23:30\n" +
			"  ops ssh-restrict explain --policies policies --batch cases.tsv",
		RunE: func(cmd *cobra.Command, args []string) error {
			return runExplain(e, o, args, cmd.Flags().Changed("command"))
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.policy, "policy", "", "`NAME` of the policy, or the path of its file")
	f.StringVar(&o.policies, "policies", sshrestrict.Folder, "`FOLDER` of the policies")
	f.StringVar(&o.key, "key", "", "`NAME` of the key")
	f.StringVar(&o.account, "account", "", "`NAME` of the account that is logged in to; yours if not given")
	f.StringVar(&o.command, "command", "", "the command's `TEXT` as the client sends it")
	f.StringVar(&o.from, "from", "", "`ADDRESS` of the client")
	f.StringVar(&o.at, "at", "", "`TIME` of the session, such as 23:30 or 2026-11-23T23:30; now if not given")
	f.StringArrayVar(&o.env, "env", nil, "a variable that the client sends, as `NAME=VALUE`")
	f.BoolVar(&o.tty, "tty", false, "the client has a terminal")
	f.BoolVar(&o.login, "login", false, "the client asks for no command")
	f.StringVar(&o.batch, "batch", "", "judge the cases in `FILE`, - for the standard input")
	f.BoolVar(&o.json, "json", false, "print JSON")
	completePolicyFlag(cmd)
	completeFlag(cmd, "account", completeAccounts)
	return cmd
}

func runExplain(e *env, o *explainOptions, args []string, textGiven bool) error {
	base, err := o.request(e, args, textGiven)
	if err != nil {
		return err
	}
	if o.batch != "" {
		return runBatch(e, o, base)
	}
	if o.policy == "" {
		return usageError("explain needs --policy NAME\nSee 'ops ssh-restrict explain --help'.")
	}
	p, err := o.load()
	if err != nil {
		return err
	}
	own, err := os.Executable()
	if err != nil {
		return err
	}
	x := p.Explain(base, own)
	if o.json {
		err = printJSON(e.out, x)
	} else {
		err = printExplanation(e.out, x)
	}
	if err == nil && x.Verdict != "allow" {
		err = &codedError{exitDenied, errors.New("denied (" + x.Code + ")")}
	}
	return withCode(exitIO, err)
}

func (o *explainOptions) load() (*sshrestrict.Policy, error) {
	named := o.policies
	if strings.ContainsRune(o.policy, '/') {
		named = o.policy
	}
	path, err := filepath.Abs(named)
	if err != nil {
		return nil, err
	}
	var p *sshrestrict.Policy
	if named == o.policy {
		p, err = sshrestrict.LoadFile(path, os.Geteuid())
	} else {
		p, err = sshrestrict.Load(path, o.policy, os.Geteuid())
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, withCode(exitNoInput, fmt.Errorf("%w; ops ssh-restrict init prints ready policies", err))
	}
	return p, withCode(exitConfig, err)
}

// request is the request that the flags describe.
func (o *explainOptions) request(e *env, args []string, textGiven bool) (*sshrestrict.Request, error) {
	kind, text := sshrestrict.KindCommand, o.command
	switch {
	case o.batch != "" && (textGiven || len(args) > 0 || o.login):
		return nil, usageError("--batch brings the commands; give no other")
	case o.batch != "":
		kind = sshrestrict.KindLogin
	case textGiven && len(args) > 0, o.login && (textGiven || len(args) > 0):
		return nil, usageError("give one of --command TEXT, --login, and -- COMMAND…")
	case o.login:
		kind = sshrestrict.KindLogin
	case len(args) > 0:
		text = strings.Join(args, " ")
	case !textGiven:
		return nil, usageError("explain needs a command: -- COMMAND…, --command TEXT or --login\nSee 'ops ssh-restrict explain --help'.")
	}
	if kind == sshrestrict.KindCommand && text == "" {
		kind = sshrestrict.KindEmpty
	}
	q := sshrestrict.NewRequest(kind, text, sshrestrict.MaxCommand)
	q.Key, q.TTY, q.Env, q.Now = o.key, o.tty, o.env, e.now()
	var err error
	if o.at != "" {
		if q.Now, err = sshrestrict.ParseTime(o.at, e.now()); err != nil {
			return nil, usageError("--at: %w", err)
		}
	}
	if o.from != "" {
		if q.Address, err = netip.ParseAddr(o.from); err != nil {
			return nil, usageError("--from %q: not an address", o.from)
		}
		q.Address = q.Address.Unmap()
	}
	if err = q.SetAccount(o.account, os.Geteuid()); err != nil {
		return nil, usageError("--account: %w", err)
	}
	return q, nil
}

func printExplanation(out io.Writer, x sshrestrict.Explanation) error {
	var b strings.Builder
	fmt.Fprintf(&b, "policy   %s (%s, %s)\n", x.Policy, x.File, x.Hash[:19])
	for _, step := range x.Steps {
		mark := "no "
		if step.Passed {
			mark = "yes"
		}
		fmt.Fprintf(&b, "  %s  %s: %s\n", mark, step.Check, step.Detail)
	}
	if x.Start == nil {
		fmt.Fprintf(&b, "denied   %s: %s\n", x.Code, x.Reason)
	} else {
		fmt.Fprintf(&b, "allowed  by %s\n", x.Rule)
		fmt.Fprintf(&b, "starts   %s\n", x.Start)
		fmt.Fprintf(&b, "in       %s\n", x.Start.Folder)
		fmt.Fprintf(&b, "sandbox  %s\n", x.Start.Sandbox)
		for _, list := range []struct {
			name  string
			paths []string
		}{{"reads", x.Start.Read}, {"writes", x.Start.Write}, {"runs", x.Start.Execute}, {"gaps", x.Start.Gaps}} {
			if len(list.paths) > 0 {
				fmt.Fprintf(&b, "  %s %s\n", list.name, strings.Join(list.paths, " "))
			}
		}
		for _, variable := range x.Start.Environment {
			fmt.Fprintf(&b, "env      %s\n", variable)
		}
		if x.Start.Problem != "" {
			fmt.Fprintf(&b, "problem  %s\n", x.Start.Problem)
		}
	}
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(out, terminal.Printable(strings.TrimSuffix(line, "\n"))); err != nil {
			return err
		}
	}
	return nil
}
