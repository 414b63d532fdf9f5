package sftpserver

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ops/sshrestrict/rooted"
	"ops/sshrestrict/rooted/rootedtest"
)

// raw builds a packet: numbers by their Go type, strings with their length, byte slices as they are.
func raw(kind byte, parts ...any) []byte {
	b := answer{0, 0, 0, 0, kind}
	for _, part := range parts {
		switch v := part.(type) {
		case int:
			b = b.uint32(uint32(v))
		case uint64:
			b = b.uint64(v)
		case string:
			b = b.string(v)
		case []byte:
			b = append(b, v...)
		default:
			panic(fmt.Sprintf("%T", v))
		}
	}
	return b.done()
}

func hello() []byte { return raw(typeInit, 3) }

func ext(name string, parts ...any) []byte {
	return raw(typeExtended, append([]any{1, name}, parts...)...)
}

// noAttrs are attributes that change nothing.
const noAttrs = 0

// Flags of OPEN, section 6.3.
const (
	flagRead, flagWrite, flagAppend, flagCreate, flagTruncate, flagExclusive = 1, 2, 4, 8, 16, 32
)

func openRaw(path string, flags int) []byte { return raw(typeOpen, 1, path, flags, noAttrs) }

// talk serves the input, which then ends, and returns what came back, packet by packet in short form, and Serve's error.
func talk(t testing.TB, tree *rooted.Tree, input []byte) ([]string, error) {
	t.Helper()
	var out strings.Builder
	err := Serve(context.Background(), tree, strings.NewReader(string(input)), &out, nil)
	var short []string
	for rest := out.String(); rest != ""; {
		n := binary.BigEndian.Uint32([]byte(rest)) + 4
		short = append(short, describe(rest[:n]))
		rest = rest[n:]
	}
	return short, err
}

func describe(packet string) string {
	f := fields{rest: []byte(packet[5:])}
	f.uint32()
	switch packet[4] {
	case typeStatus:
		code := f.uint32()
		return fmt.Sprintf("%s %s", [...]string{"ok", "eof", "missing", "denied", "failure", "bad", "", "", "unsupported"}[code], f.string())
	case typeHandle:
		return "handle " + f.string()
	case typeName:
		return fmt.Sprintf("names %d", f.uint32())
	case typeVersion:
		return "version"
	case 103:
		return "data " + f.string()
	case typeAttrs:
		return "attrs"
	}
	return fmt.Sprintf("type %d", packet[4])
}

func open(t testing.TB, root string, o rooted.Options) *rooted.Tree {
	t.Helper()
	return rootedtest.Opened[*rooted.Tree](t)(rooted.Open(context.Background(), root, o))
}

func TestHostilePackets(t *testing.T) {
	long := strings.Repeat("a/", 3000)
	const max = 1<<64 - 1
	for name, c := range map[string]struct {
		packets [][]byte
		want    string // the beginning of the last answer, or of the error that ends the session after "end: "
	}{
		"length of zero":              {[][]byte{{0, 0, 0, 0}}, "end: a packet of 0"},
		"length above the bound":      {[][]byte{{0, 4, 0, 1, 1}}, "end: a packet of 262145"},
		"length that is negative":     {[][]byte{{0xff, 0xff, 0xff, 0xff, 1}}, "end: a packet of 4294967295"},
		"length that is cut short":    {[][]byte{hello(), {0, 0}}, "end: read the length"},
		"packet that is cut short":    {[][]byte{hello(), {0, 0, 0, 9, typeStat, 0}}, "end: read a packet of 9"},
		"packet of a type only":       {[][]byte{hello(), {0, 0, 0, 1, typeStat}}, "end: a packet of type 17"},
		"no version first":            {[][]byte{raw(typeStat, 1, "file")}, "end: the client does not speak"},
		"version 2":                   {[][]byte{raw(typeInit, 2)}, "end: the client does not speak"},
		"version that is cut short":   {[][]byte{raw(typeInit, []byte{0, 3})}, "end: the client does not speak"},
		"version twice":               {[][]byte{hello(), hello()}, "unsupported"},
		"answer type as a request":    {[][]byte{hello(), raw(typeStatus, 1, 0, "", "")}, "unsupported"},
		"unknown type":                {[][]byte{hello(), raw(77, 1)}, "unsupported"},
		"type of version 6":           {[][]byte{hello(), raw(21, 1, "a", "b")}, "unsupported"},
		"unknown extension":           {[][]byte{hello(), ext("shell@example.com", "id")}, "unsupported"},
		"extension without a name":    {[][]byte{hello(), raw(typeExtended, 1)}, "end: a packet of type 200"},
		"string longer than a packet": {[][]byte{hello(), raw(typeStat, 1, []byte{0, 0, 1, 0, 'a'})}, "end: a packet of type 17"},
		"string of length -1":         {[][]byte{hello(), raw(typeStat, 1, []byte{255, 255, 255, 255, 'a'})}, "end: a packet of type 17"},
		"second path missing":         {[][]byte{hello(), raw(typeRename, 1, "file")}, "end: a packet of type 18"},
		"open without flags":          {[][]byte{hello(), raw(typeOpen, 1, "file")}, "end: a packet of type 3"},
		"attributes cut short":        {[][]byte{hello(), raw(typeOpen, 1, "file", flagRead, attrSize, 1)}, "end: a packet of type 3"},
		"setstat cut short":           {[][]byte{hello(), raw(typeSetstat, 1, "file", attrTimes, 1)}, "end: a packet of type 9"},
		"mkdir cut short":             {[][]byte{hello(), raw(typeMkdir, 1, "x", attrMode)}, "end: a packet of type 14"},
		"write shorter than it says":  {[][]byte{hello(), raw(typeWrite, 1, "1", uint64(0), 100, []byte("x"))}, "end: a packet of type 6"},
		"write of length -1":          {[][]byte{hello(), raw(typeWrite, 1, "1", uint64(0), -1, []byte("x"))}, "end: a packet of type 6"},
		"path with NUL":               {[][]byte{hello(), openRaw("file\x00/../../secret/canary", flagRead)}, "failure a NUL"},
		"NUL in a symlink's target":   {[][]byte{hello(), raw(typeSymlink, 1, "a\x00b", "x")}, "failure a NUL"},
		"NUL in setstat":              {[][]byte{hello(), raw(typeSetstat, 1, "a\x00b", noAttrs)}, "failure"},
		"very long path":              {[][]byte{hello(), openRaw(long, flagRead)}, "failure the path is too long"},
		"very deep path":              {[][]byte{hello(), openRaw(long[:1000], flagRead)}, "failure"},
		"very long name":              {[][]byte{hello(), openRaw(strings.Repeat("n", 300), flagWrite|flagCreate)}, "failure"},
		"empty path":                  {[][]byte{hello(), openRaw("", flagWrite|flagCreate)}, "failure"},
		"parent folder":               {[][]byte{hello(), openRaw("../secret/canary", flagRead)}, "denied"},
		"many parents":                {[][]byte{hello(), openRaw(strings.Repeat("../", 40)+"etc/passwd", flagRead)}, "denied"},
		"parent in the middle":        {[][]byte{hello(), openRaw("dir/../../secret/canary", flagRead)}, "denied"},
		"absolute path":               {[][]byte{hello(), openRaw("/etc/passwd", flagRead)}, "denied"},
		"read through a link":         {[][]byte{hello(), openRaw("escape/canary", flagRead)}, "denied"},
		"read an absolute link":       {[][]byte{hello(), openRaw("absolute/canary", flagRead)}, "denied"},
		"link to itself":              {[][]byte{hello(), openRaw("self", flagRead)}, "denied"},
		"write through a link":        {[][]byte{hello(), openRaw("escape/canary", flagWrite|flagTruncate)}, "denied"},
		"make through a link":         {[][]byte{hello(), openRaw("escape/new", flagWrite|flagCreate)}, "denied"},
		"make what a link points to":  {[][]byte{hello(), openRaw("dangling", flagWrite|flagCreate)}, "denied"},
		"stat through a link":         {[][]byte{hello(), raw(typeStat, 1, "escape/canary")}, "denied"},
		"lstat through a link":        {[][]byte{hello(), raw(typeLstat, 1, "escape/canary")}, "denied"},
		"list through a link":         {[][]byte{hello(), raw(typeOpendir, 1, "escape")}, "denied"},
		"remove through a link":       {[][]byte{hello(), raw(typeRemove, 1, "escape/canary")}, "denied"},
		"rmdir through a link":        {[][]byte{hello(), raw(typeRmdir, 1, "escape/canary")}, "denied"},
		"mkdir through a link":        {[][]byte{hello(), raw(typeMkdir, 1, "escape/new", noAttrs)}, "denied"},
		"rename out":                  {[][]byte{hello(), raw(typeRename, 1, "file", "escape/new")}, "denied"},
		"rename in":                   {[][]byte{hello(), raw(typeRename, 1, "escape/canary", "mine")}, "denied"},
		"posix-rename out":            {[][]byte{hello(), ext("posix-rename@openssh.com", "file", "escape/canary")}, "denied"},
		"hard link in":                {[][]byte{hello(), ext("hardlink@openssh.com", "escape/canary", "mine")}, "denied"},
		"hard link to a link":         {[][]byte{hello(), ext("hardlink@openssh.com", "escape", "mine")}, "denied"},
		"symlink out":                 {[][]byte{hello(), raw(typeSymlink, 1, "../secret", "x")}, "denied"},
		"symlink out, hidden":         {[][]byte{hello(), raw(typeSymlink, 1, "inner/../../secret", "x")}, "denied"},
		"symlink up after a name":     {[][]byte{hello(), raw(typeSymlink, 1, "in/../in", "dir/x")}, "denied"},
		"symlink with absolute path":  {[][]byte{hello(), raw(typeSymlink, 1, "/etc", "x")}, "denied"},
		"symlink below a link":        {[][]byte{hello(), raw(typeSymlink, 1, "../../secret", "inner/x")}, "denied"},
		"symlink moved up":            {[][]byte{hello(), raw(typeSymlink, 1, "../file", "dir/x"), raw(typeRename, 1, "dir/x", "x")}, "denied"},
		"folder of links moved up": {[][]byte{
			hello(), raw(typeMkdir, 1, "dir/sub", noAttrs), raw(typeSymlink, 1, "../../file", "dir/sub/x"), raw(typeRename, 1, "dir/sub", "sub"),
		}, "denied"},
		"chmod through a link":      {[][]byte{hello(), raw(typeSetstat, 1, "escape/canary", attrMode, 0o777)}, "denied"},
		"truncate through a link":   {[][]byte{hello(), raw(typeSetstat, 1, "escape/canary", attrSize, uint64(0))}, "denied"},
		"lsetstat through a link":   {[][]byte{hello(), ext("lsetstat@openssh.com", "escape/canary", attrMode, 0o777)}, "denied"},
		"statvfs outside":           {[][]byte{hello(), ext("statvfs@openssh.com", "escape")}, "denied"},
		"expand-path of a user":     {[][]byte{hello(), ext("expand-path@openssh.com", "~root/x")}, "missing"},
		"expand-path outside":       {[][]byte{hello(), ext("expand-path@openssh.com", "~/../..")}, "denied"},
		"realpath outside":          {[][]byte{hello(), raw(typeRealpath, 1, "/etc/../etc")}, "denied"},
		"remove the root":           {[][]byte{hello(), raw(typeRmdir, 1, ".")}, "denied"},
		"rename the root":           {[][]byte{hello(), raw(typeRename, 1, "dir/..", "x")}, "denied"},
		"negative truncation":       {[][]byte{hello(), raw(typeSetstat, 1, "file", attrSize, uint64(max))}, "failure"},
		"change of owner":           {[][]byte{hello(), raw(typeSetstat, 1, "file", attrOwner, 12345, 12345)}, "denied"},
		"unknown handle to read":    {[][]byte{hello(), raw(typeRead, 1, "7", uint64(0), 10)}, "failure no such handle"},
		"unknown handle to write":   {[][]byte{hello(), raw(typeWrite, 1, "7", uint64(0), 1, []byte("x"))}, "failure no such handle"},
		"unknown handle to close":   {[][]byte{hello(), raw(typeClose, 1, "7")}, "failure no such handle"},
		"unknown handle to fstat":   {[][]byte{hello(), raw(typeFstat, 1, "\x00\xff")}, "failure no such handle"},
		"unknown handle to sync":    {[][]byte{hello(), ext("fsync@openssh.com", "9")}, "failure no such"},
		"unknown handles to copy":   {[][]byte{hello(), ext("copy-data", "1", uint64(0), uint64(0), "2", uint64(0))}, "failure expected"},
		"handle after its close":    {[][]byte{hello(), openRaw("file", flagRead), raw(typeClose, 1, "1"), raw(typeRead, 1, "1", uint64(0), 10)}, "failure no such handle"},
		"close twice":               {[][]byte{hello(), openRaw("file", flagRead), raw(typeClose, 1, "1"), raw(typeClose, 1, "1")}, "failure no such handle"},
		"read of a folder":          {[][]byte{hello(), raw(typeOpendir, 1, "dir"), raw(typeRead, 1, "1", uint64(0), 10)}, "failure the handle is that"},
		"write of a folder":         {[][]byte{hello(), raw(typeOpendir, 1, "dir"), raw(typeWrite, 1, "1", uint64(0), 1, []byte("x"))}, "failure the handle is that"},
		"readdir of a file":         {[][]byte{hello(), openRaw("file", flagRead), raw(typeReaddir, 1, "1")}, "failure the handle is not"},
		"open of a folder":          {[][]byte{hello(), openRaw("dir", flagRead)}, "failure"},
		"opendir of a file":         {[][]byte{hello(), raw(typeOpendir, 1, "file")}, "failure"},
		"write to a read handle":    {[][]byte{hello(), openRaw("file", flagRead), raw(typeWrite, 1, "1", uint64(0), 1, []byte("x"))}, "denied"},
		"read of a write handle":    {[][]byte{hello(), openRaw("file", flagWrite), raw(typeRead, 1, "1", uint64(0), 5)}, "denied"},
		"open for nothing":          {[][]byte{hello(), openRaw("file", 0)}, "failure"},
		"open with all flags":       {[][]byte{hello(), openRaw("file", -1)}, "failure"},
		"read at a negative offset": {[][]byte{hello(), openRaw("file", flagRead), raw(typeRead, 1, "1", uint64(max), 10)}, "failure"},
		"read of 4 GiB":             {[][]byte{hello(), openRaw("file", flagRead), raw(typeRead, 1, "1", uint64(0), -1)}, "data content"},
		"read of nothing":           {[][]byte{hello(), openRaw("file", flagRead), raw(typeRead, 1, "1", uint64(0), 0)}, "data"},
		"write beyond all files":    {[][]byte{hello(), openRaw("file", flagWrite), raw(typeWrite, 1, "1", uint64(1<<63-1), 1, []byte("x"))}, "failure"},
		"write at the largest size": {[][]byte{hello(), openRaw("file", flagWrite), raw(typeWrite, 1, "1", uint64(1<<40), 1, []byte("x"))}, "failure"},
		"copy of a file to itself": {[][]byte{
			hello(), openRaw("file", flagRead|flagWrite), ext("copy-data", "1", uint64(0), uint64(0), "1", uint64(7)),
		}, "failure expected"},
		"copy behind its own end": {[][]byte{
			hello(), openRaw("file", flagRead), openRaw("file", flagWrite), ext("copy-data", "1", uint64(0), uint64(0), "2", uint64(7)),
		}, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, root := rootedtest.Box(t)
			before := rootedtest.Outside(t, dir)
			// The wide mode: what is refused is refused by what it is, not by the mode.
			tree := open(t, root, rooted.Options{Mode: rooted.ReadWrite, Delete: true, MaxFile: 1 << 20})
			var input []byte
			for _, p := range c.packets {
				input = append(input, p...)
			}
			got, err := talk(t, tree, input)
			if want, ok := strings.CutPrefix(c.want, "end: "); ok {
				if err == nil || !strings.HasPrefix(err.Error(), want) {
					t.Errorf("Serve: %v, want %q; answers %q", err, want, got)
				}
			} else if err != nil || len(got) != len(c.packets) || !strings.HasPrefix(got[len(got)-1], c.want) {
				t.Errorf("answers %q, want %q; Serve: %v", got, c.want, err)
			}
			if after := rootedtest.Outside(t, dir); after != before {
				t.Errorf("outside of the root:\n%s\nwas\n%s", after, before)
			}
		})
	}
}

// Requests may all have the same id; each gets its answer, and in order.
func TestSameIDs(t *testing.T) {
	_, root := rootedtest.Box(t)
	input := hello()
	for range 100 {
		input = append(append(append(input, openRaw("file", flagRead)...), raw(typeStat, 1, "missing")...), raw(typeReadlink, 1, "inner")...)
	}
	got, err := talk(t, open(t, root, rooted.Options{}), input)
	if err != nil || len(got) != 301 || got[1] != "handle 1" || !strings.HasPrefix(got[299], "missing") || got[300] != "names 1" {
		t.Errorf("%d answers, %v: %q", len(got), err, got[len(got)-3:])
	}
}

// Handles are bounded, and a closed one makes room.
func TestManyHandles(t *testing.T) {
	_, root := rootedtest.Box(t)
	input := hello()
	for range maxHandles + 10 {
		input = append(input, openRaw("file", flagRead)...)
	}
	input = append(append(input, raw(typeClose, 1, "5")...), openRaw("file", flagRead)...)
	got, err := talk(t, open(t, root, rooted.Options{}), input)
	if err != nil || !strings.HasPrefix(got[maxHandles], "handle") || !strings.HasPrefix(got[maxHandles+1], "failure too many") ||
		!strings.HasPrefix(got[len(got)-1], "handle") {
		t.Errorf("%v %q", err, got[maxHandles-1:])
	}
}

// A file that was opened stays what it is when its name goes to another.
func TestHandleStaysTheFile(t *testing.T) {
	_, root := rootedtest.Box(t)
	input := hello()
	for _, p := range [][]byte{
		openRaw("file", flagRead|flagWrite),
		raw(typeRename, 1, "file", "old"),
		openRaw("file", flagWrite|flagCreate),
		raw(typeFsetstat, 1, "1", attrMode, 0o600),
		raw(typeFsetstat, 1, "1", attrSize, uint64(3)),
		raw(typeRead, 1, "1", uint64(0), 10),
		raw(typeFstat, 1, "1"),
	} {
		input = append(input, p...)
	}
	got, err := talk(t, open(t, root, rooted.Options{Mode: rooted.ReadWrite, Delete: true}), input)
	if err != nil || got[6] != "data con" {
		t.Fatalf("%q %v", got, err)
	}
	if info, _ := os.Stat(root + "/old"); info.Mode() != 0o600 || info.Size() != 3 {
		t.Errorf("old: %v %v", info.Mode(), info.Size())
	}
	if info, _ := os.Stat(root + "/file"); info.Mode() == 0o600 {
		t.Error("the change went to the new file of that name")
	}
}

// In append mode an upload that breaks off leaves nothing, in write mode what came.
func TestConnectionLost(t *testing.T) {
	for mode, stays := range map[rooted.Mode]bool{rooted.Append: false, rooted.Write: true} {
		_, root := rootedtest.Box(t)
		input := append(hello(), openRaw("new", flagWrite|flagCreate)...)
		input = append(input, raw(typeWrite, 1, "1", uint64(0), 4, []byte("half"))...)
		if _, err := talk(t, open(t, root, rooted.Options{Mode: mode}), input); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(root + "/new"); (err == nil) != stays {
			t.Errorf("%v: %v", mode, err)
		}
	}
}

// Setuid, setgid and sticky bits are never set, however they are asked for.
func TestSpecialBits(t *testing.T) {
	_, root := rootedtest.Box(t)
	input := hello()
	for _, p := range [][]byte{
		raw(typeOpen, 1, "a", flagWrite|flagCreate, attrMode, 0o107777),
		raw(typeFsetstat, 1, "1", attrMode, 0o107777),
		raw(typeSetstat, 1, "file", attrMode, 0o7755),
		raw(typeMkdir, 1, "d", attrMode, 0o7777),
		raw(typeSetstat, 1, "d", attrMode, 0o47777),
	} {
		input = append(input, p...)
	}
	got, err := talk(t, open(t, root, rooted.Options{Mode: rooted.ReadWrite}), input)
	if err != nil || len(got) != 6 {
		t.Fatalf("%q %v", got, err)
	}
	for _, name := range []string{"a", "file", "d"} {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil || info.Mode()&^(os.ModeDir|0o777) != 0 {
			t.Errorf("%s: %v %v", name, info.Mode(), err)
		}
	}
}

// A client that never reads its answers stops the server and does not fill its memory; one that leaves ends it.
func TestSlowClient(t *testing.T) {
	_, root := rootedtest.Box(t)
	rootedtest.Put(t, root+"/big", strings.Repeat("x", 4<<20))
	in, toServer := io.Pipe()
	fromServer, out := io.Pipe()
	ended := make(chan error)
	go func() {
		err := Serve(context.Background(), open(t, root, rooted.Options{}), in, out, nil)
		out.Close()
		ended <- err
	}()
	sent := make(chan int)
	go func() {
		toServer.Write(hello())
		toServer.Write(openRaw("big", flagRead))
		n := 0
		for range 100000 {
			if _, err := toServer.Write(raw(typeRead, 1, "1", uint64(0), maxData)); err != nil {
				break
			}
			n++
		}
		sent <- n
	}()
	// The version, the handle and one answer are taken, then nothing.
	for range 3 {
		var head [4]byte
		io.ReadFull(fromServer, head[:])
		io.CopyN(io.Discard, fromServer, int64(binary.BigEndian.Uint32(head[:])))
	}
	fromServer.Close()
	if err := <-ended; err == nil {
		t.Error("Serve ended well")
	}
	in.Close()
	// The buffer of the gate holds about 2000 requests, the library maxFlight.
	if n := <-sent; n > 3000 {
		t.Errorf("%d requests were taken from a client that does not read", n)
	}
}
