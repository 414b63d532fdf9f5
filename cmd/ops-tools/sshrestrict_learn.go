package main

import (
	"fmt"
	"iter"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/sshrestrict"
	"ops/sshrestrict/audit/trail"
	"ops/sshrestrict/keys"
	"ops/sshrestrict/learn"
)

func newLearn(e *env) *cobra.Command {
	denied := false
	cmd := &cobra.Command{
		Use:   "learn FILE…",
		Short: "Propose policies from what keys were used for",
		Long: "Propose policies from logs: our own audit, sshd's, and sshdo's. For each account and key the narrowest rules are printed that\n" +
			"allow what was seen, to be read and edited by a person; nothing is put into use. What no rule should allow is listed with\n" +
			"its reason. sshd itself logs no commands: run with a policy that denies everything first, and learn with --denied.",
		Example: "  ops ssh-restrict learn --denied /var/log/ops/ssh-restrict.jsonl",
		Args:    someArgs("a FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			proposals, err := propose(args, denied)
			if err != nil {
				return err
			}
			for _, p := range proposals {
				if err := printProposal(e, p); err != nil {
					return withCode(exitIO, err)
				}
			}
			if len(proposals) == 0 {
				return withCode(exitData, fmt.Errorf("nothing to learn from was found"))
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&denied, "denied", false, "learn also from what was refused, which may be what attackers tried")
	return cmd
}

func propose(files []string, denied bool) ([]learn.Proposal, error) {
	options := learn.Options{
		Split: sshrestrict.Programs, Denied: denied,
		Folder: func(path string) (folder, known bool) {
			info, err := os.Stat(path)
			return err == nil && info.IsDir(), err == nil
		},
	}
	machine, err := keys.Local()
	if err != nil {
		return nil, err
	}
	for _, account := range machine.Accounts {
		options.Homes = append(options.Homes, account.Home)
	}
	return learn.ProposeEach(readEvidence(files), options)
}

// readEvidence reads the files one after the other.
func readEvidence(files []string) iter.Seq2[learn.Evidence, error] {
	return func(yield func(learn.Evidence, error) bool) {
		for _, name := range files {
			file, err := os.Open(name)
			if err != nil {
				yield(learn.Evidence{}, withCode(exitNoInput, err))
				return
			}
			for evidence, err := range learn.Read(file) {
				if !yield(evidence, err) {
					file.Close()
					return
				}
			}
			file.Close()
		}
	}
}

func printProposal(e *env, p learn.Proposal) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# account %s, key %s: %d uses covered\n", p.Account, p.Key, p.Covered)
	b.WriteString(p.YAML)
	for _, r := range p.Refused {
		fmt.Fprintf(&b, "# not proposed, %d times: %s, such as %s\n", r.Count, r.Reason, r.Example)
	}
	for line := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(e.out, terminal.Printable(strings.TrimSuffix(line, "\n"))); err != nil {
			return err
		}
	}
	return nil
}

func newUnlearn(e *env) *cobra.Command {
	policies, since, asJSON := sshrestrict.Folder, "2160h", false
	cmd := &cobra.Command{
		Use:     "unlearn NAME [FILE…]",
		Short:   "List a policy's rules that nobody used",
		Long:    "List a policy's rules that have allowed nothing since a date, by the audit in FILEs or in the journal.",
		Example: "  ops ssh-restrict unlearn backup --since 2026-06-01 /var/log/ops/ssh-restrict.jsonl",
		Args:    someArgs("the NAME of a policy"),
		RunE: func(cmd *cobra.Command, args []string) error {
			x := &explainOptions{policy: args[0], policies: policies}
			p, err := x.load()
			if err != nil {
				return err
			}
			begin, err := moment(since, e.now())
			if err != nil {
				return usageError("--since: %w", err)
			}
			records, err := auditFiles(args[1:])
			if err != nil {
				return err
			}
			if len(args) == 1 {
				records = trail.Journal(cmd.Context(), trail.JournalOptions{Since: begin})
			}
			garbage := 0
			sessions, err := trail.Sessions(trail.Tolerant(records, &garbage), trail.Query{Policy: p.Name, Since: begin})
			if err != nil {
				return withCode(exitNoInput, err)
			}
			usage := learn.Unused(p.Rules(), p.Hash, sessions, begin)
			if asJSON {
				return withCode(exitIO, printJSON(e.out, usage))
			}
			for _, rule := range usage.Unused {
				if _, err := fmt.Fprintf(e.out, "%s: %s was not used since %s\n", p.File, rule, begin.Format(time.DateOnly)); err != nil {
					return withCode(exitIO, err)
				}
			}
			fmt.Fprintf(e.err, "%d of %d rules were used; %d sessions under other versions of the policy\n", len(usage.Used), len(p.Rules()), usage.Other)
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&policies, "policies", policies, "`FOLDER` of the policies")
	f.StringVar(&since, "since", since, "a `TIME` such as 2026-06-01, or a length of time before now")
	f.BoolVar(&asJSON, "json", false, "print JSON")
	cmd.ValidArgsFunction = completePolicies(1)
	return cmd
}
