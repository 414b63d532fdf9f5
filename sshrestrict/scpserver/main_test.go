package scpserver

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ops/sshrestrict/rooted"
	"ops/sshrestrict/rooted/rootedtest"
)

func TestMain(m *testing.M) { os.Exit(rootedtest.Main(m, serveForTest)) }

// serveForTest is the forced command: it splits the client's words as simply as real clients quote them.
func serveForTest(args []string) int {
	var o rooted.Options
	set := flag.NewFlagSet("serve", flag.ContinueOnError)
	dir := set.String("dir", "", "")
	set.TextVar(&o.Mode, "mode", rooted.Read, "")
	set.TextVar(&o.Paths, "paths", rooted.Absolute, "")
	set.Int64Var(&o.Quota, "quota", 0, "")
	if err := set.Parse(args); err != nil {
		return 64
	}
	tree, err := rooted.Open(context.Background(), *dir, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer tree.Close()
	s := Options{Tree: tree}
	words := strings.Fields(os.Getenv("SSH_ORIGINAL_COMMAND"))
	for _, word := range words[1:] {
		switch word {
		case "-f":
			s.Source = true
		case "-t", "--", "-v":
		case "-d":
			s.Target = true
		case "-r":
			s.Recursive = true
		case "-p":
			s.Preserve = true
		default:
			s.Paths = append(s.Paths, Path{Text: strings.Trim(word, "'"), Pattern: strings.ContainsAny(word, "*?[")})
		}
	}
	exit, err := Serve(context.Background(), s, os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return exit
}

// box is an sshd that serves one folder, with a folder of the client's beside it.
type box struct {
	*rootedtest.Server
	t          *testing.T
	root, home string
}

func newBox(t *testing.T, args ...string) *box {
	t.Helper()
	dir := t.TempDir()
	b := &box{t: t, root: filepath.Join(dir, "root"), home: filepath.Join(dir, "home")}
	for _, each := range []string{b.root, b.home} {
		if err := os.Mkdir(each, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	b.Server = rootedtest.Start(t, append([]string{"-dir", b.root}, args...)...)
	return b
}

func (b *box) scp(args ...string) (string, error) {
	b.t.Helper()
	return rootedtest.Try(b.t, "", "scp", append([]string{"-O", "-F", b.Config}, args...)...)
}

func (b *box) pscp(args ...string) (string, error) {
	b.t.Helper()
	return rootedtest.Try(b.t, "", "pscp",
		append([]string{"-scp", "-batch", "-P", b.Port, "-l", "root", "-i", b.Putty, "-hostkey", b.HostKey}, args...)...)
}

func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return string(text)
}

// must returns a function that wants a call to succeed.
func must(t testing.TB) func(string, error) string {
	return func(out string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return out
	}
}

// mustFail wants a failure with a text in the message.
func mustFail(t testing.TB, out string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(strings.ToLower(out), strings.ToLower(want)) {
		t.Errorf("%v, want a failure with %q\n%s", err, want, out)
	}
}
