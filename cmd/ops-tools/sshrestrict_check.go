package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/strictyaml"
	"ops/internal/terminal"
	"ops/sshrestrict"
	"ops/sshrestrict/keys"
)

type checkOptions struct {
	policies, account   string
	simulate, key, from string
	json                bool
}

func newCheck(e *env) *cobra.Command {
	o := &checkOptions{}
	cmd := &cobra.Command{
		Use:   "check [NAME…] | check --simulate ACCOUNT --key FILE [--from ADDRESS] -- COMMAND…",
		Short: "Look for mistakes in policies, or try a login without making one",
		Long: "Look for what policies allow without their author having meant it: programs that run others, folders through which a\n" +
			"client could change its own restrictions, rules that never answer, sudo in a sandbox that takes its power, lines of\n" +
			"authorized_keys that leave more open than the policy.\n" +
			"Without a NAME all policies of the folder are looked at.\n\n" +
			"--simulate tells, before sshd is restarted, what would happen to a login: which line of which file sshd would take by its\n" +
			"present configuration files, which policy that names, and what the policy answers to the command.\n\n" +
			"Exit codes: 0 nothing worse than a note, 1 findings; with --simulate 0 if the command would be started, 77 if not.",
		Example: "  ops ssh-restrict check\n" +
			"  ops ssh-restrict check backup --account backup\n" +
			"  ops ssh-restrict check --simulate backup --key nas.pub --from 10.20.0.7 -- rsync --server --sender -logDtpre.iLsfxCIvu . /srv/data/",
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.simulate != "" {
				return runSimulate(cmd.Context(), e, o, args)
			}
			return runCheck(cmd.Context(), e, o, args)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.policies, "policies", sshrestrict.Folder, "`FOLDER` of the policies")
	f.StringVar(&o.account, "account", "", "`NAME` of the account that uses the policies")
	f.StringVar(&o.simulate, "simulate", "", "try a login to `ACCOUNT`")
	f.StringVar(&o.key, "key", "", "with --simulate: `FILE` of the public key")
	f.StringVar(&o.from, "from", "127.0.0.1", "with --simulate: `ADDRESS` of the client")
	f.BoolVar(&o.json, "json", false, "print JSON")
	cmd.ValidArgsFunction = completePolicies(anyNumber)
	completeFlag(cmd, "account", completeAccounts)
	completeFlag(cmd, "simulate", completeAccounts)
	return cmd
}

func runCheck(ctx context.Context, e *env, o *checkOptions, names []string) error {
	folder, err := filepath.Abs(o.policies)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
		if err != nil || len(files) == 0 {
			return withCode(exitNoInput, fmt.Errorf("no policies in %s; ops ssh-restrict init prints ready ones", folder))
		}
		for _, file := range files {
			names = append(names, strings.TrimSuffix(filepath.Base(file), ".yaml"))
		}
	}
	findings := []sshrestrict.Finding{}
	for _, name := range names {
		p, err := sshrestrict.Load(folder, name, os.Geteuid())
		if err != nil {
			findings = append(findings, unreadable(filepath.Join(folder, name+".yaml"), err)...)
			continue
		}
		found, err := p.Check(o.account, e.now())
		if err != nil {
			return withCode(exitNoInput, err)
		}
		findings = append(findings, found...)
	}
	lines, err := checkLines(ctx, o, names)
	if err != nil {
		fmt.Fprintln(e.err, terminal.Printable("the lines of authorized_keys were not looked at: "+err.Error()))
	}
	findings = append(findings, lines...)
	bad := 0
	for _, f := range findings {
		if f.Severity != "note" {
			bad++
		}
	}
	if o.json {
		err = printJSON(e.out, findings)
	} else {
		for _, f := range findings {
			line := fmt.Sprintf("%s:%d: %s: %s (%s)", f.File, max(f.Line, 1), f.Severity, f.Message, f.Code)
			if _, err = fmt.Fprintf(e.out, "%s\n    %s\n", terminal.Printable(line), terminal.Printable(f.Remedy)); err != nil {
				break
			}
		}
	}
	if err != nil {
		return withCode(exitIO, err)
	}
	if bad > 0 {
		return fmt.Errorf("%d to look at; policies looked at: %d", bad, len(names))
	}
	return nil
}

// unreadable tells of a policy that cannot be loaded, with a finding for each mistake in it.
func unreadable(file string, err error) []sshrestrict.Finding {
	if several, ok := err.(interface{ Unwrap() []error }); ok { // of errors.Join
		var all []sshrestrict.Finding
		for _, one := range several.Unwrap() {
			all = append(all, unreadable(file, one)...)
		}
		return all
	}
	f := sshrestrict.Finding{
		Severity: "error", Code: "unreadable", File: file, Message: err.Error(),
		Remedy: "correct it; until then the policy denies everything",
	}
	if mistake, ok := errors.AsType[*strictyaml.Error](err); ok {
		f.Line, f.Message = mistake.Line, fmt.Sprintf("column %d: %s", mistake.Column, mistake.Msg)
	}
	if errors.Is(err, fs.ErrNotExist) {
		f.Remedy = "ops ssh-restrict init prints ready policies"
	}
	return []sshrestrict.Finding{f}
}

// checkLines looks at the lines of authorized_keys that start one of the policies: what a key may do beside is not the
// policy's to refuse.
func checkLines(ctx context.Context, o *checkOptions, policies []string) ([]sshrestrict.Finding, error) {
	machine, err := keys.Local()
	if err != nil {
		return nil, err
	}
	if o.account != "" {
		account, err := machine.Account(o.account)
		if err != nil {
			return nil, err
		}
		machine.Accounts = []keys.Account{account}
	}
	found, err := machine.Discover(ctx)
	if err != nil {
		return nil, err
	}
	var findings []sshrestrict.Finding
	for _, k := range machine.Audit(found.Locations).Keys {
		if !k.Active || k.Own == nil || k.Restricted == keys.Fully || !slices.Contains(policies, k.Own.Policy) {
			continue
		}
		findings = append(findings, sshrestrict.Finding{
			Severity: "warning", Code: "restrict", File: k.File, Line: k.Line, Remedy: "add restrict to the line, and pty behind it for a menu",
			Message: "beside policy " + k.Own.Policy + " the key may use " + strings.Join(k.Open, ", "),
		})
	}
	return findings, nil
}

// simulated is the answer of --simulate.
type simulated struct {
	Login    *keys.Outcome            `json:"login"`
	Decision *sshrestrict.Explanation `json:"decision,omitempty"`
}

func runSimulate(ctx context.Context, e *env, o *checkOptions, args []string) error {
	if o.key == "" {
		return usageError("--simulate needs --key FILE, the public key")
	}
	text, err := os.ReadFile(o.key)
	if err != nil {
		return withCode(exitNoInput, err)
	}
	public, err := keys.ReadPublic(o.key, string(text))
	if err != nil {
		return withCode(exitData, err)
	}
	machine, err := keys.Local()
	if err != nil {
		return err
	}
	outcome, err := machine.Simulate(ctx, keys.Login{Account: o.simulate, Key: public[0].Key, Address: o.from})
	if err != nil {
		return withCode(exitUnavailable, err)
	}
	s := simulated{Login: outcome}
	if outcome.Allowed && outcome.Own != nil && outcome.Own.Fault == "" {
		if s.Decision, err = decideFor(e, o, outcome.Own, args); err != nil {
			return withCode(exitConfig, err)
		}
	}
	if o.json {
		err = printJSON(e.out, s)
	} else {
		err = printSimulated(e, s)
	}
	switch {
	case err != nil:
		return withCode(exitIO, err)
	case !outcome.Allowed:
		return &codedError{exitDenied, errors.New("sshd would refuse the login: " + outcome.Reason)}
	case outcome.Own == nil:
		return &codedError{exitFailure, errors.New("the login would not be restricted by ops ssh-restrict")}
	case outcome.Own.Fault != "":
		return &codedError{exitConfig, errors.New("the forced command does not work: " + outcome.Own.Fault)}
	case s.Decision.Verdict != "allow":
		return &codedError{exitDenied, errors.New("denied (" + s.Decision.Code + ")")}
	}
	return nil
}

// decideFor asks the policy that a forced command names.
func decideFor(e *env, o *checkOptions, own *keys.Own, args []string) (*sshrestrict.Explanation, error) {
	x := &explainOptions{policy: own.Policy, policies: own.Folder, key: own.Key, account: o.simulate, from: o.from, login: len(args) == 0}
	if x.policies == "" {
		x.policies = o.policies
	}
	if x.policy == "%u" {
		x.policy = o.simulate
	}
	p, err := x.load()
	if err != nil {
		return nil, err
	}
	q, err := x.request(e, args, false)
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	decision := p.Explain(q, program)
	return &decision, nil
}

func printSimulated(e *env, s simulated) error {
	for _, step := range s.Login.Steps {
		if _, err := fmt.Fprintln(e.out, terminal.Printable("sshd     "+step.Place+": "+step.Text)); err != nil {
			return err
		}
	}
	for _, unknown := range s.Login.Unknown {
		if _, err := fmt.Fprintln(e.out, terminal.Printable("unknown  "+unknown)); err != nil {
			return err
		}
	}
	if s.Decision == nil {
		return nil
	}
	return printExplanation(e.out, *s.Decision)
}
