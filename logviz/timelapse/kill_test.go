package timelapse

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestKilled kills a process in the middle of a film. What is under the film's name then is the old film, and ffmpeg is
// gone too.
func TestKilled(t *testing.T) {
	if path := os.Getenv("TIMELAPSE_VICTIM"); path != "" {
		victim(t, path)
		return
	}
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "day.mp4")
			if err := os.WriteFile(path, []byte("yesterday"), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestKilled$")
			cmd.Env = append(os.Environ(), "TIMELAPSE_VICTIM="+path)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(out).ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			child, err := strconv.Atoi(strings.TrimSpace(line))
			if err != nil {
				t.Fatalf("the victim said %q", line)
			}
			pidfd, err := unix.PidfdOpen(child, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer unix.Close(pidfd)
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait()
			poll := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
			if n, err := unix.Poll(poll, 10_000); n != 1 {
				t.Errorf("ffmpeg still lives: %v", err)
			}
			if got := readFile(t, path); string(got) != "yesterday" {
				t.Errorf("the old film is now %.20q", got)
			}
			files, err := filepath.Glob(filepath.Join(dir, "*.mp4"))
			if err != nil || !slices.Equal(files, []string{path}) {
				t.Errorf("%v look like films: %v", files, err)
			}
			// The next film sweeps up.
			if err := shortFilm(t).WriteFile(t.Context(), path, nil); err != nil {
				t.Error(err)
			}
			leftovers(t, dir, "day.mp4")
		})
	}
}

// victim writes a film and, in the middle of it, tells the number of the ffmpeg process and waits to be killed.
func victim(t *testing.T, path string) {
	_ = shortFilm(t).WriteFile(t.Context(), path, func(done, _ int) {
		if done != 10 {
			return
		}
		tasks, err := filepath.Glob("/proc/self/task/*/children")
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range tasks {
			if children := strings.TrimSpace(string(readFile(t, task))); children != "" {
				fmt.Println(children)
			}
		}
		for {
			_ = unix.Pause() // returns for the signals that the runtime sends itself
		}
	})
}
