package launch

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// isTerminal tells whether the file is a terminal.
func isTerminal(file *os.File) bool {
	_, err := unix.IoctlGetTermios(int(file.Fd()), unix.TCGETS)
	return err == nil
}

// pseudoterminal stands between the terminal of the client and the program.
type pseudoterminal struct {
	outer  int           // the client's
	before *unix.Termios // settings of the client's terminal, to be put back
	master int
	slave  int // -1 once the program has it
}

// openPseudoterminal makes a terminal with the settings and the size of outer, and switches outer to raw mode: what the
// client types is for the inner terminal to interpret.
func openPseudoterminal(outer int) (*pseudoterminal, error) {
	before, err := unix.IoctlGetTermios(outer, unix.TCGETS)
	if err != nil {
		return nil, fmt.Errorf("read settings of the terminal: %w", err)
	}
	master, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/ptmx: %w", err)
	}
	t := &pseudoterminal{outer: outer, before: before, master: master, slave: -1}
	if err := t.prepare(); err != nil {
		t.closeSlave()
		_ = unix.Close(master)
		return nil, err
	}
	return t, nil
}

func (t *pseudoterminal) prepare() error {
	if err := unix.IoctlSetPointerInt(t.master, unix.TIOCSPTLCK, 0); err != nil {
		return fmt.Errorf("unlock pseudoterminal: %w", err)
	}
	// The other side by its number in the file system, and not by TIOCGPTPEER: the programs want a name for it.
	number, err := unix.IoctlGetInt(t.master, unix.TIOCGPTN)
	if err != nil {
		return fmt.Errorf("read number of pseudoterminal: %w", err)
	}
	name := fmt.Sprintf("/dev/pts/%d", number)
	t.slave, err = unix.Open(name, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NOFOLLOW, 0)
	if err != nil {
		t.slave = -1
		return fmt.Errorf("open %s: %w", name, err)
	}
	if err := unix.IoctlSetTermios(t.slave, unix.TCSETS, t.before); err != nil {
		return fmt.Errorf("set up %s: %w", name, err)
	}
	t.resize()
	if err := unix.IoctlSetTermios(t.outer, unix.TCSETS, raw(t.before)); err != nil {
		return fmt.Errorf("switch terminal to raw mode: %w", err)
	}
	return nil
}

// raw returns the settings that cfmakeraw(3) makes of t: bytes pass as they are.
func raw(t *unix.Termios) *unix.Termios {
	r := *t
	r.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	r.Oflag &^= unix.OPOST
	r.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	r.Cflag &^= unix.CSIZE | unix.PARENB
	r.Cflag |= unix.CS8
	r.Cc[unix.VMIN], r.Cc[unix.VTIME] = 1, 0
	return &r
}

// resize gives the inner terminal the size of the outer one and returns it.
func (t *pseudoterminal) resize() (width, height int) {
	size, err := unix.IoctlGetWinsize(t.outer, unix.TIOCGWINSZ)
	if err != nil {
		return 0, 0
	}
	_ = unix.IoctlSetWinsize(t.master, unix.TIOCSWINSZ, size)
	return int(size.Col), int(size.Row)
}

func (t *pseudoterminal) closeSlave() {
	if t.slave >= 0 {
		_ = unix.Close(t.slave)
		t.slave = -1
	}
}

// restore puts the client's terminal back as it was.
func (t *pseudoterminal) restore() { _ = unix.IoctlSetTermios(t.outer, unix.TCSETS, t.before) }

// handOver makes group the foreground process group of the terminal that is this session's own, so that the program may
// read it and gets its signals, and returns what puts it back. Nothing is done where fd is no such terminal, or where this
// process is itself in the background.
func handOver(fd, group int) (back func()) {
	own := unix.Getpgrp()
	if now, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err != nil || now != own {
		return func() {}
	}
	_ = setForeground(fd, group)
	return func() { _ = setForeground(fd, own) }
}

// setForeground is tcsetpgrp(3). SIGTTOU is blocked meanwhile: it would stop a process in the background that asks.
func setForeground(fd, group int) error {
	var old, block unix.Sigset_t
	const bits = 64
	sig := uint(unix.SIGTTOU) - 1
	block.Val[sig/bits] |= 1 << (sig % bits)
	if err := unix.PthreadSigmask(unix.SIG_BLOCK, &block, &old); err != nil {
		return err
	}
	defer func() { _ = unix.PthreadSigmask(unix.SIG_SETMASK, &old, nil) }()
	return unix.IoctlSetPointerInt(fd, unix.TIOCSPGRP, group)
}
