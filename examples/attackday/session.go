package main

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"
)

// session is one connection and what sshd logs of it.
type session struct {
	start time.Duration // since midnight
	from  netip.Addr
	port  int
	rand  *rand.Rand
	now   time.Duration
	lines []line
}

// line is a message of the connection's process, or of its child, which runs as the user who logged in.
type line struct {
	at    time.Duration
	child bool
	text  string
}

// maxTries is sshd's MaxAuthTries.
const maxTries = 6

// between waits a random time, evenly spread.
func (s *session) between(low, high time.Duration) {
	s.now += low + time.Duration(s.rand.Int64N(int64(high-low)))
}

// say logs a message, a few hundred microseconds after the one before.
func (s *session) say(format string, args ...any) {
	s.between(90*time.Microsecond, 900*time.Microsecond)
	s.lines = append(s.lines, line{at: s.now, text: fmt.Sprintf(format, args...)})
}

func (s *session) sayChild(format string, args ...any) {
	s.say(format, args...)
	s.lines[len(s.lines)-1].child = true
}

// addr is "192.0.2.1 port 22", as nearly every message has it.
func (s *session) addr() string { return fmt.Sprintf("%s port %d", s.from, s.port) }

// ending is how the client leaves when it has not been thrown out.
type ending int

const (
	closes ending = iota // closes the connection
	bye                  // says "Bye Bye" first, as libssh and others do
	resets
)

// passwords tries n passwords (at most maxTries) for a name. When repeated, rsyslog merges equal lines.
func (s *session) passwords(name string, n int, repeated bool, end ending) {
	who, state, rhost := name, "authenticating", fmt.Sprintf("logname= uid=0 euid=0 tty=ssh ruser= rhost=%s ", s.from)
	known := isKnown(name)
	if known {
		rhost += " user=" + name
	} else {
		who, state = "invalid user "+name, "invalid"
		s.say("Invalid user %s from %s", name, s.addr())
	}
	failed := fmt.Sprintf("Failed password for %s from %s ssh2", who, s.addr())
	merge := repeated && known && n > 2 // the lines of unknown users have "check pass" between them
	for i := range n {
		s.between(60*time.Millisecond, 700*time.Millisecond)
		if !known {
			s.say("pam_unix(sshd:auth): check pass; user unknown")
		}
		if i == 0 {
			s.say("pam_unix(sshd:auth): authentication failure; %s", rhost)
		}
		s.between(1500*time.Millisecond, 2600*time.Millisecond) // PAM makes who fails wait
		if !merge || i == 0 {
			s.say("%s", failed)
		}
	}
	if merge {
		s.say("message repeated %d times: [ %s]", n-1, failed)
	}
	s.between(20*time.Millisecond, 400*time.Millisecond)
	switch {
	case n == maxTries:
		s.say("error: maximum authentication attempts exceeded for %s from %s ssh2 [preauth]", who, s.addr())
		s.say("Disconnecting %s user %s %s: Too many authentication failures [preauth]", state, name, s.addr())
	case end == bye:
		s.say("Received disconnect from %s:11: Bye Bye [preauth]", s.addr())
		s.say("Disconnected from %s user %s %s [preauth]", state, name, s.addr())
	case end == resets:
		s.say("Connection reset by %s user %s %s [preauth]", state, name, s.addr())
	default:
		s.say("Connection closed by %s user %s %s [preauth]", state, name, s.addr())
	}
	switch {
	case n == 2:
		s.say("PAM 1 more authentication failure; %s", rhost)
	case n > 2:
		s.say("PAM %d more authentication failures; %s", n-1, rhost)
	}
	if n > 3 {
		s.say("PAM service(sshd) ignoring max retries; %d > 3", n)
	}
}

// otherMethod tries an account that does not exist without a password dialogue. (Of accounts that exist, sshd does not
// log such failures at its usual level.)
func (s *session) otherMethod(name, method string) {
	s.say("Invalid user %s from %s", name, s.addr())
	s.between(30*time.Millisecond, 400*time.Millisecond)
	switch method {
	case "publickey":
		s.say("Failed publickey for invalid user %s from %s ssh2: RSA SHA256:%s", name, s.addr(), fingerprint(s.rand))
	case "keyboard-interactive/pam":
		s.say("pam_unix(sshd:auth): check pass; user unknown")
		s.say("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=%s ", s.from)
		s.between(1500*time.Millisecond, 2600*time.Millisecond)
		s.say("error: PAM: Authentication failure for illegal user %s from %s", name, s.from)
		s.say("Failed keyboard-interactive/pam for invalid user %s from %s ssh2", name, s.addr())
	default:
		s.say("Failed %s for invalid user %s from %s ssh2", method, name, s.addr())
	}
	s.between(20*time.Millisecond, 400*time.Millisecond)
	s.say("Connection closed by invalid user %s %s [preauth]", name, s.addr())
}

// scan looks at the port without trying to log in.
func (s *session) scan() {
	s.between(10*time.Millisecond, 300*time.Millisecond)
	switch s.rand.IntN(9) {
	case 0, 1:
		s.say("error: kex_exchange_identification: Connection closed by remote host")
		s.say("Connection closed by %s", s.addr())
	case 2:
		s.say("error: kex_exchange_identification: read: Connection reset by peer")
		s.say("Connection reset by %s", s.addr())
	case 3, 4:
		s.say("error: kex_exchange_identification: client sent invalid protocol identifier %q",
			pick(s.rand, []string{"GET / HTTP/1.1", "OPTIONS / RTSP/1.0", "MGLNDD_22", "HELP"}))
		s.say("banner exchange: Connection from %s: invalid format", s.addr())
	case 5:
		s.say("Unable to negotiate with %s: no matching key exchange method found. Their offer: diffie-hellman-group14-sha1,"+
			"diffie-hellman-group-exchange-sha1,diffie-hellman-group1-sha1 [preauth]", s.addr())
	case 6:
		s.say("Unable to negotiate with %s: no matching host key type found. Their offer: ssh-rsa,ssh-dss [preauth]", s.addr())
	case 7:
		s.now = 120 * time.Second // LoginGraceTime
		s.say("fatal: Timeout before authentication for %s", s.addr())
	default:
		s.say("Connection closed by %s [preauth]", s.addr())
	}
}

// login opens a session, which lasts as long as stay; method is what follows "Accepted".
func (s *session) login(method, name string, uid int, key string, stay time.Duration) {
	if key != "" {
		key = ": ED25519 SHA256:" + key
	}
	s.between(200*time.Millisecond, 600*time.Millisecond)
	s.say("Accepted %s for %s from %s ssh2%s", method, name, s.addr(), key)
	s.say("pam_unix(sshd:session): session opened for user %s(uid=%d) by (uid=0)", name, uid)
	s.now += stay
	s.sayChild("Received disconnect from %s:11: disconnected by user", s.addr())
	s.sayChild("Disconnected from user %s %s", name, s.addr())
	s.say("pam_unix(sshd:session): session closed for user %s", name)
}

// fingerprint is a SHA-256 of no key.
func fingerprint(r *rand.Rand) string {
	var b [32]byte
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return base64.RawStdEncoding.EncodeToString(b[:])
}
