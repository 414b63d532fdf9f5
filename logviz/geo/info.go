package geo

import (
	"strings"
	"time"
)

// MaxAge is how old data may be before a command should warn: address blocks are sold and moved all the time.
const MaxAge = 180 * 24 * time.Hour

// Info says where locations come from. It is printed with every film and statistic.
type Info struct {
	// Source is the name of the data, in one line: "IPFire Location".
	Source string
	// Date is when the data were generated, UTC; zero if the file does not say.
	Date time.Time
	// Licence is the short name of the data's licence, "" if it is not known.
	Licence string
}

// Note is the line to print: "IP locations: IPFire Location, 2026-06-25, CC BY-SA 4.0".
func (i Info) Note() string { return "IP locations: " + i.Details() }

// Details is the source with its date and licence: "IPFire Location, 2026-06-25, CC BY-SA 4.0".
func (i Info) Details() string {
	parts := []string{i.Source, "undated"}
	if !i.Date.IsZero() {
		parts[1] = i.Date.UTC().Format(time.DateOnly)
	}
	if i.Licence != "" {
		parts = append(parts, i.Licence)
	}
	return strings.Join(parts, ", ")
}

// Age is the time from Date to now. Data without a date are older than any limit.
func (i Info) Age(now time.Time) time.Duration {
	// Sub saturates, so a zero Date gives the longest duration there is.
	return now.Sub(i.Date)
}
