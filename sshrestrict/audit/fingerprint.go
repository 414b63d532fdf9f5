package audit

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// maxAuthInfo is how much of the file is read: a handful of keys, of which RSA certificates are the largest.
const maxAuthInfo = 256 << 10

// ReadFingerprints returns the [Fingerprints] of the file that sshd names in SSH_USER_AUTH, if ExposeAuthInfo is on, see
// sshd_config(5). It follows no link, and the file must be the account's own or root's.
func ReadFingerprints(path string) ([]string, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open the session's authentication file: %w", err)
	}
	file := os.NewFile(uintptr(fd), path)
	defer file.Close()
	var st unix.Stat_t
	switch err := unix.Fstat(fd, &st); {
	case err != nil:
		return nil, fmt.Errorf("look at the session's authentication file: %w", err)
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return nil, errors.New("the session's authentication file is no regular file")
	case st.Uid != 0 && int(st.Uid) != os.Geteuid():
		return nil, fmt.Errorf("the session's authentication file belongs to uid %d", st.Uid)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxAuthInfo+1))
	if err != nil {
		return nil, fmt.Errorf("read the session's authentication file: %w", err)
	}
	return Fingerprints(data)
}

// Fingerprints returns "SHA256:…" for each public key that authenticated the session, in the order of use. The lines are
// "publickey TYPE BASE64", and other methods' lines are passed over. The fingerprint of a certificate is that of the key
// in it, as sshd and ssh-keygen -l show it.
func Fingerprints(authInfo []byte) ([]string, error) {
	if len(authInfo) > maxAuthInfo {
		return nil, fmt.Errorf("the session's authentication file is above %d bytes", maxAuthInfo)
	}
	var found []string
	for line := range strings.Lines(string(authInfo)) {
		rest, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "publickey ")
		if !ok {
			continue
		}
		kind, encoded, _ := strings.Cut(rest, " ")
		encoded, _, _ = strings.Cut(encoded, " ")
		blob, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, errors.New("read the session's authentication file: a key is not base64")
		}
		if blob, err = plainKey(kind, blob); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(blob)
		found = append(found, "SHA256:"+base64.RawStdEncoding.EncodeToString(sum[:]))
	}
	return found, nil
}

// plainKey checks that the blob is of the kind and takes the key out of a certificate: the kind, a nonce, the key's own
// fields and more, see PROTOCOL.certkeys of OpenSSH.
func plainKey(kind string, blob []byte) ([]byte, error) {
	bad := errors.New("read the session's authentication file: a key is malformed")
	name, rest, ok := wireString(blob)
	if !ok || string(name) != kind {
		return nil, bad
	}
	plain, isCertificate := strings.CutSuffix(kind, "-cert-v01@openssh.com")
	if !isCertificate {
		return blob, nil
	}
	fields := 0
	switch {
	case plain == "ssh-ed25519":
		fields = 1
	case plain == "ssh-rsa", plain == "sk-ssh-ed25519", strings.HasPrefix(plain, "ecdsa-"):
		fields = 2
	case strings.HasPrefix(plain, "sk-ecdsa-"):
		fields = 3
	case plain == "ssh-dss":
		fields = 4
	default:
		return nil, fmt.Errorf("the session's key is a certificate of an unknown type, %s", Escape(cut(kind, 100)))
	}
	if strings.HasPrefix(plain, "sk-") {
		plain += "@openssh.com"
	}
	if _, rest, ok = wireString(rest); !ok { // the nonce
		return nil, bad
	}
	start := rest
	for range fields {
		if _, rest, ok = wireString(rest); !ok {
			return nil, bad
		}
	}
	key := binary.BigEndian.AppendUint32(nil, uint32(len(plain)))
	return append(append(key, plain...), start[:len(start)-len(rest)]...), nil
}

// wireString takes a string of RFC 4251, section 5, from the front of b.
func wireString(b []byte) (text, rest []byte, ok bool) {
	if len(b) < 4 {
		return nil, nil, false
	}
	n := binary.BigEndian.Uint32(b)
	if uint64(n) > uint64(len(b)-4) {
		return nil, nil, false
	}
	return b[4 : 4+n], b[4+n:], true
}
