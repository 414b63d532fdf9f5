package main

import (
	"context"
	"io"
)

// endableInput reads from another reader until ctx ends, whose error it returns then, even while a read waits: one of a pipe
// that says nothing never ends. That read is left behind with a buffer of its own.
type endableInput struct {
	ctx  context.Context
	full chan chunk
	last chunk // what is left of the one received last
}

type chunk struct {
	data []byte
	err  error
}

func newEndableInput(ctx context.Context, from io.Reader) *endableInput {
	r := &endableInput{ctx: ctx, full: make(chan chunk)}
	go func() {
		for {
			buf := make([]byte, 64<<10)
			n, err := from.Read(buf)
			select {
			case r.full <- chunk{buf[:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return r
}

func (r *endableInput) Read(p []byte) (int, error) {
	for len(r.last.data) == 0 {
		if r.last.err != nil {
			return 0, r.last.err
		}
		select {
		case r.last = <-r.full:
		case <-r.ctx.Done():
			return 0, r.ctx.Err()
		}
	}
	n := copy(p, r.last.data)
	r.last.data = r.last.data[n:]
	return n, nil
}
