package test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/sys/unix"
)

// holding is a policy for one session at a time, whose program tells its number and that of its parent, and then gives
// back what it is given.
func holding(log string, result bool) string {
	return "sessions: 1\nallow: [{command: [hold], run: [/bin/sh, -c, 'echo $$ $PPID; exec cat']}]\n" +
		"audit: {to: [" + log + "], result: " + strconv.FormatBool(result) + "}\n"
}

// pids reads what the program of holding tells first.
func (h *held) pids() (program, parent int) {
	h.t.Helper()
	first, second, _ := strings.Cut(strings.TrimSpace(h.line()), " ")
	program, err := strconv.Atoi(first)
	if err != nil {
		h.t.Fatal(err)
	}
	if parent, err = strconv.Atoi(second); err != nil {
		h.t.Fatal(err)
	}
	return program, parent
}

// A session's slot is free once it has ended, however that came about, and nothing of it is left.
func TestSlotIsFreedAfter(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	log := filepath.Join(s.dir, "audit.jsonl")
	for _, c := range []struct {
		name   string
		result bool // ops stays as the parent
		end    func(h *held, program, parent int) error
	}{
		{"its end", false, func(h *held, _, _ int) error { return h.in.Close() }},
		{"its end with a result", true, func(h *held, _, _ int) error { return h.in.Close() }},
		{"a kill of the program", false, func(_ *held, program, _ int) error { return unix.Kill(program, unix.SIGKILL) }},
		{"a kill of the program with a result", true, func(_ *held, program, _ int) error { return unix.Kill(program, unix.SIGKILL) }},
		{"a kill of ops", true, func(_ *held, _, ops int) error { return unix.Kill(ops, unix.SIGKILL) }},
		{"a kill of sshd's child", false, func(_ *held, _, sshd int) error { return unix.Kill(sshd, unix.SIGKILL) }},
		{"the client vanished", false, func(h *held, _, _ int) error { return h.cmd.Process.Kill() }},
		{"the client vanished with a result", true, func(h *held, _, _ int) error { return h.cmd.Process.Kill() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := s.in(t)
			key := s.grant(uniquePolicy(t, "slot"), holding(log, c.result))
			first := s.hold(key, "hold")
			program, parent := first.pids()
			if _, talk, code := s.ssh(key, "hold"); code != 75 || talk != "ops ssh-restrict: try again later (sessions)\n" {
				t.Errorf("a second session: %q, %d", talk, code)
			}
			if err := c.end(first, program, parent); err != nil {
				t.Fatal(err)
			}
			first.wait()
			until(t, "the program ends", func() bool { return gone(program) })
			until(t, "the slot is free", func() bool { _, _, code := s.ssh(key, "hold"); return code == 0 })
		})
	}
}

// A program that neither reads nor writes learns of it too where ops is its parent.
func TestClientVanishesFromAQuietProgram(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	key := s.grant("quiet", "allow: [{command: [quiet], run: [/bin/sh, -c, 'echo $$ $PPID; exec sleep 300 <&-']}]\n"+
		"audit: {to: ["+s.dir+"/log], result: true}\n")
	quiet := s.hold(key, "quiet")
	program, parent := quiet.pids()
	if err := quiet.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	quiet.wait()
	until(t, "the program ends", func() bool { return gone(program) })
	until(t, "ops ends", func() bool { return gone(parent) }) // it writes the result into the folder that goes next
}

// server finds the server of files that serves a root.
func server(t *testing.T, root string) int {
	t.Helper()
	found := 0
	until(t, "a server serves "+root, func() bool {
		names, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, name := range names {
			words, err := os.ReadFile(name)
			if err == nil && bytes.Contains(words, []byte("\x00session\x00")) && bytes.Contains(words, []byte("\x00"+root+"\x00")) {
				found, _ = strconv.Atoi(strings.Split(name, "/")[2])
				return true
			}
		}
		return false
	})
	return found
}

// parent reads the fourth field of /proc/PID/stat.
func parent(t *testing.T, pid int) int {
	t.Helper()
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))[1])
	if err != nil {
		t.Fatal(err)
	}
	return number
}

// An upload that is killed halfway leaves nothing under its name that looks whole, and the quota knows what it left.
func TestUploadKilled(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	const half, whole = 300 << 10, 1 << 20
	for _, killsOps := range []bool{false, true} {
		name := "server"
		if killsOps {
			name = "ops"
		}
		victim := func(t *testing.T, root string) int {
			pid := server(t, root)
			if killsOps {
				return parent(t, pid)
			}
			return pid
		}
		policy := func(root string) string {
			return "allow:\n  - sftp: {root: " + root + ", mode: write, quota: " + strconv.Itoa(whole) + "}\n" +
				"  - scp: {root: " + root + ", mode: write, quota: " + strconv.Itoa(whole) + "}\n" +
				"audit: {to: [" + s.dir + "/log], result: true}\nsandbox: {level: required}\n"
		}
		t.Run("scp kill of "+name, func(t *testing.T) {
			s := s.in(t)
			root := t.TempDir()
			makeFile(t, root+"/old", "old\n")
			key := s.grant("scp-"+name, policy(root))
			for _, file := range []string{"new", "old"} {
				before := size(root)
				up := s.hold(key, "scp -t "+root+"/"+file)
				for _, part := range []string{"C0644 " + strconv.Itoa(half+8) + " " + file + "\n", strings.Repeat("x", half)} {
					if _, err := up.in.Write([]byte(part)); err != nil {
						t.Fatal(err)
					}
				}
				until(t, "something is stored", func() bool { return size(root) > before })
				pid := victim(t, root)
				if err := unix.Kill(pid, unix.SIGKILL); err != nil {
					t.Fatal(err)
				}
				if up.wait() == 0 {
					t.Error("the client takes it for a success")
				}
				until(t, "the server is gone", func() bool { return gone(pid) })
				text, err := os.ReadFile(root + "/" + file)
				if file == "new" && !os.IsNotExist(err) || file == "old" && string(text) != "old\n" {
					t.Errorf("%s after the kill: %d bytes, %v", file, len(text), err)
				}
			}
			s.checkQuota(key, root, whole)
		})
		t.Run("sftp kill of "+name, func(t *testing.T) {
			s := s.in(t)
			root := t.TempDir()
			key := s.grant("sftp-"+name, policy(root))
			up := s.hold(key, "internal-sftp")
			client, err := sftp.NewClientPipe(up.out, up.in)
			if err != nil {
				t.Fatal(err)
			}
			file, err := client.Create(root + "/new")
			if err == nil {
				_, err = file.Write(bytes.Repeat([]byte("x"), half))
			}
			if err != nil {
				t.Fatal(err)
			}
			if err := unix.Kill(victim(t, root), unix.SIGKILL); err != nil {
				t.Fatal(err)
			}
			up.wait()
			if err := file.Close(); err == nil {
				t.Error("the client takes it for a success")
			}
			s.checkQuota(key, root, whole)
		})
	}
}

// size is what the files of a folder have in bytes.
func size(folder string) int64 {
	entries, _ := os.ReadDir(folder)
	sum := int64(0)
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			sum += info.Size()
		}
	}
	return sum
}

// checkQuota fills what the quota leaves, by the same key: one byte more is refused.
func (s *sshServer) checkQuota(key, root string, quota int64) {
	s.t.Helper()
	left := quota - size(root)
	for file, bytes := range map[string]int64{"over": left + 1, "fits": left} {
		local := filepath.Join(s.t.TempDir(), file)
		makeFile(s.t, local, strings.Repeat("y", int(bytes)))
		_, talk, code := s.client("scp", append(append([]string{"-O"}, s.options(key)...), local, "root@127.0.0.1:"+root+"/")...)
		if (code == 0) != (file == "fits") {
			s.t.Errorf("%d bytes of %d that are left: %q, %d", bytes, left, talk, code)
		}
		if file == "over" {
			if _, err := os.Lstat(root + "/over"); err == nil {
				s.t.Error("a file above the quota is there")
			}
		} else if size(root) != quota {
			s.t.Errorf("%d bytes stored, want %d", size(root), quota)
		}
		_ = os.Remove(root + "/" + file)
	}
}
