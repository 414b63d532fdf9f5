package sftpserver

import (
	"context"
	"encoding/json"
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
	tree, err := rootedtest.Open(args, rooted.Open)
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
	events, err := os.OpenFile(eventsOf(args[0]), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
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

// eventsOf is where the events of a served folder are written.
func eventsOf(root string) string { return filepath.Dir(root) + ".events" }

// box is an sshd that serves one folder.
type box struct {
	*rootedtest.Served
	t *testing.T
}

func newBox(t *testing.T, options string) *box {
	t.Helper()
	return &box{rootedtest.Serve(t, options), t}
}

// sftp runs a batch of commands of sftp(1).
func (b *box) sftp(batch string, options ...string) (string, error) {
	b.t.Helper()
	return rootedtest.Try(b.t, batch, "sftp", append(append([]string{"-F", b.Config, "-b", "-"}, options...), "box")...)
}
