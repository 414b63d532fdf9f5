package sshrestrict

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxCommand is how many bytes a client's command may have unless the policy says otherwise. Real clients stay far below.
const MaxCommand = 16 << 10

// Word is one word of a command after its quotes were taken off.
type Word struct {
	Text string
	// Pattern is the word as a path.Match pattern if it has unquoted wildcards, else empty. What was quoted in it is
	// escaped by backslashes.
	Pattern string
	// Tilde is true if the word has an unquoted ~ where a shell would replace it: at the start, and behind an = or : of
	// what looks like an assignment. bash does that wherever the word stands.
	Tilde bool
	// Assignment is true if the word stands before the program's name and looks like NAME=value, unquoted up to the =.
	Assignment bool
}

// literal is true if a shell would hand the word over as it stands.
func (w Word) literal() bool { return w.Pattern == "" && !w.Tilde && !w.Assignment }

// Token is a word or an operator of a command line.
type Token struct {
	Word
	Operator string // one of | || & && ; < > >> 2> 2>> 2>&1 >& &> and the like; empty for a word
}

// SyntaxError says why a command cannot be read as plain words.
type SyntaxError struct {
	Offset int // in bytes
	Code   string
	Reason string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.Reason, e.Offset+1) }

// precheck refuses what no word of an honest client contains, before anything is parsed: control characters, among them
// the newline that ends a shell's command, and characters that look like others or like nothing.
func precheck(text string, limit int) error {
	if len(text) > limit {
		return &SyntaxError{limit, "command-long", fmt.Sprintf("the command has %d bytes, more than the %d allowed", len(text), limit)}
	}
	for i := 0; i < len(text); {
		c := text[i]
		if c >= 0x20 && c < 0x7f {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return &SyntaxError{i, "command-encoding", "a byte that is not UTF-8"}
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			return &SyntaxError{i, "command-control", fmt.Sprintf("the control character %U", r)}
		case deceptive(r):
			return &SyntaxError{i, "command-character", fmt.Sprintf("the character %U, which is invisible or looks like another", r)}
		}
		i += size
	}
	return nil
}

// deceptive is true for characters that do not show, change the direction of text, are not assigned, or look like a
// slash, a dot, a space or a letter of ASCII.
func deceptive(r rune) bool {
	switch r {
	case 0x2024, 0x2025, 0x2044, 0x2215, 0x29f5, 0x29f8, 0x29f9, 0xfe52, 0xfe68, // dots, slashes and backslashes
		0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0: // a mark, letters and a symbol that do not show
		return true
	}
	if r >= 0x180b && r <= 0x180f { // variation selectors of Mongolian
		return true
	}
	if r >= 0xff01 && r <= 0xff5e { // full-width ASCII
		return true
	}
	if r >= 0xe0000 && r <= 0xe0fff || r >= 0xfe00 && r <= 0xfe0f { // tags, variation selectors
		return true
	}
	return !unicode.IsPrint(r) // everything but letters, marks, numbers, punctuation, symbols and the ASCII space
}

// split reads a command by the part of the POSIX shell's grammar that every client's quoting stays in (POSIX.1-2017,
// Shell Command Language, 2.2 Quoting and 2.3 Token Recognition): blanks, backslash, '…', "…" without expansions, and
// operators. What a shell would expand or interpret otherwise is an error. No shell ever sees the text.
func split(text string) ([]Token, error) {
	s := splitter{text: text, command: true}
	for s.at < len(text) {
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	return s.tokens, nil
}

type splitter struct {
	text    string
	at      int
	tokens  []Token
	command bool // the next word is the name of a program or an assignment before it
}

func (s *splitter) fail(code, format string, args ...any) error {
	return &SyntaxError{s.at, code, fmt.Sprintf(format, args...)}
}

func (s *splitter) next() error {
	switch c := s.text[s.at]; c {
	case ' ':
		s.at++
		return nil
	case '|', '&', ';', '<', '>':
		return s.operator()
	case '#':
		return s.fail("command-syntax", "the comment sign #")
	}
	rest := s.text[s.at:]
	if stream := strings.TrimLeft(rest, "0123456789"); len(stream) < len(rest) && strings.IndexAny(stream, "<>") == 0 {
		return s.operator()
	}
	return s.word()
}

// operators are tried in this order, so longer ones come first.
const operators = "2>&1 1>&2 2>> 1>> &>> <<< <<- 1>| 2>| 1>& 2>& 1<> 2<> 1> 2> 1< 2< && || >> >| >& <& &> << <> ;; |& | & ; < >"

func (s *splitter) operator() error {
	for op := range strings.SplitSeq(operators, " ") {
		rest, found := strings.CutPrefix(s.text[s.at:], op)
		complete := rest == "" || strings.IndexByte(" |&;<>", rest[0]) >= 0
		if !found || len(op) == len("2>&1") && !complete { // 2>&1x means a file
			continue
		}
		s.at += len(op)
		s.tokens = append(s.tokens, Token{Operator: op})
		s.command = strings.Trim(op, "|&;") == ""
		return nil
	}
	return s.fail("command-syntax", "a redirection of a stream other than 1 and 2")
}

// word reads one word up to a blank or an operator.
func (s *splitter) word() error {
	var text, pattern strings.Builder
	w := Word{}
	wild, quoted, assigned := false, false, false
	put := func(c byte, escape bool) {
		text.WriteByte(c)
		if escape && strings.IndexByte(`*?[]\-^!`, c) >= 0 {
			pattern.WriteByte('\\')
		}
		pattern.WriteByte(c)
	}
	start := s.at
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch c {
		case ' ', '|', '&', ';', '<', '>':
			goto done
		case '\'':
			quoted = true
			end := strings.IndexByte(s.text[s.at+1:], '\'')
			if end < 0 {
				return s.fail("command-syntax", "a ' without its end")
			}
			for _, c := range []byte(s.text[s.at+1 : s.at+1+end]) {
				put(c, true)
			}
			s.at += end + 2
			continue
		case '"':
			quoted = true
			if err := s.double(put); err != nil {
				return err
			}
			continue
		case '\\':
			quoted = true
			if s.at+1 == len(s.text) {
				return s.fail("command-syntax", `a \ at the end`)
			}
			put(s.text[s.at+1], true)
			s.at += 2
			continue
		case '*', '?', '[':
			wild = true
		case '$', '`', '(', ')', '{', '}':
			return s.fail("command-syntax", "the unquoted %c, which asks for a shell", c)
		case '!':
			if s.at == start {
				return s.fail("command-syntax", "the unquoted !, which asks for a shell")
			}
		case '~':
			behind := s.at > start && strings.IndexByte("=:", s.text[s.at-1]) >= 0
			w.Tilde = w.Tilde || s.at == start || behind && assigns(text.String())
		case '=':
			if s.command && !quoted && isName(text.String()) {
				assigned = true
			}
		}
		put(c, false)
		s.at++
	}
done:
	w.Text = text.String()
	if wild {
		w.Pattern = pattern.String()
	}
	w.Assignment = assigned
	if !assigned {
		s.command = false
	}
	s.tokens = append(s.tokens, Token{Word: w})
	return nil
}

// double reads "…", in which a backslash quotes only $ ` " and itself.
func (s *splitter) double(put func(byte, bool)) error {
	for s.at++; s.at < len(s.text); s.at++ {
		switch c := s.text[s.at]; c {
		case '"':
			s.at++
			return nil
		case '$', '`':
			return s.fail("command-syntax", `the %c inside "…", which asks for a shell`, c)
		case '\\':
			if s.at+1 < len(s.text) && strings.IndexByte("$`\"\\", s.text[s.at+1]) >= 0 {
				s.at++
				put(s.text[s.at], true)
				continue
			}
			put(c, true)
		default:
			put(c, true)
		}
	}
	return s.fail("command-syntax", `a " without its end`)
}

// assigns is true for NAME=…, NAME+=… and NAME[…]=….
func assigns(text string) bool {
	name, _, found := strings.Cut(text, "=")
	name, _, _ = strings.Cut(strings.TrimSuffix(name, "+"), "[")
	return found && isName(name)
}

// isName is true for what may stand left of the = of an assignment, see POSIX.1-2017, Base Definitions, 3.235 Name.
func isName(text string) bool {
	for i, c := range []byte(text) {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}
