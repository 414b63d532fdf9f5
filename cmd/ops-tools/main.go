// Command ops-tools has all verbs of ops but the forced command, which is small and starts it. People call it as ops.
// Start with run in this file; every verb has a file of its own that reads flags, calls a library and prints.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // zones by name, also where the package tzdata is not installed

	"ops/sshrestrict/launch"
)

// env is what the process got from its surroundings. Verbs use this and nothing else of the process.
type env struct {
	in     io.Reader
	out    io.Writer // the answer
	err    io.Writer // the talk
	getenv func(string) string
	now    func() time.Time
	zone   *time.Location // of the machine
}

func main() {
	if handled, code := launch.Child(os.Args[1:]); handled { // a program that the menu starts
		os.Exit(code)
	}
	ctx, stop := context.Background(), func() {}
	if len(os.Args) < 2 || os.Args[1] != "session" { // Ctrl-C in a menu is for the program that runs in it
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	}
	code := run(ctx, &env{os.Stdin, os.Stdout, os.Stderr, os.Getenv, time.Now, time.Local}, os.Args[1:])
	stop()
	os.Exit(code)
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, e *env, args []string) int {
	root := newRoot(e)
	root.SetArgs(args)
	done := make(chan error, 1)
	go func() { done <- root.ExecuteContext(ctx) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		// Work in progress is undone, which takes a moment. But a read of a pipe or terminal that says nothing never
		// ends, and has nothing to undo.
		select {
		case err = <-done:
		case <-time.After(grace):
			err = ctx.Err()
		}
	}
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // whatever failed, it failed because of that
	}
	return report(e, err)
}

// grace is how long an interrupted command may take to clean up.
const grace = 2 * time.Second
