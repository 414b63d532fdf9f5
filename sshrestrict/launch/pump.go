package launch

import (
	"errors"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// errGone says that nobody reads the output any more.
var errGone = errors.New("the client has gone")

const pumpSize = 128 << 10 // bytes read at once, twice what a pipe holds

// pump moves bytes from one descriptor to another until the source ends. It never waits in read, so it can be stopped; and
// it never switches a descriptor that it was given to non-blocking, since other processes may share it.
type pump struct {
	from   int // -1 to move nothing and only to watch whether to is still read
	to     int
	stop   int                // a hang-up here stops the pump
	inward bool               // from the client: ends with the source, and closes to. Otherwise it drains the source when stopped
	keep   bool               // leave to open at the end
	tee    func([]byte) error // sees everything before it is written; nil for none
	moved  atomic.Int64       // bytes written
}

// run returns nil, errGone, or the error of tee.
func (p *pump) run() error {
	if p.inward && !p.keep {
		defer func() { _ = unix.Close(p.to) }()
	}
	if p.from >= 0 && !p.inward {
		defer func() { p.closeSource() }()
	}
	buffer := make([]byte, pumpSize)
	left := -1 // bytes to drain, once it was stopped
	for {
		readable, stopped, gone := p.wait()
		if stopped && left < 0 {
			left = p.held()
		}
		switch {
		case gone && p.inward:
			return nil // the program wants no more input
		case gone:
			return errGone
		case stopped && (p.inward || p.from < 0):
			return nil
		case stopped && (!readable || left == 0):
			return nil // drained
		case !readable:
			continue
		}
		n, err := unix.Read(p.from, buffer)
		switch {
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
			continue
		case n > 0:
			if err := p.pass(buffer[:n]); err != nil {
				return err
			}
			if stopped {
				left = max(left-n, 0)
			}
		case p.inward:
			return nil
		default: // the end, which is EIO for a terminal; from here on only watch
			p.closeSource()
		}
	}
}

// held returns how many bytes the source can hold at most: what was written before the stop is within them, and something in
// the background that writes on and on does not keep the session open.
func (p *pump) held() int {
	const terminal = 256 << 10 // more than the buffers of a terminal
	size, err := unix.FcntlInt(uintptr(p.from), unix.F_GETPIPE_SZ, 0)
	if err != nil {
		return terminal
	}
	return size
}

func (p *pump) closeSource() {
	if p.from >= 0 && !p.keep {
		_ = unix.Close(p.from)
	}
	p.from = -1
}

// wait returns as soon as there is something to do.
func (p *pump) wait() (readable, stopped, gone bool) {
	const (
		source = iota
		target
		stop
	)
	for {
		fds := []unix.PollFd{
			source: {Fd: int32(p.from), Events: unix.POLLIN},
			target: {Fd: int32(p.to)}, // errors and hang-ups are always told
			stop:   {Fd: int32(p.stop)},
		}
		if _, err := unix.Poll(fds, -1); err != nil { // EINTR
			continue
		}
		return fds[source].Revents != 0, fds[stop].Revents != 0, fds[target].Revents != 0
	}
}

// pass writes all of data. A client that does not read holds it up, as it would hold up the program itself.
func (p *pump) pass(data []byte) error {
	if p.tee != nil {
		if err := p.tee(data); err != nil {
			return err
		}
	}
	for len(data) > 0 {
		n, err := unix.Write(p.to, data)
		switch {
		case n > 0:
			p.moved.Add(int64(n))
			data = data[n:]
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			if !p.writable() {
				return nil // stopped: what is left has no reader
			}
		case p.inward:
			return nil
		default:
			return errGone
		}
	}
	return nil
}

// writable waits until there is room, and returns false if an inward pump is stopped before.
func (p *pump) writable() bool {
	for {
		fds := []unix.PollFd{{Fd: int32(p.to), Events: unix.POLLOUT}, {Fd: -1}}
		if p.inward {
			fds[1].Fd = int32(p.stop)
		}
		if _, err := unix.Poll(fds, -1); err != nil {
			continue
		}
		return fds[1].Revents == 0
	}
}
