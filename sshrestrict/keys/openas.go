package keys

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// openAs opens a file for reading with the rights of an account, as sshd does, so that a link or a FIFO in somebody's home
// gives nothing that they could not read themselves. Who is not root opens with their own rights.
func openAs(name string, a Account, groups []Group) (*os.File, error) {
	if os.Geteuid() != 0 || a.UID == 0 {
		return openRegular(name)
	}
	type opened struct {
		file *os.File
		err  error
	}
	answer := make(chan opened)
	go func() {
		// The thread is never unlocked, so it ends with the goroutine and nobody else runs with its rights. A child that
		// this very thread started with Pdeathsig gets its signal then: start such children from a locked thread.
		runtime.LockOSThread()
		if err := becomeForFiles(a, groups); err != nil {
			answer <- opened{nil, err}
			return
		}
		file, err := openRegular(name)
		answer <- opened{file, err}
	}()
	got := <-answer
	return got.file, got.err
}

// becomeForFiles gives the calling thread the rights of an account over files, and takes those of root away.
func becomeForFiles(a Account, groups []Group) error {
	ids := []uint32{uint32(a.GID)}
	for _, g := range groups {
		ids = append(ids, uint32(g.GID))
	}
	// The wrappers of package syscall would change all threads.
	if _, _, errno := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(ids)), uintptr(unsafe.Pointer(&ids[0])), 0); errno != 0 {
		return fmt.Errorf("take the groups of %s: %w", a.Name, errno)
	}
	if err := unix.Setfsgid(a.GID); err != nil {
		return fmt.Errorf("take the group of %s: %w", a.Name, err)
	}
	if err := unix.Setfsuid(a.UID); err != nil {
		return fmt.Errorf("take the rights of %s: %w", a.Name, err)
	}
	if now, err := unix.SetfsuidRetUid(-1); err != nil || now != a.UID {
		return fmt.Errorf("take the rights of %s: they are those of user id %d", a.Name, now)
	}
	return nil
}

var errNotRegular = errors.New("not a regular file")

// openRegular does not wait for the writer of a FIFO.
func openRegular(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "open", Path: name, Err: errNotRegular}
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// readBounded reads a file of at most MaxSize bytes.
func readBounded(file *os.File) (string, error) {
	content, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err == nil && len(content) > MaxSize {
		err = fmt.Errorf("read %s: it has more than %d bytes", file.Name(), MaxSize)
	}
	return string(content), err
}
