package trail

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/audit"
)

func put(t *testing.T, path, text string) {
	t.Helper()
	data := []byte(text)
	if strings.HasSuffix(path, ".gz") {
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write(data)
		w.Close()
		data = packed.Bytes()
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// intent is the line of an intent with the ID.
func intent(id string) string {
	return line1(audit.Record{Time: start(), ID: id, Event: audit.EventIntent})
}

func TestGenerations(t *testing.T) {
	dir := t.TempDir()
	for i, name := range []string{
		"log-20261120.gz", "log-20261121.gz", "log-20261122", "log.11.gz", "log.10.gz", "log.2.gz", "log.1", "log",
	} {
		put(t, filepath.Join(dir, name), intent(string(rune('a'+i))))
	}
	for _, other := range []string{"log.bak", "log.gz", "logs", "log.1.xz", "log-old", "log.", "log-", "xlog", "log.1234567890123", "log.-1"} {
		put(t, filepath.Join(dir, other), "garbage\n")
	}
	if err := os.Mkdir(filepath.Join(dir, "log.3"), 0o700); err != nil {
		t.Fatal(err)
	}
	paths, err := Generations(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	all, errs := collect(Files(paths...))
	if got := ids(all); got != "a b c d e f g h" || len(errs) != 0 {
		t.Errorf("got %s, %v, from %q", got, errs, paths)
	}
	if _, err := Generations(filepath.Join(dir, "none", "log")); err == nil {
		t.Error("no error for a folder that is not there")
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	good, bad, cut := filepath.Join(dir, "good"), filepath.Join(dir, "bad.gz"), filepath.Join(dir, "cut.gz")
	put(t, good, intent("a")+"garbage\n"+intent("b"))
	if err := os.WriteFile(bad, []byte("no gzip"), 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, cut, strings.Repeat(intent("c"), 1000))
	if err := os.Truncate(cut, 100); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := unix.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		paths []string
		ids   string
		err   string
	}{
		"one that vanished": {[]string{dir + "/none", good}, "a b", "good: line 2"},
		"not packed":        {[]string{bad, good}, "", "unpack " + bad},
		"cut short":         {[]string{cut, good}, "c", cut + ": read records: unexpected EOF"},
		"pipe":              {[]string{pipe, good}, "", "no regular file"},
		"none":              {nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			all, errs := collect(Files(c.paths...))
			if ids(all) != c.ids || (c.err == "") != (len(errs) == 0) || len(errs) == 1 && !strings.Contains(errs[0].Error(), c.err) || len(errs) > 1 {
				t.Errorf("got %q %v", ids(all), errs)
			}
		})
	}
	for range Files(good, good) {
		break
	}
}
