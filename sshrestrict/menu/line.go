package menu

import (
	"unicode"
	"unicode/utf8"

	"ops/internal/terminal"
)

// maxTyped is the longest line that can be typed, in characters; more are not taken.
const maxTyped = 8 << 10

// line is the text that is being typed. All of it can be seen: a character that a terminal would obey or hide is not taken,
// so that what is shown is what will be done.
type line struct {
	text   []rune
	at     int    // where the cursor is
	killed []rune // by the last Ctrl-K, Ctrl-U or Ctrl-W
}

func (l *line) String() string { return string(l.text) }

func (l *line) set(text string) {
	l.text = []rune(text)
	l.at = len(l.text)
}

func (l *line) insert(some ...rune) {
	if len(l.text)+len(some) > maxTyped {
		return
	}
	text := append(append(append(make([]rune, 0, len(l.text)+len(some)), l.text[:l.at]...), some...), l.text[l.at:]...)
	if !shown(string(text)) {
		return
	}
	l.text, l.at = text, l.at+len(some)
}

// shown is true for a text that a terminal shows as it is. A mark at its beginning would stand on the prompt.
func shown(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return !unicode.Is(unicode.M, first) && terminal.Printable(text) == text
}

// remove takes a part of the text away, unless what is left could not be seen as it is.
func (l *line) remove(from, to int, keep bool) {
	rest := append(append(make([]rune, 0, len(l.text)), l.text[:from]...), l.text[to:]...)
	if from == to || !shown(string(rest)) {
		return
	}
	if keep {
		l.killed = append([]rune(nil), l.text[from:to]...)
	}
	l.text, l.at = rest, from
}

// word is the beginning of the word to the left, and the end of the word to the right.
func (l *line) word() (left, right int) {
	inside := func(i int) bool {
		return unicode.IsLetter(l.text[i]) || unicode.IsDigit(l.text[i]) || unicode.Is(unicode.M, l.text[i])
	}
	for left = l.at; left > 0 && !inside(left-1); left-- {
	}
	for left > 0 && inside(left-1) {
		left--
	}
	for right = l.at; right < len(l.text) && !inside(right); right++ {
	}
	for right < len(l.text) && inside(right) {
		right++
	}
	return left, right
}

// blank is the beginning of what Ctrl-W removes: up to a space.
func (l *line) blank() int {
	i := l.at
	for i > 0 && l.text[i-1] == ' ' {
		i--
	}
	for i > 0 && l.text[i-1] != ' ' {
		i--
	}
	return i
}

// next is the place of the cursor one character on, with the marks that stand on it; previous is one back.
func (l *line) next() int {
	i := min(l.at+1, len(l.text))
	for i < len(l.text) && unicode.Is(unicode.M, l.text[i]) {
		i++
	}
	return i
}

func (l *line) previous() int {
	i := max(l.at-1, 0)
	for i > 0 && unicode.Is(unicode.M, l.text[i]) {
		i--
	}
	return i
}
