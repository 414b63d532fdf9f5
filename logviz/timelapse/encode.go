package timelapse

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

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
	running, stop := context.WithCancel(ctx)
	defer stop()
	talk, frames := new(tail), new(frameCount)
	cmd := exec.CommandContext(running, e.program, e.args(f.o.Size.X, f.o.Size.Y, f.o.FPS, path)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = read, frames, talk
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = 5 * time.Second // for whoever else holds its output open
	err = cmd.Start()
	read.Close()
	if err != nil {
		return err
	}
	fed := f.feed(ctx, write, progress)
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
	case frames.last() != f.Len():
		return fmt.Errorf("ffmpeg wrote %d frames of %d", frames.last(), f.Len())
	}
	return checkWhole(path, e.whole)
}

// feed draws all frames and sends them through the pipe.
func (f *Film) feed(ctx context.Context, pipe *os.File, progress func(done, total int)) error {
	frames, err := newConveyor(pipe, f.o.Size.X, f.o.Size.Y)
	if err != nil {
		return err
	}
	defer frames.close()
	for i := range f.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.draw(i); err != nil {
			return err
		}
		if err := frames.send(f.page.canvas); err != nil {
			return err
		}
		progress(i+1, f.Len())
	}
	return nil
}
