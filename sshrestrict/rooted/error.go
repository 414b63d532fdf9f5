package rooted

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"ops/internal/terminal"
)

// Error tells which operation on which of the client's paths did not work. It never shows a path of the server that the
// client did not send. Err matches [fs.ErrPermission], [fs.ErrNotExist], [ErrQuota] and the like.
type Error struct {
	Op     string
	Path   string
	Reason string // if empty, that of Err
	Err    error
}

func (e *Error) Error() string {
	text := e.Op + " " + terminal.Printable(e.Path) + ": "
	if e.Path == "" {
		text = e.Op + ": "
	}
	if e.Reason == "" {
		return text + e.Err.Error()
	}
	if errors.Is(e.Err, fs.ErrPermission) {
		return text + "permission denied: " + e.Reason
	}
	return text + e.Reason
}

func (e *Error) Unwrap() error { return e.Err }

// ErrQuota is the cause of an [Error] where a write would take the tree above [Options.Quota].
var ErrQuota = errors.New("quota exceeded")

// ErrTooLarge is the cause of an [Error] where a file would grow above [Options.MaxFile], or a list above its bound.
var ErrTooLarge = errors.New("too large")

func denied(op, path, reason string) error {
	return &Error{Op: op, Path: path, Reason: reason, Err: fs.ErrPermission}
}

func invalid(op, path, reason string) error {
	return &Error{Op: op, Path: path, Reason: reason, Err: fs.ErrInvalid}
}

// failure takes the server's paths out of an error of package os.
func failure(op, path string, err error) error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		if e.Path == "" {
			return &Error{Op: op, Path: path, Reason: e.Reason, Err: e.Err}
		}
		return e
	}
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		if errno == syscall.ELOOP {
			return denied(op, path, "a symbolic link that is not followed")
		}
		return &Error{Op: op, Path: path, Err: errno}
	}
	if errors.Is(err, os.ErrClosed) {
		return &Error{Op: op, Path: path, Err: os.ErrClosed}
	}
	if _, ok := errors.AsType[*fs.PathError](err); ok || errors.As(err, new(*os.LinkError)) {
		// os.Root has no exported error for this.
		return denied(op, path, "a symbolic link leads out of the folder")
	}
	return &Error{Op: op, Path: path, Err: err}
}
