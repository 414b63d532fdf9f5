package sftpserver

import (
	"io"
	"io/fs"
	"os"

	"github.com/pkg/sftp"

	"ops/sshrestrict/rooted"
)

// session is what the library calls, see its Handlers. Paths reach it absolute and clean.
type session struct {
	*recorder
	tree *rooted.Tree

	// What follows belongs to the OPEN or OPENDIR that runs now; such requests run one at a time.
	perm   fs.FileMode // from the gate, since the library loses the flags of an OPEN's attributes
	opened *handle     // for the gate
}

// Fileread opens a file for reading only.
func (s *session) Fileread(r *sftp.Request) (io.ReaderAt, error) { return s.open(r, os.O_RDONLY) }

// Filewrite opens a file for writing only.
func (s *session) Filewrite(r *sftp.Request) (io.WriterAt, error) { return s.open(r, os.O_WRONLY) }

// OpenFile opens a file for reading and writing.
func (s *session) OpenFile(r *sftp.Request) (sftp.WriterAtReaderAt, error) {
	return s.open(r, os.O_RDWR)
}

func (s *session) open(r *sftp.Request, access int) (*handle, error) {
	flags := r.Pflags()
	flag := access
	for bit, set := range map[int]bool{
		os.O_CREATE: flags.Creat, os.O_TRUNC: flags.Trunc, os.O_EXCL: flags.Excl, os.O_APPEND: flags.Append,
	} {
		if set {
			flag |= bit
		}
	}
	file, err := s.tree.OpenFile(r.Filepath, flag, s.perm)
	s.record(Event{Op: "open", Path: r.Filepath, Write: access != os.O_RDONLY, Err: err})
	if err != nil {
		return nil, withStatus(err)
	}
	s.opened = &handle{session: s, file: file, write: access != os.O_RDONLY, both: access == os.O_RDWR}
	return s.opened, nil
}

// Filelist opens a folder, or describes what a path leads to.
func (s *session) Filelist(r *sftp.Request) (sftp.ListerAt, error) {
	if r.Method != "List" {
		info, err := s.tree.Stat(r.Filepath)
		s.refused("stat", r.Filepath, err)
		return one(info, err)
	}
	dir, err := s.tree.OpenDir(r.Filepath)
	s.refused("opendir", r.Filepath, err)
	if err != nil {
		return nil, withStatus(err)
	}
	s.opened = &handle{session: s, dir: dir}
	return s.opened, nil
}

// Lstat describes what a path names.
func (s *session) Lstat(r *sftp.Request) (sftp.ListerAt, error) {
	info, err := s.tree.Lstat(r.Filepath)
	s.refused("stat", r.Filepath, err)
	return one(info, err)
}

// single is a list of one entry.
type single struct{ fs.FileInfo }

func one(info fs.FileInfo, err error) (sftp.ListerAt, error) {
	if err != nil {
		return nil, withStatus(err)
	}
	return single{info}, nil
}

func (s single) ListAt(infos []fs.FileInfo, _ int64) (int, error) {
	return copy(infos, []fs.FileInfo{s.FileInfo}), io.EOF
}

// RealPath makes a path absolute; it is the one that comes as the client wrote it.
func (s *session) RealPath(p string) (string, error) {
	real, err := s.tree.RealPath(p)
	return real, withStatus(err)
}

// Readlink returns the target of a symbolic link.
func (s *session) Readlink(p string) (string, error) {
	target, err := s.tree.Readlink(p)
	s.refused("readlink", p, err)
	return target, withStatus(err)
}

// Filecmd changes something by its path.
func (s *session) Filecmd(r *sftp.Request) error {
	e := Event{Op: "", Path: r.Filepath, Target: r.Target}
	switch r.Method {
	case "Rename":
		e.Op, e.Err = "rename", s.tree.Rename(r.Filepath, r.Target, false)
	case "Remove":
		e.Op, e.Err = "remove", s.tree.Remove(r.Filepath)
	case "Rmdir":
		e.Op, e.Err = "rmdir", s.tree.Rmdir(r.Filepath)
	case "Link":
		e.Op, e.Err = "link", s.tree.Link(r.Filepath, r.Target)
	case "Symlink": // the library has the two the other way round
		e.Path, e.Target = r.Target, r.Filepath
		e.Op, e.Err = "symlink", s.tree.Symlink(r.Filepath, r.Target)
	default:
		return sftp.ErrSSHFxOpUnsupported
	}
	s.record(e)
	return withStatus(e.Err)
}

// PosixRename renames over a file that exists, where the mode allows it.
func (s *session) PosixRename(r *sftp.Request) error {
	err := s.tree.Rename(r.Filepath, r.Target, true)
	s.record(Event{Op: "rename", Path: r.Filepath, Target: r.Target, Err: err})
	return withStatus(err)
}

// StatVFS tells how much room there is.
func (s *session) StatVFS(r *sftp.Request) (*sftp.StatVFS, error) {
	space, err := s.tree.Space(r.Filepath)
	if err != nil {
		return nil, withStatus(err)
	}
	out := &sftp.StatVFS{
		Bsize: space.Block, Frsize: space.Block, Blocks: space.Total, Bfree: space.Free, Bavail: space.Available,
		Files: space.Files, Ffree: space.FilesFree, Favail: space.FilesFree, Namemax: space.NameMax,
		Flag: 2, // SSH2_FXE_STATVFS_ST_NOSUID
	}
	if space.ReadOnly {
		out.Flag |= 1
	}
	return out, nil
}
