package launch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pipeline is a plan of several programs, each of them words of a command.
func pipeline(stages ...[]string) *Plan {
	p := confined(Confinement{Execute: []string{program("probe"), "/bin/cat"}}, stages[0]...)
	for _, words := range stages[1:] {
		p.Stages = append(p.Stages, command(words...))
	}
	p.Result = true
	return p
}

func sh(text string) []string { return []string{"/bin/sh", "-c", text} }

func TestRunResult(t *testing.T) {
	for _, c := range []struct {
		name   string
		stages [][]string
		stdin  string
		output string
		want   Result
	}{
		{"nothing", [][]string{{"true"}}, "", "", Result{}},
		{"code", [][]string{sh("exit 7")}, "", "", Result{ExitCode: 7}},
		{"own 255", [][]string{sh("exit 255")}, "", "", Result{ExitCode: 255}},
		{"signal", [][]string{sh("kill -9 $$")}, "", "", Result{ExitCode: 137, Signal: 9}},
		{"bytes", [][]string{{"cat"}}, "12345", "12345", Result{BytesIn: 5, BytesOut: 5}},
		{"bytes in", [][]string{{"probe", "count"}}, strings.Repeat("x", 3<<20), "ok 3145728\n", Result{BytesIn: 3 << 20, BytesOut: 11}},
		{"bytes out", [][]string{{"probe", "produce", "3000000"}}, "", strings.Repeat("x", 3000000) + "ok \n", Result{BytesOut: 3000004}},
		{"input that nobody reads", [][]string{{"true"}}, strings.Repeat("x", 1<<20), "", Result{}},
		{"input that is read in part", [][]string{{"head", "-c", "3"}}, strings.Repeat("x", 1<<20), "xxx", Result{BytesOut: 3}},
		{"pipe", [][]string{{"cat"}, {"tr", "a-z", "A-Z"}, {"cat"}}, "abc", "ABC", Result{BytesIn: 3, BytesOut: 3}},
		{"first fails", [][]string{sh("cat; exit 3"), {"cat"}}, "x", "x", Result{ExitCode: 3, BytesIn: 1, BytesOut: 1}},
		{"last fails", [][]string{{"cat"}, sh("cat; exit 4")}, "x", "x", Result{ExitCode: 4, BytesIn: 1, BytesOut: 1}},
		{"two fail", [][]string{sh("exit 3"), sh("cat; exit 4"), {"cat"}}, "", "", Result{ExitCode: 4}},
		{"later stage wants no more", [][]string{{"yes"}, {"head", "-n", "1"}}, "", "y\n", Result{ExitCode: 141, Signal: 13, BytesOut: 2}},
		{"stage is killed", [][]string{sh("echo half; kill -9 $$"), sh("cat; echo whole")}, "", "", Result{ExitCode: 143, Signal: 15}},
		{"last stage is killed", [][]string{{"sleep", "1000"}, sh("kill -9 $$")}, "", "", Result{ExitCode: 137, Signal: 9}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, r, err := perform(t, "run", pipeline(c.stages...), c.stdin)
			if strings.HasPrefix(c.name, "input that") {
				r.BytesIn = 0 // as much as the pipes took
			}
			if c.name == "stage is killed" {
				if strings.Contains(out, "whole") {
					t.Errorf("half a stream was taken for a whole one: %q", out)
				}
				r.BytesOut, out = 0, ""
			}
			if err != nil || out != c.output || r != c.want {
				t.Errorf("got %.40q, %+v, %v, want %.40q, %+v", out, r, err, c.output, c.want)
			}
		})
	}
}

// Without a wish for a result the programs have the client's own streams.
func TestRunHandsStreamsOver(t *testing.T) {
	p := pipeline([]string{"readlink", "/proc/self/fd/0", "/proc/self/fd/1"})
	p.Confinement.Read = []string{"/proc"}
	for _, result := range []bool{false, true} {
		p.Result = result
		p.Limits.Time = time.Minute
		c := prepare(t, "run", p)
		in, inEnd, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		name, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", in.Fd()))
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		c.Stdin, c.Stdout = in, &out
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := c.outcome(t); err != nil {
			t.Error(err)
		}
		_ = c.Wait()
		in.Close()
		inEnd.Close()
		if strings.Contains(out.String(), name) == result {
			t.Errorf("result %v: the input is %q, the client's is %q", result, out.String(), name)
		}
	}
}

// live is a session that a test speaks to.
type live struct {
	*copied
	t      *testing.T
	in     io.WriteCloser
	out    *bufio.Reader
	outEnd *os.File
}

func begin(t *testing.T, p *Plan, env ...string) *live {
	t.Helper()
	c := prepare(t, "run", p, env...)
	in, inEnd, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, outEnd, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c.Stdin, c.Stdout = in, outEnd
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	outEnd.Close()
	l := &live{copied: c, t: t, in: inEnd, out: bufio.NewReader(out), outEnd: out}
	t.Cleanup(func() {
		inEnd.Close()
		out.Close()
		if c.ProcessState == nil {
			_ = c.Process.Kill()
			_ = c.Wait()
		}
	})
	return l
}

func (l *live) line() string {
	l.t.Helper()
	_ = l.outEnd.SetReadDeadline(time.Now().Add(20 * time.Second))
	line, err := l.out.ReadString('\n')
	if err != nil {
		l.t.Fatalf("read a line: %v", err)
	}
	return strings.TrimSuffix(line, "\n")
}

// finish waits for the end, and for nothing to be left of what ran in the session.
func (l *live) finish() (Result, error) {
	l.t.Helper()
	began := time.Now()
	r, err := l.outcome(l.t)
	_ = l.Wait()
	if took := time.Since(began); took > 20*time.Second {
		l.t.Errorf("the end took %v", took)
	}
	return r, err
}

// remaining returns the processes of the probe that were started with the mark among their arguments.
func remaining(t *testing.T, mark string) []int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var found []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		line, err := os.ReadFile("/proc/" + entry.Name() + "/cmdline")
		if err == nil && bytes.Contains(line, []byte(mark)) {
			found = append(found, pid)
		}
	}
	return found
}

// gone fails the test unless all processes with the mark go within a moment: those that the kernel kills need one.
func gone(t *testing.T, mark string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		left := remaining(t, mark)
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("processes %v are left", left)
			for _, pid := range left {
				_ = unix.Kill(pid, unix.SIGKILL)
			}
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func mark(t *testing.T) string {
	return fmt.Sprintf("mark-%d-%s", os.Getpid(), strings.ReplaceAll(t.Name(), "/", "-"))
}

func TestHalfClose(t *testing.T) {
	for _, result := range []bool{false, true} {
		p := pipeline(sh("cat; echo end; read line || echo closed"))
		p.Result, p.Limits.Time = result, time.Minute
		l := begin(t, p)
		fmt.Fprintln(l.in, "one")
		if got := l.line(); got != "one" {
			t.Errorf("got %q", got)
		}
		fmt.Fprintln(l.in, "two")
		if got := l.line(); got != "two" {
			t.Errorf("got %q", got)
		}
		l.in.Close()
		if got := l.line() + " " + l.line(); got != "end closed" {
			t.Errorf("got %q", got)
		}
		if r, err := l.finish(); err != nil || r.ExitCode != 0 {
			t.Errorf("got %+v, %v", r, err)
		}
	}
}

// The end of the program is the end, although the client has not closed its side.
func TestEndWithOpenInput(t *testing.T) {
	l := begin(t, pipeline(sh("echo done; exit 5")))
	if got := l.line(); got != "done" {
		t.Errorf("got %q", got)
	}
	if r, err := l.finish(); err != nil || r.ExitCode != 5 || r.BytesOut != 5 {
		t.Errorf("got %+v, %v", r, err)
	}
}

// What a program leaves in the background on purpose keeps neither the session open, even if it writes on and on, nor is it
// killed.
func TestBackground(t *testing.T) {
	for _, verb := range []string{"sleep", "chatter"} {
		t.Run(verb, func(t *testing.T) {
			c := prepare(t, "run", pipeline([]string{"probe", "late", verb}))
			var out, pidLine strings.Builder
			c.Stdin, c.Stdout, c.Stderr = strings.NewReader(strings.Repeat("x", 1<<20)), &out, &pidLine
			c.WaitDelay = 100 * time.Millisecond // the background holds the error stream too
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			r, err := c.outcome(t)
			_ = c.Wait()
			if err != nil || r.ExitCode != 0 || !strings.Contains(out.String(), "ok \n") {
				t.Errorf("got %.100q, %+v, %v", out.String(), r, err)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(pidLine.String()))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = unix.Kill(pid, unix.SIGKILL) }()
			if err := unix.Kill(pid, 0); verb == "sleep" && err != nil {
				t.Errorf("the process in the background: %v", err)
			}
		})
	}
}

// All output arrives at a slow client, also what was written just before the end.
func TestSlowClient(t *testing.T) {
	const size = 2 << 20
	l := begin(t, pipeline([]string{"probe", "produce", strconv.Itoa(size)}))
	total := 0
	buffer := make([]byte, 10_000)
	for {
		n, err := l.out.Read(buffer)
		total += n
		if err != nil {
			break
		}
		time.Sleep(100 * time.Microsecond)
	}
	if r, err := l.finish(); err != nil || total != size+4 || r.BytesOut != size+4 {
		t.Errorf("got %d bytes, %+v, %v", total, r, err)
	}
}

func TestTimeLimit(t *testing.T) {
	t.Run("program ends in time", func(t *testing.T) {
		p := pipeline([]string{"true"})
		p.Limits.Time = time.Minute
		if _, r, err := perform(t, "run", p, ""); err != nil || r.TimedOut || r.ExitCode != 0 {
			t.Errorf("got %+v, %v", r, err)
		}
	})
	t.Run("terminates", func(t *testing.T) {
		p := pipeline([]string{"sleep", "1000"}, []string{"cat"})
		p.Limits.Time = 50 * time.Millisecond
		if _, r, err := perform(t, "run", p, ""); err != nil || !r.TimedOut || r.ExitCode != 143 || r.Signal != syscall.SIGTERM {
			t.Errorf("got %+v, %v", r, err)
		}
	})
	t.Run("is killed", func(t *testing.T) {
		p := pipeline([]string{"probe", "stubborn", mark(t)})
		p.Limits.Time = 2 * time.Second // in which it has come to ignore SIGTERM, also on a busy machine
		_, r, err := perform(t, "run", p, "", graceVariable+"=50")
		if err != nil || !r.TimedOut || r.ExitCode != 137 || r.Signal != syscall.SIGKILL {
			t.Errorf("got %+v, %v", r, err)
		}
		gone(t, mark(t))
	})
	t.Run("stopped program", func(t *testing.T) {
		p := pipeline(sh("kill -STOP $$"))
		p.Limits.Time = 50 * time.Millisecond
		if _, r, err := perform(t, "run", p, ""); err != nil || !r.TimedOut || r.ExitCode != 143 {
			t.Errorf("got %+v, %v", r, err)
		}
	})
	for _, then := range []string{"stay", "leave"} {
		t.Run("descendants in sessions of their own "+then, func(t *testing.T) {
			p := pipeline([]string{"probe", "tree", "4", then, mark(t)}, []string{"sleep", "1000"})
			p.Limits.Time = 400 * time.Millisecond
			if _, r, err := perform(t, "run", p, "", graceVariable+"=50"); err != nil || !r.TimedOut {
				t.Errorf("got %+v, %v", r, err)
			}
			if left := remaining(t, mark(t)); len(left) > 0 {
				t.Errorf("processes %v are left", left)
			}
		})
	}
	t.Run("client that does not read", func(t *testing.T) {
		p := pipeline([]string{"yes"})
		p.Limits.Time = 100 * time.Millisecond
		l := begin(t, p)
		if r, err := l.finish(); err != nil || !r.TimedOut {
			t.Errorf("got %+v, %v", r, err)
		}
	})
}

func TestSignalsAreForwarded(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGWINCH} {
		t.Run(sig.String(), func(t *testing.T) {
			l := begin(t, pipeline([]string{"probe", "signals", sig.String()}))
			l.line()
			if err := l.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if got := l.line(); got != "ok "+sig.String() {
				t.Errorf("got %q", got)
			}
			if _, err := l.finish(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A client that has gone ends a program that does not care, whatever is the sign of it.
func TestVanishedClient(t *testing.T) {
	for name, vanish := range map[string]func(l *live){
		"output closed": func(l *live) { l.outEnd.Close() },
		"hang-up":       func(l *live) { _ = l.Process.Signal(syscall.SIGHUP) },
	} {
		for _, result := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, result %v", name, result), func(t *testing.T) {
				p := pipeline([]string{"probe", "stubborn", mark(t)})
				p.Result, p.Limits.Time = result, time.Minute
				l := begin(t, p, graceVariable+"=50")
				l.line()
				vanish(l)
				if r, err := l.finish(); err != nil || r.Signal != syscall.SIGKILL || r.TimedOut {
					t.Errorf("got %+v, %v", r, err)
				}
				gone(t, mark(t))
			})
		}
	}
}

// Killed at any moment, this process takes its programs along.
func TestKilledAtAnyMoment(t *testing.T) {
	const times = 60
	for i := range times {
		sig := []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGHUP}[i%3]
		name := fmt.Sprintf("%s-%d-", mark(t), i)
		p := pipeline([]string{"probe", "sleep", name}, []string{"probe", "sleep", name}, []string{"probe", "sleep", name})
		l := begin(t, p, graceVariable+"=50")
		time.Sleep(time.Duration(rand.IntN(30_000)) * time.Microsecond)
		if err := l.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		_ = l.Wait()
		gone(t, name)
	}
}

// When a program cannot be started, nothing is left of the others, and the reason arrives.
func TestStartFails(t *testing.T) {
	p := pipeline([]string{"probe", "sleep", mark(t)}, []string{"/nonexistent/program"})
	if out, _, err := perform(t, "run", p, ""); out != "" || !isType[*MissingProgram](err) {
		t.Errorf("missing program: got %q, %v", out, err)
	}
	// Found only by the copy: the folder of the second stage is missing.
	p = pipeline([]string{"probe", "sleep", mark(t)}, []string{"true"})
	p.Stages[1].Dir = "/nonexistent"
	if out, _, err := perform(t, "run", p, ""); out != "" || err == nil || !strings.Contains(err.Error(), "/nonexistent") {
		t.Errorf("missing folder: got %q, %v", out, err)
	}
	gone(t, mark(t))
	// Found only by the kernel: neither a script nor a program.
	file := write(t, folder(t)+"/odd", "odd", 0o755)
	if out, _, err := perform(t, "run", pipeline([]string{file}), ""); out != "" || !strings.Contains(fmt.Sprint(err), "exec format error") {
		t.Errorf("no format: got %q, %v", out, err)
	}
}

func isType[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

// The argument by hand does nothing without a plan, and nothing that the user could not do with one.
func TestChildByHand(t *testing.T) {
	if handled, _ := Child(nil); handled {
		t.Error("no argument was handled")
	}
	if handled, _ := Child([]string{"explain", childWord}); handled {
		t.Error("the word behind another one was handled")
	}
	const usage = 64
	for _, args := range [][]string{
		{},
		{"3"},
		{"3", "4"},
		{"3", "4", "5", "6"},
		{"a", "4", "5"},
		{"-3", "4", "5"},
		{"3", "3", "5"},
		{"0", "4", "5"},
		{"3", "1", "5"},
		{"99999999999999999999", "4", "5"},
		{"700", "701", "1"},
	} {
		if handled, code := Child(append([]string{childWord}, args...)); !handled || code != usage {
			t.Errorf("%q: got %v, %d", args, handled, code)
		}
	}
	// An ordinary file is no plan: its owner could change it while it is read.
	c := exec.Command("/proc/self/exe", childWord, "3", "4", strconv.Itoa(os.Getpid()))
	file, err := os.Create(folder(t) + "/plan")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(encode(confined(Confinement{}, "true"))); err != nil {
		t.Fatal(err)
	}
	c.ExtraFiles = []*os.File{file, file}
	if err := c.Run(); c.ProcessState.ExitCode() != usage {
		t.Errorf("ordinary file: got %v", err)
	}
}

// The name of a copy's parent that is not the parent means that the parent has died meanwhile.
func TestChildWithoutParent(t *testing.T) {
	plan, err := writePlan(confined(Confinement{}, "echo", "started"))
	if err != nil {
		t.Fatal(err)
	}
	defer plan.Close()
	told, tellTo, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer told.Close()
	c := exec.Command("/proc/self/exe", childWord, "3", "4", "1")
	c.ExtraFiles = []*os.File{plan, tellTo}
	out, err := c.Output()
	tellTo.Close()
	if len(out) > 0 || err == nil || !strings.Contains(fmt.Sprint(listen(told)), "parent has ended") {
		t.Errorf("got %q, %v", out, err)
	}
}

// A component of a path is exchanged for a link to the outside and back, ten thousand times, while a confined reader reads.
func TestRace(t *testing.T) {
	root := folder(t)
	write(t, root+"/in/good/file", "good", 0o644)
	write(t, root+"/out/file", "forbidden", 0o644)
	if err := os.Symlink(root+"/out", root+"/in/link"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(root+"/in/good", root+"/in/x"); err != nil {
		t.Fatal(err)
	}
	for _, level := range []Level{LevelRequired, LevelOff} {
		p := pipeline([]string{"probe", "race", root + "/in/x/file", "forbidden"})
		p.Confinement.Read = []string{root + "/in"}
		p.Confinement.Level = level
		l := begin(t, p)
		const flips = 10_000
		enough, flipped := make(chan struct{}), make(chan error, 1)
		go func() { // on until the reader, which may be slow to start, has read enough as well
			var err error
			for n, open := 0, true; err == nil && (n < flips || open); n++ {
				err = unix.Renameat2(unix.AT_FDCWD, root+"/in/x", unix.AT_FDCWD, root+"/in/link", unix.RENAME_EXCHANGE)
				select {
				case <-enough:
					open = false
				default:
				}
			}
			flipped <- err
		}()
		if got := l.line(); got != "enough" {
			t.Errorf("got %q", got)
		}
		close(enough)
		if err := <-flipped; err != nil {
			t.Fatal(err)
		}
		l.in.Close()
		var reads, good, leaks int
		if _, err := fmt.Sscanf(l.line(), "ok reads=%d good=%d leaks=%d", &reads, &good, &leaks); err != nil {
			t.Fatal(err)
		}
		if _, err := l.finish(); err != nil {
			t.Error(err)
		}
		t.Logf("level %d: %d reads, %d inside, %d outside", level, reads, good, leaks)
		if level == LevelRequired && leaks > 0 || level == LevelOff && leaks == 0 || good == 0 {
			t.Errorf("level %d: of %d reads %d were inside and %d outside", level, reads, good, leaks)
		}
	}
}
