package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/rooted"
)

// serve is use for what reads from the client. When the session is to end (its time is over, or the connection is lost), do
// sees the end of its context and of its input, and takes back what is unfinished. Nor does it end in the middle when nobody
// reads its answers any more: writing to them fails then.
func (t *treeFlags) serve(ctx context.Context, in io.Reader, do func(context.Context, io.Reader, *rooted.Tree) error) error {
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if file, ok := in.(*os.File); ok {
		stopped, running, err := os.Pipe()
		if err != nil {
			return err
		}
		defer stopped.Close()
		defer running.Close()
		defer context.AfterFunc(ctx, func() { running.Close() })()
		in = &interruptible{ctx, file, stopped}
	}
	return t.use(ctx, func(tree *rooted.Tree) error { return do(ctx, in, tree) })
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
