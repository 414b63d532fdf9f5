// Command ops is the toolkit's front. It answers "ops ssh-restrict" itself, because a forced command has to start quickly
// and to be small enough to trust; for every other verb it executes its companion ops-tools, which lies beside it.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"ops/sshrestrict"
	"ops/sshrestrict/launch"
)

func main() {
	os.Exit(withRoom(os.Args[1:]))
}

// withRoom runs with a stack that is large from the start. It would else be doubled and copied several times while the
// policy is read, and each copy looks up the layout of every frame in tables that are not in memory yet: 0.1 ms.
func withRoom(args []string) int {
	const never = 1 << 30 // arguments; the kernel allows fewer
	if len(args) > never {
		var room [48 << 10]byte // makes the frame large, and is neither cleared nor touched
		touch(&room)
	}
	return run(args)
}

//go:noinline
func touch(room *[48 << 10]byte) { room[len(os.Args)%len(room)]++ }

func run(args []string) int {
	if handled, code := launch.Child(args); handled {
		return code
	}
	if len(args) > 0 && args[0] == "ssh-restrict" && sshrestrict.IsForced(args[1:]) {
		environment := os.Environ()
		sshrestrict.ForgetZone()
		return sshrestrict.Main(sshrestrict.Process{
			Args: args[1:], Environment: environment, In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
			UID: os.Geteuid(), PID: os.Getpid(), Now: time.Now(), Clock: time.Now, Own: os.Executable,
		})
	}
	return handOver(args)
}

// handOver executes the companion in place of this process.
func handOver(args []string) int {
	own, err := os.Executable()
	if err == nil {
		tools := sshrestrict.Companion(own)
		err = syscall.Exec(tools, append([]string{"ops"}, args...), os.Environ())
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%s is not installed; only \"ops ssh-restrict\" works without it", tools)
		}
	}
	fmt.Fprintf(os.Stderr, "ops: %v\n", err)
	const unavailable = 69 // EX_UNAVAILABLE of sysexits.h
	return unavailable
}
