package sftpserver

import (
	"encoding/binary"
	"io/fs"
	"syscall"
	"time"

	"ops/sshrestrict/rooted"
)

// Packet types of draft-ietf-secsh-filexfer-02, section 3.
const (
	typeInit     = 1
	typeVersion  = 2
	typeOpen     = 3
	typeClose    = 4
	typeRead     = 5
	typeWrite    = 6
	typeLstat    = 7
	typeFstat    = 8
	typeSetstat  = 9
	typeFsetstat = 10
	typeOpendir  = 11
	typeReaddir  = 12
	typeRemove   = 13
	typeMkdir    = 14
	typeRmdir    = 15
	typeRealpath = 16
	typeStat     = 17
	typeRename   = 18
	typeReadlink = 19
	typeSymlink  = 20
	typeExtended = 200

	typeStatus        = 101
	typeHandle        = 102
	typeName          = 104
	typeAttrs         = 105
	typeExtendedReply = 201
)

// Status codes, section 7.
const (
	statusOK          = 0
	statusNoSuchFile  = 2
	statusDenied      = 3
	statusFailure     = 4
	statusUnsupported = 8
)

// Flags of attributes, section 5.
const (
	attrSize  = 0x1
	attrOwner = 0x2
	attrMode  = 0x4
	attrTimes = 0x8
)

// fields takes a packet apart. After the first field that is not whole, it gives zeros and is bad.
type fields struct {
	rest []byte
	bad  bool
}

func (f *fields) bytes(n int) []byte {
	if f.bad || n < 0 || n > len(f.rest) {
		f.bad = true
		return make([]byte, 8)
	}
	b := f.rest[:n]
	f.rest = f.rest[n:]
	return b
}

func (f *fields) uint32() uint32 { return binary.BigEndian.Uint32(f.bytes(4)) }
func (f *fields) uint64() uint64 { return binary.BigEndian.Uint64(f.bytes(8)) }

func (f *fields) string() string {
	n := f.uint32()
	if f.bad || uint64(n) > uint64(len(f.rest)) {
		f.bad = true
		return ""
	}
	return string(f.bytes(int(n)))
}

// attributes reads what a client wants changed. Extended attributes at the end have no meaning for us.
func (f *fields) attributes() rooted.Change {
	var c rooted.Change
	flags := f.uint32()
	if flags&attrSize != 0 {
		size := int64(f.uint64()) // a size beyond all files becomes negative and is refused
		c.Size = &size
	}
	if flags&attrOwner != 0 {
		c.Owner = &rooted.Owner{User: f.uint32(), Group: f.uint32()}
	}
	if flags&attrMode != 0 {
		mode := fs.FileMode(f.uint32()) & fs.ModePerm
		c.Mode = &mode
	}
	if flags&attrTimes != 0 {
		access, modified := f.uint32(), f.uint32()
		c.Times = &rooted.Times{Access: time.Unix(int64(access), 0), Modified: time.Unix(int64(modified), 0)}
	}
	return c
}

// answer builds a packet.
type answer []byte

func newAnswer(kind byte, id uint32) answer {
	return binary.BigEndian.AppendUint32(answer{0, 0, 0, 0, kind}, id)
}

func (a answer) uint32(v uint32) answer { return binary.BigEndian.AppendUint32(a, v) }
func (a answer) uint64(v uint64) answer { return binary.BigEndian.AppendUint64(a, v) }
func (a answer) string(s string) answer { return append(a.uint32(uint32(len(s))), s...) }

// done fills in the length.
func (a answer) done() []byte {
	binary.BigEndian.PutUint32(a, uint32(len(a)-4))
	return a
}

func statusAnswer(id, code uint32, text string) answer {
	return newAnswer(typeStatus, id).uint32(code).string(text).string("")
}

// attrsAnswer describes a file as lstat(2) does.
func attrsAnswer(id uint32, info fs.FileInfo) answer {
	a := newAnswer(typeAttrs, id)
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return a.uint32(attrSize).uint64(uint64(info.Size()))
	}
	a = a.uint32(attrSize | attrOwner | attrMode | attrTimes).uint64(uint64(st.Size)).uint32(st.Uid).uint32(st.Gid)
	return a.uint32(st.Mode).uint32(uint32(st.Atim.Sec)).uint32(uint32(st.Mtim.Sec))
}
