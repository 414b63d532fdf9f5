package chart

import (
	"strings"

	"ops/internal/terminal"
)

// visible is a text from a log with nothing in it that hides or turns other text around.
func visible(s string) string { return terminal.Printable(s) }

func count(n int) string { return terminal.Count(int64(n)) }

// reach is about how wide a line gets, in pixels. The reader's font is not known, so wide letters are taken to be wide,
// and the others as in fonts that are rather so.
func reach(s string, size float64, bold bool) float64 {
	em := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("iljtfrI.,:;'|!()[] -", r):
			em += 0.36
		case r >= 0x1100: // from Hangul on: full width, with few exceptions
			em += 1
		case strings.ContainsRune("mwMW@%", r):
			em += 0.92
		case r >= 'A' && r <= 'Z':
			em += 0.71
		default:
			em += 0.62
		}
	}
	if bold {
		em *= 1.06
	}
	return em * size
}

// cut shortens a line so that it fits, with an ellipsis where something was taken off.
func cut(s string, size float64, bold bool, room float64) string {
	if reach(s, size, bold) <= room {
		return s
	}
	end := 0
	for i := range s {
		if reach(s[:i]+"…", size, bold) > room {
			break
		}
		end = i
	}
	return s[:end] + "…"
}
