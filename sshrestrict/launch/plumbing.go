package launch

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// plumbing is what stands between the client's streams and those of the programs.
type plumbing struct {
	client   Streams
	fds      [3]int // descriptors: input of the first stage, output of the last, errors of all
	in, out  *pump  // in is nil where the first stage reads the client's input itself
	stopped  int    // the end of a pipe that all pumps watch
	stop     int    // the other end; closing it stops them
	theirs   []int  // closed here once the stages have them
	terminal *pseudoterminal
	back     func() // takes the foreground of the client's terminal back
	file     *os.File
	cast     *cast
}

func newPlumbing(client Streams) (plumbing, error) {
	stopped, stop, err := pipe()
	if err != nil {
		return plumbing{}, err
	}
	return plumbing{
		client: client, stopped: stopped, stop: stop, back: func() {},
		fds: [3]int{int(client.In.Fd()), int(client.Out.Fd()), int(client.Err.Fd())},
	}, nil
}

func pipe() (read, write int, err error) {
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		return -1, -1, fmt.Errorf("make pipe: %w", err)
	}
	return ends[0], ends[1], nil
}

// open makes the recording, its terminal and the pipes to the pumps.
func (n *session) open() error {
	n.out = &pump{from: -1, to: n.fds[1], stop: n.stopped}
	bothTerminals := isTerminal(n.client.In) && isTerminal(n.client.Out)
	if n.plan.Record != "" {
		if err := n.record(bothTerminals && len(n.plan.Stages) == 1); err != nil {
			return err
		}
	}
	if n.terminal != nil {
		n.throughTerminal()
		return nil
	}
	if n.plan.Result && !isTerminal(n.client.In) {
		if err := n.countInput(); err != nil {
			return err
		}
	}
	if n.cast != nil || n.plan.Result && !isTerminal(n.client.Out) {
		return n.countOutput()
	}
	return nil
}

func (n *session) throughTerminal() {
	t := n.terminal
	in, out := n.fds[0], n.fds[1]
	n.in = &pump{from: in, to: t.master, stop: n.stopped, inward: true, keep: true}
	n.out = &pump{from: t.master, to: out, stop: n.stopped, keep: true, tee: n.cast.output}
	n.fds = [3]int{t.slave, t.slave, t.slave}
}

func (n *session) countInput() error {
	read, write, err := pipe()
	if err != nil {
		return err
	}
	n.theirs = append(n.theirs, read)
	n.in = &pump{from: n.fds[0], to: write, stop: n.stopped, inward: true}
	n.fds[0] = read
	return unix.SetNonblock(write, true) // our end only; the program sees an ordinary pipe
}

func (n *session) countOutput() error {
	read, write, err := pipe()
	if err != nil {
		return err
	}
	n.theirs = append(n.theirs, write)
	n.out.from = read
	if n.cast != nil {
		n.out.tee = n.cast.output
	}
	n.fds[1] = write
	return unix.SetNonblock(read, true)
}

// record creates the recording. Where the client has a terminal, the program gets one of ours in its place; otherwise the
// standard output is recorded.
func (n *session) record(terminal bool) (err error) {
	if n.file, err = createRecording(n.plan.Record); err != nil {
		return err
	}
	width, height := 0, 0
	if terminal {
		if n.terminal, err = openPseudoterminal(int(n.client.In.Fd())); err != nil {
			return err
		}
		width, height = n.terminal.resize()
	}
	term := ""
	for _, entry := range n.plan.Stages[0].Env {
		if value, ok := strings.CutPrefix(entry, "TERM="); ok {
			term = value
		}
	}
	n.cast = newCast(n.file, width, height, n.begin, term, func() time.Duration { return time.Since(n.begin) })
	return n.cast.err
}

// start starts all stages and then the pumps. After a failure some stages may run.
func (n *session) start() error {
	defer n.closeTheirs()
	input := n.fds[0]
	for i := range n.plan.Stages {
		output, next, hold := n.fds[1], -1, -1
		if i < len(n.plan.Stages)-1 {
			var err error
			if next, hold, err = pipe(); err != nil {
				return err
			}
			n.theirs = append(n.theirs, next)
			output = hold
		}
		pid, status, err := spawn(n.plan, i, [3]int{input, output, n.fds[2]}, n.attributes())
		if err != nil {
			if hold >= 0 {
				_ = unix.Close(hold)
			}
			return err
		}
		n.stages = append(n.stages, &stage{pid: pid, hold: hold})
		n.watch(func() error { return errors.Join(listen(status), status.Close()) })
		if i == 0 {
			n.group = pid
			if n.terminal == nil {
				n.back = handOver(int(n.client.In.Fd()), pid)
			}
		}
		input = next
	}
	if n.in != nil {
		n.watch(n.in.run)
	}
	n.watch(n.out.run)
	return nil
}

// attributes puts all stages into the process group of the first. With a terminal of ours the first, and then only, stage
// leads a session of its own.
func (n *session) attributes() *syscall.SysProcAttr {
	if n.terminal != nil {
		return &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL, Setsid: true, Setctty: true}
	}
	return &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL, Setpgid: true, Pgid: n.group}
}

func (p *plumbing) closeTheirs() {
	for _, fd := range p.theirs {
		_ = unix.Close(fd)
	}
	p.theirs = nil
	if p.terminal != nil {
		p.terminal.closeSlave()
	}
}

func (p *plumbing) stopPumps() {
	_ = unix.Close(p.stop)
	p.stop = -1
}

// counts returns the bytes moved from and to the client.
func (p *plumbing) counts() (in, out int64) {
	if p.in != nil {
		in = p.in.moved.Load()
	}
	if p.out != nil {
		out = p.out.moved.Load()
	}
	return in, out
}

// close gives the client's terminal back and finishes the recording. busy says that a pump could not be stopped, because
// the client does not take its output; its descriptors stay open then, so that it cannot touch anything else.
func (p *plumbing) close(busy bool) error {
	p.closeTheirs()
	p.back()
	if p.terminal != nil {
		p.terminal.restore()
	}
	if !busy {
		_ = unix.Close(p.stopped)
		if p.terminal != nil {
			_ = unix.Close(p.terminal.master)
		}
	}
	if p.cast != nil {
		return closeRecording(p.cast, p.file)
	}
	if p.file != nil {
		return p.file.Close()
	}
	return nil
}
