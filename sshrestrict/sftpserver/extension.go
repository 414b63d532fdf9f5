package sftpserver

import (
	"io"
	"math"
	"path"
	"strings"
)

// versionAnswer names the extensions, see PROTOCOL of OpenSSH, section 4.
func versionAnswer() answer {
	a := newAnswer(typeVersion, 3) // the version stands where other packets have the id
	for _, each := range [][2]string{
		{"posix-rename@openssh.com", "1"},
		{"statvfs@openssh.com", "2"},
		{"hardlink@openssh.com", "1"},
		{"fsync@openssh.com", "1"},
		{"lsetstat@openssh.com", "1"},
		{"limits@openssh.com", "1"},
		{"expand-path@openssh.com", "1"},
		{"copy-data", "1"},
	} {
		a = a.string(each[0]).string(each[1])
	}
	return a
}

// extended handles the requests that are named by a string.
func (g *gate) extended(id uint32, f *fields) error {
	name := f.string()
	if f.bad {
		return badPacket(typeExtended)
	}
	switch name {
	case "posix-rename@openssh.com", "hardlink@openssh.com":
		return g.withPaths(typeExtended, id, f, 2)
	case "statvfs@openssh.com":
		return g.withPaths(typeExtended, id, f, 1)
	case "fsync@openssh.com":
		return g.fsync(id, f)
	case "lsetstat@openssh.com":
		return g.lsetstat(id, f)
	case "limits@openssh.com":
		return g.send(newAnswer(typeExtendedReply, id).uint64(maxPacket).uint64(maxData).uint64(maxData).uint64(maxHandles))
	case "expand-path@openssh.com":
		return g.expandPath(id, f)
	case "copy-data":
		return g.copyData(id, f)
	}
	return g.send(statusAnswer(id, statusUnsupported, "unknown extension"))
}

func (g *gate) fsync(id uint32, f *fields) error {
	h := g.handle(f.string())
	switch {
	case f.bad:
		return badPacket(typeExtended)
	case h == nil || h.file == nil:
		return g.send(statusAnswer(id, statusFailure, "no such file handle"))
	}
	return g.finish(id, h.file.Sync())
}

func (g *gate) lsetstat(id uint32, f *fields) error {
	p := f.string()
	wish := f.attributes()
	if f.bad {
		return badPacket(typeExtended)
	}
	err := g.session.tree.ApplyLink(p, wish)
	g.session.record(Event{Op: setstatOp(wish.Size), Path: p, Err: err})
	return g.finish(id, err)
}

// expandPath takes ~ for the folder that a session starts in. Homes of others have no meaning here.
func (g *gate) expandPath(id uint32, f *fields) error {
	p := f.string()
	if f.bad {
		return badPacket(typeExtended)
	}
	if rest, ok := strings.CutPrefix(p, "~"); ok {
		if rest != "" && rest[0] != '/' {
			return g.send(statusAnswer(id, statusNoSuchFile, "homes of users are not known here; use a path without ~"))
		}
		p = path.Join(".", rest)
	}
	real, err := g.session.tree.RealPath(p)
	if err != nil {
		return g.finish(id, err)
	}
	return g.send(newAnswer(typeName, id).uint32(1).string(real).string(real).uint32(0))
}

// copyData copies between two open files, see draft-ietf-secsh-filexfer-extensions-00, section 7.
func (g *gate) copyData(id uint32, f *fields) error {
	from, start, length := g.handle(f.string()), f.uint64(), f.uint64()
	to, at := g.handle(f.string()), f.uint64()
	switch {
	case f.bad:
		return badPacket(typeExtended)
	case from == nil || to == nil || from.file == nil || to.file == nil || from == to:
		return g.send(statusAnswer(id, statusFailure, "expected the handles of two files"))
	case start > math.MaxInt64 || at > math.MaxInt64:
		return g.send(statusAnswer(id, statusFailure, "an offset beyond all files"))
	}
	if length == 0 || length > math.MaxInt64-start {
		length = math.MaxInt64 - start // up to the end
	}
	// A file that is copied behind its own end through two handles would grow for ever: the end is where it is now.
	info, err := from.stat()
	if err != nil {
		return g.finish(id, err)
	}
	length = min(length, uint64(max(0, info.Size()-int64(start))))
	_, err = io.CopyBuffer(
		struct{ io.Writer }{io.NewOffsetWriter(to.file, int64(at))},
		&untilDone{g.ctx, io.NewSectionReader(from.file, int64(start), int64(length))}, make([]byte, maxData))
	g.session.record(Event{Op: "copy", Path: from.path(), Target: to.path(), Err: err})
	return g.finish(id, err)
}
