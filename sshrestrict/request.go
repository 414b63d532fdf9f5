package sshrestrict

import (
	"io"
	"net/netip"
	"strings"
	"time"

	"ops/sshrestrict/internal/passwd"
)

// Kind tells what the client asked its server for. Kinds are never told apart by the command's text: a client may send
// any text.
type Kind int

const (
	KindLogin   Kind = iota // no command: sshd left SSH_ORIGINAL_COMMAND unset
	KindEmpty               // a command of no characters
	KindCommand             // a command or a subsystem, which sshd hands over alike
)

// Request is what a client wants, from where, with which key.
type Request struct {
	Kind Kind
	Text string // SSH_ORIGINAL_COMMAND

	Tokens []Token // Text, split; nil if Err is set
	Err    error   // why Text is no command of plain words: a *SyntaxError

	TTY         bool       // the client has a terminal
	Address     netip.Addr // of the client, IPv4 not mapped into IPv6; invalid if unknown
	Port        uint16     // of the client
	Key         string     // the key's name, as --key in authorized_keys gives it; may be empty
	Fingerprint string     // "SHA256:…" where sshd exposes it, else empty
	Account     passwd.Account
	Env         []string  // what sshd gave us: KEY=VALUE
	Now         time.Time // of the decision

	// Input is the client's stream, for protocols that send arguments in it; nil if nothing is started, as in explain.
	Input io.Reader
	// Explain keeps the way to the decision in its Steps.
	Explain bool
	// Asked limits the rendered program to exactly the client's own words: a rule that would rewrite them denies.
	Asked bool

	simple []Word // Tokens, if they are words only

	// stream are words that were read from Input, once for all rules; see streamWords.
	stream    []string
	streamErr error
	streamed  bool
}

// NewRequest splits text, unless limit or the rules of plain text already refuse it.
func NewRequest(kind Kind, text string, limit int) *Request {
	q := &Request{Kind: kind, Text: text}
	if kind != KindCommand {
		return q
	}
	if q.Err = precheck(text, limit); q.Err == nil {
		q.Tokens, q.Err = split(text)
	}
	q.simple = simple(q.Tokens)
	return q
}

// words returns the command's words if it is a simple one: no operators, no assignments before it, at least one word.
func (q *Request) words() ([]Word, bool) { return q.simple, q.simple != nil }

// simple returns the words of tokens that are nothing else, nil if there are none.
func simple(tokens []Token) []Word {
	if len(tokens) == 0 {
		return nil
	}
	words := make([]Word, len(tokens))
	for i, t := range tokens {
		if t.Operator != "" || t.Assignment {
			return nil
		}
		words[i] = t.Word
	}
	return words
}

// literals returns the texts of words that a shell would not change.
func literals(words []Word) ([]string, bool) {
	texts := make([]string, len(words))
	for i, w := range words {
		if !w.literal() {
			return nil, false
		}
		texts[i] = w.Text
	}
	return texts, true
}

// named returns the words of a simple command whose program is called by one of the names. A name matches with a folder
// that programs are usually in, and without. What is started is the policy's program in any case.
func (q *Request) named(names ...string) ([]Word, bool) {
	words, ok := q.words()
	if !ok || !isProgram(words[0], names...) {
		return nil, false
	}
	return words, true
}

func isProgram(w Word, names ...string) bool {
	if !w.literal() {
		return false
	}
	for _, name := range names {
		switch w.Text {
		case name, "/usr/bin/" + name, "/bin/" + name, "/usr/local/bin/" + name:
			return true
		}
	}
	return false
}

// env returns a variable that the client or sshd set, empty if none.
func (q *Request) env(name string) string {
	for _, e := range q.Env {
		if len(e) > len(name) && e[len(name)] == '=' && e[:len(name)] == name {
			return e[len(name)+1:]
		}
	}
	return ""
}

// behindAssignments returns the words of a simple command behind variables whose names start with a prefix; nil if it is
// no such command.
func (q *Request) behindAssignments(prefix string) []Word {
	tokens := q.Tokens
	for len(tokens) > 0 && tokens[0].Assignment && strings.HasPrefix(tokens[0].Text, prefix) {
		tokens = tokens[1:]
	}
	return simple(tokens)
}
