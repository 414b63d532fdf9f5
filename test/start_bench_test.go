package test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkStart measures what a forced command adds to a session, from its exec to the exec of what it allows, for ops with
// a policy of 50 rules of which the last one allows, for git-shell and for rrsync, each in turns with an empty static
// program of Go, from its exec to its end. All are medians, less the time to start and end a program that does nothing.
func BenchmarkStart(b *testing.B) {
	dir := b.TempDir()
	nothing := filepath.Join(dir, "nothing")
	put(b, nothing, 0o755, emptyELF())
	shellHome := filepath.Join(dir, "home")
	put(b, filepath.Join(shellHome, "git-shell-commands", "nothing"), 0o755, emptyELF())
	put(b, filepath.Join(dir, "fifty.yaml"), 0o644, []byte(fiftyRules(nothing)))
	put(b, filepath.Join(dir, "empty", "main.go"), 0o644, []byte("package main\n\nfunc main() {}\n"))
	empty := filepath.Join(dir, "empty", "empty")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", empty, filepath.Join(dir, "empty", "main.go"))
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GO111MODULE=off")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	ops := filepath.Join(buildPrograms(b), "ops")
	const transfer = "--server --sender -logDtpre.iLsfxCIvu . ."
	candidates := []struct {
		name, base string // the times are less those of base
		args       []string
		env        []string
	}{
		{"nothing", "", []string{nothing}, nil},
		{"empty", "nothing", []string{empty}, nil},
		{"ops", "nothing", []string{ops, "ssh-restrict", "--policies", dir, "--policy", "fifty"}, []string{"SSH_ORIGINAL_COMMAND=nothing"}},
		{"git-shell", "nothing", []string{"/usr/bin/git-shell", "-c", "nothing"}, []string{"HOME=" + shellHome}},
		{"rsync", "", append([]string{"/usr/bin/rsync"}, strings.Fields(transfer)...), nil},
		{"rrsync", "rsync", []string{"/usr/bin/rrsync", shellHome}, []string{"SSH_ORIGINAL_COMMAND=rsync " + transfer, "SSH_CONNECTION=127.0.0.1 1 127.0.0.1 22"}},
	}
	took := make([][]time.Duration, len(candidates))
	for b.Loop() {
		for i, c := range candidates {
			cmd := exec.Command(c.args[0], c.args[1:]...)
			cmd.Env, cmd.Dir = append([]string{"PATH=/usr/bin:/bin"}, c.env...), shellHome
			begin := time.Now()
			out, err := cmd.CombinedOutput()
			took[i] = append(took[i], time.Since(begin))
			if err != nil && !strings.Contains(c.name, "rsync") { // which has nobody to talk to
				b.Fatalf("%s: %v\n%s", c.name, err, out)
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	median := map[string]time.Duration{"": 0}
	for i, c := range candidates {
		slices.Sort(took[i])
		median[c.name] = took[i][len(took[i])/2]
	}
	for _, c := range candidates[1:] {
		own := median[c.name] - median[c.base]
		if c.base == "" {
			continue
		}
		b.ReportMetric(float64(own.Microseconds()), c.name+"-µs")
		b.ReportMetric(float64(own)/float64(median["empty"]-median["nothing"]), c.name+"/empty")
	}
}

// fiftyRules is a policy whose last rule starts the program.
func fiftyRules(program string) string {
	var text strings.Builder
	text.WriteString("description: fifty rules\nallow:\n")
	for i := range 49 {
		fmt.Fprintf(&text, `  - command: [systemctl, status, "{unit}"]
    run:     [/usr/bin/systemctl, --no-pager, status, --, "{unit}"]
    where:   {unit: {one-of: [nginx%d.service, postgresql.service]}}
`, i)
	}
	fmt.Fprintf(&text, "  - command: [nothing]\n    run:     [%s]\n", program)
	return text.String()
}

// emptyELF is the smallest program: exit(0), for amd64, see elf(5). Its time is that of the kernel alone.
func emptyELF() []byte {
	const base, header = 0x400000, 64 + 56
	code := []byte{0xb8, 60, 0, 0, 0, 0x31, 0xff, 0x0f, 0x05} // mov eax, 60; xor edi, edi; syscall
	var out bytes.Buffer
	out.WriteString("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9))
	for _, field := range []any{
		uint16(2), uint16(62), uint32(1), uint64(base + header), uint64(64), uint64(0), uint32(0), // executable, x86-64, entry, segments at 64
		uint16(64), uint16(56), uint16(1), uint16(0), uint16(0), uint16(0),
		uint32(1), uint32(5), uint64(0), uint64(base), uint64(base), // one segment to load, to read and execute
		uint64(header + len(code)), uint64(header + len(code)), uint64(0x1000),
	} {
		_ = binary.Write(&out, binary.LittleEndian, field) // into memory
	}
	return append(out.Bytes(), code...)
}

func put(tb testing.TB, name string, mode os.FileMode, content []byte) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(name, content, mode); err != nil {
		tb.Fatal(err)
	}
}
