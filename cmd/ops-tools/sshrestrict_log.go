package main

import (
	"fmt"
	"iter"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/sshrestrict"
	"ops/sshrestrict/audit"
	"ops/sshrestrict/audit/trail"
	"ops/sshrestrict/keys"
)

type logOptions struct {
	query        trail.Query
	since, until string
	address      string
	files        bool
	json         bool
}

func newLog(e *env) *cobra.Command {
	o := &logOptions{}
	cmd := &cobra.Command{
		Use:   "log [FILE…]",
		Short: "Show what was asked, allowed and denied",
		Long: "Show what was asked, allowed and denied, from the audit in FILEs (with their rotated and compressed generations) or from the\n" +
			"journal. All conditions must hold. Of sessions with files the line counts what was done; --files lists it below. --json\n" +
			"prints the records of each session as one list.\n\n" +
			"Any account can write to the journal under any name. With --account only what that account wrote is shown, by the journal's\n" +
			"own word.",
		Example: "  ops ssh-restrict log --decision deny --since 24h\n" +
			"  ops ssh-restrict log --policy backup --address 10.20.0.0/16 /var/log/ops/ssh-restrict.jsonl\n" +
			"  ops ssh-restrict log --files --text /srv/in/report.pdf",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.complete(e); err != nil {
				return err
			}
			records, err := auditFiles(args)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				records = trail.Journal(cmd.Context(), trail.JournalOptions{
					Since: o.query.Since, Until: o.query.Until, Fields: o.writtenBy(e),
				})
			}
			return runLog(e, o, records)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.since, "since", "", "a `TIME` such as 2026-11-23T20:00, or a length of time before now such as 24h")
	f.StringVar(&o.until, "until", "", "likewise")
	f.StringVar(&o.query.Policy, "policy", "", "`NAME` of the policy")
	f.StringVar(&o.query.Key, "key", "", "`NAME` or fingerprint of the key")
	f.StringVar(&o.query.Account, "account", "", "`NAME` of the account")
	f.StringVar(&o.query.Decision, "decision", "", "allow, deny, later or broken")
	f.StringVar(&o.query.Code, "code", "", "`CODE` of the reason")
	f.StringVar(&o.address, "address", "", "`ADDRESS` or network of the client")
	f.StringVar(&o.query.Program, "program", "", "`NAME` or path of the program that was started")
	f.StringVar(&o.query.Text, "text", "", "`TEXT` in the request, the arguments, the reason or a path")
	f.BoolVar(&o.files, "files", false, "list what was done to files")
	f.BoolVar(&o.json, "json", false, "print JSON")
	completePolicyFlag(cmd)
	completeFlag(cmd, "account", completeAccounts)
	completeFlag(cmd, "decision", completeWords("allow", "deny", "later", "broken"))
	return cmd
}

// auditFiles reads files of the audit, each behind what logrotate made of it before.
func auditFiles(names []string) (iter.Seq2[audit.Record, error], error) {
	var all []string
	for _, name := range names {
		generations, err := trail.Generations(name)
		if err == nil && len(generations) == 0 {
			err = fmt.Errorf("%s: no such file, nor one that it was rotated to", name)
		}
		if err != nil {
			return nil, withCode(exitNoInput, err)
		}
		all = append(all, generations...)
	}
	return trail.Files(all...), nil
}

// writtenBy is the journal's own word for the account that is asked for, so that no other account can have written what is
// shown. _EXE would not do: the forced command becomes the program that it starts, perhaps before the journal looks.
func (o *logOptions) writtenBy(e *env) []string {
	if o.query.Account == "" {
		return nil
	}
	machine, err := keys.Local()
	if err == nil {
		var account keys.Account
		if account, err = machine.Account(o.query.Account); err == nil {
			return []string{"_UID=" + strconv.Itoa(account.UID)}
		}
	}
	fmt.Fprintln(e.err, terminal.Printable("any account can have written these entries: "+err.Error()))
	return nil
}

func (o *logOptions) complete(e *env) (err error) {
	if o.query.Since, err = moment(o.since, e.now()); err != nil {
		return usageError("--since: %w", err)
	}
	if o.query.Until, err = moment(o.until, e.now()); err != nil {
		return usageError("--until: %w", err)
	}
	if o.address == "" {
		return nil
	}
	if o.query.Address, err = netip.ParsePrefix(o.address); err != nil {
		address, err := netip.ParseAddr(o.address)
		if err != nil {
			return usageError("--address %q: neither an address nor a network", o.address)
		}
		o.query.Address = netip.PrefixFrom(address, address.BitLen())
	}
	return nil
}

// moment reads a time, or a length of time before now; empty is the zero time.
func moment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil {
		return now.Add(-ago), nil
	}
	return sshrestrict.ParseTime(text, now)
}

func runLog(e *env, o *logOptions, records iter.Seq2[audit.Record, error]) error {
	garbage := 0
	sessions, err := trail.Sessions(trail.Tolerant(records, &garbage), o.query)
	if err != nil {
		return withCode(exitNoInput, err)
	}
	for i := range sessions {
		if o.json {
			err = printSessionJSON(e, &sessions[i])
		} else {
			err = printSession(e, &sessions[i], o.files)
		}
		if err != nil {
			return withCode(exitIO, err)
		}
	}
	fmt.Fprintf(e.err, "%d sessions, %d lines not understood\n", len(sessions), garbage)
	return nil
}

// printSession prints one session in one line and, with files, its operations below.
func printSession(e *env, s *trail.Session, files bool) error {
	if _, err := fmt.Fprintln(e.out, terminal.Printable(sessionLine(s, e.zone))); err != nil || !files {
		return err
	}
	for i := range s.Operations {
		if _, err := fmt.Fprintln(e.out, "    "+terminal.Printable(operationLine(&s.Operations[i], e.zone))); err != nil {
			return err
		}
	}
	if s.Dropped > 0 {
		_, err := fmt.Fprintf(e.out, "    and %d more\n", s.Dropped)
		return err
	}
	return nil
}

// sessionLine is one session in one line.
func sessionLine(s *trail.Session, zone *time.Location) string {
	r := s.First()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s policy=%s key=%s from=%s account=%s", r.Time.In(zone).Format("2006-01-02 15:04:05"), r.Decision, r.Code,
		r.Policy, r.Key, r.Address, r.Account)
	if s.Result != nil && s.Result.Result != nil {
		fmt.Fprintf(&b, " exit=%d took=%s", s.Result.Result.Exit, s.Result.Result.Duration.Round(time.Millisecond))
		b.WriteString(transferred(s.Result.Result))
	}
	if len(s.Operations) > 0 {
		b.WriteString(" " + operationCounts(s))
	}
	if r.Requested != nil {
		fmt.Fprintf(&b, " %q", *r.Requested)
	}
	return b.String()
}

// operationCounts says how many operations changed something, read, were refused or failed.
func operationCounts(s *trail.Session) string {
	changed, read, refused, failed := 0, 0, 0, 0
	for i := range s.Operations {
		switch r := &s.Operations[i]; {
		case r.Decision != audit.Allow:
			refused++
		case r.Code != "ok":
			failed++
		case r.Operation == "open-write" || r.Operation == "open-read": // counted by their close
		case (&audit.Operation{Name: r.Operation}).Changes():
			changed++
		default:
			read++
		}
	}
	return fmt.Sprintf("changed=%d read=%d refused=%d failed=%d", changed, read, refused, failed)
}

// operationLine is one operation in one line.
func operationLine(r *audit.Record, zone *time.Location) string {
	line := fmt.Sprintf("%s %s %s %s", r.Time.In(zone).Format("15:04:05"), r.Decision, r.Operation, r.Path)
	if r.Target != "" {
		line += " -> " + r.Target
	}
	if r.Result != nil {
		line += transferred(r.Result)
	}
	if r.Code != "ok" {
		line += " (" + r.Code + ": " + r.Reason + ")"
	}
	return line
}

// transferred is " in=BYTES out=BYTES", without what was not counted.
func transferred(r *audit.Result) string {
	text := ""
	if r.BytesIn >= 0 {
		text += fmt.Sprintf(" in=%d", r.BytesIn)
	}
	if r.BytesOut >= 0 {
		text += fmt.Sprintf(" out=%d", r.BytesOut)
	}
	return text
}

// printSessionJSON prints the session's records as one array on one line.
func printSessionJSON(e *env, s *trail.Session) error {
	all := make([]*audit.Record, 0, len(s.Operations)+2)
	all = append(all, s.Intent)
	for i := range s.Operations {
		all = append(all, &s.Operations[i])
	}
	b := []byte{'['}
	for _, r := range append(all, s.Result) {
		if r == nil {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = r.Append(b)
	}
	_, err := fmt.Fprintf(e.out, "%s]\n", strings.ReplaceAll(string(b), "\n", ""))
	return err
}
