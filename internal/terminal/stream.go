package terminal

import (
	"strconv"

	"golang.org/x/term"
)

// DefaultWidth is the width of a window that does not say how wide it is, in columns.
const DefaultWidth = 80

// descriptor is what an *os.File has and a buffer has not.
type descriptor interface{ Fd() uintptr }

// IsTerminal says whether the stream, a writer or a reader, is a terminal. A file, a pipe, a buffer and /dev/null are not.
func IsTerminal(stream any) bool {
	d, ok := stream.(descriptor)
	return ok && term.IsTerminal(int(d.Fd()))
}

// Width returns the number of columns that output to the stream may use: the variable COLUMNS if it holds a number above
// 0, or else the width of the terminal, or else [DefaultWidth]. env looks a variable up, as [os.Getenv] does.
func Width(stream any, env func(string) string) int {
	const widest = 10_000 // beyond it, a wrong number would only waste memory
	if columns, err := strconv.Atoi(env("COLUMNS")); err == nil && columns > 0 {
		return min(columns, widest)
	}
	if d, ok := stream.(descriptor); ok {
		if columns, _, err := term.GetSize(int(d.Fd())); err == nil && columns > 0 {
			return min(columns, widest)
		}
	}
	return DefaultWidth
}
