package timelapse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// MissingProgram says that another program is needed and not there.
type MissingProgram struct {
	Name    string // of the program
	Package string // Debian package that has it
}

func (e *MissingProgram) Error() string {
	return fmt.Sprintf("%s is not installed: apt install %s (.gif and .png work without it)", e.Name, e.Package)
}

// encoder is a way to call ffmpeg.
type encoder struct {
	program string
	codec   []string
	whole   func(r io.ReaderAt, size int64) error // checks a finished file
}

// newEncoder finds ffmpeg and what it can do.
func newEncoder(ctx context.Context, ext string) (*encoder, error) {
	program, err := exec.LookPath("ffmpeg")
	if err != nil {
		return nil, &MissingProgram{Name: "ffmpeg", Package: "ffmpeg"}
	}
	// A fixed number of threads, because it changes the bytes that x264 writes.
	if ext == ".mp4" {
		return &encoder{program, []string{
			"-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-threads", "4",
			"-movflags", "+faststart", "-f", "mp4",
		}, wholeMP4}, nil
	}
	list, err := exec.CommandContext(ctx, program, "-hide_banner", "-loglevel", "error", "-encoders").Output()
	if err != nil {
		return nil, fmt.Errorf("ask ffmpeg for its encoders: %w", err)
	}
	for _, codec := range [][]string{ // VP9 first: more players know it
		{"libvpx-vp9", "-deadline", "realtime", "-cpu-used", "7", "-crf", "28", "-b:v", "0", "-row-mt", "1", "-threads", "4"},
		{"libsvtav1", "-preset", "12", "-crf", "35"},
		{"libaom-av1", "-usage", "realtime", "-cpu-used", "9", "-crf", "35"},
	} {
		if bytes.Contains(list, []byte(" "+codec[0]+" ")) {
			args := append([]string{"-c:v"}, codec...)
			return &encoder{program, append(args, "-f", "webm"), wholeWebM}, nil
		}
	}
	return nil, errors.New("ffmpeg has no encoder for VP9 or AV1 (libvpx-vp9, libsvtav1, libaom-av1)")
}

// args are the arguments for frames of a size from standard input to a file, reporting on standard output.
func (e *encoder) args(w, h, fps int, path string) []string {
	colour := []string{"-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"}
	args := []string{"-nostdin", "-hide_banner", "-loglevel", "error", "-xerror", "-progress", "pipe:1", "-f", "rawvideo", "-pix_fmt", "yuv420p"}
	args = append(args, colour...)
	args = append(args, "-s", fmt.Sprintf("%dx%d", w, h), "-framerate", strconv.Itoa(fps), "-i", "pipe:0")
	args = append(args, "-an", "-pix_fmt", "yuv420p")
	args = append(args, colour...)
	args = append(args, "-chroma_sample_location", "center") // see planes.convert: means of four pixels
	args = append(args, "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact")
	args = append(args, e.codec...)
	return append(args, "-y", "file:"+path) // "file:" keeps names with a colon or a leading dash what they are
}

// encode draws all frames into ffmpeg and proves that the file at path is whole.
func (f *Film) encode(ctx context.Context, e *encoder, path string, progress func(done, total int)) error {
	// The kernel kills ffmpeg when the thread that started it ends; so that thread must stay as long as ffmpeg may run.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer write.Close()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	talk := new(tail)
	frames := new(frameCount)
	cmd := exec.CommandContext(ctx, e.program, e.args(f.o.Size.X, f.o.Size.Y, f.o.FPS, path)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = read, frames, talk
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Start()
	read.Close()
	if err != nil {
		return err
	}
	fed := f.feed(ctx, write, progress)
	write.Close()
	if fed != nil && !errors.Is(fed, syscall.EPIPE) {
		stop() // it must not finish what is not whole
	}
	ended := cmd.Wait()
	switch {
	case context.Cause(ctx) != nil && fed != nil && !errors.Is(fed, syscall.EPIPE):
		return fed
	case strings.Contains(talk.String(), syscallText(syscall.ENOSPC)):
		return syscall.ENOSPC
	case ended != nil || fed != nil || talk.String() != "":
		return fmt.Errorf("ffmpeg: %w", errors.Join(ended, talk.err()))
	case frames.last() != f.Len():
		return fmt.Errorf("ffmpeg wrote %d frames of %d", frames.last(), f.Len())
	}
	return checkWhole(path, e.whole)
}

// feed draws all frames and writes them into the pipe.
func (f *Film) feed(ctx context.Context, pipe *os.File, progress func(done, total int)) error {
	if err := widen(pipe); err != nil {
		return err
	}
	frame := newPlanes(f.o.Size.X, f.o.Size.Y)
	for i := range f.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.draw(i); err != nil {
			return err
		}
		if i == 0 {
			f.page.canvas.touchAll()
		}
		frame.update(f.page.canvas)
		if _, err := pipe.Write(frame.buf); err != nil {
			return err
		}
		progress(i+1, f.Len())
	}
	return nil
}

// widen makes the pipe hold most of a frame, and its writer wait in the kernel: a frame is then one call, not hundreds.
func widen(pipe *os.File) error {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Control(func(fd uintptr) {
		_, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 1<<20) // where it is not allowed, it is only slower
		_ = unix.SetNonblock(int(fd), false)
	})
}

// tail keeps the end of what is written to it.
type tail struct{ kept []byte }

func (t *tail) Write(b []byte) (int, error) {
	const most = 2048
	t.kept = append(t.kept, b...)
	t.kept = t.kept[max(0, len(t.kept)-most):]
	return len(b), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.kept)) }

// err returns the last lines, or nil if nothing was said.
func (t *tail) err() error {
	lines := strings.Split(t.String(), "\n")
	if s := strings.Join(lines[max(0, len(lines)-3):], "; "); s != "" {
		return errors.New(s)
	}
	return nil
}

// syscallText is what ffmpeg, in the C locale, calls an error.
func syscallText(e syscall.Errno) string {
	s := e.Error()
	return strings.ToUpper(s[:1]) + s[1:]
}

// frameCount reads ffmpeg's report of its progress: lines of key=value.
type frameCount struct {
	mu   sync.Mutex
	rest []byte
	n    int
}

func (c *frameCount) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rest = append(c.rest, b...)
	for {
		line, rest, ok := bytes.Cut(c.rest, []byte("\n"))
		if !ok {
			return len(b), nil
		}
		c.rest = rest
		if v, ok := bytes.CutPrefix(line, []byte("frame=")); ok {
			c.n, _ = strconv.Atoi(string(bytes.TrimSpace(v)))
		}
	}
}

func (c *frameCount) last() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}
