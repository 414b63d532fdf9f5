package power

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func (m Machine) hostname(context.Context) (func(*Status), error) {
	text, err := read(m.path("proc/sys/kernel/hostname"), maxFile)
	if err != nil {
		return nil, err
	}
	text = clean(text)
	return func(s *Status) { s.Hostname = &text }, nil
}

func (m Machine) bootID(context.Context) (func(*Status), error) {
	text, err := read(m.path("proc/sys/kernel/random/boot_id"), maxFile)
	if err != nil {
		return nil, err
	}
	text = clean(text)
	return func(s *Status) { s.BootID = &text }, nil
}

// bootTime is the line btime of /proc/stat; see proc_stat(5). The file grows with the number of interrupts.
func (m Machine) bootTime(context.Context) (func(*Status), error) {
	text, err := read(m.path("proc/stat"), 4<<20)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(text) {
		value, found := strings.CutPrefix(line, "btime ")
		if !found {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 40)
		if err != nil {
			return nil, fmt.Errorf("/proc/stat: btime is not a number: %w", err)
		}
		at := moment(n * 1e6)
		if at == nil {
			return nil, fmt.Errorf("/proc/stat: btime %d is not a time", n)
		}
		return func(s *Status) { s.BootTime = at }, nil
	}
	return nil, errors.New("/proc/stat has no line btime")
}

func (m Machine) uptime(context.Context) (func(*Status), error) {
	n, err := m.numbers("proc/uptime", 1)
	if err != nil {
		return nil, err
	}
	up := int64(n[0])
	return func(s *Status) { s.UptimeS = &up }, nil
}

func (m Machine) load(context.Context) (func(*Status), error) {
	n, err := m.numbers("proc/loadavg", 3)
	if err != nil {
		return nil, err
	}
	return func(s *Status) { s.Load = n }, nil
}

// numbers reads the first numbers of a file, all of them finite, so that JSON can hold them.
func (m Machine) numbers(name string, count int) ([]float64, error) {
	text, err := read(m.path(name), maxFile)
	if err != nil {
		return nil, err
	}
	words := strings.Fields(text)
	if len(words) < count {
		return nil, fmt.Errorf("/%s has %d numbers, want %d", name, len(words), count)
	}
	out := make([]float64, count)
	for i := range out {
		if out[i], err = strconv.ParseFloat(words[i], 64); err != nil || !(out[i] >= 0 && out[i] < math.MaxInt64) {
			return nil, fmt.Errorf("/%s: %s is not a number that can be", name, strconv.QuoteToASCII(clean(words[i])))
		}
	}
	return out, nil
}

// ttyIdle looks for the terminal that was used last. The kernel notes the time of input in the access time of the
// device, to within 8 seconds. Terminals count with or without a session, so a tmux that somebody left counts too.
func (m Machine) ttyIdle(context.Context) (func(*Status), error) {
	var last time.Time
	for _, pattern := range []string{"dev/pts/[0-9]*", "dev/tty[0-9]*", "dev/ttyS[0-9]*"} {
		paths, err := filepath.Glob(m.path(pattern))
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			if at, ok := used(path); ok && at.After(last) {
				last = at
			}
		}
	}
	for _, folder := range []string{"dev", "dev/pts"} { // Glob says nothing about a folder that it may not read
		if _, err := os.ReadDir(m.path(folder)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
	}
	if last.IsZero() {
		return nil, nil
	}
	idle := seconds(m.Now().Sub(last))
	return func(s *Status) { s.TTYIdleS = idle }, nil
}

// used returns when a terminal was last typed on. A terminal that was never open since boot still has the times of its
// making, which is when the machine started and so harmless.
func used(path string) (time.Time, bool) {
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil || st.Mode&syscall.S_IFMT != syscall.S_IFCHR {
		return time.Time{}, false
	}
	return time.Unix(st.Atim.Sec, st.Atim.Nsec), true
}
