// Command probe does one thing that a confined program may or may not do, and says how it went: "ok" with what it found,
// or the error. It is static, so that nothing but itself is needed to start it.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

func main() {
	out, err := probe(os.Args[1], os.Args[2:])
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
		fmt.Println("error:", errno)
		os.Exit(1)
	case err != nil:
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println("ok", out)
}

func probe(verb string, args []string) (string, error) {
	switch verb {
	case "read":
		b, err := os.ReadFile(args[0])
		return string(b), err
	case "list":
		entries, err := os.ReadDir(args[0])
		return fmt.Sprint(len(entries)), err
	case "create":
		return "", os.WriteFile(args[0], []byte("new"), 0o666)
	case "append":
		f, err := os.OpenFile(args[0], os.O_WRONLY|os.O_APPEND, 0)
		if err == nil {
			err = f.Close()
		}
		return "", err
	case "mkdir":
		return "", os.Mkdir(args[0], 0o777)
	case "rmdir":
		return "", syscall.Rmdir(args[0])
	case "unlink":
		return "", syscall.Unlink(args[0])
	case "rename":
		return "", os.Rename(args[0], args[1])
	case "link":
		return "", os.Link(args[0], args[1])
	case "symlink":
		return "", os.Symlink(args[0], args[1])
	case "truncate":
		return "", os.Truncate(args[0], 1)
	case "fifo":
		return "", syscall.Mkfifo(args[0], 0o600)
	case "device":
		return "", syscall.Mknod(args[0], syscall.S_IFCHR|0o600, 1<<8|3)
	case "exec":
		return "", syscall.Exec(args[0], args, nil)
	case "run":
		b, err := exec.Command(args[0], args[1:]...).CombinedOutput()
		return string(b), err
	case "dial":
		return "", dial(args[0], args[1])
	case "listen":
		return "", listen(args[0], args[1])
	case "socket":
		return "", socket(args[0])
	case "ring": // io_uring_setup(2)
		var params [120]byte
		const setup = 425
		_, _, errno := syscall.Syscall(setup, 1, uintptr(unsafe.Pointer(&params)), 0)
		if errno != 0 {
			return "", errno
		}
		return "", nil
	case "dial-unix":
		c, err := net.Dial("unix", args[0])
		if err == nil {
			err = c.Close()
		}
		return "", err
	case "kill":
		pid, _ := strconv.Atoi(args[0])
		return "", syscall.Kill(pid, 0)
	case "env":
		return strings.Join(os.Environ(), "\n"), nil
	case "args":
		return fmt.Sprintf("%q", os.Args), nil
	case "dir":
		return os.Getwd()
	case "descriptors":
		return descriptors(), nil
	case "umask":
		return fmt.Sprintf("%#o", syscall.Umask(0)), nil
	case "race":
		return race(args[0], args[1])
	case "tree":
		return "", tree(args[0], args[1], args[2])
	case "stubborn":
		signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
		fmt.Println("ready")
		time.Sleep(time.Hour)
	case "signals":
		return waitSignal(args[0])
	case "late":
		return "", late(args[0])
	case "chatter":
		for text := bytes.Repeat([]byte("chatter\n"), 8<<10); ; {
			if _, err := os.Stdout.Write(text); err != nil {
				return "", err
			}
		}
	case "sleep":
		time.Sleep(time.Hour)
	case "count":
		n, err := io.Copy(io.Discard, os.Stdin)
		return fmt.Sprint(n), err
	case "produce":
		n, _ := strconv.Atoi(args[0])
		_, err := os.Stdout.Write(bytes.Repeat([]byte("x"), n))
		return "", err
	}
	return "", fmt.Errorf("unknown verb %q", verb)
}

func descriptors() string {
	var open []string
	for fd := range 1100 {
		if _, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFD, 0); errno == 0 {
			open = append(open, strconv.Itoa(fd))
		}
	}
	return strings.Join(open, " ")
}

// race reads path until the input ends, and counts how often it got the content that it must not see.
func race(path, forbidden string) (string, error) {
	end := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(end)
	}()
	reads, good, leaks := 0, 0, 0
	const enough = 1000
	for {
		if reads == enough {
			fmt.Println("enough")
		}
		select {
		case <-end:
			return fmt.Sprintf("reads=%d good=%d leaks=%d", reads, good, leaks), nil
		default:
		}
		b, err := os.ReadFile(path)
		reads++
		switch {
		case bytes.Contains(b, []byte(forbidden)):
			leaks++
		case err == nil:
			good++
		}
	}
}

// tree starts a copy of itself in a session of its own, down to the depth, and stays or leaves.
func tree(depth, then, mark string) error {
	left, err := strconv.Atoi(depth)
	if err != nil {
		return err
	}
	if left > 0 {
		child := exec.Command(os.Args[0], "tree", strconv.Itoa(left-1), then, mark)
		child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		child.Stdout = os.Stdout
		if err := child.Start(); err != nil {
			return err
		}
	} else {
		fmt.Println("ready")
	}
	if then == "leave" && left > 0 {
		return nil
	}
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP)
	time.Sleep(time.Hour)
	return nil
}

// waitSignal names the first signal that comes.
// waitSignal waits for the signal of a name, whatever else comes before it.
func waitSignal(name string) (string, error) {
	c := make(chan os.Signal, 16)
	signal.Notify(c)
	fmt.Println("ready")
	for sig := range c {
		if sig.String() == name {
			return sig.String(), nil
		}
	}
	return "", nil
}

// late leaves a copy of itself in the background that does as the verb says, and holds the streams.
func late(verb string) error {
	child := exec.Command(os.Args[0], verb)
	child.Stdin, child.Stdout = os.Stdin, os.Stdout
	if err := child.Start(); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, child.Process.Pid)
	return nil
}

func dial(network, address string) error {
	var d net.Dialer
	d.SetMultipathTCP(network == "mptcp")
	c, err := d.Dial(strings.TrimPrefix(network, "mp"), address)
	if err != nil {
		return err
	}
	return c.Close()
}

func listen(network, address string) error {
	var c net.ListenConfig
	c.SetMultipathTCP(network == "mptcp")
	l, err := c.Listen(context.Background(), strings.TrimPrefix(network, "mp"), address)
	if err != nil {
		return err
	}
	return l.Close()
}

func socket(kind string) error {
	call, family, proto := uintptr(syscall.SYS_SOCKET), syscall.AF_UNIX, 0
	switch kind {
	case "packet":
		family = syscall.AF_PACKET
	case "vsock":
		family = 40
	case "netlink":
		family = syscall.AF_NETLINK
	case "x32":
		call, family = call|1<<30, syscall.AF_INET
	}
	_, _, errno := syscall.Syscall(call, uintptr(family), syscall.SOCK_DGRAM, uintptr(proto))
	if errno != 0 {
		return errno
	}
	return nil
}
