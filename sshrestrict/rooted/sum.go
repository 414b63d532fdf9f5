package rooted

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// Sum returns the checksum of a file's content in lower-case hexadecimal digits, as md5sum(1), sha1sum(1) and their kin
// print it. algorithm is one of md5, sha1, sha224, sha256, sha384 and sha512. Backup programs compare such sums of both
// sides; md5 and sha1 find damage, not forgery.
func (t *Tree) Sum(ctx context.Context, algorithm, p string) (string, error) {
	return sum(algorithm, func(w io.Writer) error {
		_, err := t.Get(ctx, p, w)
		return err
	})
}

// Sum is [Tree.Sum] for what a reader gives.
func Sum(algorithm string, r io.Reader) (string, error) {
	return sum(algorithm, func(w io.Writer) error {
		_, err := io.Copy(w, r)
		return err
	})
}

func sum(algorithm string, content func(io.Writer) error) (string, error) {
	h := newHash(algorithm)
	if h == nil {
		return "", fmt.Errorf("unknown checksum %q; use md5, sha1, sha224, sha256, sha384 or sha512", algorithm)
	}
	if err := content(h); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func newHash(algorithm string) hash.Hash {
	switch algorithm {
	case "md5":
		return md5.New()
	case "sha1":
		return sha1.New()
	case "sha224":
		return sha256.New224()
	case "sha256":
		return sha256.New()
	case "sha384":
		return sha512.New384()
	case "sha512":
		return sha512.New()
	}
	return nil
}
