package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"ops/internal/durable"
	"ops/logviz/logfile"
)

// followFlags say whether a log is read as it grows.
type followFlags struct {
	follow   bool
	position string
}

func (f *followFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVarP(&f.follow, "follow", "f", false, "go on with what is written to FILE, through its rotation, until interrupted")
	flags.StringVar(&f.position, "position", "", "with --follow: `FILE` that keeps how far the log was read; begin there, so that no line is lost or repeated")
}

func (f *followFlags) check(paths []string) error {
	switch {
	case f.position != "" && !f.follow:
		return usageError("--position is for --follow")
	case f.follow && (len(paths) != 1 || paths[0] == "-"):
		return usageError("--follow reads one FILE; the standard input ends by itself")
	}
	return nil
}

// positionFile keeps the place in a log up to which everything was written.
type positionFile struct {
	path     string // "" to keep nothing
	follower *logfile.Follower
	now      func() time.Time
	warn     func(string)

	mu     sync.Mutex
	done   int64 // bytes of the stream
	saved  int64
	at     time.Time // of the last save
	timer  *time.Timer
	failed bool
}

// saveEvery is how often the file is written at most. What was read since is read again after a crash.
const saveEvery = time.Second

func loadPosition(path string) (*logfile.Position, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, withCode(exitNoInput, err)
	}
	p := &logfile.Position{}
	if err := json.Unmarshal(data, p); err != nil || p.Offset < 0 || p.HeadBytes < 0 {
		return nil, withCode(exitData, fmt.Errorf("%s is no position file: remove it to read the log from its start", path))
	}
	return p, nil
}

// written notes that all up to a byte of the stream was written.
func (p *positionFile) written(done int64) {
	if p.path == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done = done
	switch wait := saveEvery - p.now().Sub(p.at); {
	case wait <= 0:
		p.save()
	case p.timer == nil:
		p.timer = time.AfterFunc(wait, p.flush)
	}
}

// flush saves what is not saved yet.
func (p *positionFile) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer = nil
	p.save()
}

func (p *positionFile) save() {
	if p.path == "" || p.done == p.saved {
		return
	}
	at, ok := p.follower.Position(p.done)
	if !ok {
		return
	}
	data, err := json.Marshal(at)
	if err == nil {
		err = durable.WriteFile(p.path, append(data, '\n'), 0o600)
	}
	if err != nil && !p.failed { // the log goes on
		p.warn(fmt.Sprintf("the position is not kept: %v", err))
	}
	p.failed, p.saved, p.at = err != nil, p.done, p.now()
}

// follow reads a log as it grows until ctx ends.
func (s *logSource) follow(ctx context.Context, path string, f *followFlags, to *lines) (*reading, error) {
	r := &reading{programs: make(map[string]int64)}
	from, err := loadPosition(f.position)
	if err != nil {
		return r, err
	}
	follower, err := logfile.Follow(ctx, path, logfile.FollowOptions{From: from, Warn: s.warn})
	if err != nil {
		return r, withCode(exitNoInput, err)
	}
	defer follower.Close()
	position := &positionFile{path: f.position, follower: follower, now: s.env.now, warn: s.warn}
	to.written = position.written
	in, err := logfile.NewReader(path, follower, logfile.Options{AnyBytes: true})
	if err == nil {
		s.live = true
		go s.watch(ctx)
		err = s.readLines(context.WithoutCancel(ctx), in, path, r, to) // ctx ends the follower, and what was read is written
		position.flush()
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return r, nil
	}
	return r, err
}
