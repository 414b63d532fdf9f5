package test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkNormalize compares the time that programs take to understand the same sshd log of 1,000,000 lines, in turns:
// ops (JSON with RFC 3339 times, countries and the line itself), lognormalizer of liblognorm with a rulebase for the same
// messages (JSON), grep -c, which only counts one kind of line, and fail2ban-regex on as many lines as it reads in a few
// seconds. The output of each goes through a pipe. It prints lines a second of CPU time (user and system, best run), the
// ratio to lognormalizer, the time on the wall, and the memory. OPS_BENCH_LOG names another log with RFC 3164 stamps to
// take the lines from.
func BenchmarkNormalize(b *testing.B) {
	const size, few = 1_000_000, 20_000
	dir := b.TempDir()
	source := os.Getenv("OPS_BENCH_LOG")
	if source == "" {
		source = filepath.Join("..", "examples", "attack-day.log")
	}
	log, short := filepath.Join(dir, "sshd.log"), filepath.Join(dir, "short.log")
	lengthen(b, source, log, size)
	lengthen(b, source, short, few)
	ops := filepath.Join(buildPrograms(b), "ops-tools")
	normalize := []string{ops, "logviz", "normalize", "--tz", "UTC", "--reference-time", "2026-12-31", "-j"}
	candidates := []struct {
		name  string
		lines int
		args  []string
		stdin bool
	}{
		{"grep", size, []string{"grep", "-c", "Failed password", log}, false},
		{"lognormalizer", size, []string{"lognormalizer", "-r", "testdata/bench/sshd.rulebase", "-e", "json"}, true},
		{"ops-j1", size, append(slices.Clone(normalize), "1", log), false},
		{"ops-j2", size, append(slices.Clone(normalize), "2", log), false},
		{"fail2ban-regex", few, []string{"fail2ban-regex", "-v", short, "sshd"}, false},
	}
	best := make([]cost, len(candidates))
	for b.Loop() {
		for i, c := range candidates {
			took := measure(b, c.args, log, c.stdin)
			if best[i].cpu == 0 || took.cpu < best[i].cpu {
				best[i].cpu, best[i].memory = took.cpu, took.memory
			}
			if best[i].wall == 0 || took.wall < best[i].wall {
				best[i].wall = took.wall
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	rate := func(i int) float64 { return float64(candidates[i].lines) / best[i].cpu.Seconds() }
	var table strings.Builder
	fmt.Fprintf(&table, "\n%-15s %14s %8s %14s %9s\n", "program", "lines/CPU-s", "ratio", "lines/s, wall", "memory")
	for i, c := range candidates {
		fmt.Fprintf(&table, "%-15s %14.0f %8.2f %14.0f %6.0f MB\n", c.name, rate(i), rate(i)/rate(1),
			float64(c.lines)/best[i].wall.Seconds(), float64(best[i].memory)/1024)
		if strings.HasPrefix(c.name, "ops") {
			b.ReportMetric(rate(i)/rate(1), c.name+"/lognormalizer")
		}
	}
	fmt.Print(table.String())
}

type cost struct {
	cpu, wall time.Duration
	memory    int64 // KiB
}

func measure(b *testing.B, args []string, log string, stdin bool) cost {
	b.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	if stdin {
		in, err := os.Open(log)
		if err != nil {
			b.Fatal(err)
		}
		defer in.Close()
		cmd.Stdin = in
	}
	var talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = struct{ io.Writer }{io.Discard}, &talk
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%s: %v\n%s", args[0], err, talk.Bytes())
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), time.Since(begin), usage.Maxrss}
}

// lengthen writes lines of a log again and again, each time with later stamps, until there are n.
func lengthen(b *testing.B, source, target string, n int) {
	b.Helper()
	data, err := os.ReadFile(source)
	if err != nil {
		b.Fatal(err)
	}
	type line struct {
		at   time.Time
		rest string
	}
	var lines []line
	for text := range strings.Lines(string(data)) {
		if at, err := time.Parse("2006 "+time.Stamp, "2026 "+text[:min(len(text), len(time.Stamp))]); err == nil {
			lines = append(lines, line{at, text[len(time.Stamp):]})
		}
	}
	if len(lines) == 0 {
		b.Fatalf("%s has no lines with stamps as in RFC 3164", source)
	}
	cycles := time.Duration((n + len(lines) - 1) / len(lines))
	first, step := lines[0].at, 300*24*time.Hour/max(1, cycles) // within one year, whatever the length of the log
	f, err := os.Create(target)
	if err != nil {
		b.Fatal(err)
	}
	out := bufio.NewWriter(f)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		l := &lines[i%len(lines)]
		at := start.Add(step*time.Duration(i/len(lines)) + min(l.at.Sub(first), step))
		fmt.Fprint(out, at.Format(time.Stamp), l.rest)
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}
