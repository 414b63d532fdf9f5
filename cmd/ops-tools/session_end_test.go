package main

import (
	"encoding/binary"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// However a session of files is ended, an upload that nobody could complete does not stay: neither the file of an sftp
// client in append mode, nor a temporary file of scp or of a stored stream.
func TestEndedSessionsLeaveNothingUnfinished(t *testing.T) {
	packet := func(kind byte, fields string) string {
		return string(binary.BigEndian.AppendUint32(nil, uint32(1+len(fields)))) + string(kind) + fields
	}
	const version, id, noFlags = "\x00\x00\x00\x03", "\x00\x00\x00\x01", "\x00\x00\x00\x00"
	sftp := packet(1, version) + packet(3, id+"\x00\x00\x00\x02up"+"\x00\x00\x00\x0a"+noFlags) // write and create
	write := packet(6, id+"\x00\x00\x00\x011"+"\x00\x00\x00\x00\x00\x00\x00\x00"+"\x00\x00\x00\x04half")
	for name, s := range map[string]struct {
		args        []string
		begin, more string
	}{
		"sftp":  {[]string{"sftp"}, sftp, write},
		"scp":   {[]string{"scp", "--target", "path:up"}, "C0644 100 up\nhalf", "of it"},
		"store": {[]string{"store", "--", "up"}, "half", "of it"},
	} {
		for how, end := range map[string]func(*exec.Cmd, io.WriteCloser, io.Closer) error{
			"input ends": func(_ *exec.Cmd, in io.WriteCloser, _ io.Closer) error { return in.Close() },
			"terminated": func(cmd *exec.Cmd, _ io.WriteCloser, _ io.Closer) error { return cmd.Process.Signal(syscall.SIGTERM) },
			"hung up":    func(cmd *exec.Cmd, _ io.WriteCloser, _ io.Closer) error { return cmd.Process.Signal(syscall.SIGHUP) },
			"out of processor time": func(cmd *exec.Cmd, _ io.WriteCloser, _ io.Closer) error {
				return cmd.Process.Signal(syscall.SIGXCPU)
			},
			"nobody reads the answers": func(_ *exec.Cmd, in io.WriteCloser, out io.Closer) error {
				out.Close()
				io.WriteString(in, s.more)
				return in.Close()
			},
		} {
			if name == "store" && (how == "input ends" || how == "nobody reads the answers") {
				continue // that is how a stream ends, and there are no answers
			}
			t.Run(name+"/"+how, func(t *testing.T) {
				t.Parallel()
				root := t.TempDir()
				args := append([]string{"session", s.args[0], "--root", root, "--mode", "append"}, s.args[1:]...)
				cmd := exec.Command("ops", args...)
				in, err := cmd.StdinPipe()
				if err != nil {
					t.Fatal(err)
				}
				out, err := cmd.StdoutPipe()
				if err != nil {
					t.Fatal(err)
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				io.WriteString(in, s.begin)
				await(t, func() bool { return len(left(t, root)) == 1 })
				if err := end(cmd, in, out); err != nil {
					t.Error(err)
				}
				timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
				defer timer.Stop()
				_ = cmd.Wait() // with one code or another
				if cmd.ProcessState.ExitCode() < 0 {
					t.Errorf("%v", cmd.ProcessState)
				}
				if names := left(t, root); len(names) > 0 {
					t.Errorf("%q stays", names)
				}
			})
		}
	}
}

// A policy's limit of the size of files is an error of the one file, and not the end of the server.
func TestLimitOfFileSize(t *testing.T) {
	root := t.TempDir()
	cmd := exec.Command("prlimit", "--fsize=1000", "ops", "session", "scp", "--root", root, "--mode", "write", "--target", "path:.")
	cmd.Stdin = strings.NewReader("C0644 2000 large\n" + strings.Repeat("x", 2000) + "\x00C0644 5 small\nsmall\x00")
	out, err := cmd.CombinedOutput()
	if names := left(t, root); cmd.ProcessState.ExitCode() != 1 || !strings.Contains(string(out), "file too large") || len(names) != 1 {
		t.Errorf("%v, %q there:\n%.500s", err, names, out)
	}
}

// A client that does not take its answers cannot keep a session from ending.
func TestEndedSessionWithoutAReader(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "large"), make([]byte, 4<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	cmd := exec.Command("ops", "session", "scp", "--root", root, "--source", "path:large")
	cmd.Stdout = write
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	io.WriteString(in, "\x00\x00\x00") // go on, with a file larger than a pipe holds
	if _, err := io.ReadFull(read, make([]byte, 1<<16)); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer timer.Stop()
	if cmd.Wait(); cmd.ProcessState.ExitCode() < 0 {
		t.Errorf("%v", cmd.ProcessState)
	}
}

func left(t *testing.T, root string) []string {
	t.Helper()
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, filepath.Join(root, entry.Name()))
	}
	return names
}

// await waits for something to become true, for a minute.
func await(t *testing.T, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not come")
		}
	}
}
