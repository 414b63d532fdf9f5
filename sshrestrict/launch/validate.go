package launch

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Bounds of a plan. They are far above what policies need and far below what the kernel or this process could choke on.
const (
	maxStages  = 16
	maxPaths   = 1024
	maxPath    = 4095      // bytes, PATH_MAX without its NUL
	maxStrings = 256 << 10 // bytes of arguments and environment of one stage
	maxWords   = 32 << 10  // arguments and variables of one stage
	maxKeep    = 1023      // the largest descriptor that stays open
	maxNice    = 19        // setpriority(2)
	maxUmask   = 0o777     // umask(2)
	noUmask    = -1        // leave it
	firstKept  = 3         // the standard streams always stay
)

// Stays tells whether the plan needs this process to stay as the parent, so Run and not Exec.
func (p *Plan) Stays() bool {
	return p.Result || p.Record != "" || p.Limits.Time > 0 || len(p.Stages) > 1
}

// validate refuses plans that cannot be meant.
func (p *Plan) validate() error {
	if n := len(p.Stages); n == 0 || n > maxStages {
		return fmt.Errorf("plan: %d programs, want 1 to %d", n, maxStages)
	}
	for i := range p.Stages {
		if err := p.Stages[i].validate(); err != nil {
			return fmt.Errorf("plan: program %d: %w", i+1, err)
		}
	}
	if err := p.Confinement.validate(); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	if err := p.Limits.validate(); err != nil {
		return fmt.Errorf("plan: limits: %w", err)
	}
	if p.Umask < noUmask || p.Umask > maxUmask {
		return fmt.Errorf("plan: umask %#o, want 0 to 0777, or -1", p.Umask)
	}
	if p.Record != "" {
		if err := validPath(p.Record); err != nil {
			return fmt.Errorf("plan: recording: %w", err)
		}
	}
	return validKeep(p.Keep)
}

func validKeep(keep []int) error {
	for i, fd := range keep {
		if fd < firstKept || fd > maxKeep || slices.Contains(keep[:i], fd) {
			return fmt.Errorf("plan: descriptor %d cannot be kept, want different ones from %d to %d", fd, firstKept, maxKeep)
		}
	}
	return nil
}

func (c *Command) validate() error {
	if err := validPath(c.Program); err != nil {
		return err
	}
	if filepath.Clean(c.Program) != c.Program {
		return fmt.Errorf("path %q is not plain, want %q", c.Program, filepath.Clean(c.Program))
	}
	if err := validPath(c.Dir); err != nil {
		return fmt.Errorf("folder: %w", err)
	}
	if len(c.Args) == 0 || len(c.Args)+len(c.Env) > maxWords {
		return fmt.Errorf("%d arguments and %d variables, want 1 to %d together", len(c.Args), len(c.Env), maxWords)
	}
	size := 0
	for _, s := range slices.Concat(c.Args, c.Env) {
		size += len(s) + 1
		if strings.IndexByte(s, 0) >= 0 {
			return fmt.Errorf("%q holds a NUL byte", s)
		}
	}
	if size > maxStrings {
		return fmt.Errorf("arguments and environment have %d bytes, want at most %d", size, maxStrings)
	}
	if c.Stderr < StderrInherit || c.Stderr > StderrStdout {
		return fmt.Errorf("error stream %d is unknown", c.Stderr)
	}
	return validEnv(c.Env)
}

// validEnv refuses a name that stands twice: programs differ in which of the two they take.
func validEnv(env []string) error {
	names := make([]string, 0, len(env))
	for _, entry := range env {
		name, _, ok := strings.Cut(entry, "=")
		if !ok || name == "" {
			return fmt.Errorf("environment: %q is not NAME=VALUE", entry)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			return fmt.Errorf("environment: %s stands there twice", names[i])
		}
	}
	return nil
}

func (c *Confinement) validate() error {
	if c.Level < LevelBest || c.Level > LevelOff {
		return fmt.Errorf("sandbox level %d is unknown", c.Level)
	}
	for _, paths := range [][]string{c.Read, c.Write, c.Execute} {
		if len(paths) > maxPaths {
			return fmt.Errorf("sandbox: %d paths, want at most %d", len(paths), maxPaths)
		}
		for _, path := range paths {
			if err := validPath(path); err != nil {
				return fmt.Errorf("sandbox: %w", err)
			}
		}
	}
	return nil
}

func (l *Limits) validate() error {
	if l.Time < 0 || l.CPU < 0 || l.Memory < 0 || l.Processes < 0 || l.OpenFiles < 0 || l.FileSize < 0 {
		return errors.New("a limit is below zero")
	}
	if l.Nice < 0 || l.Nice > maxNice {
		return fmt.Errorf("niceness %d, want 0 to %d", l.Nice, maxNice)
	}
	return nil
}

func validPath(path string) error {
	switch {
	case !strings.HasPrefix(path, "/"):
		return fmt.Errorf("path %q is not absolute", path)
	case len(path) > maxPath:
		return fmt.Errorf("path of %d bytes, want at most %d", len(path), maxPath)
	case strings.IndexByte(path, 0) >= 0:
		return fmt.Errorf("path %q holds a NUL byte", path)
	}
	return nil
}
