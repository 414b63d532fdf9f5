package strictyaml

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// pos is a place in the file: both from 1, the column in characters.
type pos struct{ line, column int }

// lineIndex knows how many characters each line has, without its end.
type lineIndex []int

func indexLines(text []byte) lineIndex {
	var index lineIndex
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		index = append(index, utf8.RuneCount(line))
	}
	// What follows the last line end is no line of its own, unless the file is empty.
	if last := len(index) - 1; last > 0 && index[last] == 0 {
		index = index[:last]
	}
	return index
}

// clamp moves a place to the nearest one that an editor can jump to: at most one column behind the end of a line.
func (l lineIndex) clamp(line, column int) (int, int) {
	if line > len(l) {
		line, column = len(l), l[len(l)-1]+1
	}
	line = max(line, 1)
	return line, min(max(column, 1), l[line-1]+1)
}

// clean checks the bytes of a file and returns them in the one form that the parser gets: no byte order mark, and line
// ends of LF. Neither changes the number of a line or a column.
func (r *report) clean(data []byte) []byte {
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		r.lines = lineIndex{0}
		r.stop(pos{1, 1}, "the file is in UTF-16; save it as UTF-8")
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.IndexByte(data, '\r') >= 0 {
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	r.lines = indexLines(data)
	at := pos{1, 1}
	for i := 0; i < len(data); {
		char, size := utf8.DecodeRune(data[i:])
		switch {
		case char == utf8.RuneError && size == 1:
			r.stop(at, "byte 0x%02x is not UTF-8; save the file as UTF-8", data[i])
			return nil
		case char == '\n':
			at = pos{at.line + 1, 0}
		case char == '\t':
		case char < ' ' || char >= 0x7f && char <= 0x9f:
			r.stop(at, "control character U+%04X; in double quotes it can be written as \\x%02x", char, char)
			return nil
		case isDirection(char):
			r.stop(at, "invisible character U+%04X changes the direction of text; in double quotes it can be written as \\u%04x",
				char, char)
			return nil
		case char == 0x2028 || char == 0x2029 || char == 0xfeff:
			r.stop(at, "invisible character U+%04X; in double quotes it can be written as \\u%04x", char, char)
			return nil
		}
		at.column++
		i += size
	}
	return data
}

// isDirection is true for the characters with which a file can show something else than it says (CVE-2021-42574).
func isDirection(char rune) bool {
	return slices.Contains([]rune{0x061c, 0x200e, 0x200f}, char) ||
		char >= 0x202a && char <= 0x202e || char >= 0x2066 && char <= 0x2069
}
