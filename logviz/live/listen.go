package live

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Listen opens what an address names: HOST:PORT, unix:PATH, or "systemd" for a socket that systemd opened
// (sd_listen_fds(3)). Whoever may write to the file may use a socket of the file system: its owner and group.
// getenv is the environment, needed for systemd.
func Listen(address string, getenv func(string) string) (net.Listener, error) {
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		return listenUnix(path)
	}
	if address == "systemd" {
		return inherit(getenv)
	}
	return net.Listen("tcp", address)
}

// IsLocal reports whether only this machine reaches a listener.
func IsLocal(l net.Listener) bool {
	switch a := l.Addr().(type) {
	case *net.UnixAddr:
		return true
	case *net.TCPAddr:
		return a.IP.IsLoopback()
	}
	return false
}

const socketMode = 0o660

func listenUnix(path string) (net.Listener, error) {
	// One that nobody answers on is left from a run that was killed.
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		c, err := net.Dial("unix", path)
		if err == nil {
			c.Close()
			return nil, fmt.Errorf("listen on unix:%s: somebody answers there already", path)
		}
		if errors.Is(err, syscall.ECONNREFUSED) {
			os.Remove(path)
		}
	}
	// The mode is what the mask leaves, from the first moment on. Nobody else makes files meanwhile: this is the start.
	mask := syscall.Umask(0o777 &^ socketMode)
	l, err := net.Listen("unix", path)
	syscall.Umask(mask)
	return l, err
}

// inherit takes the first socket that systemd gave us.
func inherit(getenv func(string) string) (net.Listener, error) {
	const first = 3
	n, _ := strconv.Atoi(getenv("LISTEN_FDS"))
	if getenv("LISTEN_PID") != strconv.Itoa(os.Getpid()) || n < 1 {
		return nil, errors.New("listen on systemd: there is no socket from systemd: start it by a .socket unit with Accept=no")
	}
	file := os.NewFile(first, "systemd")
	l, err := net.FileListener(file)
	file.Close() // the listener has its own
	if err != nil {
		return nil, fmt.Errorf("listen on systemd: %w", err)
	}
	return l, nil
}

// bounded is a listener that has so many connections at most; the next one waits.
type bounded struct {
	net.Listener
	free   chan struct{}
	closed chan struct{}
	once   sync.Once
}

func bound(l net.Listener, n int) *bounded {
	return &bounded{Listener: l, free: make(chan struct{}, n), closed: make(chan struct{})}
}

func (b *bounded) Accept() (net.Conn, error) {
	select {
	case b.free <- struct{}{}:
	case <-b.closed:
		return nil, net.ErrClosed
	}
	c, err := b.Listener.Accept()
	if err != nil {
		<-b.free
		return nil, err
	}
	// What the kernel holds for one that does not read is bounded as well.
	if t, ok := c.(interface{ SetWriteBuffer(int) error }); ok {
		_ = t.SetWriteBuffer(writeBuffer)
	}
	return &connection{Conn: c, release: sync.OnceFunc(func() { <-b.free })}, nil
}

func (b *bounded) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.Listener.Close()
}

const writeBuffer = 128 << 10

type connection struct {
	net.Conn
	release func()
}

func (c *connection) Close() error {
	defer c.release()
	return c.Conn.Close()
}
