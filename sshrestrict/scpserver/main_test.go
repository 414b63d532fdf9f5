package scpserver

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"ops/sshrestrict/rooted"
	"ops/sshrestrict/rooted/rootedtest"
)

func TestMain(m *testing.M) { os.Exit(rootedtest.Main(m, serveForTest)) }

// serveForTest is the forced command: it splits the client's words as simply as real clients quote them.
func serveForTest(args []string) int {
	tree, err := rootedtest.Open(args, rooted.Open)
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

// box is an sshd that serves one folder.
type box struct {
	*rootedtest.Served
	t *testing.T
}

func newBox(t *testing.T, options string) *box {
	t.Helper()
	return &box{rootedtest.Serve(t, options), t}
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
