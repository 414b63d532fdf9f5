package test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// console is a terminal with a program on it, as a person has them.
type console struct {
	t      *testing.T
	fd     int // of master
	master *os.File
	cmd    *exec.Cmd
	mu     sync.Mutex
	out    strings.Builder
	seen   int // what was expected so far
	ended  chan struct{}
}

// openConsole starts a program on a terminal of 80 columns and 24 rows of its own.
func openConsole(t *testing.T, program string, args ...string) *console {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := &console{t: t, fd: fd, master: os.NewFile(uintptr(fd), "ptmx"), ended: make(chan struct{})}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	c.resize(80, 24)
	c.cmd = exec.Command(program, args...)
	c.cmd.Stdin, c.cmd.Stdout, c.cmd.Stderr = file, file, file
	c.cmd.Env = append(os.Environ(), "TERM=xterm", "LC_ALL=C.UTF-8")
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	file.Close()
	go c.read()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		_ = c.master.Close()
		<-c.ended
		if t.Failed() {
			t.Logf("the terminal showed:\n%q", c.shown())
		}
	})
	return c
}

func (c *console) read() {
	defer close(c.ended)
	buffer := make([]byte, 4096)
	for {
		n, err := c.master.Read(buffer)
		c.mu.Lock()
		c.out.Write(buffer[:n])
		c.mu.Unlock()
		if err != nil { // EIO: nobody has the other side any more
			return
		}
	}
}

func (c *console) shown() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.String()
}

func (c *console) resize(width, height int) {
	c.t.Helper()
	if err := unix.IoctlSetWinsize(c.fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(width), Row: uint16(height)}); err != nil {
		c.t.Fatal(err)
	}
}

// types sends keys, and goes on before they are taken.
func (c *console) types(text string) {
	c.t.Helper()
	if _, err := c.master.WriteString(text); err != nil {
		c.t.Fatal(err)
	}
}

// expect waits until the terminal shows a text behind what was expected before, and returns what came up to its end.
func (c *console) expect(text string) string {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		all := c.shown()
		if i := strings.Index(all[c.seen:], text); i >= 0 {
			from := c.seen
			c.seen += i + len(text)
			return all[from:c.seen]
		}
		ended := false
		select {
		case <-c.ended:
			ended = len(c.shown()) == len(all)
		default:
		}
		if ended || time.Now().After(deadline) {
			c.t.Fatalf("no %q in %q", text, all[c.seen:])
		}
	}
}

// exit waits for the program's end and returns its exit code.
func (c *console) exit() int {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(time.Minute):
		c.t.Fatal("the program does not end")
	}
	_ = c.cmd.Wait()
	return c.cmd.ProcessState.ExitCode()
}
