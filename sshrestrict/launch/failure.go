package launch

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

// Kinds of failure that a copy of this program tells its parent.
const (
	failureOther = iota
	failureMissing
	failureUnsafe
	failureSandbox
)

const maxFailure = 64 << 10 // bytes

// tell writes the failure to the parent, who may have gone.
func tell(fd int, err error) {
	data := encodeFailure(err)
	for len(data) > 0 {
		n, err := unix.Write(fd, data)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return
		}
		data = data[max(n, 0):]
	}
}

// listen returns what a copy told, or nil once the program runs.
func listen(r io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(r, maxFailure))
	if err != nil {
		return err
	}
	return decodeFailure(data)
}

func encodeFailure(err error) []byte {
	w := &writer{}
	missing, isMissing := errors.AsType[*MissingProgram](err)
	unsafe, isUnsafe := errors.AsType[*UnsafeProgram](err)
	sandbox, isSandbox := errors.AsType[*NoSandbox](err)
	switch {
	case isMissing:
		w.int(failureMissing)
		w.texts([]string{missing.Program, missing.Path})
	case isUnsafe:
		w.int(failureUnsafe)
		w.texts([]string{unsafe.Program, unsafe.Path, unsafe.Reason})
	case isSandbox && sandbox.Cause != nil:
		w.int(failureSandbox)
		w.texts([]string{sandbox.Cause.Error()})
	case isSandbox:
		w.int(failureSandbox)
		w.texts(nil)
	default:
		w.int(failureOther)
		w.texts([]string{err.Error()})
	}
	return w.b
}

func decodeFailure(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	const most = 3
	r := &reader{b: data}
	kind, text := r.int(), r.texts(most)
	switch {
	case r.err != nil || len(r.b) > 0:
	case kind == failureMissing && len(text) == 2:
		return &MissingProgram{Program: text[0], Path: text[1]}
	case kind == failureUnsafe && len(text) == 3:
		return &UnsafeProgram{Program: text[0], Path: text[1], Reason: text[2]}
	case kind == failureSandbox && len(text) == 1:
		return &NoSandbox{Cause: errors.New(text[0])}
	case kind == failureSandbox && len(text) == 0:
		return &NoSandbox{}
	case kind == failureOther && len(text) == 1:
		return errors.New(text[0])
	}
	return errors.New("start: the copy of this program that should have become the command ended in the middle of a word")
}
