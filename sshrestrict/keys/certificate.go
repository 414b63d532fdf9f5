package keys

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/crypto/ssh"
)

// Certificate is what a certificate says about its key, PROTOCOL.certkeys of OpenSSH.
type Certificate struct {
	ID         string
	Serial     uint64
	User       bool // of a user; else of a host, which sshd does not take for a login
	Principals []string
	Authority  PublicKey // that signed
	Signature  string    // the algorithm of the signature: "rsa-sha2-512"

	after, before uint64 // seconds since 1970; before is exclusive, all bits set is forever
	critical      []extension
	extensions    []extension
}

type extension struct {
	name string
	data []byte
}

const (
	certificateOfUser = 1
	certificateOfHost = 2
	maxPrincipals     = 256
)

// parseCertificate reads what follows the key in a certificate and verifies the signature. whole is all of it.
func parseCertificate(b *blob, whole []byte) (*Certificate, error) {
	c := &Certificate{Serial: b.uint64()}
	kind := b.uint32()
	c.ID = b.text()
	principals := &blob{rest: b.bytes()}
	c.after, c.before = b.uint64(), b.uint64()
	critical, extensions := b.bytes(), b.bytes()
	b.bytes() // reserved
	authority := b.bytes()
	signed := whole[:len(whole)-len(b.rest)]
	signature := b.bytes()
	if b.err != nil {
		return nil, fmt.Errorf("the certificate %w", b.err)
	}
	if kind != certificateOfUser && kind != certificateOfHost {
		return nil, fmt.Errorf("the certificate is of the unknown kind %d", kind)
	}
	c.User = kind == certificateOfUser
	for len(principals.rest) > 0 {
		if len(c.Principals) == maxPrincipals {
			return nil, fmt.Errorf("the certificate has more than %d principals", maxPrincipals)
		}
		c.Principals = append(c.Principals, principals.text())
	}
	var err error
	if c.critical, err = parseExtensions(critical); err == nil {
		c.extensions, err = parseExtensions(extensions)
	}
	if err == nil {
		err = principals.err
	}
	if err != nil {
		return nil, fmt.Errorf("the certificate %w", err)
	}
	if c.Authority, err = parseBlob(authority, false); err != nil {
		return nil, fmt.Errorf("the certificate's authority: %w", err)
	}
	if c.Signature, err = verify(c.Authority, signed, signature); err != nil {
		return nil, fmt.Errorf("the certificate's signature: %w", err)
	}
	return c, nil
}

func parseExtensions(wire []byte) ([]extension, error) {
	var out []extension
	for b := (&blob{rest: wire}); len(b.rest) > 0; {
		out = append(out, extension{string(b.bytes()), b.bytes()})
		if b.err != nil {
			return nil, b.err
		}
	}
	return out, nil
}

// verify checks a signature in the format of RFC 4253, section 6.6, and returns its algorithm.
func verify(by PublicKey, signed, signature []byte) (string, error) {
	key, err := ssh.ParsePublicKey([]byte(by.plain))
	if err != nil {
		return "", errors.New("this kind of authority cannot be verified here")
	}
	var s ssh.Signature
	if err := ssh.Unmarshal(signature, &s); err != nil {
		return "", errors.New("is broken")
	}
	if err := key.Verify(signed, &s); err != nil {
		return "", errors.New("does not verify")
	}
	return s.Format, nil
}

// options are those in the certificate: nothing is permitted that it does not name.
func (c *Certificate) options() (Options, error) {
	if !c.User {
		return Options{}, errors.New("the certificate is one of a host")
	}
	o := Options{}
	for _, e := range c.critical {
		b := &blob{rest: e.data}
		switch e.name {
		case "verify-required":
			o.VerifyRequired = true
		case "force-command":
			if o.Command != nil {
				return o, errors.New("the certificate has two force-commands")
			}
			command := b.text()
			o.Command = &command
		case "source-address":
			if o.fromCertificate != nil {
				return o, errors.New("the certificate has two source-addresses")
			}
			list := b.text()
			if _, err := matchCIDRList("", list); err != nil {
				return o, fmt.Errorf("the certificate's source-address: %w", err)
			}
			o.fromCertificate = &list
		default:
			return o, fmt.Errorf("the certificate has the critical option %q, which sshd does not know", e.name)
		}
		if b.err != nil || len(b.rest) > 0 {
			return o, fmt.Errorf("the certificate's option %s is broken", e.name)
		}
	}
	for _, e := range c.extensions {
		switch e.name {
		case "no-touch-required":
			o.NoTouchRequired = true
		case "permit-X11-forwarding":
			o.X11Forwarding = true
		case "permit-agent-forwarding":
			o.AgentForwarding = true
		case "permit-port-forwarding":
			o.PortForwarding = true
		case "permit-pty":
			o.PTY = true
		case "permit-user-rc":
			o.UserRC = true
		default:
			continue // sshd logs it and goes on
		}
		if len(e.data) > 0 {
			return o, fmt.Errorf("the certificate's option %s is broken", e.name)
		}
	}
	return o, nil
}

// check says why the certificate does not hold for a name at a time; an empty name stands for any.
func (c *Certificate) check(now time.Time, name string, needPrincipal bool) error {
	at := uint64(max(0, now.Unix()))
	switch {
	case !c.User:
		return errors.New("the certificate is one of a host")
	case at < c.after:
		return errors.New("the certificate is not yet valid")
	case at >= c.before:
		return errors.New("the certificate has expired")
	case len(c.Principals) == 0 && needPrincipal:
		return errors.New("the certificate names no principal")
	case len(c.Principals) == 0 || name == "":
		return nil
	}
	if slices.Contains(c.Principals, name) {
		return nil
	}
	return fmt.Errorf("the certificate does not name the principal %q", name)
}
