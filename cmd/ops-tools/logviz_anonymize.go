package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz/anonymize"
	"ops/logviz/logfile"
)

type anonymizeOptions struct {
	logs         logFlags
	keyFile      string
	newKey       bool
	keep         []string
	keepOUI      bool
	dropUnparsed bool
	json         bool
}

func newAnonymize(e *env) *cobra.Command {
	o := &anonymizeOptions{}
	cmd := &cobra.Command{
		Use:   "anonymize FILE…",
		Short: "Replace addresses and names in a log by pseudonyms",
		Long: "Replace addresses, users, hosts, mail addresses, hardware addresses and UUIDs in a log by pseudonyms. The log stays\n" +
			"one of the same kind: 'ops logviz' reads it as it did before. Addresses keep their networks: two that begin alike\n" +
			"become two that begin alike. The same name becomes the same pseudonym wherever it stands, as long as the key is\n" +
			"the same.\n\n" + logInput + "\n\nOf a line that no definition understands, what looks like an address is replaced, and no more: a name in it\n" +
			"stays. Such lines are counted; --drop-unparsed leaves them out. Whoever has the key can find out who is who.\n" +
			"Loopback and unspecified addresses stay as they are.",
		Example: "  ops logviz anonymize --key-file ~/anonymize.key --new-key /var/log/auth.log >shared.log\n" +
			"  ops logviz anonymize --keep private --drop-unparsed /var/log/mail.log.1.gz | gzip >mail.gz\n" +
			"  journalctl -u ssh -o json | ops logviz anonymize --json -",
		Args: someArgs("a FILE, or - for the standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return runAnonymize(cmd.Context(), e, o, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.keyFile, "key-file", "", "`FILE` with the key, of mode 0600 (default: a random key, for this run only)")
	flags.BoolVar(&o.newKey, "new-key", false, "make a key and write it to the file of --key-file, which must not exist")
	flags.StringSliceVar(&o.keep, "keep", nil, "`RANGES` of addresses that stay: private, link-local, multicast")
	flags.BoolVar(&o.keepOUI, "keep-oui", false, "keep the half of a hardware address that names its maker")
	flags.BoolVar(&o.dropUnparsed, "drop-unparsed", false, "leave out lines that no definition understands")
	flags.BoolVar(&o.json, "json", false, "print the events as JSON lines instead; lines that are not understood are left out")
	flags.StringVar(&o.logs.tz, "tz", "", "`ZONE` of stamps that have none (default: the machine's)")
	flags.StringVar(&o.logs.reference, "reference-time", "", "`TIME` at which the log was at hand, for stamps without a year (default: each file's time, or now)")
	return cmd
}

func (o *anonymizeOptions) ranges() (keep anonymize.Ranges, err error) {
	for _, name := range o.keep {
		switch name {
		case "private":
			keep |= anonymize.Private
		case "link-local":
			keep |= anonymize.LinkLocal
		case "multicast":
			keep |= anonymize.Multicast
		default:
			return 0, usageError("--keep %q: must be private, link-local or multicast", name)
		}
	}
	return keep, nil
}

func (o *anonymizeOptions) key(e *env) (anonymize.Key, error) {
	switch {
	case o.keyFile == "" && o.newKey:
		return anonymize.Key{}, usageError("--new-key needs --key-file FILE to write the key to")
	case o.keyFile == "":
		fmt.Fprintln(e.err, "ops: the key is a random one that is not kept: another run gives other pseudonyms (--key-file FILE --new-key keeps one)")
		return anonymize.RandomKey(), nil
	case o.newKey:
		key, err := anonymize.CreateKey(o.keyFile)
		return key, withCode(exitIO, err)
	}
	key, err := anonymize.ReadKey(o.keyFile)
	return key, withCode(exitNoInput, err)
}

func runAnonymize(ctx context.Context, e *env, o *anonymizeOptions, paths []string) error {
	keep, err := o.ranges()
	if err != nil {
		return err
	}
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	key, err := o.key(e)
	if err != nil {
		return err
	}
	logs.silent = terminal.IsTerminal(e.out)
	a := &anonymizing{
		options: o, out: bufio.NewWriter(e.out),
		anonymizer: anonymize.New(key, anonymize.Options{Keep: keep, KeepOUI: o.keepOUI}),
	}
	for _, path := range paths {
		if err = a.file(ctx, logs, path); err != nil {
			break
		}
	}
	err = errors.Join(err, withCode(exitIO, a.out.Flush()))
	if a.lines > 0 {
		fmt.Fprintln(e.err, a.summary())
	}
	return err
}

// anonymizing is a run over several files.
type anonymizing struct {
	options                                  *anonymizeOptions
	anonymizer                               *anonymize.Anonymizer
	out                                      *bufio.Writer
	buf                                      []byte
	lines, unparsed, altered, tooLong, wrote int64
}

func (a *anonymizing) file(ctx context.Context, logs *logSource, path string) (err error) {
	in, err := logs.openFile(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	progress := logs.progress(path)
	defer progress.finish()
	options := logs.streamOptions(in)
	w := a.anonymizer.NewRewriter(logs.engine, options)
	for {
		rec, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if a.lines++; a.lines%4096 == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			progress.set(rec.Line)
		}
		if err := a.record(w, rec); err != nil {
			return withCode(exitIO, err)
		}
	}
}

// record writes one record. One that is too long is at hand only in part and is left out.
func (a *anonymizing) record(w *anonymize.Rewriter, rec logfile.Record) error {
	if rec.TooLong {
		a.tooLong++
		return nil
	}
	line, result := w.Line(string(rec.Bytes))
	switch result {
	case anonymize.Unparsed:
		a.unparsed++
	case anonymize.Altered:
		a.altered++
	}
	if result != anonymize.Understood && (a.options.dropUnparsed || a.options.json) {
		return nil
	}
	a.wrote++
	if a.options.json {
		a.buf = w.Record().AppendJSON(a.buf[:0])
	} else {
		a.buf = append(a.buf[:0], line...)
	}
	_, err := a.out.Write(append(a.buf, '\n'))
	return err
}

func (a *anonymizing) summary() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s lines: %s written, %s not understood", terminal.Count(a.lines), terminal.Count(a.wrote), terminal.Count(a.unparsed))
	if a.altered > 0 {
		fmt.Fprintf(&b, ", %s not understood any more with pseudonyms", terminal.Count(a.altered))
	}
	if a.tooLong > 0 {
		fmt.Fprintf(&b, ", %s left out because they are longer than 64 KiB", terminal.Count(a.tooLong))
	}
	if a.unparsed > 0 && !a.options.dropUnparsed && !a.options.json {
		b.WriteString("; names may be left in those (--drop-unparsed leaves them out)")
	}
	return b.String()
}
