// Package keyboard reads keys from a terminal. Start with Open, which remembers the terminal's settings, and put them back
// with Close; between them Next returns one key at a time, and Byte one byte, of a terminal in the mode that Raw sets.
//
// Nothing is read ahead: bytes that nobody asked for are left to the program that the terminal is handed to next. Waiting
// ends with the terminal, after a time without a key, and with a signal that ends sessions.
package keyboard

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// ErrIdle is returned after the time that a person may do nothing.
var ErrIdle = errors.New("nothing was typed for too long")

// ErrEnd is returned after a signal that ends the session.
var ErrEnd = errors.New("the session was ended")

// Keyboard is a terminal to read from. It is for one goroutine.
type Keyboard struct {
	fd      int
	before  *unix.Termios
	idle    time.Duration
	decoder decoder
	keys    []Key
	signals chan os.Signal
	woken   [2]int // a pipe on which signals become bytes
	ended   bool
}

// Open takes a terminal over. idle is how long to wait for a key, 0 for ever.
func Open(in *os.File, idle time.Duration) (*Keyboard, error) {
	k := &Keyboard{fd: int(in.Fd()), idle: idle, signals: make(chan os.Signal, 8)}
	var err error
	if k.before, err = unix.IoctlGetTermios(k.fd, unix.TCGETS); err != nil {
		return nil, fmt.Errorf("read the settings of the terminal: %w", err)
	}
	if err := unix.Pipe2(k.woken[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	signal.Notify(k.signals, unix.SIGWINCH, unix.SIGTERM, unix.SIGHUP, unix.SIGINT)
	write := k.woken[1]
	go func() {
		defer unix.Close(write)
		for sig := range k.signals {
			_, _ = unix.Write(write, []byte{byte(sig.(unix.Signal))}) // a full pipe wakes as well
		}
	}()
	return k, nil
}

// Close puts the terminal's settings back.
func (k *Keyboard) Close() error {
	signal.Stop(k.signals)
	close(k.signals)
	unix.Close(k.woken[0])
	return k.set(*k.before)
}

// Raw has keys come as they are typed, without an echo. Output is as before.
func (k *Keyboard) Raw() error {
	t := *k.before
	t.Iflag &^= unix.BRKINT | unix.ICRNL | unix.INLCR | unix.IGNCR | unix.INPCK | unix.ISTRIP | unix.IXON
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.IEXTEN | unix.ISIG
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
	return k.set(t)
}

// Cooked gives the terminal to a program: as it was, but without the keys that stop a program or have it dump its memory,
// since there are no jobs that one could go on with.
func (k *Keyboard) Cooked() error {
	t := *k.before
	const disabled = 0 // _POSIX_VDISABLE
	t.Cc[unix.VSUSP], t.Cc[unix.VQUIT] = disabled, disabled
	return k.set(t)
}

func (k *Keyboard) set(t unix.Termios) error {
	if err := unix.IoctlSetTermios(k.fd, unix.TCSETS, &t); err != nil {
		return fmt.Errorf("set the terminal up: %w", err)
	}
	return nil
}

// Size is that of the window, and 80 by 24 for a window that does not tell.
func (k *Keyboard) Size() (width, height int) {
	const least, most = 2, 10_000
	size, err := unix.IoctlGetWinsize(k.fd, unix.TIOCGWINSZ)
	if err != nil || size.Col < least || size.Row < least {
		return 80, 24
	}
	return min(int(size.Col), most), min(int(size.Row), most)
}

// Next returns the next key. The end of the terminal is io.EOF.
func (k *Keyboard) Next() (Key, error) {
	for len(k.keys) == 0 {
		b, resized, err := k.read()
		switch {
		case err != nil:
			return Key{}, err
		case resized:
			return Key{Code: Resize}, nil
		}
		k.keys = k.decoder.feed(b)
	}
	key := k.keys[0]
	k.keys = k.keys[1:]
	return key, nil
}

// Byte returns the next byte as it was sent.
func (k *Keyboard) Byte() (byte, error) {
	for {
		b, resized, err := k.read()
		if err != nil || !resized {
			return b, err
		}
	}
}

// Pending is true if a byte is there already, as in the middle of a paste.
func (k *Keyboard) Pending() bool {
	fds := []unix.PollFd{{Fd: int32(k.fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	return len(k.keys) > 0 || err == nil && n > 0 && fds[0].Revents&unix.POLLIN != 0
}

// read waits for a byte or for a change of the window's size.
func (k *Keyboard) read() (b byte, resized bool, err error) {
	timeout := -1
	if k.idle > 0 {
		timeout = int(min(k.idle.Milliseconds(), 1<<30))
	}
	for !k.ended {
		fds := []unix.PollFd{{Fd: int32(k.woken[0]), Events: unix.POLLIN}, {Fd: int32(k.fd), Events: unix.POLLIN}}
		n, err := unix.Poll(fds, timeout)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return 0, false, fmt.Errorf("wait for a key: %w", err)
		case n == 0:
			return 0, false, ErrIdle
		case fds[0].Revents != 0:
			if k.wake() {
				return 0, true, nil
			}
			continue
		}
		var one [1]byte
		n, err = unix.Read(k.fd, one[:])
		switch {
		case err == unix.EINTR || err == unix.EAGAIN:
			continue
		case err == unix.EIO || err == nil && n == 0: // the other side has hung up
			return 0, false, io.EOF
		case err != nil:
			return 0, false, fmt.Errorf("read a key: %w", err)
		}
		return one[0], false, nil
	}
	return 0, false, ErrEnd
}

// wake looks at the signals that came and tells whether the window has another size.
func (k *Keyboard) wake() (resized bool) {
	var some [64]byte
	n, _ := unix.Read(k.woken[0], some[:])
	for _, sig := range some[:max(n, 0)] {
		switch unix.Signal(sig) {
		case unix.SIGWINCH:
			resized = true
		case unix.SIGTERM, unix.SIGHUP:
			k.ended = true
		}
	}
	return resized && !k.ended
}
