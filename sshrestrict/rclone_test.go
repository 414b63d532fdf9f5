package sshrestrict

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// decideBy parses a policy and decides a command by it.
func decideBy(t *testing.T, policy, command string) *Decision {
	t.Helper()
	p, err := Parse("test", "test.yaml", []byte(policy))
	if err != nil {
		t.Fatal(err)
	}
	q := NewRequest(KindCommand, command, MaxCommand)
	q.Now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	return p.Decide(q)
}

// What rclone sends, by version, and what others might send in its place.
func TestRcloneCommands(t *testing.T) {
	root := t.TempDir()
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(root, "out")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		mode, command string
		want          string // how the rendered program ends, or a code
	}{
		"sftp":                     {"read", "/usr/lib/openssh/sftp-server", "session sftp --root @ --mode read --paths absolute"},
		"shell":                    {"read", "echo ${ShellId}%ComSpec%", "/usr/bin/echo %ComSpec%"},
		"trial":                    {"read", "md5sum", "session sum --root @ --mode read --paths absolute -- md5"},
		"trial of sha1":            {"append", "sha1sum", "--mode append --paths absolute -- sha1"},
		"old trial":                {"read", "echo 'abc' | md5sum", "/usr/bin/echo abc | ops-tools session sum --root @ --mode read --paths absolute -- md5"},
		"sum":                      {"read", "md5sum @/a", "-- md5 @/a"},
		"sum of a strange name":    {"read", `sha256sum @/a\ b\'\$\(id\)`, `-- sha256 '@/a b'\''$(id)'`},
		"sum in append":            {"append", "sha1sum @/a", "-- sha1 @/a"},
		"space":                    {"write", "df -k @", "session space --root @ --mode write --paths absolute -- @"},
		"which":                    {"read", "type -p md5sum", "session which -- md5sum"},
		"command -v":               {"read", "command -v sha1sum", "session which -- sha1sum"},
		"trial in write":           {"write", "md5sum", "rclone-read"},
		"old trial in write":       {"write", "echo abc | md5sum", "command-unknown"},
		"sum in write":             {"write", "md5sum @/a", "rclone-read"},
		"sum outside":              {"read", "md5sum /etc/passwd", "path-outside"},
		"sum through a link":       {"read", "md5sum @/out/x", "path-link"},
		"sum of a parent":          {"read", "md5sum @/../x", "path-parent"},
		"sum with an option":       {"read", "md5sum -c", "path-dash"},
		"sum with a long option":   {"read", "md5sum --check @/a", "rclone-path"},
		"sum of an option behind":  {"read", "md5sum -- --check", "path-dash"},
		"sum of two":               {"read", "md5sum @/a @/b", "rclone-path"},
		"sum of a pattern":         {"read", "md5sum @/*", "rclone-path"},
		"sum of a home":            {"read", "md5sum ~/a", "rclone-path"},
		"sum into a file":          {"read", "md5sum @/a > @/b", "command-unknown"},
		"sum and more":             {"read", "md5sum @/a; id", "command-unknown"},
		"sum of what runs":         {"read", "md5sum $(id)", "command-syntax"},
		"other sum":                {"read", "cksum @/a", "command-unknown"},
		"BSD's sum":                {"read", "md5 -r", "command-unknown"},
		"rclone's own":             {"read", "rclone md5sum @/a", "command-unknown"},
		"other shell question":     {"read", "echo ${ShellId}%ComSpec% ", "command-syntax"},
		"shell question and more":  {"read", "echo ${ShellId}%ComSpec%; id", "command-syntax"},
		"shell question, expanded": {"read", "echo ${SHELL}", "command-syntax"},
		"echo":                     {"read", "echo abc", "command-unknown"},
		"other trial":              {"read", "echo abcd | md5sum", "command-unknown"},
		"trial into a program":     {"read", "echo abc | sh", "command-unknown"},
		"trial with an option":     {"read", "echo abc | md5sum -c", "command-unknown"},
		"trial into two":           {"read", "echo abc | md5sum | sh", "command-unknown"},
		"df with more":             {"read", "df -k --output=source @", "rclone-path"},
		"df of all":                {"read", "df -k", "rclone-path"},
		"df in another way":        {"read", "df -h @", "command-unknown"},
		"df outside":               {"read", "df -k /", "path-outside"},
		"which of others":          {"read", "type -p bash", "command-unknown"},
		"type without -p":          {"read", "type md5sum", "command-unknown"},
		"exit":                     {"read", "exit", "command-unknown"},
		"powershell":               {"read", "Get-Item '@' -ErrorAction Stop|Select-Object -First 1", "command-unknown"},
		"assignment":               {"read", "LD_PRELOAD=x md5sum @/a", "command-unknown"},
		"sftp with options":        {"read", "/usr/lib/openssh/sftp-server -d /", "sftp-option"},
	} {
		t.Run(name, func(t *testing.T) {
			at := func(text string) string { return strings.ReplaceAll(text, "@", root) }
			d := decideBy(t, "allow:\n  - rclone: {root: "+root+", mode: "+c.mode+"}\n", at(c.command))
			if d.Verdict != Allow {
				if d.Code != c.want {
					t.Errorf("%s: %s, want %s", d.Code, d.Reason, c.want)
				}
				return
			}
			if got := d.Start.String(); !strings.HasSuffix(got, at(c.want)) {
				t.Errorf("starts %s, want %s", got, at(c.want))
			}
		})
	}
}
