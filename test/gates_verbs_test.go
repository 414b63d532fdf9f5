package test

import (
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// The verbs that people type, on what real sessions left and on a real sshd's configuration.
func TestVerbsOnRealSessions(t *testing.T) {
	runtime.LockOSThread() // for a mount of its own, see ownMounts
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		t.Fatalf("a mount namespace needs root: %v", err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
	s := startSSHD(t, buildPrograms(t))
	root, log := t.TempDir(), filepath.Join(s.dir, "audit.jsonl")
	makeFile(t, root+"/f", "text\n")
	key := s.grant("verbs", "allow:\n  - rsync: {root: "+root+"}\n  - command: [hello]\n    run: [/usr/bin/echo, hello]\n"+
		"  - command: [never]\n    run: [/usr/bin/true]\naudit: {to: ["+log+"], result: true}\n")
	s.must(nil, "rsync", "-a", "-e", s.shell(key), "root@127.0.0.1:"+root+"/f", t.TempDir())
	s.must(nil, "ssh", append(s.options(key), "root@127.0.0.1", "hello")...)
	s.refused(nil, "command-unknown", "ssh", append(s.options(key), "root@127.0.0.1", "id")...)

	ops := s.programs + "/ops"
	learnt := s.must(nil, ops, "ssh-restrict", "learn", log)
	for _, want := range []string{"rsync:", root, "command: [hello]"} {
		if !strings.Contains(learnt, want) {
			t.Errorf("learn: no %q in\n%s", want, learnt)
		}
	}
	if strings.Contains(learnt, "[id]") {
		t.Errorf("learn: what was denied is proposed:\n%s", learnt)
	}
	unused, _, _ := s.client(ops, "ssh-restrict", "unlearn", "verbs", "--policies", s.policies, "--since", "2000-01-01", log)
	if !strings.Contains(unused, "allow[2]") || strings.Contains(unused, "allow[1]") || strings.Contains(unused, "allow[0]") {
		t.Errorf("unlearn: %s", unused)
	}

	if err := unix.Mount(s.dir+"/sshd_config", "/etc/ssh/sshd_config", "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	for command, want := range map[string]int{"hello": 0, "id": 77} {
		_, _, real := s.ssh(key, command)
		out, talk, code := s.client(ops, "ssh-restrict", "check", "--simulate", "root", "--key", key+".pub", "--", command)
		if code != want || real != want {
			t.Errorf("%s: simulated %d, really %d\n%s%s", command, code, real, out, talk)
		}
	}
}
