package trail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"ops/sshrestrict/audit"
)

// JournalOptions say how journalctl(1) is called. The zero value reads all of the machine's journal.
type JournalOptions struct {
	Program      string    // journalctl; a path or a name in PATH
	Folder       string    // read the journal files of this folder instead of the machine's
	Since, Until time.Time // of the entries
	Follow       bool      // wait for more entries until the context ends
	// Fields are more conditions as journalctl has them, such as "_EXE=/usr/bin/ops": any account can write entries under
	// our name, and fields that start with _ are the journal's own word.
	Fields []string
}

// Journal reads the records that are in the journal, the oldest first. It runs journalctl, and waits for its end when the
// sequence ends for whatever reason.
func Journal(ctx context.Context, o JournalOptions) iter.Seq2[audit.Record, error] {
	return func(yield func(audit.Record, error) bool) {
		args, err := o.arguments()
		if err != nil {
			yield(audit.Record{}, err)
			return
		}
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		cmd := exec.CommandContext(ctx, orName(o.Program, "journalctl"), args...)
		cmd.WaitDelay = 5 * time.Second
		talk := &head{most: 2000}
		cmd.Stderr = talk
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			yield(audit.Record{}, fmt.Errorf("read the journal: %w", err))
			return
		}
		if !entries(out, yield) {
			cancel()
			_ = cmd.Wait() // it was told to end
			return
		}
		if err := cmd.Wait(); err != nil && ctx.Err() == nil {
			yield(audit.Record{}, fmt.Errorf("read the journal: %s: %w: %s", cmd.Path, err, talk.text()))
		}
	}
}

// arguments leaves large fields whole (--all) and no others but ours.
func (o *JournalOptions) arguments() ([]string, error) {
	args := []string{"--quiet", "--no-pager", "--all", "--output=json", "--output-fields=OPS_RECORD"}
	if o.Folder != "" {
		args = append(args, "--directory="+o.Folder)
	}
	if !o.Since.IsZero() {
		args = append(args, "--since=@"+strconv.FormatInt(o.Since.Unix(), 10))
	}
	if !o.Until.IsZero() {
		args = append(args, "--until=@"+strconv.FormatInt(o.Until.Unix()+1, 10))
	}
	if o.Follow {
		args = append(args, "--follow", "--lines=all")
	}
	args = append(args, "SYSLOG_IDENTIFIER="+audit.Identifier)
	for _, field := range o.Fields {
		if name, _, ok := strings.Cut(field, "="); !ok || name == "" || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
			return nil, fmt.Errorf("read the journal: expected a condition such as _EXE=/usr/bin/ops, found %q", field)
		}
		args = append(args, field)
	}
	return args, nil
}

// entries reads the output of journalctl and is false if no more is wanted.
func entries(out io.Reader, yield func(audit.Record, error) bool) bool {
	for text, at := range lines(out) {
		record, cause := audit.Record{}, at.cause
		if at.ok() {
			var object []byte
			if object, cause = fromJournal(text); cause == nil {
				record, cause = Parse(object)
			}
			if cause != nil {
				record, cause = audit.Record{}, &LineError{at.number, cause}
			}
		}
		if !yield(record, cause) || cause != nil && !isLineError(cause) {
			return false
		}
	}
	return true
}

// fromJournal takes our field out of an entry. A value that journalctl does not hold for text is a list of bytes.
func fromJournal(entry []byte) ([]byte, error) {
	var fields struct {
		Record json.RawMessage `json:"OPS_RECORD"`
	}
	if err := json.Unmarshal(entry, &fields); err != nil {
		return nil, fmt.Errorf("no entry of the journal in JSON: %w", err)
	}
	var text string
	var numbers []int
	switch {
	case len(fields.Record) == 0 || bytes.Equal(fields.Record, []byte("null")):
		return nil, errors.New("an entry without a record")
	case json.Unmarshal(fields.Record, &text) == nil:
		return []byte(text), nil
	case json.Unmarshal(fields.Record, &numbers) == nil:
		raw := make([]byte, len(numbers))
		for i, n := range numbers {
			if n < 0 || n > 255 {
				return nil, errors.New("an entry with a record that is neither text nor bytes")
			}
			raw[i] = byte(n)
		}
		return raw, nil
	}
	return nil, errors.New("an entry with several records, or with something else in the place of one")
}

func orName(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// head keeps the beginning of what is written to it.
type head struct {
	kept []byte
	most int
}

func (h *head) Write(b []byte) (int, error) {
	h.kept = append(h.kept, b[:min(len(b), h.most-len(h.kept))]...)
	return len(b), nil
}

func (h *head) text() string { return audit.Escape(strings.TrimSpace(string(h.kept))) }
