package timelapse

import (
	"fmt"
	"strings"
	"time"
)

// Mode is what the map shows of a moment. The zero Mode is [Pulse].
type Mode int

// The modes.
const (
	Pulse      Mode = iota // what is going on: attempts fade by e in one window
	Window                 // the attempts of the last window, each for exactly as long
	Cumulative             // all attempts since the film began
)

// Modes lists all modes.
func Modes() []Mode { return []Mode{Pulse, Window, Cumulative} }

// String returns the name that [ParseMode] reads.
func (m Mode) String() string {
	switch m {
	case Pulse:
		return "pulse"
	case Window:
		return "window"
	case Cumulative:
		return "cumulative"
	}
	return fmt.Sprintf("Mode(%d)", int(m))
}

// ParseMode reads "pulse", "window" or "cumulative".
func ParseMode(s string) (Mode, error) {
	var known []string
	for _, m := range Modes() {
		if s == m.String() {
			return m, nil
		}
		known = append(known, m.String())
	}
	return 0, fmt.Errorf("mode %q: not known (%s)", s, strings.Join(known, ", "))
}

// windowSteps is how many buckets a window of the mode [Window] has: whole ones, so that every number is exact.
func (f *Film) windowSteps() int {
	return max(1, int((f.o.Window+f.rec.Step/2)/f.rec.Step))
}

// span is the time whose attempts the map of a frame adds up; the film's length for [Cumulative].
func (f *Film) span() time.Duration {
	switch f.o.Mode {
	case Window:
		return time.Duration(f.windowSteps()) * f.rec.Step
	case Cumulative:
		return f.end().Sub(f.rec.Start)
	}
	return f.o.Window
}
