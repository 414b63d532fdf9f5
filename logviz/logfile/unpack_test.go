package logfile

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

var formats = []string{"gzip", "xz", "zstd"}

func TestUnpack(t *testing.T) {
	text := sample(400_000)
	half := strings.Index(text[200_000:], "\n") + 200_001
	for _, format := range formats {
		for name, packed := range map[string][]byte{
			"one member":  pack(t, format, text),
			"two members": append(pack(t, format, text[:half]), pack(t, format, text[half:])...),
			"cut line":    append(pack(t, format, text[:half+5]), pack(t, format, text[half+5:])...),
			"empty last":  append(pack(t, format, text), pack(t, format, "")...),
		} {
			all, err := readAll(bytes.NewReader(packed), 0)
			if err != nil || texts(all) != text {
				t.Errorf("%s, %s: %d lines, %v", format, name, len(all), err)
			}
		}
		if all, err := readAll(bytes.NewReader(pack(t, format, "")), 0); err != nil || len(all) != 0 {
			t.Errorf("%s, empty: %d lines, %v", format, len(all), err)
		}
	}
}

// TestTruncated cuts a small file at every byte and a larger one at every 64th: the lines that come are right, and the
// end is an error. (Before the sixth byte the data are not known as packed.)
func TestTruncated(t *testing.T) {
	want := sample(60_000)
	for _, format := range formats {
		small := pack(t, format, sample(1500))
		large := pack(t, format, want)
		cut := func(packed []byte, n int) {
			all, err := readAll(bytes.NewReader(packed[:n]), 0)
			if !strings.HasPrefix(want, texts(all)) {
				t.Errorf("%s cut at %d of %d: wrong lines", format, n, len(packed))
			}
			wantDataError(t, err, ErrTruncated, format+" data end in the middle: the file is truncated")
		}
		for n := 6; n < len(small); n++ {
			cut(small, n)
		}
		for n := 64; n < len(large); n += 64 {
			cut(large, n)
		}
		for n := 7; n < len(small); n += 7 {
			all, err := readAll(bytes.NewReader(append(bytes.Clone(small), small[:n]...)), 0)
			if err == nil {
				t.Errorf("%s: second member cut at %d of %d: no error, %d lines", format, n, len(small), len(all))
			}
		}
	}
}

func TestTruncatedSaysWhere(t *testing.T) {
	packed := pack(t, "gzip", sample(60_000))
	path := write(t, "attack.log.gz", packed[:len(packed)/2])
	r, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n := 0
	for err == nil {
		if _, err = r.Next(); err == nil {
			n++
		}
	}
	want := path + ": after line " + strconv.Itoa(n) + ": gzip data end in the middle: the file is truncated"
	if n == 0 || err.Error() != want {
		t.Errorf("%d lines, %q, want %q", n, err, want)
	}
	if c := r.Counts(); c.Records != int64(n) || c.Lines != int64(n) || c.Bytes == 0 {
		t.Errorf("%+v", c)
	}
}

// TestDamaged turns over bits all along the file: never a wrong line without an error.
func TestDamaged(t *testing.T) {
	text := sample(30_000)
	for _, format := range formats {
		packed := pack(t, format, text)
		for n := 12; n < len(packed); n += 37 {
			bad := bytes.Clone(packed)
			bad[n] ^= 0x10
			if all, err := readAll(bytes.NewReader(bad), 0); err == nil && texts(all) != text {
				t.Errorf("%s, bit at %d: wrong lines and no error", format, n)
			}
		}
		all, err := readAll(bytes.NewReader(append(bytes.Clone(packed), "trailing rubbish"...)), 0)
		if texts(all) != text {
			t.Errorf("%s: %d lines before the rubbish", format, len(all))
		}
		wantDataError(t, err, ErrCorrupt, format+" data are damaged")
	}
	all, err := readAll(bytes.NewReader(append(pack(t, "xz", "a\n"), 0, 0, 0, 0, 0, 0, 0, 0)), 0)
	if err != nil || len(all) != 1 {
		t.Errorf("xz with padding: %+v, %v", all, err)
	}
}

func TestMemoryLimits(t *testing.T) {
	xz := pack(t, "xz", "a\n")
	// Behind the stream header of 12 bytes: header length, flags, filter, its length, dictionary size, padding, sum.
	block := xz[12 : 12+(int(xz[12])+1)*4]
	block[bytes.Index(block, []byte{0x21, 1})+2] = 40
	binary.LittleEndian.PutUint32(block[len(block)-4:], crc32.ChecksumIEEE(block[:len(block)-4]))
	for name, in := range map[string]string{
		"xz dictionary of 4 GiB":     string(xz),
		"zstd window of 128 MiB":     "\x28\xb5\x2f\xfd\x00\x88\x01\x00\x00",
		"zstd single segment, 1 TiB": "\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x00\x01\x00\x00\x01\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readAll(strings.NewReader(in), 0)
			wantDataError(t, err, ErrMemory, "64 MiB")
		})
	}
}

func TestModTime(t *testing.T) {
	file := time.Date(2020, 5, 1, 12, 0, 0, 0, time.UTC)
	header := time.Unix(1_000_000_000, 0)
	for _, c := range []struct {
		name string
		data []byte
		file time.Time
		want time.Time
	}{
		{"plain", []byte("a\n"), file, file},
		{"gzip", pack(t, "gzip", "a\n"), file, header},
		{"gzip header in the future", pack(t, "gzip", "a\n"), header.Add(-time.Hour), header.Add(-time.Hour)},
		{"xz", pack(t, "xz", "a\n"), file, file},
	} {
		path := write(t, "log", c.data)
		if err := os.Chtimes(path, c.file, c.file); err != nil {
			t.Fatal(err)
		}
		r, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := r.ModTime(); !ok || !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		r.Close()
	}
	r, err := Open("-", Options{Stdin: strings.NewReader("a\n")})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := r.ModTime(); ok {
		t.Errorf("a stream has the time %v", got)
	}
}

// TestForeignPackers reads what the usual programs write, with other settings than our own writers have.
func TestForeignPackers(t *testing.T) {
	text := sample(300_000)
	for _, args := range [][]string{
		{"gzip", "-9"},
		{"xz", "-9"},
		{"xz", "-0", "--check=sha256"},
		{"xz", "--check=none"},
		{"xz", "--check=crc32", "--block-size=4096"},
		{"zstd", "-19"},
		{"zstd", "-1", "--check"},
		{"zstd", "--ultra", "-22"},
		{"zstd", "--no-check"},
	} {
		path, err := exec.LookPath(args[0])
		if err != nil {
			t.Logf("no %s here", args[0])
			continue
		}
		cmd := exec.Command(path, append(args[1:], "-c")...)
		cmd.Stdin = strings.NewReader(text)
		packed, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		if all, err := readAll(bytes.NewReader(packed), 0); strings.Contains(strings.Join(args, " "), "--ultra") {
			wantDataError(t, err, ErrMemory, "unpack the file first")
		} else if err != nil || texts(all) != text {
			t.Errorf("%v: %d lines, %v", args, len(all), err)
		}
	}
}

func TestZstdSkippableFrame(t *testing.T) {
	in := append([]byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc"), pack(t, "zstd", "a\n")...)
	if all, err := readAll(bytes.NewReader(in), 0); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}

// FuzzUnpack: whatever stands behind the magic bytes, nothing panics and every input comes to an end.
func FuzzUnpack(f *testing.F) {
	for _, format := range formats {
		f.Add(pack(f, format, sample(500)))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, text := range []string{"at once", "bytes"} {
			_, _ = readAll(chunkings(string(in))[text], 0)
		}
	})
}
