package strictyaml

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// pos is a place in the file: both from 1, the column in characters.
type pos struct{ line, column int32 }

// lineIndex knows how many characters each line has, without its end.
type lineIndex []int32

func indexLines(text string) lineIndex {
	var index lineIndex
	for line := range strings.SplitSeq(text, "\n") {
		index = append(index, int32(utf8.RuneCountInString(line)))
	}
	// What follows the last line end is no line of its own, unless the file is empty.
	if last := len(index) - 1; last > 0 && index[last] == 0 {
		index = index[:last]
	}
	return index
}

// clamp moves a place to the nearest one that an editor can jump to: at most one column behind the end of a line.
func (l lineIndex) clamp(at pos) pos {
	if last := int32(len(l)); at.line > last {
		at = pos{last, l[last-1] + 1}
	}
	at.line = max(at.line, 1)
	return pos{at.line, min(max(at.column, 1), l[at.line-1]+1)}
}

// source is the text of a file in the one form that is parsed: no byte order mark, and line ends of LF. Neither changes
// the number of a line or a column.
type source struct {
	text  string
	plain bool // ASCII without tabs, so that a column is a byte
	lines lineIndex
}

// clamp is that of the lineIndex, which is made when it is needed first: a file without a mistake may do without.
func (s *source) clamp(at pos) pos {
	if s.lines == nil {
		s.lines = indexLines(s.text)
	}
	return s.lines.clamp(at)
}

// clean takes the bytes of a file and checks them.
func (r *report) clean(data []byte) {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		r.stop(pos{1, 1}, "the file is in UTF-16; save it as UTF-8")
		return
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.IndexByte(data, '\r') >= 0 {
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	r.source = source{text: string(data), plain: true}
	text := r.text
	for i := 0; i < len(text); {
		if len(text)-i >= 8 && plainWord(text[i:i+8]) {
			i += 8
			continue
		}
		if c := text[i]; c >= ' ' && c < 0x7f || c == '\n' {
			i++
			continue
		}
		r.plain = false
		char, size := utf8.DecodeRuneInString(text[i:])
		if msg := forbidden(char, size, text[i]); msg != "" {
			line := strings.Count(text[:i], "\n")
			column := utf8.RuneCountInString(text[strings.LastIndexByte(text[:i], '\n')+1 : i])
			r.stop(pos{int32(line + 1), int32(column + 1)}, "%s", msg)
			return
		}
		i += size
	}
}

// plainWord is true if the first 8 bytes are printable ASCII. It looks at all at once.
func plainWord(text string) bool {
	const (
		ones = 0x0101_0101_0101_0101
		tops = ones << 7
	)
	word := uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
		uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
	control, del := (word-ones*' ')&^word, word+ones // a top bit is set if there is such a byte, or in word
	return (control|del|word)&tops == 0
}

// forbidden says what is wrong with a character that a reader would not see as it is; first is its first byte.
func forbidden(char rune, size int, first byte) string {
	switch {
	case char == utf8.RuneError && size == 1:
		return fmt.Sprintf("byte 0x%02x is not UTF-8; save the file as UTF-8", first)
	case char == '\t':
	case char < ' ' || char >= 0x7f && char <= 0x9f:
		return fmt.Sprintf("control character U+%04X; in double quotes it can be written as \\x%02x", char, char)
	case isDirection(char):
		return fmt.Sprintf("invisible character U+%04X changes the direction of text; in double quotes it can be written as \\u%04x",
			char, char)
	case char == 0x2028 || char == 0x2029 || char == 0xfeff:
		return fmt.Sprintf("invisible character U+%04X; in double quotes it can be written as \\u%04x", char, char)
	}
	return ""
}

// isDirection is true for the characters with which a file can show something else than it says (CVE-2021-42574).
func isDirection(char rune) bool {
	return char == 0x061c || char == 0x200e || char == 0x200f ||
		char >= 0x202a && char <= 0x202e || char >= 0x2066 && char <= 0x2069
}
