package launch

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// screen is a terminal as sshd makes one, with a session on it.
type screen struct {
	*copied
	t      *testing.T
	master *os.File
	slave  *os.File
	before string // settings before the session
	mutex  sync.Mutex
	shown  strings.Builder
}

func onTerminal(t *testing.T, p *Plan) *screen {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 90}); err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := &screen{copied: prepare(t, "run", p, graceVariable+"=200"), t: t, master: os.NewFile(uintptr(fd), "ptmx"), slave: slave}
	s.Stdin, s.Stdout, s.Stderr = slave, slave, slave
	s.before = s.settings()
	s.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := s.master.Read(buffer)
			s.mutex.Lock()
			s.shown.Write(buffer[:n])
			s.mutex.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		s.master.Close()
		slave.Close()
		if s.ProcessState == nil {
			_ = s.Process.Kill()
			_ = s.Wait()
		}
	})
	return s
}

func (s *screen) text() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.shown.String()
}

// await waits until the terminal shows the text.
func (s *screen) await(text string) {
	s.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(s.text(), text); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			s.t.Fatalf("the terminal shows %q, want %q", s.text(), text)
		}
	}
}

func (s *screen) write(text string) {
	s.t.Helper()
	if _, err := s.master.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

func (s *screen) settings() string {
	s.t.Helper()
	termios, err := unix.IoctlGetTermios(int(s.slave.Fd()), unix.TCGETS)
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprintf("%+v", *termios)
}

func recorded(t *testing.T, words ...string) (*Plan, string) {
	p := pipeline(words)
	p.Record = folder(t) + "/session.cast"
	p.Stages[0].Env = append(p.Stages[0].Env, "TERM=xterm")
	p.Confinement.Execute = append(p.Confinement.Execute, "/bin/stty", "/usr/bin/tty")
	p.Confinement.Read = []string{"/dev/pts"}
	return p, p.Record
}

func readCast(t *testing.T, path string) recording {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parseCast(t, data)
}

func TestRecording(t *testing.T) {
	const shell = `stty size; tty >/dev/null && echo on a terminal
while read line; do case $line in size) stty size;; *) echo "got $line";; esac; done
printf 'last \342\202\254'; exit 6`
	p, path := recorded(t, sh(shell)...)
	s := onTerminal(t, p)
	s.await("30 90\r\non a terminal\r\n")
	s.write("typed\r")
	s.await("typed\r\ngot typed\r\n")
	if err := unix.IoctlSetWinsize(int(s.master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 132}); err != nil {
		t.Fatal(err)
	}
	for tries := 0; tries < 500 && !strings.Contains(s.text(), "50 132"); tries++ { // the size comes by a signal
		s.write("size\r")
		time.Sleep(10 * time.Millisecond)
	}
	s.await("50 132\r\n")
	if s.settings() == s.before {
		t.Error("the outer terminal is not in raw mode")
	}
	s.write("\x04")
	r, err := s.outcome(t)
	_ = s.Wait()
	if err != nil || r.ExitCode != 6 {
		t.Errorf("got %+v, %v", r, err)
	}
	s.await("last €")
	if after := s.settings(); after != s.before {
		t.Errorf("the terminal was %s and is %s", s.before, after)
	}
	got := readCast(t, path)
	h := got.header
	if h.Version != 2 || h.Width != 90 || h.Height != 30 || h.Env["TERM"] != "xterm" || time.Since(time.Unix(h.Timestamp, 0)) > time.Minute {
		t.Errorf("header %+v", h)
	}
	if got.output != s.text() || len(got.sizes) != 1 || got.sizes[0] != "132x50" {
		t.Errorf("recorded %q and %q, shown %q", got.output, got.sizes, s.text())
	}
	for i := 1; i < len(got.times); i++ {
		if got.times[i] < got.times[i-1] || got.times[i] > 60 {
			t.Errorf("times %v", got.times)
		}
	}
}

// ^C and ^\ go to the program, through the inner terminal when it is recorded and straight otherwise; and ^Z stops nothing
// for good.
func TestKeys(t *testing.T) {
	for _, record := range []bool{false, true} {
		for keys, want := range map[string]syscall.Signal{"\x03": syscall.SIGINT, "\x1c": syscall.SIGQUIT, "\x1a\x03": syscall.SIGINT} {
			t.Run(fmt.Sprintf("%q, recorded %v", keys, record), func(t *testing.T) {
				p, _ := recorded(t, sh("echo ready; cat; cat")...)
				if !record {
					p.Record = ""
				}
				s := onTerminal(t, p)
				s.await("ready\r\n")
				s.write("line\r")
				s.await("line\r\nline\r\n")
				for _, key := range keys {
					s.write(string(key))
				}
				r, err := s.outcome(t)
				_ = s.Wait()
				if err != nil || r.Signal != want || r.ExitCode != 128+int(want) {
					t.Errorf("got %+v, %v", r, err)
				}
				if after := s.settings(); after != s.before {
					t.Errorf("the terminal was %s and is %s", s.before, after)
				}
			})
		}
	}
}

// sshd closes its side of the terminal when the client has gone.
func TestTerminalHangsUp(t *testing.T) {
	for _, record := range []bool{false, true} {
		p, path := recorded(t, "probe", "stubborn", mark(t))
		if !record {
			p.Record = ""
		}
		s := onTerminal(t, p)
		s.await("ready\r\n")
		s.slave.Close()
		s.master.Close()
		if _, err := s.outcome(t); err != nil {
			t.Error(err)
		}
		_ = s.Wait()
		gone(t, mark(t))
		if record && !strings.Contains(readCast(t, path).output, "ready") {
			t.Error("the recording is empty")
		}
	}
}

func TestRecordingWithoutTerminal(t *testing.T) {
	p, path := recorded(t, sh("cat; echo error >&2")...)
	p.Stages[0].Stderr = StderrNull
	if out, r, err := perform(t, "run", p, "data"); err != nil || out != "data" || r.ExitCode != 0 {
		t.Errorf("got %q, %+v, %v", out, r, err)
	}
	if got := readCast(t, path); got.output != "data" || got.header.Width != 80 {
		t.Errorf("recorded %+v", got)
	}
}

// Nothing starts without its recording, and nothing goes on without it.
func TestRecordingFails(t *testing.T) {
	p, path := recorded(t, "echo", "started")
	write(t, path, "older", 0o600)
	if out, _, err := perform(t, "run", p, ""); out != "" || err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("file is there: got %q, %v", out, err)
	}
	root := folder(t)
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, "size=64k"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Unmount(root, unix.MNT_DETACH) }()
	p, _ = recorded(t, "yes")
	p.Record = root + "/session.cast"
	out, _, err := perform(t, "run", p, "", graceVariable+"=50")
	if err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("full disk: got %d bytes, %v", len(out), err)
	}
	if len(out) > 64<<10 {
		t.Errorf("%d bytes went unrecorded", len(out))
	}
}
