package sftpserver

import (
	"errors"
	"io/fs"
	"sync"
)

// Event is one operation for the audit. Reads and writes have none of their own: what was read and written is in the event
// of the close. Looking at files and folders has one only where it was refused.
type Event struct {
	// Op is open, close, remove, rmdir, mkdir, rename, link, symlink, setstat, truncate or copy, or, refused, stat, opendir
	// or readlink.
	Op     string
	Path   string // the client's; of a symlink its own, with what it points to in Target
	Target string // the new name of a rename or link
	Write  bool   // of open and close: opened for writing

	BytesRead, BytesWritten int64 // of close: through this handle

	Err error // nil if it was done
}

// refused records what needs no event unless the client may not do it.
func (r *recorder) refused(op, path string, err error) {
	if errors.Is(err, fs.ErrPermission) {
		r.record(Event{Op: op, Path: path, Err: err})
	}
}

// recorder passes events on, one at a time.
type recorder struct {
	mu  sync.Mutex
	log func(Event)
}

func (r *recorder) record(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.log != nil {
		r.log(e)
	}
}
