package timelapse

import (
	"strconv"
	"strings"
	"time"
)

// figure writes a count with commas: 1,234,567.
func figure(n int64) string {
	s := strconv.FormatInt(n, 10)
	digits := strings.TrimPrefix(s, "-")
	var b strings.Builder
	b.WriteString(s[:len(s)-len(digits)])
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}

// shortFigure writes a count in a few characters, rounded down: 950, 12.3k, 4.56m, 1.44bn.
func shortFigure(n int64) string {
	units := []struct {
		size int64
		name string
	}{{1e18, "×10¹⁸"}, {1e15, "×10¹⁵"}, {1e12, "tn"}, {1e9, "bn"}, {1e6, "m"}, {1e3, "k"}}
	for _, u := range units {
		if n < u.size {
			continue
		}
		whole := strconv.FormatInt(n/u.size, 10)
		decimals := max(0, 3-len(whole))
		part := strconv.FormatInt(n%u.size/(u.size/1000), 10)
		part = strings.TrimRight(("000" + part)[len(part):][:decimals], "0")
		if part != "" {
			whole += "." + part
		}
		return whole + u.name
	}
	return strconv.FormatInt(n, 10)
}

// plural returns the word for n things.
func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// period writes a duration in words: "24 hours", "15 minutes", "90 seconds".
func period(d time.Duration) string {
	for _, u := range []struct {
		size time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if u.name == "day" && d <= 48*time.Hour {
			continue // "24 hours" is what a day of attacks is called
		}
		if d >= u.size && d%u.size == 0 {
			n := int64(d / u.size)
			return figure(n) + " " + plural(n, u.name, u.name+"s")
		}
	}
	if d >= time.Minute {
		return period(d.Round(time.Minute))
	}
	return d.String()
}

// per writes a step as a rate: "per minute", "per 5 minutes".
func per(step time.Duration) string { return "per " + strings.TrimPrefix(period(step), "1 ") }
