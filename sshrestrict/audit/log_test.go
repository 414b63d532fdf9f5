package audit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func fifo(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, o Options, to ...string) *Log {
	t.Helper()
	if o.Wait == 0 {
		o.Wait = 20 * time.Millisecond
	}
	l, err := Open(to, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestOpenRefuses(t *testing.T) {
	for _, to := range []string{"", "jornal", "log.jsonl", "./log", "/", "/var/../etc/x", "/var/log/", "/var//log", "/a\x00b", "Syslog"} {
		if _, err := Open([]string{"journal", to}, Options{}); err == nil {
			t.Errorf("%q was accepted", to)
		} else if strings.ContainsRune(err.Error(), 0) {
			t.Errorf("%q: the message does not print: %q", to, err)
		}
	}
}

// One sink that fails does not keep the record from the others; the next record counts it.
func TestOneSinkFails(t *testing.T) {
	for _, required := range []bool{false, true} {
		dir := t.TempDir()
		good := filepath.Join(dir, "good")
		l := open(t, Options{Required: required, JournalSocket: dir + "/none", SyslogSocket: dir + "/none"},
			"journal", good, "syslog", dir+"/missing/file")
		for range 2 {
			err := l.Write(full())
			if (err != nil) != required {
				t.Errorf("required %v: %v", required, err)
			}
			if required {
				for _, part := range []string{"the journal: connect", "syslog: connect", "missing/file: the folder", "is missing; create it"} {
					if !strings.Contains(err.Error(), part) {
						t.Errorf("no %q in %v", part, err)
					}
				}
			}
		}
		lines := strings.Split(read(t, good), "\n")
		if len(lines) != 3 || strings.Contains(lines[0], `"lost"`) || !strings.HasSuffix(lines[1], `"lost":3}`) || l.Lost() != 6 {
			t.Errorf("%d lost, the file has %q", l.Lost(), lines)
		}
	}
}

func TestAllSinksFail(t *testing.T) {
	l := open(t, Options{JournalSocket: t.TempDir() + "/none"}, "journal")
	if err := l.Write(full()); err == nil {
		t.Error("no error")
	}
	if err := open(t, Options{Required: true}).Write(full()); err != nil {
		t.Errorf("without destinations: %v", err)
	}
}

func TestNewID(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id, err := NewID()
		if err != nil || len(id) != 32 || strings.Trim(id, "0123456789abcdef") != "" || seen[id] {
			t.Fatalf("%q %v", id, err)
		}
		seen[id] = true
	}
}

// BenchmarkWrite tells what one record costs a session: a file in a new process, and one that is open.
func BenchmarkWrite(b *testing.B) {
	path := filepath.Join(b.TempDir(), "log")
	b.Run("file, opened for each", func(b *testing.B) {
		for b.Loop() {
			l, err := Open([]string{path}, Options{Required: true})
			if err != nil {
				b.Fatal(err)
			}
			if err := l.Write(full()); err != nil {
				b.Fatal(err)
			}
			l.Close()
		}
	})
	b.Run("file, open", func(b *testing.B) {
		l, err := Open([]string{path}, Options{Required: true})
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		for b.Loop() {
			if err := l.Write(full()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		r := full()
		var line []byte
		for b.Loop() {
			line = r.Append(line[:0])
		}
	})
}
