package rooted

import (
	"os"

	"golang.org/x/sys/unix"
)

// identity tells a file from every other one that exists or existed: an inode's number is used again, its time of birth,
// where the file system has one, is not.
type identity struct {
	major, minor uint32
	inode        uint64
	second       int64
	nano         uint32
}

// node is what decisions are made on, of one file at one moment; see statx(2).
type node struct {
	identity
	mode     uint32 // S_IFREG and so on, with permissions
	links    uint32
	size     int64
	uid, gid uint32
}

func (n node) kind() uint32  { return n.mode & unix.S_IFMT }
func (n node) regular() bool { return n.kind() == unix.S_IFREG }
func (n node) folder() bool  { return n.kind() == unix.S_IFDIR }

// look returns the node of a name in an open folder, without following a link, or of the descriptor itself if base is "".
func look(dir int, base string) (node, error) {
	var st unix.Statx_t
	flags := unix.AT_SYMLINK_NOFOLLOW | unix.AT_EMPTY_PATH | unix.AT_NO_AUTOMOUNT
	if err := unix.Statx(dir, base, flags, unix.STATX_BASIC_STATS|unix.STATX_BTIME, &st); err != nil {
		return node{}, err
	}
	n := node{
		identity: identity{major: st.Dev_major, minor: st.Dev_minor, inode: st.Ino},
		mode:     uint32(st.Mode), links: st.Nlink, size: int64(st.Size), uid: st.Uid, gid: st.Gid,
	}
	if st.Mask&unix.STATX_BTIME != 0 {
		n.second, n.nano = st.Btime.Sec, st.Btime.Nsec
	}
	return n, nil
}

func lookFile(f *os.File) (node, error) { return look(int(f.Fd()), "") }

// ledger remembers what a session made or wrote. It forgets the oldest entries beyond its bound: then the client can no
// longer rename or change those.
type ledger struct {
	made map[identity]bool // true if made, false if only written to
	ring []identity
	next int
}

const ledgerSize = 1 << 16 // entries of about 100 bytes

func (l *ledger) add(id identity, made bool) {
	if was, known := l.made[id]; known {
		l.made[id] = was || made
		return
	}
	if l.made == nil {
		l.made = map[identity]bool{}
	}
	if len(l.ring) < ledgerSize {
		l.ring = append(l.ring, id)
	} else {
		delete(l.made, l.ring[l.next])
		l.ring[l.next] = id
		l.next = (l.next + 1) % ledgerSize
	}
	l.made[id] = made
}
