package sftpserver

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/pkg/sftp"
)

// BenchmarkThroughput moves a file of 64 MiB up and down, through our server and through OpenSSH's, each in a process of
// its own on a pair of pipes, with the same client. It reports MB/s of ours and the ratio to OpenSSH's: above 1 is faster.
func BenchmarkThroughput(b *testing.B) {
	const size = 64 << 20
	for _, direction := range []string{"up", "down"} {
		b.Run(direction, func(b *testing.B) {
			dir := b.TempDir()
			file := filepath.Join(dir, "file")
			if err := os.WriteFile(file, make([]byte, size), 0o600); err != nil {
				b.Fatal(err)
			}
			self, err := os.Executable()
			if err != nil {
				b.Fatal(err)
			}
			ours := exec.Command(self, "-dir", dir, "-mode", "read-write", "-delete", "-log", os.DevNull)
			ours.Env = append(os.Environ(), "OPS_ROOTED_SERVE=1", "SSH_ORIGINAL_COMMAND=sftp")
			var spent [2]time.Duration
			clients := []*sftp.Client{connect(b, ours), connect(b, exec.Command("/usr/lib/openssh/sftp-server"))}
			for b.Loop() {
				for i, client := range clients { // in turns, so that a busy machine is unfair to both
					start := time.Now()
					if direction == "up" {
						upload(b, client, file, size)
					} else {
						download(b, client, file, size)
					}
					spent[i] += time.Since(start)
				}
			}
			b.ReportMetric(float64(size)*float64(b.N)/1e6/spent[0].Seconds(), "MB/s")
			b.ReportMetric(spent[1].Seconds()/spent[0].Seconds(), "ratio-to-openssh")
		})
	}
}

func connect(t testing.TB, cmd *exec.Cmd) *sftp.Client {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	client, err := sftp.NewClientPipe(out, in, sftp.MaxPacketUnchecked(128<<10), sftp.UseConcurrentWrites(true))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		cmd.Wait()
	})
	return client
}

func upload(t testing.TB, c *sftp.Client, path string, size int64) {
	f, err := c.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := f.ReadFrom(io.LimitReader(zeros{}, size)); err != nil || n != size {
		t.Fatal(n, err)
	}
}

func download(t testing.TB, c *sftp.Client, path string, size int64) {
	f, err := c.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := f.WriteTo(io.Discard); err != nil || n != size {
		t.Fatal(n, err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
