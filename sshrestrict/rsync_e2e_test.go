package sshrestrict

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"ops/sshrestrict/internal/passwd"
)

// rsyncPolicyVariable names the policy's file for the test binary in the part of the remote side.
const rsyncPolicyVariable = "OPS_TEST_RSYNC_POLICY"

// TestRsyncRemoteSide is no test of its own: started by a client as its remote shell, it decides about the command as sshd
// would hand it over and becomes what was decided.
func TestRsyncRemoteSide(t *testing.T) {
	file := os.Getenv(rsyncPolicyVariable)
	if file == "" {
		return
	}
	fail := func(err error) {
		fmt.Fprintln(os.Stderr, "remote side:", err)
		os.Exit(ExitDenied)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		fail(err)
	}
	p, err := Parse("test", file, data)
	if err != nil {
		fail(err)
	}
	host := slices.Index(os.Args, "host")
	q := NewRequest(KindCommand, strings.Join(os.Args[host+1:], " "), p.MaxCommand)
	q.Input, q.Account = os.Stdin, passwd.Account{Name: "nobody", Home: "/nonexistent"}
	d := p.Decide(q)
	if d.Verdict != Allow {
		fail(fmt.Errorf("%s: %s", d.Code, d.Reason))
	}
	if err := os.Chdir(d.Start.Dir); err != nil {
		fail(err)
	}
	stage := d.Start.Stages[0]
	fail(syscall.Exec(stage.Program, stage.Args, p.Environment.build(q.Account, nil, false, d.Start.Env)))
}

// rsyncHost is a remote side with one rule.
type rsyncHost struct {
	t      *testing.T
	root   string // on the remote side
	local  string // a folder of the client
	policy string
}

func newRsyncHost(t *testing.T, fields string) *rsyncHost {
	t.Helper()
	h := &rsyncHost{t: t, root: rsyncTree(t), local: t.TempDir(), policy: t.TempDir() + "/test.yaml"}
	text := "allow:\n  - rsync: {root: " + h.root + ", " + fields + "}\n"
	if err := os.WriteFile(h.policy, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return h
}

// run starts rsync in the client's folder with ROOT replaced, and returns what it printed and whether it ended well.
func (h *rsyncHost) run(args ...string) (string, bool) {
	h.t.Helper()
	own, err := os.Executable()
	if err != nil {
		h.t.Fatal(err)
	}
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "ROOT", h.root)
	}
	cmd := exec.Command("rsync", append([]string{"-e", own + " -test.run=^TestRsyncRemoteSide$"}, args...)...)
	cmd.Dir = h.local
	cmd.Env = append(os.Environ(), rsyncPolicyVariable+"="+h.policy)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

func (h *rsyncHost) works(args ...string) {
	h.t.Helper()
	if out, ok := h.run(args...); !ok {
		h.t.Fatalf("rsync %q: %s", args, out)
	}
}

func (h *rsyncHost) refused(code string, args ...string) {
	h.t.Helper()
	if out, ok := h.run(args...); ok || !strings.Contains(out, "remote side: "+code+":") {
		h.t.Fatalf("rsync %q: ended well: %v, want a refusal with %s: %s", args, ok, code, out)
	}
}

// write makes a file in the client's folder.
func (h *rsyncHost) write(name, text string) {
	h.t.Helper()
	file := h.local + "/" + name
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

// holds compares a file with a text; an empty text means that there is none.
func (h *rsyncHost) holds(file, text string) {
	h.t.Helper()
	file = strings.ReplaceAll(file, "ROOT", h.root)
	if !filepath.IsAbs(file) {
		file = h.local + "/" + file
	}
	data, err := os.ReadFile(file)
	if string(data) != text || err != nil && text != "" {
		h.t.Fatalf("%s holds %q (%v), want %q", file, data, err, text)
	}
}

const awkward = `ä ö "ü" 'é' $HOME ;x & (y) {z} [w] \b`

func TestRsyncPull(t *testing.T) {
	h := newRsyncHost(t, "mode: read")
	if err := os.WriteFile(h.root+"/sub/"+awkward, []byte("awkward"), 0o644); err != nil {
		t.Fatal(err)
	}
	h.works("-az", "host:ROOT/", "all")
	h.holds("all/sub/"+awkward, "awkward")
	h.holds("all/sub/deep/y", "content of data/sub/deep/y\n")
	if to, err := os.Readlink(h.local + "/all/dir_out"); err != nil || to != "../outside" {
		t.Errorf("the link is %q, %v", to, err)
	}
	h.works("-aHAXS", "--numeric-ids", "host:ROOT/sub", "again")
	h.holds("again/sub/"+awkward, "awkward")
	h.works("-a", "host:ROOT/sub/"+strings.NewReplacer("[", `\[`, "]", `\]`).Replace(awkward), "one/")
	h.holds("one/"+awkward, "awkward")
	h.works("-a", "host:ROOT/*.txt", ":sub/x", "some/")
	h.holds("some/with space.txt", "content of data/with space.txt\n")
	h.holds("some/x", "content of data/sub/x\n")
	h.works("-aR", "host:ROOT/./sub/x", "marked/")
	h.holds("marked/sub/x", "content of data/sub/x\n")
	h.works("-aR", "host:ROOT/sub/x", "absolute/")
	h.holds("absolute"+h.root+"/sub/x", "content of data/sub/x\n")
	h.write("names", "sub/x\npub.txt\n")
	h.works("-a", "--files-from=names", "host:ROOT", "named")
	h.holds("named/sub/x", "content of data/sub/x\n")
	h.holds("named/list", "")
	h.works("-ab", "--backup-dir=/nowhere/else", "--suffix=.old", "host:ROOT/sub", "again")
	if out, ok := h.run("host:ROOT/"); !ok || !strings.Contains(out, "with space.txt") {
		t.Errorf("a listing: %s", out)
	}
	h.refused("rsync-write", "-a", "all/", "host:ROOT/")
	h.refused("rsync-delete", "-a", "--remove-source-files", "host:ROOT/sub", "gone")
	h.refused("rsync-secluded", "-as", "host:ROOT/sub", "gone")
	h.refused("rsync-links", "-aL", "host:ROOT/sub", "gone")
	h.refused("path-outside", "-a", "host:/etc/passwd", "gone")
	h.refused("path-link", "-a", "host:ROOT/dir_out/", "gone")
	h.refused("path-parent", "-a", "host:../outside", "gone")
	h.holds("ROOT/sub/x", "content of data/sub/x\n")
}

func TestRsyncPush(t *testing.T) {
	h := newRsyncHost(t, "mode: write")
	h.write("from/a", "first")
	h.write("from/"+awkward, "awkward")
	h.works("-az", "from/", "host:ROOT/new")
	h.holds("ROOT/new/"+awkward, "awkward")
	h.works("-a", "from/", "host:ROOT/"+awkward)
	h.holds("ROOT/"+awkward+"/a", "first")
	h.write("from/a", "second, longer")
	h.works("-an", "from/", "host:ROOT/new")
	h.holds("ROOT/new/a", "first")
	h.works("-a", "--partial", "--inplace", "--bwlimit=9000", "--timeout=30", "from/", "host:ROOT/new")
	h.holds("ROOT/new/a", "second, longer")
	h.write("from/a", "second, longer still")
	h.works("-a", "--append", "from/", "host:ROOT/new")
	h.holds("ROOT/new/a", "second, longer still")
	h.works("-aHAXS", "--link-dest=../new", "from/", "host:ROOT/newer")
	one, _ := os.Stat(h.root + "/new/a")
	two, err := os.Stat(h.root + "/newer/a")
	if err != nil || !os.SameFile(one, two) {
		t.Errorf("--link-dest made another file: %v", err)
	}
	h.write("from/a", "third")
	h.works("-ab", "--backup-dir=../old", "--suffix=.1", "--partial-dir=.part", "--delay-updates", "--temp-dir=ROOT/sub", "from/", "host:ROOT/newer")
	h.holds("ROOT/old/a.1", "second, longer still")
	h.works("-aR", "--mkpath", "from/./a", "host:ROOT/deep/er/")
	h.holds("ROOT/deep/er/a", "third")
	h.works("-a", "--remove-source-files", "from/a", "host:ROOT/moved/")
	h.holds("from/a", "")
	h.holds("ROOT/moved/a", "third")
	h.works("-rt", "--chown=0:0", "--fake-super", "-M--fake-super", "from/", "host:ROOT/new")
	h.refused("rsync-delete", "-a", "--delete", "from/", "host:ROOT/new")
	h.refused("rsync-delete", "-a", "--force", "from/", "host:ROOT/new")
	h.refused("path-outside", "-a", "--link-dest=/etc", "from/", "host:ROOT/new")
	h.refused("path-outside", "-a", "--backup-dir=../../outside", "-b", "from/", "host:ROOT/new")
	h.refused("rsync-read", "-a", "host:ROOT/sub", ".")
	h.refused("path-outside", "-a", "from/", "host:/tmp/"+filepath.Base(h.local))
	h.holds("ROOT/new/a", "second, longer still")
}

func TestRsyncDelete(t *testing.T) {
	h := newRsyncHost(t, "mode: read-write, delete: true")
	h.write("from/only", "this")
	for _, when := range []string{"--delete", "--delete-before", "--delete-after", "--delete-delay", "--delete-excluded"} {
		if err := os.WriteFile(h.root+"/cur/other", []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		h.works("-a", when, "from/", "host:ROOT/cur")
		h.holds("ROOT/cur/other", "")
		h.holds("ROOT/cur/only", "this")
	}
	h.works("-a", "--remove-source-files", "host:ROOT/sub/", "moved")
	h.holds("moved/x", "content of data/sub/x\n")
	h.holds("ROOT/sub/x", "")
	h.holds("ROOT/pub.txt", "content of data/pub.txt\n")
}

func TestRsyncAppend(t *testing.T) {
	h := newRsyncHost(t, "mode: append, paths: rooted")
	h.write("from/pub.txt", "another text")
	h.write("from/new", "new")
	h.works("-a", "from/", "host:/")
	h.works("-a", "--inplace", "from/", "host:/")
	h.works("-a", "--append", "from/", "host:/")
	h.works("-aI", "from/pub.txt", "host:/pub.txt")
	h.holds("ROOT/pub.txt", "content of data/pub.txt\n")
	h.holds("ROOT/new", "new")
	h.refused("rsync-overwrite", "-ab", "from/", "host:/")
	h.refused("rsync-overwrite", "-a", "--delay-updates", "from/", "host:/")
	h.refused("rsync-delete", "-a", "--delete", "from/", "host:/")
	h.refused("rsync-read", "-a", "host:/pub.txt", ".")
}

func TestRsyncRooted(t *testing.T) {
	h := newRsyncHost(t, "mode: read-write, paths: rooted")
	h.works("-a", "host:/", "all")
	h.holds("all/pub.txt", "content of data/pub.txt\n")
	h.works("-aR", "host:/sub/x", ":/sub/./deep/y", "named")
	h.holds("named/sub/x", "content of data/sub/x\n")
	h.holds("named/deep/y", "content of data/sub/deep/y\n")
	h.works("-a", "all/", "host:/copy")
	h.holds("ROOT/copy/pub.txt", "content of data/pub.txt\n")
	h.works("-a", "--link-dest=/copy", "all/", "host:/copy2")
	h.works("-aR", "all/sub/x", "host:/")
	h.holds("ROOT/all/sub/x", "content of data/sub/x\n")
	h.refused("path-parent", "-a", "host:/../outside", "gone")
}

func TestRsyncProxied(t *testing.T) {
	h := newRsyncHost(t, "mode: read-write, secluded: proxy")
	h.works("-as", "host:ROOT/with space.txt", "one/")
	h.holds("one/with space.txt", "content of data/with space.txt\n")
	h.works("-as", "host:ROOT/*.txt", "some/")
	h.holds("some/pub.txt", "content of data/pub.txt\n")
	h.write("from/"+awkward, "awkward")
	h.works("-asz", "--stats", "from/", "host:ROOT/"+awkward)
	h.holds("ROOT/"+awkward+"/"+awkward, "awkward")
	h.write("names", "sub/x\n")
	h.works("-as", "--files-from=names", "host:ROOT", "named")
	h.holds("named/sub/x", "content of data/sub/x\n")
	h.refused("path-outside", "-as", "host:/etc/passwd", "gone")
	h.refused("rsync-delete", "-as", "--delete", "from/", "host:ROOT/x")
	h.refused("rsync-option", "-as", "-M--log-file=/tmp/x", "from/", "host:ROOT/x")
}

func TestRsyncMunged(t *testing.T) {
	h := newRsyncHost(t, "mode: read-write, munge-links: true")
	if err := os.Symlink("/etc", h.local+"/link"); err != nil {
		t.Fatal(err)
	}
	h.works("-a", "link", "host:ROOT/")
	if to, err := os.Readlink(h.root + "/link"); err != nil || !strings.HasPrefix(to, "/rsyncd-munged/") {
		t.Errorf("the link is %q, %v", to, err)
	}
	h.works("-a", "host:ROOT/", "back")
	if to, err := os.Readlink(h.local + "/back/link"); err != nil || to != "/etc" {
		t.Errorf("the link came back as %q, %v", to, err)
	}
}

// TestRsyncFilters asks for a file outside of the root as a list of exclusions, inside of the protocol, where no argument
// shows it, and without a sandbox: what is missing in the answer would tell what is in the file. From rsync 3.5 on,
// --confine-root is in the way; before, only the sandbox is sure to be.
func TestRsyncFilters(t *testing.T) {
	h := newRsyncHost(t, "mode: read")
	if err := os.WriteFile(filepath.Dir(h.root)+"/outside/secret", []byte("pub.txt\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := h.run("-r", "--list-only", "--filter=dir-merge,- "+filepath.Dir(h.root)+"/outside/secret", "host:ROOT/")
	if !strings.Contains(out, "list") {
		t.Fatalf("no list: %s", out)
	}
	if knowsConfineRoot("/usr/bin/rsync") && !strings.Contains(out, "pub.txt") {
		t.Errorf("in spite of --confine-root: %s", out)
	}
}
