package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Variables of the copies of this test program that play a forced command.
const (
	stageVariable  = "OPS_LAUNCH_STAGE"  // "exec" or "run"
	abiVariable    = "OPS_LAUNCH_ABI"    // version of Landlock that the kernel is to have
	filterVariable = "OPS_LAUNCH_FILTER" // "0" for a kernel without seccomp
	graceVariable  = "OPS_LAUNCH_GRACE"  // milliseconds
	probeVariable  = "OPS_LAUNCH_PROBE"  // folder of the programs under testdata
)

// Descriptors of such a copy.
const (
	planFD    = 3
	failureFD = 4
)

func TestMain(m *testing.M) {
	// Away from the first thread of the process, where Go may have a main function at any time.
	runtime.LockOSThread()
	code := make(chan int)
	go func() {
		handled, exit := Child(os.Args[1:])
		if !handled {
			exit = -1
		}
		code <- exit
	}()
	if exit := <-code; exit >= 0 {
		os.Exit(exit)
	}
	runtime.UnlockOSThread()
	if stage := os.Getenv(stageVariable); stage != "" {
		os.Exit(play(stage))
	}
	result, err := withPrograms(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(result)
}

// withPrograms builds the programs under testdata into a folder that belongs to root and that all can reach.
func withPrograms(run func() int) (int, error) {
	folder, err := os.MkdirTemp("", "launch-test-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", folder, "./testdata/probe", "./testdata/empty", "./testdata/starter")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return 1, fmt.Errorf("build test programs: %w: %s", err, out)
	}
	if err := errors.Join(os.Chmod(folder, 0o755), os.Setenv(probeVariable, folder)); err != nil {
		return 1, err
	}
	return run(), nil
}

func program(name string) string { return filepath.Join(os.Getenv(probeVariable), name) }

// play is what a copy of this test program does in place of the tests.
func play(stage string) int {
	p, err := readPlan(planFD)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	unix.CloseOnExec(failureFD)
	k := realKernel()
	if abi := os.Getenv(abiVariable); abi != "" {
		k.abi = func() int { n, _ := strconv.Atoi(abi); return n }
	}
	if os.Getenv(filterVariable) == "0" {
		k.filters = func() bool { return false }
	}
	if stage == "exec" {
		err := p.validate()
		if err == nil {
			err = execPlan(p, k)
		}
		tell(failureFD, err)
		return ExitCode(err)
	}
	wait := usualPatience()
	if grace, err := strconv.Atoi(os.Getenv(graceVariable)); err == nil {
		wait.grace = time.Duration(grace) * time.Millisecond
	}
	unix.CloseOnExec(planFD)
	r, err := run(context.Background(), p, Streams{os.Stdin, os.Stdout, os.Stderr}, k, wait)
	w := &writer{}
	w.texts([]string{
		strconv.Itoa(r.ExitCode), strconv.Itoa(int(r.Signal)), strconv.FormatInt(r.BytesIn, 10),
		strconv.FormatInt(r.BytesOut, 10), strconv.FormatBool(r.TimedOut),
	})
	if err != nil {
		w.b = append(w.b, encodeFailure(err)...)
	}
	_, _ = unix.Write(failureFD, w.b)
	if err != nil {
		return ExitCode(err)
	}
	return r.ExitCode
}

func execPlan(p *Plan, k kernel) error { return execute(p, k, nil) }

// copied is a running copy of this test program.
type copied struct {
	*exec.Cmd
	told *os.File
}

// prepare makes a copy that will exec or run the plan.
func prepare(t testing.TB, stage string, p *Plan, env ...string) *copied {
	t.Helper()
	plan, err := writePlan(p)
	if err != nil {
		t.Fatal(err)
	}
	told, tellTo, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := &copied{exec.Command("/proc/self/exe"), told}
	c.Env = append([]string{stageVariable + "=" + stage, "GORACE=atexit_sleep_ms=0"}, env...)
	c.ExtraFiles = []*os.File{plan, tellTo}
	c.Dir = "/"
	c.SysProcAttr = &syscall.SysProcAttr{}
	c.Stderr = os.Stderr
	t.Cleanup(func() { plan.Close(); tellTo.Close(); told.Close() })
	return c
}

// outcome waits for what a copy has told. To be called when the copy has started.
func (c *copied) outcome(t testing.TB) (Result, error) {
	t.Helper()
	for _, f := range c.ExtraFiles {
		f.Close()
	}
	data, err := io.ReadAll(c.told)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) == 0 {
		return Result{}, nil
	}
	if c.Env[0] == stageVariable+"=exec" {
		return Result{}, decodeFailure(data)
	}
	r := &reader{b: data}
	text := r.texts(5)
	if r.err != nil || len(text) != 5 {
		t.Fatalf("the copy told %q", data)
	}
	var result Result
	result.ExitCode, _ = strconv.Atoi(text[0])
	sig, _ := strconv.Atoi(text[1])
	result.Signal = syscall.Signal(sig)
	result.BytesIn, _ = strconv.ParseInt(text[2], 10, 64)
	result.BytesOut, _ = strconv.ParseInt(text[3], 10, 64)
	result.TimedOut = text[4] == "true"
	return result, decodeFailure(r.b)
}

// perform lets a copy exec or run the plan, and returns what it wrote and how it went.
func perform(t testing.TB, stage string, p *Plan, stdin string, env ...string) (output string, result Result, err error) {
	t.Helper()
	c := prepare(t, stage, p, env...)
	var out strings.Builder
	c.Stdin, c.Stdout = strings.NewReader(stdin), &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	result, err = c.outcome(t)
	waitErr := c.Wait()
	exit, _ := errors.AsType[*exec.ExitError](waitErr)
	if exit != nil && stage == "exec" {
		result.ExitCode = exit.ExitCode()
	}
	return out.String(), result, err
}

// command is a program with arguments, in the root folder and with a small environment.
func command(words ...string) Command {
	path := words[0]
	if !strings.HasPrefix(path, "/") {
		path = "/usr/bin/" + path
		if !strings.HasPrefix(words[0], "/") && filepath.Base(words[0]) == "probe" {
			path = program("probe")
		}
	}
	return Command{Program: path, Args: append([]string{path}, words[1:]...), Env: []string{"PATH=/usr/bin:/bin", "LC_ALL=C"}, Dir: "/"}
}

// confined is a plan of one program in a required sandbox.
func confined(c Confinement, words ...string) *Plan {
	c.Level = LevelRequired
	return &Plan{Stages: []Command{command(words...)}, Confinement: c, Umask: -1}
}

// folder makes a folder that is removed at the end and that others can reach.
func folder(t testing.TB) string {
	t.Helper()
	path, err := os.MkdirTemp("", "launch-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(path) })
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func write(t testing.TB, path, content string, mode os.FileMode) string {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), mode), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
	return path
}
