package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"ops/internal/strictyaml"
	"ops/internal/terminal"
	"ops/logviz/logfile"
	"ops/logviz/timelapse"
)

// Exit codes: those of sysexits.h where it has one. They are listed in help and in the manual pages.
const (
	exitOK          = 0
	exitFailure     = 1
	exitUsage       = 64
	exitData        = 65
	exitNoInput     = 66
	exitUnavailable = 69
	exitCantCreate  = 73
	exitIO          = 74
	exitDenied      = 77
	exitConfig      = 78
	exitInterrupted = 130
)

// exitCodes explains the codes, in order.
func exitCodes() []struct {
	Code    int
	Meaning string
} {
	return []struct {
		Code    int
		Meaning string
	}{
		{exitOK, "done"},
		{exitFailure, "failed for a reason that has no code of its own"},
		{exitUsage, "wrong command line"},
		{exitData, "input that is damaged, or of which nothing was understood"},
		{exitNoInput, "input that cannot be opened"},
		{exitUnavailable, "a program that is needed is not installed"},
		{exitCantCreate, "output that cannot be created"},
		{exitIO, "reading or writing failed, such as on a full disk"},
		{exitDenied, "ssh-restrict: the policy, or sshd, would refuse"},
		{exitConfig, "a definition or configuration file is wrong"},
		{exitInterrupted, "interrupted"},
	}
}

// codedError is an error whose exit code the place where it arose knows best.
type codedError struct {
	code int
	error
}

func (e *codedError) Unwrap() error { return e.error }

// withCode gives err an exit code unless something inside it has one already.
func withCode(code int, err error) error {
	if err == nil || hasCode(err) {
		return err
	}
	return &codedError{code, err}
}

func hasCode(err error) bool {
	_, ok := errors.AsType[*codedError](err)
	return ok
}

func usageError(format string, args ...any) error {
	return &codedError{exitUsage, fmt.Errorf(format, args...)}
}

// exitCode is the one place that turns errors into exit codes.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EFBIG} {
		if errors.Is(err, full) {
			return exitIO
		}
	}
	if coded, ok := errors.AsType[*codedError](err); ok {
		return coded.code
	}
	if _, ok := errors.AsType[*logfile.DataError](err); ok {
		return exitData
	}
	if _, ok := errors.AsType[*timelapse.MissingProgram](err); ok {
		return exitUnavailable
	}
	if _, ok := errors.AsType[*strictyaml.Error](err); ok {
		return exitConfig
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return exitIO
	}
	return exitFailure
}

// errSaid is the error of a verb that has told the user already.
var errSaid = errors.New("told")

// maxMessage is how many bytes of a line of an error are printed: some tell of a path through a hostile file.
const maxMessage = 600

// report prints what went wrong and returns the exit code. Errors name files, accounts and what was read, so each line is
// made harmless for a terminal.
func report(e *env, err error) int {
	code := exitCode(err)
	if errors.Is(err, errSaid) {
		return code
	}
	switch code {
	case exitOK:
		return code
	case exitInterrupted:
		err = errors.New("interrupted; nothing unfinished was left behind")
	}
	prefix := "ops: "
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if len(line) > maxMessage {
			line = line[:maxMessage] + "…"
		}
		fmt.Fprintln(e.err, prefix+terminal.Printable(line))
		prefix = ""
	}
	return code
}
