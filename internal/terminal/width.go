package terminal

import (
	"strings"
	"unicode"
)

// Columns returns how many columns of a terminal a printable text takes.
func Columns(s string) int {
	n := 0
	for _, char := range s {
		n += runeColumns(char)
	}
	return n
}

// runeColumns is 0 for combining marks, 2 for wide East Asian characters and for emoji, and 1 for the rest.
func runeColumns(char rune) int {
	switch {
	case char < 0x300:
		return 1
	case unicode.In(char, unicode.Mn, unicode.Me):
		return 0
	case unicode.Is(wide, char):
		return 2
	}
	return 1
}

// cut shortens a printable text to at most width columns, with "…" in the place of what is missing.
func cut(s string, width int) string {
	if Columns(s) <= width {
		return s
	}
	if width <= 0 {
		return ""
	}
	used := 0
	for i, char := range s {
		if used += runeColumns(char); used > width-1 {
			return s[:i] + "…"
		}
	}
	return s
}

// pad fills a printable text with spaces up to width columns, on the left if right is true.
func pad(s string, width int, right bool) string {
	fill := strings.Repeat(" ", max(0, width-Columns(s)))
	if right {
		return fill + s
	}
	return s + fill
}
