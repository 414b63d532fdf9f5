package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func makeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// What reaches the client and the audit, through a real sshd.
func TestForcedCommand(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	root := t.TempDir()
	makeFile(t, filepath.Join(root, "pub.txt"), "public\n")
	log := filepath.Join(s.dir, "audit.jsonl")
	key := s.grant("files", `
allow:
  - command: [cat, "{file}"]
    run:     [/usr/bin/cat, --, "{file}"]
    where:   {file: {file-in: `+root+`}}
  - command: [fail]
    run:     [/usr/bin/false]
  - command: [missing]
    run:     [/usr/bin/no-such-program]
  - command: [environment]
    run:     [/usr/bin/env]
sandbox: {level: required}
audit:   {to: [`+log+`], result: true}
`)
	for _, c := range []struct {
		name, command string
		out, err      string
		code          int
	}{
		{"allowed", "cat " + root + "/pub.txt", "public\n", "", 0},
		{"quoted", "cat '" + root + "/pub.txt'", "public\n", "", 0},
		{"outside", "cat /etc/passwd", "", "ops ssh-restrict: denied (path-outside)\n", 77},
		{"unknown", "id", "", "ops ssh-restrict: denied (command-unknown)\n", 77},
		{"shell", "cat " + root + "/pub.txt; id", "", "ops ssh-restrict: denied (command-unknown)\n", 77},
		{"newline", "cat " + root + "/pub.txt\nid", "", "ops ssh-restrict: denied (command-control)\n", 77},
		{"own code", "fail", "", "", 1},
		{"missing", "missing", "", "ops ssh-restrict: program missing (program-missing)\n", 127},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, talk, code := s.ssh(key, c.command)
			if out != c.out || talk != c.err || code != c.code {
				t.Errorf("%q: %q, %q, %d; want %q, %q, %d", c.command, out, talk, code, c.out, c.err, c.code)
			}
		})
	}
	if _, talk, code := s.ssh(key); code != 77 || !strings.Contains(talk, "(interactive)") {
		t.Errorf("login: %q, %d", talk, code)
	}
	out, _, _ := s.clientWith([]string{"LC_ALL=C.UTF-8", "LC_EVIL=$(id)"}, "", "ssh",
		append(append(s.options(key), "-o", "SendEnv=LC_*", "root@127.0.0.1"), "environment")...)
	for line := range strings.SplitSeq(strings.TrimSpace(out), "\n") {
		name, _, _ := strings.Cut(line, "=")
		switch name {
		case "PATH", "HOME", "USER", "LOGNAME", "SHELL", "PAGER", "GIT_PAGER", "SYSTEMD_PAGER", "LESSSECURE", "EDITOR", "VISUAL",
			"LC_ALL":
		default:
			t.Errorf("the program got %s", line)
		}
	}
	if !strings.Contains(out, "LC_ALL=C.UTF-8") {
		t.Errorf("LC_ALL did not arrive: %s", out)
	}
	checkAudit(t, log)
}

// checkAudit wants an intent and a result for what ran, the key and its fingerprint, and the refusals.
func checkAudit(t *testing.T, log string) {
	t.Helper()
	data, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	type record struct {
		ID, Event, Decision, Code, Policy, Rule, Key, Fingerprint, Address, Sandbox string
		Requested                                                                   *string
		Argv                                                                        any
		Exit                                                                        *int
	}
	seen := map[string]int{}
	for line := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n") {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		seen[r.Event+" "+r.Decision]++
		if r.Policy != "files" || r.Key != "files" || r.Address != "127.0.0.1" || len(r.ID) != 32 ||
			!strings.HasPrefix(r.Fingerprint, "SHA256:") {
			t.Errorf("incomplete: %s", line)
		}
	}
	for _, want := range []string{"intent allow", "result allow", "intent deny"} {
		if seen[want] == 0 {
			t.Errorf("no record of %s: %v", want, seen)
		}
	}
}

// People at a terminal, through a real sshd.
func TestMenu(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	root := t.TempDir()
	makeFile(t, filepath.Join(root, "notes.txt"), "remember\n")
	recordings := filepath.Join(s.dir, "recordings")
	if err := os.Mkdir(recordings, 0o700); err != nil {
		t.Fatal(err)
	}
	key := s.grant("menu", `
from: [127.0.0.0/8]
allow:
  - command: [cat, "{file}"]
    run:     [/usr/bin/cat, --, "{file}"]
    where:   {file: {file-in: `+root+`}}
interactive: {menu: true, prompt: "lab> ", banner: "Welcome"}
sandbox:     {level: required}
audit:       {to: [`+s.dir+`/audit.jsonl], record: interactive, recordings: `+recordings+`}
`)
	out, talk, code := s.clientWith(nil, "help\rcat "+root+"/no\t\rcat /etc/passwd\r!sh\rexit\r", "ssh",
		append(s.options(key), "-tt", "root@127.0.0.1")...)
	for _, want := range []string{"Welcome", "lab> ", "cat FILE", "remember", "denied (path-outside)", "denied (command-syntax)"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in what the terminal showed:\n%s\n%s", want, out, talk)
		}
	}
	if strings.Contains(out, "root:x:") || code != 77 {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	casts, err := filepath.Glob(recordings + "/*.cast")
	if err != nil || len(casts) != 1 {
		t.Fatalf("recordings: %v, %v", casts, err)
	}
	cast, err := os.ReadFile(casts[0])
	if err != nil || !strings.HasPrefix(string(cast), `{"version":2`) && !strings.HasPrefix(string(cast), `{"version": 2`) ||
		!strings.Contains(string(cast), "remember") {
		t.Errorf("the recording: %v\n%s", err, cast)
	}
	// Without a terminal, lines come in a stream.
	out, _, code = s.clientWith(nil, "cat "+root+"/notes.txt\nexit\n", "ssh", append(s.options(key), "-T", "root@127.0.0.1")...)
	if out != "remember\n" || code != 0 {
		t.Errorf("without a terminal: %q, %d", out, code)
	}
}

// ForceCommand for an account, whose policy has its name: sshd hands the token %u over as it is.
func TestForceCommandOfAccount(t *testing.T) {
	programs := buildPrograms(t)
	policies := t.TempDir()
	makeFile(t, filepath.Join(policies, "root.yaml"), "allow:\n  - command: [hello]\n    run: [/usr/bin/echo, hello]\n")
	s := startSSHD(t, programs, "ForceCommand "+programs+"/ops ssh-restrict --policies "+policies+" --user %u")
	key := s.grant("any", "allow: []\n") // its command= is not asked: ForceCommand wins
	if out, talk, code := s.ssh(key, "hello"); out != "hello\n" || code != 0 {
		t.Errorf("%q, %q, %d", out, talk, code)
	}
	if _, talk, code := s.ssh(key, "id"); code != 77 || talk != "ops ssh-restrict: denied (command-unknown)\n" {
		t.Errorf("%q, %d", talk, code)
	}
}
