package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/rooted"
)

// serve is use for what reads from the client. When the session is to end (its time is over, the connection is lost), do
// sees the end of its context and of its input, and takes back what is unfinished. Nor does it end in the middle when nobody
// reads its answers any more: writing to them fails then.
func (t *treeFlags) serve(ctx context.Context, in io.Reader, do func(context.Context, io.Reader, *rooted.Tree) error) error {
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGXCPU)
	defer stop()
	t.events.end = stop
	if file, ok := in.(*os.File); ok {
		stopped, running, err := os.Pipe()
		if err != nil {
			return err
		}
		context.AfterFunc(ctx, func() { running.Close() })
		in = &interruptible{ctx, file, stopped}
	}
	done := make(chan error, 1)
	go func() { done <- t.use(ctx, func(tree *rooted.Tree) error { return do(ctx, in, tree) }) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(grace): // it waits for a client that does not take its answers
		return ctx.Err()
	}
}

// interruptible reads a file until its context ends, also while the file says nothing. The file is not made non-blocking,
// since other processes may share it.
type interruptible struct {
	ctx     context.Context
	file    *os.File
	stopped *os.File // ends when the context does
}

func (i *interruptible) Read(b []byte) (int, error) {
	fds := []unix.PollFd{{Fd: int32(i.file.Fd()), Events: unix.POLLIN}, {Fd: int32(i.stopped.Fd()), Events: unix.POLLIN}}
	for {
		_, err := unix.Poll(fds, -1)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 0, err
		case fds[1].Revents != 0:
			return 0, i.ctx.Err()
		default:
			return i.file.Read(b)
		}
	}
}
