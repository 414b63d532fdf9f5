package logfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// got is a Record that outlives the call of Next.
type got struct {
	Text    string
	Line    int64
	Kind    Kind
	TooLong bool
}

// readAll takes every record from in, up to the error, which is nil for a good end.
func readAll(in io.Reader, max int) ([]got, error) {
	r, err := Open("-", Options{Stdin: in, MaxRecord: max})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var all []got
	for {
		rec, err := r.Next()
		if err != nil {
			if _, again := r.Next(); again != err {
				return all, errors.New("the error of Next does not stay")
			}
			if err == io.EOF {
				err = nil
			}
			return all, err
		}
		all = append(all, got{string(rec.Bytes), rec.Line, rec.Kind, rec.TooLong})
	}
}

func texts(all []got) string {
	var b strings.Builder
	for _, g := range all {
		b.WriteString(g.Text + "\n")
	}
	return b.String()
}

// sample is text of at least n bytes that packs badly enough to be spread over the packed file.
func sample(n int) string {
	var b strings.Builder
	for x := uint64(1); b.Len() < n; {
		for range 6 {
			x = x*6364136223846793005 + 1442695040888963407
			b.WriteString(string(rune('a' + x>>59)))
		}
		b.WriteString(" Failed password for root from 192.0.2.1 port 22 ssh2\n")
	}
	return b.String()
}

// pack packs text with the named format: gzip, xz (in blocks of 512 bytes of text) or zstd.
func pack(t testing.TB, format, text string) []byte {
	t.Helper()
	var (
		b   bytes.Buffer
		w   io.WriteCloser
		err error
	)
	switch format {
	case "gzip":
		z := gzip.NewWriter(&b)
		z.ModTime = time.Unix(1_000_000_000, 0)
		w = z
	case "xz":
		w, err = xz.WriterConfig{DictCap: 64 << 10, BlockSize: 512}.NewWriter(&b)
	case "zstd":
		w, err = zstd.NewWriter(&b, zstd.WithWindowSize(8<<10))
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// wantDataError checks that err is a DataError of the kind whose text has part.
func wantDataError(t *testing.T, err, kind error, part string) {
	t.Helper()
	var de *DataError
	if !errors.As(err, &de) || !errors.Is(err, kind) || !strings.Contains(err.Error(), part) {
		t.Errorf("error %q, want a DataError %q with %q", err, kind, part)
	}
}
