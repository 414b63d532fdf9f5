package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// swapper exchanges a folder with a link that leads out of the root, again and again until the test ends.
func swapper(t *testing.T, folder, link string) *atomic.Int64 {
	t.Helper()
	swaps := new(atomic.Int64)
	stop, done := make(chan struct{}), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			if err := unix.Renameat2(unix.AT_FDCWD, folder, unix.AT_FDCWD, link, unix.RENAME_EXCHANGE); err != nil {
				done <- err
				return
			}
			swaps.Add(1)
		}
	}()
	t.Cleanup(func() {
		close(stop)
		if err := <-done; err != nil {
			t.Errorf("exchange: %v", err)
		}
	})
	return swaps
}

// A folder in the root is swapped for a link that leads out of it while real programs read and write below it by name.
// Nothing outside is read or written, by our own servers even without Landlock.
func TestSwappedForALink(t *testing.T) {
	f := newForced(t)
	top := t.TempDir()
	root, outside := top+"/root", top+"/outside"
	makeFile(t, root+"/d/f", "inside\n")
	makeFile(t, outside+"/f", "secret\n")
	if err := os.Symlink(outside, root+"/l"); err != nil {
		t.Fatal(err)
	}
	f.policy("own", "allow:\n  - sftp: {root: "+root+", mode: read-write}\n  - scp: {root: "+root+", mode: read-write}\nsandbox: {level: off}\n")
	f.policy("others", "allow:\n  - rsync: {root: "+root+", mode: read-write}\n"+
		"  - {command: [cat, \"{f}\"], where: {f: {file-in: "+root+"}}}\nsandbox: {level: required}\n")
	// remote is what a client takes for ssh: behind the host stands the command.
	remote := func(policy string) string {
		script := filepath.Join(top, "remote-"+policy)
		makeFile(t, script, "#!/bin/sh\nwhile [ \"$1\" != host ]; do shift; done\nshift\n[ \"$*\" = sftp ] && set internal-sftp\n"+
			"SSH_ORIGINAL_COMMAND=\"$*\" exec "+f.programs+"/ops ssh-restrict --policies "+f.policies+" --policy "+policy+"\n")
		if err := os.Chmod(script, 0o755); err != nil {
			t.Fatal(err)
		}
		return script
	}
	own, others := remote("own"), remote("others")
	batch := top + "/batch"
	makeFile(t, batch, strings.Repeat(fmt.Sprintf("-get %s/d/f %s/got\n-put %s %s/d/put\n-ls %s/d\n-rename %s/d/put %s/d/f2\n",
		root, top, batch, root, root, root, root), 20))
	swaps := swapper(t, root+"/d", root+"/l")
	read := map[string]int{}
	look := func(client, file string) {
		if text, err := os.ReadFile(file); err == nil {
			if strings.Contains(string(text), "secret") {
				t.Errorf("%s read what is outside", client)
			}
			read[client]++
			_ = os.Remove(file)
		}
	}
	got := top + "/got"
	for round := 0; round < 12 || swaps.Load() < 10_000 && round < 1000; round++ {
		for client, words := range map[string][]string{
			"sftp":       {"sftp", "-q", "-S", own, "-b", batch, "host"},
			"scp get":    {"scp", "-q", "-S", own, "host:" + root + "/d/f", got},
			"scp put":    {"scp", "-q", "-S", own, batch, "host:" + root + "/d/put"},
			"scp -O get": {"scp", "-O", "-q", "-S", own, "host:" + root + "/d/f", got},
			"scp -O put": {"scp", "-O", "-q", "-S", own, batch, "host:" + root + "/d/put"},
			"rsync get":  {"rsync", "-e", others, "host:" + root + "/d/f", got},
			"rsync put":  {"rsync", "-e", others, batch, "host:" + root + "/d/put"},
		} {
			_ = exec.Command(words[0], words[1:]...).Run() // mostly fails: that is the point
			look(client, got)
		}
		for range 5 {
			out, _, _ := f.run("others", "cat "+root+"/d/f")
			if strings.Contains(out, "secret") {
				t.Error("cat read what is outside")
			}
			if out != "" {
				read["cat"]++
			}
		}
	}
	t.Logf("%d swaps; read inside: %v", swaps.Load(), read)
	if swaps.Load() < 10_000 {
		t.Errorf("only %d swaps", swaps.Load())
	}
	for _, client := range []string{"sftp", "cat"} {
		if read[client] == 0 {
			t.Errorf("%s never read anything, so that nothing was tried", client)
		}
	}
	entries, err := os.ReadDir(outside)
	if text, _ := os.ReadFile(outside + "/f"); err != nil || len(entries) != 1 || string(text) != "secret\n" {
		t.Errorf("outside was changed: %v, %q, %v", entries, text, err)
	}
}

// A policy that is replaced while sessions begin is the old one or the new one, whole, for each of them.
func TestPolicyReplaced(t *testing.T) {
	f := newForced(t)
	text := func(v string) string {
		return "allow: [{command: [who], run: [/bin/sh, -c, 'echo \"$0 $V\"', " + v + "]}]\n" + strings.Repeat("# "+v+"\n", 5000) +
			"environment: {set: {V: " + v + "}}\n"
	}
	f.policy("p", text("a"))
	seen := map[string]int{}
	replaced := 0
	sessions := make(chan string, 8)
	stop := make(chan struct{})
	go func() {
		defer close(sessions)
		for {
			select {
			case <-stop:
				return
			default:
				out, _ := f.command("p", "who").CombinedOutput()
				sessions <- string(out)
			}
		}
	}()
	for replaced < 1000 || len(seen) < 2 && replaced < 100_000 {
		f.policy("next", text(string("ab"[replaced%2])))
		if err := os.Rename(f.policies+"/next.yaml", f.policies+"/p.yaml"); err != nil {
			t.Fatal(err)
		}
		replaced++
		select {
		case out := <-sessions:
			seen[out]++
		default:
		}
	}
	close(stop)
	for out := range sessions {
		seen[out]++
	}
	for out, count := range seen {
		if out != "a a\n" && out != "b b\n" {
			t.Errorf("%d times %q", count, out)
		}
	}
	if len(seen) < 2 {
		t.Errorf("only one of the policies was seen: %v", seen)
	}
}
