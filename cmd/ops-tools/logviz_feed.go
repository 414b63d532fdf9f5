package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"ops/internal/terminal"
	"ops/logviz/logfile"
)

// feed gives what logs say to a server while they are written, each from what is not older than since. It ends with ctx,
// with nil, or when all of its input has ended.
func (s *logSource) feed(ctx context.Context, paths []string, since time.Time, to *feeding) error {
	ctx, cancel := context.WithCancel(ctx)
	s.warnAge()
	errs := make([]error, len(paths))
	readings := make([]*reading, len(paths))
	var all, watch sync.WaitGroup
	watch.Go(func() { s.watch(ctx) })
	defer watch.Wait()
	defer cancel()
	for i, path := range paths {
		all.Go(func() {
			r := &reading{programs: make(map[string]int64)}
			err := s.feedOne(ctx, path, since, r, &feeding{server: to.server})
			readings[i] = r
			if ctx.Err() != nil && (err == nil || errors.Is(err, ctx.Err())) {
				return
			}
			if err != nil { // the others are of no use without it
				errs[i] = err
				cancel()
			}
		})
	}
	all.Wait()
	for i, r := range readings {
		of := ""
		if len(paths) > 1 {
			of = inputName(paths[i]) + ": "
		}
		fmt.Fprintln(s.env.err, of+r.summary())
		if s.flags.unparsed {
			r.printSamples(s.env.err)
		}
	}
	return errors.Join(errs...)
}

func (s *logSource) feedOne(ctx context.Context, path string, since time.Time, r *reading, to consumer) error {
	switch path {
	case "-":
		in, err := logfile.NewReader(inputName(path), newEndableInput(ctx, s.env.in), logfile.Options{AnyBytes: true})
		if err != nil {
			return err
		}
		return s.readFile(ctx, in, path, r, to)
	case "journal":
		return s.feedJournal(ctx, since, r, to)
	}
	if _, err := os.Stat(path); err != nil {
		s.warn(path + " is not there yet: it is waited for")
	}
	follower, err := logfile.Follow(ctx, path, logfile.FollowOptions{Since: since, Warn: s.warn})
	if err != nil {
		return withCode(exitNoInput, err)
	}
	defer follower.Close()
	in, err := logfile.NewReader(path, follower, logfile.Options{AnyBytes: true})
	if err != nil {
		return err
	}
	return s.readFile(ctx, in, path, r, to)
}

// checkLog refuses what cannot become a log that is followed. One that is not there yet can.
func checkLog(path string) error {
	if path == "-" || path == "journal" {
		return nil
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return withCode(exitNoInput, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a directory: name the log in it", path)
	}
	return withCode(exitNoInput, err)
}

// feedJournal reads what journald has and gets of sshd, by whatever unit it was started.
func (s *logSource) feedJournal(ctx context.Context, since time.Time, r *reading, to consumer) error {
	cmd := exec.CommandContext(ctx, "journalctl", "--follow", "--lines=all", "--output=json", "--no-pager",
		fmt.Sprintf("--since=@%d", since.Unix()),
		"--identifier=sshd", "--identifier=sshd-session", "--identifier=sshd-auth")
	cmd.Stderr = talk(s.warn) // such as that not all messages may be seen
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return withCode(exitUnavailable, fmt.Errorf("journal: %w: it comes with systemd", err))
	}
	in, err := logfile.NewReader("journal", out, logfile.Options{AnyBytes: true})
	if err == nil {
		err = s.readFile(ctx, in, "journal", r, to)
	}
	if ended := cmd.Wait(); ctx.Err() == nil && err == nil {
		err = fmt.Errorf("journalctl has ended (%v)", ended)
	}
	return withCode(exitNoInput, err)
}

// talk gives lines that are written to a function.
type talk func(string)

func (t talk) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		t(strings.TrimSpace(line[:min(len(line), maxMessage)]))
	}
	return len(p), nil
}

func (s *logSource) warn(text string) {
	fmt.Fprintf(s.env.err, "ops: warning: %s\n", terminal.Printable(text))
}
