package keys

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Options are the options of one line after sshd has read them from left to right. A pointer is nil where the option is
// absent, so that an empty command= differs from none.
type Options struct {
	Restrict         bool // the word occurs; what it closed may have been opened again behind it
	CertAuthority    bool
	PortForwarding   bool
	AgentForwarding  bool
	X11Forwarding    bool
	PTY              bool
	UserRC           bool
	NoTouchRequired  bool
	VerifyRequired   bool
	Command          *string
	From             *string
	Principals       *string
	Expires          time.Time // of the earliest expiry-time=; zero if there is none
	Environment      []string  // NAME=VALUE, the first of a name
	PermitOpen       []string
	PermitListen     []string
	Tunnel           *int // number of the device; MaxInt32 is any
	ExpiresLocalTime bool // an expiry-time= has no zone: it moves with the zone of the machine

	fromCertificate *string
}

// defaults are the options of a line without any.
func defaults() Options {
	return Options{PortForwarding: true, AgentForwarding: true, X11Forwarding: true, PTY: true, UserRC: true}
}

// Bounds of sshd. Its comparisons allow one more than the names say.
const (
	maxEnvironment = 1024 + 1
	maxPermits     = 4096 + 1
)

// ParseOptions reads the options at the beginning of text, up to the first blank outside of quotes. zone is the zone of the
// machine that runs sshd, for an expiry-time= without a Z. An error means that sshd ignores the whole line; the wording is
// sshd's own where it has one.
func ParseOptions(text string, zone *time.Location) (Options, error) {
	p := &optionParser{rest: text, zone: zone, out: defaults()}
	for p.rest != "" && p.rest[0] != ' ' && p.rest[0] != '\t' {
		if err := p.option(); err != nil {
			return Options{}, err
		}
		if p.rest == "" || p.rest[0] == ' ' || p.rest[0] == '\t' {
			break
		}
		if p.rest[0] != ',' {
			return Options{}, errors.New("unknown key option")
		}
		if p.rest = p.rest[1:]; p.rest == "" {
			return Options{}, errors.New("unexpected end-of-options")
		}
	}
	return p.out, nil
}

type optionParser struct {
	rest string
	zone *time.Location
	out  Options
}

// word takes a word off the rest, in any case.
func (p *optionParser) word(word string) bool {
	if len(p.rest) < len(word) || !equalFold(p.rest[:len(word)], word) {
		return false
	}
	p.rest = p.rest[len(word):]
	return true
}

// flag takes "word" or "no-word" and stores which.
func (p *optionParser) flag(word string, to *bool) bool {
	if p.word("no-" + word) {
		*to = false
		return true
	}
	if p.word(word) {
		*to = true
		return true
	}
	return false
}

// option takes one option, or nothing of one that is unknown: the caller then misses the comma.
func (p *optionParser) option() error {
	o := &p.out
	touch := !o.NoTouchRequired
	switch {
	case p.word("restrict"):
		o.Restrict = true
		o.PortForwarding, o.AgentForwarding, o.X11Forwarding, o.PTY, o.UserRC = false, false, false, false, false
	case p.word("cert-authority"):
		o.CertAuthority = true
	case p.flag("port-forwarding", &o.PortForwarding), p.flag("agent-forwarding", &o.AgentForwarding),
		p.flag("x11-forwarding", &o.X11Forwarding), p.flag("verify-required", &o.VerifyRequired),
		p.flag("pty", &o.PTY), p.flag("user-rc", &o.UserRC):
	case p.flag("touch-required", &touch):
		o.NoTouchRequired = !touch
	case p.word("command="):
		return p.once("command", &o.Command)
	case p.word("principals="):
		return p.once("principals", &o.Principals)
	case p.word("from="):
		return p.once("from", &o.From)
	case p.word("expiry-time="):
		return p.expiry()
	case p.word("environment="):
		return p.environment()
	case p.word("permitopen="):
		return p.permit(&o.PermitOpen, false)
	case p.word("permitlisten="):
		return p.permit(&o.PermitListen, true)
	case p.word("tunnel="):
		return p.tunnel()
	}
	return nil
}

// value takes a quoted text. A backslash stands for itself, except before a quote.
func (p *optionParser) value() (string, error) {
	if p.rest == "" || p.rest[0] != '"' {
		return "", errors.New("missing start quote")
	}
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		switch {
		case p.rest[i] == '"':
			p.rest = p.rest[i+1:]
			return b.String(), nil
		case p.rest[i] == '\\' && strings.HasPrefix(p.rest[i+1:], `"`):
			i++
			b.WriteByte('"')
		default:
			b.WriteByte(p.rest[i])
		}
	}
	return "", errors.New("missing end quote")
}

func (p *optionParser) once(name string, to **string) error {
	if *to != nil {
		return fmt.Errorf("multiple %q clauses", name)
	}
	value, err := p.value()
	if err == nil {
		*to = &value
	}
	return err
}

func (p *optionParser) expiry() error {
	value, err := p.value()
	if err != nil {
		return err
	}
	at, local, ok := parseExpiry(value, p.zone)
	if !ok {
		return errors.New("invalid expires time")
	}
	p.out.ExpiresLocalTime = p.out.ExpiresLocalTime || local
	if p.out.Expires.IsZero() || at.Before(p.out.Expires) {
		p.out.Expires = at
	}
	return nil
}

func (p *optionParser) environment() error {
	if len(p.out.Environment) >= maxEnvironment {
		return errors.New("too many environment strings")
	}
	value, err := p.value()
	if err != nil {
		return err
	}
	name, _, found := strings.Cut(value, "=")
	if !found || !isVariable(name) {
		return errors.New("invalid environment string")
	}
	for _, earlier := range p.out.Environment {
		if strings.HasPrefix(earlier, name+"=") {
			return nil // the first one holds
		}
	}
	p.out.Environment = append(p.out.Environment, value)
	return nil
}

func isVariable(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// equalFold compares ASCII in any case; lower is in lower case already.
func equalFold(s, lower string) bool {
	for i := range len(lower) {
		char := s[i]
		if 'A' <= char && char <= 'Z' {
			char += 'a' - 'A'
		}
		if char != lower[i] {
			return false
		}
	}
	return len(s) == len(lower)
}
