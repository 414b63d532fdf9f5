package launch

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// childWord is the first argument of the copies of this program that Run starts.
const childWord = "ssh-restrict-child"

// errUsage says that somebody else than Run gave the argument.
var errUsage = errors.New("start: " + childWord + " is for the program's own use")

// Child does the work of the copies of this program that Run starts, one for each program of a plan: read the plan, confine
// itself, execute. The main function calls it with os.Args[1:] before anything else and, if it was handled, exits with the
// code. Whoever gives the argument by hand can only start, with their own rights and fewer, what they could start anyway;
// a copy that has more rights than its caller refuses.
func Child(args []string) (handled bool, code int) {
	if len(args) == 0 || args[0] != childWord {
		return false, 0
	}
	const usage = 64 // EX_USAGE of sysexits.h
	err := child(args[1:])
	if errors.Is(err, errUsage) {
		return true, usage
	}
	return true, ExitCode(err)
}

// child returns only on failure, after it has told the parent.
func child(args []string) error {
	const wanted = 3
	if len(args) != wanted || unix.Getuid() != unix.Geteuid() || unix.Getgid() != unix.Getegid() {
		return errUsage
	}
	var number [wanted]int
	for i, arg := range args {
		n, err := strconv.ParseUint(arg, 10, 31)
		if err != nil {
			return errUsage
		}
		number[i] = int(n)
	}
	plan, status, parent := number[0], number[1], number[2]
	if plan < firstKept || status < firstKept || plan == status {
		return errUsage
	}
	unix.CloseOnExec(status)
	err := childExec(plan, status, parent)
	tell(status, err)
	return err
}

func childExec(fd, status, parent int) error {
	p, err := readPlan(fd)
	if err != nil {
		return err
	}
	if len(p.Stages) != 1 || p.Stays() {
		return errors.New("start: a copy starts one program")
	}
	for _, kept := range p.Keep {
		if kept == fd || kept == status {
			return errors.New("start: a descriptor to keep is in use")
		}
	}
	return execute(p, realKernel(), func() error { return dieWith(parent) })
}

// dieWith asks the kernel to kill the program when its parent dies. The request belongs to the thread, so the one that
// os.StartProcess could make would be lost: it would stand on the first thread, and execve keeps the calling one.
func dieWith(parent int) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("prctl PR_SET_PDEATHSIG: %w", err)
	}
	if unix.Getppid() != parent {
		return errors.New("start: the parent has ended")
	}
	return nil
}

// readPlan reads the plan out of a sealed file in memory.
func readPlan(fd int) (*Plan, error) {
	seals, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0)
	if err != nil || seals&unix.F_SEAL_WRITE == 0 {
		return nil, errUsage
	}
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	if stat.Size > maxPlan {
		return nil, fmt.Errorf("read plan: %d bytes, want at most %d", stat.Size, maxPlan)
	}
	data := make([]byte, stat.Size)
	for at := 0; at < len(data); {
		n, err := unix.Pread(fd, data[at:], int64(at))
		if err != nil || n == 0 {
			return nil, fmt.Errorf("read plan: %w", errors.Join(err, errUsage))
		}
		at += n
	}
	return decode(data)
}

// writePlan makes a file in memory that nobody can change any more.
func writePlan(p *Plan) (*os.File, error) {
	fd, err := unix.MemfdCreate("plan", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return nil, fmt.Errorf("write plan: %w", err)
	}
	file := os.NewFile(uintptr(fd), "plan")
	if _, err := file.Write(encode(p)); err != nil {
		return nil, errors.Join(fmt.Errorf("write plan: %w", err), file.Close())
	}
	const seals = unix.F_SEAL_WRITE | unix.F_SEAL_GROW | unix.F_SEAL_SHRINK | unix.F_SEAL_SEAL
	if _, err := unix.FcntlInt(file.Fd(), unix.F_ADD_SEALS, seals); err != nil {
		return nil, errors.Join(fmt.Errorf("seal plan: %w", err), file.Close())
	}
	return file, nil
}

// spawn starts the copy of this program that becomes stage i. It returns its process id and the end of a pipe on which the
// copy tells why it failed; the end of that pipe without a word means that the program runs.
func spawn(p *Plan, i int, streams [3]int, attr *syscall.SysProcAttr) (pid int, status *os.File, err error) {
	own := *p
	own.Stages = p.Stages[i : i+1]
	own.Result, own.Record, own.Limits.Time = false, "", 0
	plan, err := writePlan(&own)
	if err != nil {
		return 0, nil, err
	}
	defer plan.Close()
	status, tellTo, err := os.Pipe()
	if err != nil {
		return 0, nil, fmt.Errorf("start: %w", err)
	}
	defer tellTo.Close()
	files := []uintptr{uintptr(streams[0]), uintptr(streams[1]), uintptr(streams[2])}
	for _, fd := range p.Keep {
		files = place(files, fd, uintptr(fd))
	}
	files, planAt := placeAnywhere(files, plan.Fd())
	files, statusAt := placeAnywhere(files, tellTo.Fd())
	args := []string{childWord, childWord, strconv.Itoa(planAt), strconv.Itoa(statusAt), strconv.Itoa(unix.Getpid())}
	pid, err = syscall.ForkExec("/proc/self/exe", args, &syscall.ProcAttr{Env: []string{}, Files: files, Sys: attr})
	if err != nil {
		return 0, nil, errors.Join(fmt.Errorf("start a copy of this program through /proc/self/exe: %w", err), status.Close())
	}
	return pid, status, nil
}

const noFile = ^uintptr(0) // a descriptor that is closed in the new process

// place makes fd the descriptor of that number in the new process.
func place(files []uintptr, number int, fd uintptr) []uintptr {
	for len(files) <= number {
		files = append(files, noFile)
	}
	files[number] = fd
	return files
}

func placeAnywhere(files []uintptr, fd uintptr) ([]uintptr, int) {
	for number := firstKept; ; number++ {
		if number >= len(files) || files[number] == noFile {
			return place(files, number, fd), number
		}
	}
}
