package power

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"ops/sshrestrict/power/request"
)

// The exit codes; see sysexits(3). None is 255, which is ssh's own.
const (
	ExitDone        = 0  // the status was told, or logind has begun to act
	ExitUsage       = 64 // not a request
	ExitUnavailable = 69 // the machine cannot do this; do not ask again
	ExitFailed      = 74 // the answer could not be written
	ExitLater       = 75 // busy or in doubt; ask again later
	ExitDenied      = 77 // polkit does not let this account
)

// Serve answers one request: JSON on out, and on talk a line for a person if it was not done. It returns the exit code.
func (m Machine) Serve(ctx context.Context, words []string, out, talk io.Writer) int {
	r, err := request.Parse(words)
	if err != nil {
		fmt.Fprintln(talk, err)
		return ExitUsage
	}
	if !r.Verb.Acts() {
		if err := write(out, m.Status(ctx)); err != nil {
			fmt.Fprintln(talk, "power status: write the answer:", err)
			return ExitFailed
		}
		return ExitDone
	}
	last := m.Do(ctx, r, func(first Result) error { return write(out, first) })
	if err := write(out, last); err != nil {
		fmt.Fprintf(talk, "power %s: write the answer: %v\n", r.Verb, err)
		if last.Result == Accepted {
			return ExitFailed
		}
	}
	if last.Result == Accepted {
		return ExitDone
	}
	fmt.Fprintf(talk, "power %s: %s", r.Verb, last.Result)
	for _, reason := range last.Reasons[:min(len(last.Reasons), 3)] {
		fmt.Fprintf(talk, "; %s", reason.line())
	}
	if more := len(last.Reasons) - 3; more > 0 {
		fmt.Fprintf(talk, "; and %d more", more)
	}
	fmt.Fprintln(talk)
	return last.exit()
}

// exit is the exit code of a last result that is not Accepted. If one reason asks for patience, that is the code: after
// the wait, the others may look different.
func (r Result) exit() int {
	code := ExitLater
	for _, reason := range r.Reasons {
		switch reason.Code {
		case CodeUnavailable:
			code = ExitUnavailable
		case CodeDenied:
			code = ExitDenied
		default:
			return ExitLater
		}
	}
	return code
}

// write prints one object on one line.
func write(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(value)
}
