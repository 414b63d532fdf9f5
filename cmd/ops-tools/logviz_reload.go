package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"ops/internal/terminal"
	"ops/logviz/normalize"
)

// lookEvery is how often a definition that is in use is looked at while a log is followed.
const lookEvery = 2 * time.Second

// current returns the definitions for the records that come next.
func (s *logSource) current() *normalize.Engine {
	if e := s.reloaded.Load(); e != nil {
		return e
	}
	return s.engine
}

// watch reads the definitions of -d anew when a file changes, or on SIGHUP, until ctx ends. If something is wrong with
// the new ones, their own tests included, those in use stay, and it says so. (XML files are read once.)
func (s *logSource) watch(ctx context.Context) {
	if len(s.flags.definitions.paths) == 0 {
		return
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	seen := s.flags.definitions.state()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		case <-tick.C:
			now := s.flags.definitions.state()
			if now == seen {
				continue
			}
			seen = now
		}
		engine, err := s.flags.definitions.tried()
		if err != nil {
			fmt.Fprintf(s.env.err, "ops: warning: the definitions in use stay: %s\n", terminal.Printable(err.Error()))
			continue
		}
		s.reloaded.Store(engine)
		fmt.Fprintln(s.env.err, "ops: the definitions were read anew")
	}
}

// tried compiles the definitions and runs their tests.
func (f *definitionFlags) tried() (*normalize.Engine, error) {
	own, err := f.own()
	if err != nil {
		return nil, err
	}
	for _, d := range own {
		if failures := d.Check(); len(failures) > 0 {
			return nil, errors.Join(failures...)
		}
	}
	defs, err := f.load()
	if err != nil {
		return nil, err
	}
	return normalize.New(defs...)
}

// state changes when a file of the definitions does.
func (f *definitionFlags) state() string {
	var b strings.Builder
	for _, path := range f.paths {
		files, err := definitionFiles(path)
		fmt.Fprintln(&b, path, err)
		for _, file := range files {
			if info, err := os.Stat(file); err == nil {
				fmt.Fprintln(&b, file, info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	return b.String()
}
