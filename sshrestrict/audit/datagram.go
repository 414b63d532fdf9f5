package audit

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// datagram is a connection to a daemon's unix(7) datagram socket, made at the first use. It goes to the system calls
// directly, since package net is slow to start.
type datagram struct {
	path string
	wait time.Duration
	fd   int
}

// send sends one datagram, with control messages if there are any. If the daemon was restarted it connects once more.
func (d *datagram) send(payload, control []byte) error {
	if len(d.path) > 107 {
		return errors.New("the path of the socket is longer than a socket's address can be")
	}
	var err error
	for range 2 {
		if d.fd < 0 {
			if err = d.connect(); err != nil {
				return err
			}
		}
		for {
			_, err = unix.SendmsgN(d.fd, payload, control, nil, unix.MSG_NOSIGNAL)
			if err != unix.EINTR {
				break
			}
		}
		switch err {
		case nil, unix.EMSGSIZE, unix.ENOBUFS:
			return err
		case unix.EAGAIN:
			return fmt.Errorf("nobody took the message from %s within %v", d.path, d.wait)
		}
		d.close()
	}
	return fmt.Errorf("send to %s: %w", d.path, err)
}

func (d *datagram) connect() error {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("make a socket: %w", err)
	}
	wait := unix.NsecToTimeval(d.wait.Nanoseconds())
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &wait); err != nil {
		unix.Close(fd)
		return fmt.Errorf("limit the time of sending: %w", err)
	}
	for {
		err = unix.Connect(fd, &unix.SockaddrUnix{Name: d.path})
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		unix.Close(fd)
		return fmt.Errorf("connect to %s: %w", d.path, err)
	}
	d.fd = fd
	return nil
}

func (d *datagram) close() error {
	if d.fd < 0 {
		return nil
	}
	err := unix.Close(d.fd)
	d.fd = -1
	return err
}
