package keys

import (
	"strings"
	"time"
)

// parseExpiry reads YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, each with Z or UTC behind it or in the zone of the machine;
// ssh-keygen(1), option -V. local is true for the latter. Like sshd it takes blanks for leading zeros and the 31st of a
// month of 30 days for the 1st of the next. Nothing before 1970 is valid.
func parseExpiry(s string, zone *time.Location) (at time.Time, local, ok bool) {
	local = true
	switch n := len(s); {
	case n > 1 && equalFold(s[n-1:], "z"):
		s, local = s[:n-1], false
	case n > 3 && equalFold(s[n-3:], "utc"):
		s, local = s[:n-3], false
	}
	if len(s) != 8 && len(s) != 12 && len(s) != 14 {
		return time.Time{}, local, false
	}
	s += "000000"[:14-len(s)]
	year, ok1 := field(s[:4], 0, 9999)
	month, ok2 := field(s[4:6], 1, 12)
	day, ok3 := field(s[6:8], 1, 31)
	hour, ok4 := field(s[8:10], 0, 23)
	minute, ok5 := field(s[10:12], 0, 59)
	second, ok6 := field(s[12:14], 0, 61)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 {
		return time.Time{}, local, false
	}
	at = time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if local {
		at = standardTime(at, zone)
	}
	return at.UTC(), local, at.Unix() > 0
}

// field reads a number that fills s, with blanks before it, as strptime(3) does.
func field(s string, least, largest int) (int, bool) {
	digits := strings.TrimLeft(s, " ")
	if digits == "" {
		return 0, false
	}
	n := 0
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' || i > 0 && n*10 > largest {
			return 0, false
		}
		n = n*10 + int(digits[i]-'0')
	}
	return n, least <= n && n <= largest
}

// standardTime reads the clock reading of wall in a zone. sshd always reads it as standard time: in summer its expiry comes
// one hour later than the clock on the wall says.
func standardTime(wall time.Time, zone *time.Location) time.Time {
	y, m, d := wall.Date()
	at := time.Date(y, m, d, wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	const (
		stride = 601200 * time.Second // with these, mktime(3) of glibc looks for a time of the wanted kind
		steps  = 64                   // more than a year
	)
	for n := range time.Duration(steps) {
		for _, near := range [2]time.Time{at.Add(-n * stride), at.Add(n * stride)} {
			if !near.IsDST() {
				_, offset := near.Zone()
				return wall.Add(-time.Duration(offset) * time.Second)
			}
		}
	}
	return at
}

// formatExpiry writes a time for expiry-time=, in UTC, so that it means the same on every machine.
func formatExpiry(at time.Time) string { return at.UTC().Format("20060102150405") + "Z" }
