package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// More real clients, each restricted by a policy whose sandbox is required.
func TestMoreClients(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	root, local := t.TempDir(), t.TempDir()
	policy := func(rule string) string { return "allow:\n  - " + rule + "\nsandbox: {level: required}\n" }
	want := func(t *testing.T, file, text string) {
		t.Helper()
		if got, err := os.ReadFile(file); err != nil || string(got) != text {
			t.Errorf("%s: %q, %v; want %q", file, got, err, text)
		}
	}
	makeFile(t, local+"/up", "up\n")

	t.Run("sshfs", func(t *testing.T) {
		s := s.in(t)
		served, mount := filepath.Join(root, "sshfs"), t.TempDir()
		makeFile(t, served+"/there", "there\n")
		options := append(s.options(s.grant("sshfs", policy("sftp: {root: "+served+", mode: read-write}"))), "root@127.0.0.1:"+served, mount)
		s.must(nil, "sshfs", options...)
		defer s.must(nil, "fusermount3", "-u", mount)
		want(t, mount+"/there", "there\n")
		makeFile(t, mount+"/new/file", "new\n")
		want(t, served+"/new/file", "new\n")
		if err := os.Rename(mount+"/new/file", mount+"/moved"); err != nil {
			t.Error(err)
		}
		want(t, served+"/moved", "new\n")
	})

	t.Run("rclone", func(t *testing.T) {
		s := s.in(t)
		served := filepath.Join(root, "rclone")
		makeFile(t, served+"/there", "there\n")
		key := s.grant("rclone", policy("sftp: {root: "+served+", mode: read-write}"))
		env := []string{"RCLONE_CONFIG=/dev/null"}
		remote := fmt.Sprintf(":sftp,shell_type=none,host=127.0.0.1,port=%d,user=root,key_file=%s:%s", s.port, key, served)
		s.must(env, "rclone", "copy", local, remote)
		want(t, served+"/up", "up\n")
		s.must(env, "rclone", "copy", remote, local+"/rclone")
		want(t, local+"/rclone/there", "there\n")
	})

	t.Run("lftp", func(t *testing.T) {
		s := s.in(t)
		served := filepath.Join(root, "lftp")
		makeFile(t, served+"/there", "there\n")
		key := s.grant("lftp", policy("sftp: {root: "+served+", mode: append}"))
		s.must([]string{"HOME=" + t.TempDir()}, "lftp", "-c", "set sftp:connect-program '"+strings.ReplaceAll(s.shell(key), "'", "")+" -a -x'; "+
			"open -u root, sftp://127.0.0.1; get "+served+"/there -o "+local+"/lftp; put "+local+"/up -o "+served+"/up")
		want(t, local+"/lftp", "there\n")
		want(t, served+"/up", "up\n")
	})

	t.Run("unison", func(t *testing.T) {
		s := s.in(t)
		served, state := filepath.Join(root, "unison"), t.TempDir()
		makeFile(t, served+"/there", "there\n")
		makeFile(t, local+"/unison/here", "here\n")
		key := s.grant("unison", policy("unison: {root: "+served+", state: "+state+"}"))
		s.must([]string{"HOME=" + t.TempDir()}, "unison", "-batch", "-sshargs", strings.Join(s.options(key), " "),
			local+"/unison", "ssh://root@127.0.0.1/"+served)
		want(t, served+"/here", "here\n")
		want(t, local+"/unison/there", "there\n")
	})

	t.Run("cvs", func(t *testing.T) {
		s := s.in(t)
		served, temporary := filepath.Join(root, "cvs"), t.TempDir()
		run(t, "cvs", "-d", served, "init")
		if err := os.Mkdir(served+"/module", 0o755); err != nil {
			t.Fatal(err)
		}
		key := s.grant("cvs", policy("cvs: {repository: "+served+", mode: read-write, temporary: "+temporary+"}"))
		rsh := filepath.Join(s.dir, "cvs-ssh")
		makeFile(t, rsh, "#!/bin/sh\nexec "+s.shell(key)+" \"$@\"\n")
		if err := os.Chmod(rsh, 0o755); err != nil {
			t.Fatal(err)
		}
		s.must([]string{"CVS_RSH=" + rsh, "HOME=" + t.TempDir()}, "cvs", "-Q", "-d", ":ext:root@127.0.0.1:"+served, "checkout", "-d", "cvs-work", "module")
		if _, err := os.Stat(filepath.Join(s.dir, "cvs-work/CVS")); err != nil {
			t.Error(err)
		}
	})
}
