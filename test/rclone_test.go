package test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// rclone's own client with an sftp remote, in all modes: what it copies, and the commands that it sends beside sftp.
func TestRclone(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	local := filepath.Join(s.dir, "local")
	makeFile(t, local+"/a b.txt", "first\n")
	makeFile(t, local+"/sub/it's $(id).txt", "second\n")
	rclone := func(s *sshServer, key, root string, args ...string) (string, int) {
		remote := fmt.Sprintf(":sftp,host=127.0.0.1,port=%d,user=root,key_file=%q:%s", s.port, key, root)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], "@", remote)
		}
		out, talk, code := s.clientWith(nil, "", "rclone", append([]string{"--config", "/dev/null", "--retries", "1", "--low-level-retries", "1", "-vv"}, args...)...)
		return out + talk, code
	}
	for _, c := range []struct{ mode, paths string }{
		{"read", "rooted"}, {"append", "absolute"}, {"write", "absolute"}, {"read-write", "absolute"}, {"read-write", "rooted"},
	} {
		t.Run(c.mode+" "+c.paths, func(t *testing.T) {
			s := s.in(t)
			root := t.TempDir()
			makeFile(t, root+"/there/a b.txt", "first\n")
			makeFile(t, root+"/there/sub/it's $(id).txt", "second\n")
			log := filepath.Join(t.TempDir(), "audit.jsonl")
			key := s.grant("rclone-"+c.mode+"-"+c.paths, "allow:\n  - rclone: {root: "+root+", mode: "+c.mode+", paths: "+c.paths+
				"}\nsandbox: {level: required}\naudit: {to: ["+log+"]}\n")
			base := root
			if c.paths == "rooted" {
				base = ""
			}
			may := func(want bool, args ...string) string {
				t.Helper()
				out, code := rclone(s, key, base, args...)
				if (code == 0) != want {
					t.Errorf("rclone %q: exit code %d\n%s", args, code, out)
				}
				return out
			}
			reads, writes := c.mode != "write", c.mode != "read"
			out := may(true, "check", "--checksum", local, "@/there") // in write, by the sizes
			if reads && (!strings.Contains(out, "2 matching files") || !strings.Contains(out, "Parsed hash: ")) {
				t.Errorf("checked without checksums:\n%s", out)
			}
			if reads {
				makeFile(t, root+"/there/a b.txt", "FIRST\n")
				may(false, "check", "--checksum", local, "@/there")
				makeFile(t, root+"/there/a b.txt", "first\n")
			}
			may(reads, "copy", "@/there", filepath.Join(t.TempDir(), "down"))
			if out := may(true, "about", "@/"); !strings.Contains(out, "Total:") {
				t.Errorf("about: %s", out)
			}
			copying := []string{"copy", local, "@/new"}
			if c.mode == "append" || c.mode == "write" {
				copying = append(copying, "--sftp-set-modtime=false")
			}
			may(writes, copying...)
			if text, err := os.ReadFile(root + "/new/sub/it's $(id).txt"); (err == nil && string(text) == "second\n") != writes {
				t.Errorf("copied: %q, %v", text, err)
			}
			makeFile(t, root+"/there/more", "more\n")
			may(c.mode == "read-write", "sync", local, "@/there") // more has to go
			if _, err := os.Stat(root + "/there/more"); os.IsNotExist(err) != (c.mode == "read-write") {
				t.Errorf("after sync: %v", err)
			}
			if c.paths == "absolute" {
				out, code := rclone(s, key, "", "lsf", "@/etc")
				if code == 0 || strings.Contains(out, "\npasswd\n") {
					t.Errorf("listed /etc: %s", out)
				}
			}
			for _, session := range trailOf(t, log) {
				if r := session.Intent; r.Decision != "allow" && reads {
					t.Errorf("%s: %s", *r.Requested, r.Reason)
				}
			}
		})
	}
}
