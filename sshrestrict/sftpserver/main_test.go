package sftpserver

import (
	"context"
	"encoding/json"
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

// serveForTest is the forced command: sftp, and the two commands that rclone runs for checksums.
func serveForTest(args []string) int {
	var o rooted.Options
	set := flag.NewFlagSet("serve", flag.ContinueOnError)
	dir := set.String("dir", "", "")
	log := set.String("log", "", "")
	set.TextVar(&o.Mode, "mode", rooted.Read, "")
	set.TextVar(&o.Paths, "paths", rooted.Absolute, "")
	set.BoolVar(&o.Delete, "delete", false, "")
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
	words := strings.SplitN(os.Getenv("SSH_ORIGINAL_COMMAND"), " ", 2)
	if algorithm, ok := strings.CutSuffix(words[0], "sum"); ok && len(words) == 2 {
		path := strings.ReplaceAll(strings.Trim(words[1], "'"), `\`, "")
		sum, err := tree.Sum(context.Background(), algorithm, path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(sum + "  " + path)
		return 0
	}
	if !strings.Contains(words[0], "sftp") {
		fmt.Fprintln(os.Stderr, "not sftp:", words)
		return 77
	}
	events, err := os.OpenFile(*log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer events.Close()
	err = Serve(context.Background(), tree, os.Stdin, os.Stdout, func(e Event) {
		line := map[string]any{"op": e.Op, "path": e.Path, "target": e.Target, "ok": e.Err == nil, "written": e.BytesWritten, "read": e.BytesRead}
		if e.Err != nil {
			line["error"] = e.Err.Error()
		}
		json.NewEncoder(events).Encode(line)
	})
	if err != nil {
		fmt.Fprintln(events, err)
		return 1
	}
	return 0
}

// box is an sshd that serves one folder, with a folder of the client's beside it and a canary that nobody may reach.
type box struct {
	*rootedtest.Server
	t                  *testing.T
	root, home, secret string
	log                string
}

func newBox(t *testing.T, args ...string) *box {
	t.Helper()
	dir := t.TempDir()
	b := &box{t: t, root: filepath.Join(dir, "root"), home: filepath.Join(dir, "home"), secret: filepath.Join(dir, "secret"), log: filepath.Join(dir, "log")}
	for _, each := range []string{b.root, b.home, b.secret} {
		if err := os.Mkdir(each, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	put(t, filepath.Join(b.secret, "canary"), "canary")
	b.Server = rootedtest.Start(t, append([]string{"-dir", b.root, "-log", b.log}, args...)...)
	t.Cleanup(func() {
		if entries, _ := os.ReadDir(b.secret); len(entries) != 1 || get(t, filepath.Join(b.secret, "canary")) != "canary" {
			t.Errorf("the folder outside has changed: %v", entries)
		}
	})
	return b
}

// sftp runs a batch of commands of sftp(1).
func (b *box) sftp(batch string, options ...string) (string, error) {
	b.t.Helper()
	return rootedtest.Try(b.t, batch, "sftp", append(append([]string{"-F", b.Config, "-b", "-"}, options...), "box")...)
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

func must(t testing.TB, out string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return out
}

// mustFail wants a failure with a text in the message.
func mustFail(t testing.TB, out string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(strings.ToLower(out), strings.ToLower(want)) {
		t.Errorf("%v, want a failure with %q\n%s", err, want, out)
	}
}
