package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"ops/internal/terminal"
	"ops/logviz/normalize"
	"ops/logviz/normalize/pylogsparser"
)

// lookEvery is how often a definition that is in use is looked at while a log is followed.
const lookEvery = 2 * time.Second

// current returns the definitions for the records that come next.
func (s *logSource) current() *rules {
	if r := s.reloaded.Load(); r != nil {
		return r
	}
	return &s.rules
}

// watch reads the definitions of -d anew when a file changes, or on SIGHUP, until ctx ends. If something is wrong with
// the new ones, their own tests included, those in use stay, and it says so. Of XML files, whose problems are no obstacle
// at the start, it must not be more than it was.
func (s *logSource) watch(ctx context.Context) {
	if len(s.flags.definitions.paths) == 0 {
		return
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	seen, faults := s.state, s.faults(s.foreign, s.problems)
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
		r := &rules{}
		var now []string
		engine, err := s.flags.definitions.tried()
		if err == nil {
			r.engine = engine
			r.foreign, now, err = s.flags.definitions.foreign()
			now = s.faults(r.foreign, now)
		}
		if err == nil && len(now) > len(faults) {
			err = errors.New(strings.Join(now, "; "))
		}
		if err != nil {
			fmt.Fprintf(s.env.err, "ops: warning: the definitions in use stay: %s\n", terminal.Printable(err.Error()))
			continue
		}
		faults = now
		s.reloaded.Store(r)
		fmt.Fprintln(s.env.err, "ops: the definitions were read anew")
	}
}

// faults are the problems of XML definitions and those of their examples that fail.
func (s *logSource) faults(all []*pylogsparser.Library, problems []string) []string {
	faults := slices.Clone(problems)
	for _, l := range all {
		for _, f := range l.Test(pylogsparser.Options{Reference: s.env.now(), Zone: s.zone, Country: s.country}).Failed {
			faults = append(faults, f.String())
		}
	}
	return faults
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
