package keyboard

import (
	"iter"
	"strings"
	"unicode/utf8"
)

// Code tells what a key is for.
type Code int

const (
	None      Code = iota // nothing that anybody needs
	Character             // Key.Rune
	Control               // with the letter in Key.Rune, in lower case, where it has no code of its own
	Enter
	Tab
	Backspace
	Delete
	Left
	Right
	Up
	Down
	Home
	End
	WordLeft
	WordRight
	DeleteWordLeft
	DeleteWordRight
	PageUp
	PageDown
	Resize // no key: the window has another size now
)

// Key is one key as typed, or as pasted: the two are the same.
type Key struct {
	Code Code
	Rune rune
}

// decoder makes keys of bytes, by ECMA-48 (control sequences) and what xterm and its kin send. The zero value is ready.
type decoder struct {
	state  state
	params []byte // of a control sequence
	char   []byte // of a character that is not whole
}

type state int

const (
	ground   state = iota
	escape         // behind ESC
	sequence       // behind ESC [
	single         // behind ESC O
)

// maxParams is longer than any sequence that has a meaning here.
const maxParams = 16

// feed takes a byte and returns the keys that it completes: none, one, or two if it also shows that a character before it
// was cut off.
func (d *decoder) feed(b byte) []Key {
	if d.state != ground && b < ' ' && b != 0x1b { // so that Ctrl-C always works
		d.state = ground
	}
	switch d.state {
	case escape:
		return d.behindEscape(b)
	case sequence:
		return d.inSequence(b)
	case single:
		d.state = ground
		return []Key{{Code: arrow(b, false)}}
	}
	if len(d.char) > 0 && (b < 0x80 || b >= 0xc0) { // the character before it has no end
		d.char = nil
		return append([]Key{{}}, d.feed(b)...)
	}
	switch {
	case b == 0x1b:
		d.state = escape
		return nil
	case b < ' ' || b == 0x7f:
		return []Key{control(b)}
	case b < 0x80:
		return []Key{{Character, rune(b)}}
	}
	d.char = append(d.char, b)
	if !utf8.FullRune(d.char) {
		return nil
	}
	r, size := utf8.DecodeRune(d.char)
	whole := size == len(d.char) && r != utf8.RuneError
	d.char = nil
	if !whole {
		return []Key{{}}
	}
	return []Key{{Character, r}}
}

func (d *decoder) behindEscape(b byte) []Key {
	d.state = ground
	switch b {
	case 0x1b:
		d.state = escape
		return nil
	case '[':
		d.state, d.params = sequence, nil
		return nil
	case 'O':
		d.state = single
		return nil
	case 'b', 'B':
		return []Key{{Code: WordLeft}}
	case 'f', 'F':
		return []Key{{Code: WordRight}}
	case 'd', 'D':
		return []Key{{Code: DeleteWordRight}}
	case 0x7f, 0x08:
		return []Key{{Code: DeleteWordLeft}}
	}
	return []Key{{}}
}

func (d *decoder) inSequence(b byte) []Key {
	switch {
	case b == 0x1b:
		d.state = escape
		return nil
	case b >= ' ' && b < '@' && len(d.params) < maxParams:
		d.params = append(d.params, b)
		return nil
	case b >= ' ' && b < '@':
		return nil // too long: passed over up to its end
	}
	d.state = ground
	params := string(d.params)
	if b != '~' {
		_, modifier, modified := strings.Cut(params, ";")
		return []Key{{Code: arrow(b, modified && modifier != "1")}}
	}
	number, modifier, _ := strings.Cut(params, ";")
	switch number {
	case "1", "7":
		return []Key{{Code: Home}}
	case "4", "8":
		return []Key{{Code: End}}
	case "3":
		if modifier != "" {
			return []Key{{Code: DeleteWordRight}}
		}
		return []Key{{Code: Delete}}
	case "5":
		return []Key{{Code: PageUp}}
	case "6":
		return []Key{{Code: PageDown}}
	}
	return []Key{{}}
}

// arrow is the key of a sequence's last byte; modified with Ctrl, Alt or Shift.
func arrow(b byte, modified bool) Code {
	switch b {
	case 'A':
		return Up
	case 'B':
		return Down
	case 'C':
		if modified {
			return WordRight
		}
		return Right
	case 'D':
		if modified {
			return WordLeft
		}
		return Left
	case 'H':
		return Home
	case 'F':
		return End
	}
	return None
}

func control(b byte) Key {
	switch b {
	case '\r', '\n':
		return Key{Code: Enter}
	case '\t':
		return Key{Code: Tab}
	case 0x7f, 0x08:
		return Key{Code: Backspace}
	case 'a' - 0x60:
		return Key{Code: Home}
	case 'e' - 0x60:
		return Key{Code: End}
	case 'b' - 0x60:
		return Key{Code: Left}
	case 'f' - 0x60:
		return Key{Code: Right}
	case 'p' - 0x60:
		return Key{Code: Up}
	case 'n' - 0x60:
		return Key{Code: Down}
	}
	if b > 0 && b <= 26 {
		return Key{Control, rune(b) + 0x60}
	}
	return Key{}
}

// Decode yields the keys of a text, as they would come if it was typed.
func Decode(text string) iter.Seq[Key] {
	return func(yield func(Key) bool) {
		var d decoder
		for _, b := range []byte(text) {
			for _, key := range d.feed(b) {
				if !yield(key) {
					return
				}
			}
		}
	}
}
