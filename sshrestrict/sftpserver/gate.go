package sftpserver

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

const (
	maxPacket  = 256 << 10        // bytes without the length, as OpenSSH's server and the library
	maxData    = maxPacket - 1024 // bytes of one READ or WRITE
	maxHandles = 256
	maxFlight  = 32 // READs and WRITEs that run or whose answers wait
	maxName    = 4096
)

// gate stands between the client and the library, which reads requests from it and writes answers to it.
type gate struct {
	session *session
	ctx     context.Context
	in      *bufio.Reader
	out     io.Writer

	packet  []byte // the last request, with its length
	pending []byte // the part of packet that the library has not taken yet
	started bool   // the client has sent its version
	failed  error  // the error that ended the requests

	reply []byte // the library's answer as far as it came; only its sender touches it

	sending sync.Mutex // held for writing one packet to out

	mu      sync.Mutex // guards what follows
	change  sync.Cond
	flight  int  // requests with the library, not answered yet
	alone   bool // the one in flight is neither READ nor WRITE
	handles map[string]*handle
	closed  bool
}

func newGate(ctx context.Context, s *session, in io.Reader, out io.Writer) *gate {
	g := &gate{session: s, ctx: ctx, in: bufio.NewReaderSize(in, 64<<10), out: out, handles: map[string]*handle{}}
	g.change.L = &g.mu
	return g
}

// Read gives the library the requests that it may see.
func (g *gate) Read(b []byte) (int, error) {
	for len(g.pending) == 0 {
		if g.failed == nil {
			g.failed = g.next()
		}
		if g.failed != nil {
			return 0, g.failed
		}
	}
	n := copy(b, g.pending)
	g.pending = g.pending[n:]
	return n, nil
}

// next reads one request and answers it, or lets it through by setting pending.
func (g *gate) next() error {
	if err := g.ctx.Err(); err != nil {
		return err
	}
	if err := g.receive(); err != nil {
		return err
	}
	kind, f := g.packet[4], &fields{rest: g.packet[5:]}
	if !g.started {
		if kind != typeInit || f.uint32() < 3 || f.bad {
			return errors.New("the client does not speak version 3 of sftp")
		}
		g.started = true
		return g.send(versionAnswer())
	}
	id := f.uint32()
	if f.bad {
		return badPacket(kind)
	}
	if kind != typeRead && kind != typeWrite {
		g.await(func() bool { return g.flight == 0 })
		return g.command(kind, id, f)
	}
	h := g.handle(f.string())
	f.uint64()
	n := f.uint32()
	if kind == typeWrite {
		f.bytes(int(min(n, maxPacket+1)))
	}
	switch {
	case f.bad:
		return badPacket(kind)
	case h == nil:
		return g.send(statusAnswer(id, statusFailure, "no such handle"))
	case h.file == nil:
		return g.send(statusAnswer(id, statusFailure, "the handle is that of a folder"))
	case kind == typeWrite && !h.write:
		return g.send(statusAnswer(id, statusDenied, "the file is not open for writing"))
	case kind == typeRead && h.write && !h.both:
		return g.send(statusAnswer(id, statusDenied, "the file is not open for reading"))
	}
	g.await(func() bool { return !g.alone && g.flight < maxFlight })
	return g.forward(false)
}

func badPacket(kind byte) error { return fmt.Errorf("a packet of type %d that ends too early", kind) }

// receive reads one packet. Its length is known to be small before there is room made for it.
func (g *gate) receive() error {
	var head [4]byte
	if _, err := io.ReadFull(g.in, head[:]); err != nil {
		if err == io.ErrUnexpectedEOF {
			return fmt.Errorf("read the length of a packet: %w", err)
		}
		return err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > maxPacket {
		return fmt.Errorf("a packet of %d bytes; expected 1 to %d", n, maxPacket)
	}
	if cap(g.packet) < int(n)+4 {
		g.packet = make([]byte, n+4)
	}
	g.packet = g.packet[:n+4]
	copy(g.packet, head[:])
	if _, err := io.ReadFull(g.in, g.packet[4:]); err != nil {
		return fmt.Errorf("read a packet of %d bytes: %w", n, io.ErrUnexpectedEOF)
	}
	return nil
}

// await waits until there is room for a request. It does not wait on when the library is gone.
func (g *gate) await(room func() bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !room() && !g.closed {
		g.change.Wait()
	}
}

// forward lets the request through.
func (g *gate) forward(alone bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return io.ErrClosedPipe
	}
	g.flight++
	g.alone = alone
	g.pending = g.packet
	return nil
}

func (g *gate) handle(name string) *handle {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.handles[name]
}

// Write takes the library's answers. It comes in pieces and goes out in whole packets.
func (g *gate) Write(b []byte) (int, error) {
	g.reply = append(g.reply, b...)
	if len(g.reply) < 5 || len(g.reply) < 4+int(binary.BigEndian.Uint32(g.reply)) {
		return len(b), nil
	}
	g.note(g.reply)
	err := g.send(answer(g.reply))
	g.reply = g.reply[:0]

	g.mu.Lock()
	defer g.mu.Unlock()
	g.flight--
	g.alone = false
	g.change.Broadcast()
	if err != nil {
		g.closed = true
		return 0, err
	}
	return len(b), nil
}

// note learns the name that the library gave to a handle.
func (g *gate) note(reply []byte) {
	if reply[4] != typeHandle {
		return
	}
	f := fields{rest: reply[9:]}
	name := strings.Clone(f.string())
	g.mu.Lock()
	defer g.mu.Unlock()
	g.handles[name], g.session.opened = g.session.opened, nil
}

// send writes one packet to the client.
func (g *gate) send(a answer) error {
	g.sending.Lock()
	defer g.sending.Unlock()
	_, err := g.out.Write(a.done())
	return err
}

// Close is called by the library when it gives up.
func (g *gate) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	g.change.Broadcast()
	return nil
}
