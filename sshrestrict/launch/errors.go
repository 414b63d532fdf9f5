package launch

import (
	"errors"
	"fmt"
)

// MissingProgram says that a program, or the interpreter that it needs, does not exist.
type MissingProgram struct {
	Program string // as the plan names it
	Path    string // what is missing: the program itself, its interpreter or the target of a link
}

func (m *MissingProgram) Error() string {
	if m.Path == m.Program {
		return fmt.Sprintf("start %q: no such program; install it or correct the policy", m.Program)
	}
	return fmt.Sprintf("start %q: %q, which it needs, does not exist; install it or correct the policy", m.Program, m.Path)
}

// UnsafeProgram says that somebody else than root decides what would be executed.
type UnsafeProgram struct {
	Program string // as the plan names it
	Path    string // the link, folder or file at fault
	Reason  string // such as "is writable by its group"
}

func (u *UnsafeProgram) Error() string {
	return fmt.Sprintf("start %q: %q %s; a program and all folders and links to it have to belong to root and to be "+
		"writable by nobody else", u.Program, u.Path, u.Reason)
}

// NoSandbox says that the sandbox which the plan requires, or which the kernel had promised, cannot be raised.
type NoSandbox struct {
	Cause error // nil where the kernel has no Landlock
}

func (n *NoSandbox) Error() string {
	if n.Cause == nil {
		return "raise sandbox: the kernel has no Landlock; boot it with landlock in its list lsm=, or let the policy do without"
	}
	return fmt.Sprintf("raise sandbox: %v; nothing was started", n.Cause)
}

func (n *NoSandbox) Unwrap() error { return n.Cause }

// Exit codes of a start that failed; the programs' own codes are passed on as they are.
const (
	ExitMissing = 127 // as of a shell
	ExitConfig  = 78  // EX_CONFIG of sysexits.h: the policy or the machine has to be corrected
)

// ExitCode returns the code for an error of Exec, Run or Child, never 255, which ssh keeps for itself.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	if _, ok := errors.AsType[*MissingProgram](err); ok {
		return ExitMissing
	}
	return ExitConfig
}
