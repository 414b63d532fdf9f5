package timelapse

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// encode draws all frames into ffmpeg and proves that the file at path is whole.
func encode(ctx context.Context, e *encoder, r reel, path string, progress func(done int)) error {
	// The kernel kills ffmpeg when the thread that started it ends; so that thread must stay as long as ffmpeg may run.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer write.Close()
	o, talk, frames := r.look(), new(tail), new(frameCount)
	chapters, err := inMemory("chapters", ffmetadata(r.chapters(), r.pictures(), o.FPS))
	if err != nil {
		return err
	}
	defer chapters.Close()
	said := webVTT(r.captions(), o.FPS)
	if e.escape != nil {
		said = e.escape.Replace(said)
	}
	captions, err := inMemory("captions", said)
	if err != nil {
		return err
	}
	defer captions.Close()
	running, stop := context.WithCancel(ctx)
	defer stop()
	cmd := exec.CommandContext(running, e.program, e.args(o.Size.X, o.Size.Y, o.FPS, path, r.language())...)
	cmd.ExtraFiles = []*os.File{chapters, captions} // descriptors 3 and 4
	// Without the two limits glibc gives the memory of each frame back to the kernel and fetches it anew for the next, which
	// is half of the system time that ffmpeg takes. Other C libraries do not know them.
	cmd.Env = append(os.Environ(), "LC_ALL=C", "MALLOC_MMAP_THRESHOLD_=33554432", "MALLOC_TRIM_THRESHOLD_=134217728")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = read, frames, talk
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = 5 * time.Second // for whoever else holds its output open
	err = cmd.Start()
	read.Close()
	if err != nil {
		return err
	}
	fed := feed(ctx, r, write, progress)
	if fed != nil && !errors.Is(fed, syscall.EPIPE) {
		stop() // it must not finish what is not whole; after EPIPE it is about to say what went wrong
	}
	write.Close()
	ended := cmd.Wait()

	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case strings.Contains(talk.String(), syscallText(syscall.ENOSPC)):
		return syscall.ENOSPC
	case fed != nil && !errors.Is(fed, syscall.EPIPE):
		return fed
	case fed != nil || ended != nil || talk.String() != "":
		return fmt.Errorf("ffmpeg: %w", errors.Join(ended, talk.err()))
	case frames.last() != r.pictures():
		return fmt.Errorf("ffmpeg wrote %d frames of %d", frames.last(), r.pictures())
	}
	if err := checkWhole(path, e.whole); err != nil || e.finish == nil {
		return err
	}
	return e.finish(path)
}

// feed draws all pictures and sends them through the pipe.
func feed(ctx context.Context, r reel, pipe *os.File, progress func(done int)) error {
	frames, err := newConveyor(pipe, r.look().Size.X, r.look().Size.Y)
	if err != nil {
		return err
	}
	defer frames.close()
	if err := eachPicture(ctx, r, func(c *canvas, i, n int) error {
		for k := range n {
			if err := frames.send(c); err != nil {
				return err
			}
			progress(i + k + 1)
		}
		return nil
	}); err != nil {
		return err
	}
	return frames.flush()
}

// inMemory returns a file with some text that has no name in any folder, to be read from its beginning.
func inMemory(name, text string) (*os.File, error) {
	fd, err := unix.MemfdCreate(name, unix.MFD_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("memfd_create", err)
	}
	file := os.NewFile(uintptr(fd), name)
	_, err = file.WriteString(text)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}
