package sftpserver

import (
	"io"
	"io/fs"

	"ops/sshrestrict/rooted"
)

// handle is an open file or folder, as the library and the gate share it. The library reads, writes, lists and closes it.
type handle struct {
	*session
	file  *rooted.File // or
	dir   *rooted.Dir
	write bool // opened for writing,
	both  bool // and for reading

	lost error // why the connection ended, if it did before the close
}

func (h *handle) ReadAt(b []byte, offset int64) (int, error) {
	n, err := h.file.ReadAt(b, offset)
	if err == io.EOF {
		return n, err
	}
	return n, withStatus(err)
}

func (h *handle) WriteAt(b []byte, offset int64) (int, error) {
	n, err := h.file.WriteAt(b, offset)
	return n, withStatus(err)
}

// ListAt gives the next entries; the library always asks for those.
func (h *handle) ListAt(infos []fs.FileInfo, _ int64) (int, error) {
	some, err := h.dir.Next(len(infos))
	if err == io.EOF {
		return 0, err
	}
	return copy(infos, some), withStatus(err)
}

// TransferError is called by the library when the connection ends before the handle was closed.
func (h *handle) TransferError(err error) { h.lost = err }

// Close records what went through the handle.
func (h *handle) Close() error {
	if h.dir != nil {
		return withStatus(h.dir.Close())
	}
	var err error
	if h.lost != nil {
		err = h.file.Abandon()
	} else {
		err = h.file.Close()
	}
	e := Event{Op: "close", Path: h.file.Path(), Write: h.write, Err: err}
	if err == nil {
		e.Err = h.lost
	}
	e.BytesRead, e.BytesWritten = h.file.Bytes()
	h.record(e)
	return withStatus(err)
}

func (h *handle) stat() (fs.FileInfo, error) {
	if h.dir != nil {
		return h.dir.Stat()
	}
	return h.file.Stat()
}

func (h *handle) apply(c rooted.Change) error {
	if h.dir != nil {
		return h.tree.ApplyDir(h.dir, c)
	}
	return h.file.Apply(c)
}

// path is the client's, as it was opened.
func (h *handle) path() string {
	if h.dir != nil {
		return h.dir.Path()
	}
	return h.file.Path()
}
