package sftpserver

import (
	"io/fs"
	"strings"

	"ops/sshrestrict/rooted"
)

// command handles every request but READ and WRITE. Nothing else runs meanwhile. What the gate does not answer itself it
// lets through only if all fields are whole and the paths are such that a file can have.
func (g *gate) command(kind byte, id uint32, f *fields) error {
	switch kind {
	case typeClose, typeReaddir, typeFstat, typeFsetstat:
		return g.onHandle(kind, id, f)
	case typeMkdir:
		return g.mkdir(id, f)
	case typeExtended:
		return g.extended(id, f)
	}
	paths := 1
	switch kind {
	case typeSymlink, typeRename:
		paths = 2
	case typeOpen, typeOpendir:
		if g.openHandles() >= maxHandles {
			return g.send(statusAnswer(id, statusFailure, "too many open files; close some"))
		}
	case typeSetstat:
		return g.setstat(id, f)
	case typeLstat, typeStat, typeRemove, typeRmdir, typeRealpath, typeReadlink:
	default:
		return g.send(statusAnswer(id, statusUnsupported, "unknown request"))
	}
	return g.withPaths(kind, id, f, paths)
}

// withPaths lets a request through that begins with so many paths.
func (g *gate) withPaths(kind byte, id uint32, f *fields, paths int) error {
	for range paths {
		p := f.string()
		if f.bad {
			return badPacket(kind)
		}
		if reason := unusable(p); reason != "" {
			return g.send(statusAnswer(id, statusFailure, reason))
		}
	}
	if kind == typeOpen {
		f.uint32() // flags
		wish := f.attributes()
		if f.bad {
			return badPacket(kind)
		}
		g.session.perm = permissions(wish, 0o666)
	}
	return g.forward(true)
}

// unusable says why no file can have this path, or "".
func unusable(p string) string {
	switch {
	case len(p) > maxName:
		return "the path is too long"
	case strings.IndexByte(p, 0) >= 0:
		return "a NUL in the path"
	}
	return ""
}

func (g *gate) openHandles() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.handles)
}

func (g *gate) onHandle(kind byte, id uint32, f *fields) error {
	name := f.string()
	if f.bad {
		return badPacket(kind)
	}
	h := g.handle(name)
	if h == nil {
		return g.send(statusAnswer(id, statusFailure, "no such handle"))
	}
	switch kind {
	case typeClose:
		g.mu.Lock()
		delete(g.handles, name)
		g.mu.Unlock()
		return g.forward(true)
	case typeReaddir:
		if h.dir == nil {
			return g.send(statusAnswer(id, statusFailure, "the handle is not that of a folder"))
		}
		return g.forward(true)
	case typeFstat:
		info, err := h.stat()
		if err != nil {
			return g.finish(id, err)
		}
		return g.send(attrsAnswer(id, info))
	}
	wish := f.attributes()
	if f.bad {
		return badPacket(kind)
	}
	err := h.apply(wish)
	g.session.record(Event{Op: setstatOp(wish.Size), Path: h.path(), Err: err})
	return g.finish(id, err)
}

func (g *gate) setstat(id uint32, f *fields) error {
	p := f.string()
	wish := f.attributes()
	if f.bad {
		return badPacket(typeSetstat)
	}
	err := g.session.tree.Apply(p, wish)
	g.session.record(Event{Op: setstatOp(wish.Size), Path: p, Err: err})
	return g.finish(id, err)
}

// setstatOp names a change of the content differently from one of the attributes.
func setstatOp(size *int64) string {
	if size != nil {
		return "truncate"
	}
	return "setstat"
}

func (g *gate) mkdir(id uint32, f *fields) error {
	p := f.string()
	wish := f.attributes()
	if f.bad {
		return badPacket(typeMkdir)
	}
	err := g.session.tree.Mkdir(p, permissions(wish, 0o777))
	g.session.record(Event{Op: "mkdir", Path: p, Err: err})
	return g.finish(id, err)
}

// permissions are those that a client wishes for something new, or the usual ones.
func permissions(wish rooted.Change, usual fs.FileMode) fs.FileMode {
	if wish.Mode == nil {
		return usual
	}
	return *wish.Mode
}

// finish answers with the outcome of an operation.
func (g *gate) finish(id uint32, err error) error {
	if err == nil {
		return g.send(statusAnswer(id, statusOK, ""))
	}
	return g.send(statusAnswer(id, code(err), err.Error()))
}
