package sftpserver

import (
	"errors"
	"io/fs"

	"github.com/pkg/sftp"
)

// status gives an error the code that the library sends with its text; the library itself looks at plain errors of package
// os only.
type status struct{ error }

// Unwrap leads the library to the code.
func (s status) Unwrap() []error {
	switch code(s.error) {
	case statusNoSuchFile:
		return []error{sftp.ErrSSHFxNoSuchFile, s.error}
	case statusDenied:
		return []error{sftp.ErrSSHFxPermissionDenied, s.error}
	}
	return []error{sftp.ErrSSHFxFailure, s.error}
}

func code(err error) uint32 {
	switch {
	case err == nil:
		return statusOK
	case errors.Is(err, fs.ErrNotExist):
		return statusNoSuchFile
	case errors.Is(err, fs.ErrPermission):
		return statusDenied
	}
	return statusFailure
}

// withStatus is for what goes to the library.
func withStatus(err error) error {
	if err == nil {
		return nil
	}
	return status{err}
}
