package live

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// Token is what viewers must know. It prints as redacted. The zero Token is none.
type Token struct{ secret string }

func (Token) String() string   { return "redacted" }
func (Token) GoString() string { return "redacted" }

// isSet reports whether there is one.
func (t Token) isSet() bool { return t.secret != "" }

const (
	minToken = 20
	maxToken = 1024
)

// ReadToken reads a token from a file: one line of 20 to 1024 printable ASCII characters. Nobody but the file's owner may
// have any right to it.
func ReadToken(path string) (Token, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Token{}, fmt.Errorf("%w; '(umask 077; openssl rand -hex 32 >%s)' makes one", err, path)
	}
	if err != nil {
		return Token{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Token{}, err
	}
	if !info.Mode().IsRegular() {
		return Token{}, fmt.Errorf("%s: the token must be in a file, this is %v", path, info.Mode().Type())
	}
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return Token{}, fmt.Errorf("%s: others may get at the token (mode %04o); say 'chmod 600 %s', and make a new token if they did", path, perm, path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxToken+2))
	if err != nil {
		return Token{}, err
	}
	secret := strings.TrimRight(string(text), "\r\n")
	if len(secret) < minToken || len(secret) > maxToken || strings.ContainsFunc(secret, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return Token{}, fmt.Errorf("%s:1: a token is one line of %d to %d printable characters without blanks", path, minToken, maxToken)
	}
	return Token{secret}, nil
}

// mark is a value that only who knows the token can make, for one purpose. Comparing marks tells nothing of the token.
func (t Token) mark(purpose string) []byte {
	h := hmac.New(sha256.New, []byte(t.secret))
	io.WriteString(h, purpose)
	return h.Sum(nil)
}

// is reports, in a time that does not depend on what is alike, whether a text is the token.
func (t Token) is(text string) bool {
	return hmac.Equal(t.mark("token"), Token{text}.mark("token"))
}

// cookie is what a browser keeps instead of the token.
func (t Token) cookie() string { return hex.EncodeToString(t.mark("cookie of ops logviz live")) }

func (t Token) isCookie(text string) bool { return hmac.Equal([]byte(t.cookie()), []byte(text)) }
