package sftpserver

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime/metrics"
	"testing"

	"ops/sshrestrict/rooted"
	"ops/sshrestrict/rooted/rootedtest"
)

// fuzzPaths are what a client of a fuzzer asks for.
func fuzzPaths(dir string) []string {
	return []string{
		"file", "dir", "dir/in", "new", "new/deep", "escape", "escape/canary", "escape/new", "absolute/canary", "self", "inner/in", "inner",
		"dangling", "..", "../secret/canary", "dir/../../secret/canary", "inner/../../secret", ".", "/", "", dir + "/secret/canary",
		dir + "/root/file", dir + "/root/../secret", "a\x00b", "dir/l", "l",
	}
}

// script turns bytes into requests: two of three sessions a fuzzer writes at random end at the first packet.
func script(dir string, data []byte) []byte {
	paths := fuzzPaths(dir)
	next := func() int {
		if len(data) == 0 {
			return 0
		}
		b := data[0]
		data = data[1:]
		return int(b)
	}
	p := func() string { return paths[next()%len(paths)] }
	h := func() string { return string(rune('0' + next()%8)) }
	out := hello()
	for len(data) > 0 {
		var packet []byte
		switch kind := next() % 26; kind {
		case 0:
			packet = raw(typeOpen, 1, p(), next(), attrMode, next())
		case 1:
			packet = raw(typeClose, 1, h())
		case 2:
			packet = raw(typeRead, 1, h(), uint64(next()), next()<<8)
		case 3:
			packet = raw(typeWrite, 1, h(), uint64(next())<<uint(next()%64), 3, []byte("abc"))
		case 4:
			packet = raw(typeSetstat, 1, p(), next()&15, uint64(next()), 0, 0, next(), next(), next())
		case 5:
			packet = raw(typeFsetstat, 1, h(), next()&15, uint64(next()), 0, 0, next(), next(), next())
		case 6:
			packet = raw(typeRename, 1, p(), p())
		case 7:
			packet = raw(typeSymlink, 1, p(), p())
		case 8:
			packet = ext("posix-rename@openssh.com", p(), p())
		case 9:
			packet = ext("hardlink@openssh.com", p(), p())
		case 10:
			packet = ext("copy-data", h(), uint64(next()), uint64(next()), h(), uint64(next()))
		case 11:
			packet = ext("lsetstat@openssh.com", p(), next()&15, uint64(next()), 0, 0, next(), next(), next())
		case 12:
			packet = ext("statvfs@openssh.com", p())
		case 13:
			packet = ext("expand-path@openssh.com", "~/"+p())
		case 14:
			packet = raw(typeMkdir, 1, p(), attrMode, next())
		case 15:
			packet = raw(typeReaddir, 1, h())
		case 16:
			packet = raw(typeFstat, 1, h())
		default:
			packet = raw([]byte{typeOpendir, typeLstat, typeStat, typeRemove, typeRmdir, typeRealpath, typeReadlink, typeMkdir, typeRemove}[kind-17], 1, p(), 0)
		}
		out = append(out, packet...)
	}
	return out
}

// Whatever a client sends, in whatever mode: nothing outside of the root is read, made, changed or removed, the session
// ends, and little memory is used.
func FuzzServe(f *testing.F) {
	dir, root := rootedtest.Box(f)
	f.Add(byte(3), false, []byte{0, 0, 26, 255, 3, 0, 0, 1, 0})
	f.Add(byte(3), false, []byte{7, 13, 23, 7, 5, 24, 6, 24, 25, 0, 25, 2, 0})
	f.Add(byte(1), true, append(hello(), openRaw("escape/canary", flagRead)...))
	f.Add(byte(2), true, append(hello(), ext("copy-data", "1", uint64(0), uint64(0), "2", uint64(7))...))
	before := rootedtest.Outside(f, dir)
	f.Fuzz(func(t *testing.T, mode byte, plain bool, data []byte) {
		// What the last session removed comes back.
		for name, text := range map[string]string{"file": "content", "dir/in": "in"} {
			if _, err := os.Stat(filepath.Join(root, name)); err != nil {
				os.RemoveAll(root)
				os.MkdirAll(filepath.Join(root, filepath.Dir(name)), 0o755)
				os.WriteFile(filepath.Join(root, name), []byte(text), 0o644)
			}
		}
		os.Symlink("../secret", filepath.Join(root, "escape"))
		os.Symlink(dir+"/secret", filepath.Join(root, "absolute"))
		os.Symlink("dir", filepath.Join(root, "inner"))
		tree := open(t, root, rooted.Options{Mode: rooted.Mode(mode % 4), Delete: mode&4 != 0, Paths: rooted.PathStyle(mode>>3) % 3, MaxFile: 1 << 20})
		input := data
		if !plain {
			input = script(dir, data)
		}
		var out bytes.Buffer
		Serve(context.Background(), tree, bytes.NewReader(input), io.Writer(&out), nil)
		if bytes.Contains(out.Bytes(), []byte("the secret")) {
			t.Error("the canary was read")
		}
		if after := rootedtest.Outside(t, dir); after != before {
			t.Errorf("outside of the root:\n%s\nwas\n%s", after, before)
		}
		heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		if metrics.Read(heap); heap[0].Value.Uint64() > 256<<20 {
			t.Errorf("%d bytes of heap", heap[0].Value.Uint64())
		}
	})
}
