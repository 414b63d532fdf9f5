package keys

import (
	"crypto/ecdh"
	"strings"
)

// algorithm is a row of sshd's table of key types.
type algorithm struct {
	name  string // on the wire and in files
	kind  string
	canon string // what the name is an alias of, "" if of nothing
	cert  bool
}

// algorithms lists the types of keys that sshd 9.2 knows, PROTOCOL.certkeys and PROTOCOL.u2f included.
func algorithms() []algorithm {
	return []algorithm{
		{"ssh-ed25519", "ED25519", "", false},
		{"ssh-ed25519-cert-v01@openssh.com", "ED25519-CERT", "", true},
		{"sk-ssh-ed25519@openssh.com", "ED25519-SK", "", false},
		{"sk-ssh-ed25519-cert-v01@openssh.com", "ED25519-SK-CERT", "", true},
		{"ecdsa-sha2-nistp256", "ECDSA", "", false},
		{"ecdsa-sha2-nistp256-cert-v01@openssh.com", "ECDSA-CERT", "", true},
		{"ecdsa-sha2-nistp384", "ECDSA", "", false},
		{"ecdsa-sha2-nistp384-cert-v01@openssh.com", "ECDSA-CERT", "", true},
		{"ecdsa-sha2-nistp521", "ECDSA", "", false},
		{"ecdsa-sha2-nistp521-cert-v01@openssh.com", "ECDSA-CERT", "", true},
		{"sk-ecdsa-sha2-nistp256@openssh.com", "ECDSA-SK", "", false},
		{"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "ECDSA-SK-CERT", "", true},
		{"webauthn-sk-ecdsa-sha2-nistp256@openssh.com", "ECDSA-SK", "sk-ecdsa-sha2-nistp256@openssh.com", false},
		{"ssh-dss", "DSA", "", false},
		{"ssh-dss-cert-v01@openssh.com", "DSA-CERT", "", true},
		{"ssh-rsa", "RSA", "", false},
		{"ssh-rsa-cert-v01@openssh.com", "RSA-CERT", "", true},
		{"rsa-sha2-256", "RSA", "ssh-rsa", false},
		{"rsa-sha2-256-cert-v01@openssh.com", "RSA-CERT", "ssh-rsa-cert-v01@openssh.com", true},
		{"rsa-sha2-512", "RSA", "ssh-rsa", false},
		{"rsa-sha2-512-cert-v01@openssh.com", "RSA-CERT", "ssh-rsa-cert-v01@openssh.com", true},
	}
}

// algorithmOf finds a type by its name with aliases resolved. Inside a blob, sshd also takes the short name of a plain type,
// in any case: "rsa".
func algorithmOf(name string, inBlob bool) (algorithm, bool) {
	for _, a := range algorithms() {
		if a.name == name || inBlob && !a.cert && a.canon == "" && strings.EqualFold(a.kind, name) {
			if a.kind == "ECDSA" && a.name != name || a.kind == "ECDSA-SK" && a.name != name {
				break // a short name does not tell the curve
			}
			if a.canon != "" {
				a.name = a.canon
			}
			return a, true
		}
	}
	return algorithm{}, false
}

// curveOf returns the curve in the name of an ECDSA type, plain or certificate.
func curveOf(algorithmName string) (name string, curve ecdh.Curve, bits int) {
	switch {
	case strings.Contains(algorithmName, "nistp256"):
		return "nistp256", ecdh.P256(), 256
	case strings.Contains(algorithmName, "nistp384"):
		return "nistp384", ecdh.P384(), 384
	default:
		return "nistp521", ecdh.P521(), 521
	}
}
