package timelapse

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Language is that of the words, numbers and dates on a film. The zero Language is [English].
type Language int

// The languages.
const (
	English Language = iota
	German
	Spanish
	French
)

// Languages lists all languages.
func Languages() []Language { return []Language{English, German, Spanish, French} }

// String returns the ISO 639-1 code, which [ParseLanguage] reads.
func (l Language) String() string {
	switch l {
	case English:
		return "en"
	case German:
		return "de"
	case Spanish:
		return "es"
	case French:
		return "fr"
	}
	return fmt.Sprintf("Language(%d)", int(l))
}

// ParseLanguage reads "en", "de", "es" or "fr".
func ParseLanguage(s string) (Language, error) {
	var known []string
	for _, l := range Languages() {
		if s == l.String() {
			return l, nil
		}
		known = append(known, l.String())
	}
	return 0, fmt.Errorf("language %q: not known (%s)", s, strings.Join(known, ", "))
}

// phrases is what a language says. A text with %s takes values; of two forms the first is for one.
type phrases struct {
	title, titleOfRegion, subtitle, meaning string
	origin                                  string // at the foot of the page: of the places and of the map

	fading, within, soFar, whole string // above the legend: what its colours count
	perStep, peak                string // above the course of the day: "Failed attempts per minute", "peak 105 at 14:15"
	from                         string // "10 Dec to 12 Dec"

	failed, failedSoFar, sources, countries, accepted [2]string
	acceptedLast                                      string
	unplaced                                          [2]string
	elsewhere                                         string
	topCountries, topAccounts                         string
	noName, others                                    string

	units     [4]unit // second, minute, hour, day
	zeroIsOne bool    // zero of a thing is written as one thing

	months, shortMonths [12]string
	weekdays            [7]string // from Sunday
	longDate, shortDate string    // with WEEKDAY, DAY, MONTH and YEAR
	firstOfMonth        string    // the number of the first day

	group, decimal string    // between three digits, and before a fraction
	ungrouped      int       // numbers up to so many digits stay in one piece
	thousands      [6]string // 10³, 10⁶, … 10¹⁸
}

// unit is a unit of time.
type unit struct {
	one, many string // "minute", "minutes"
	span      string // the plural behind "in about" and the like, where a language inflects it
	per       string // "per minute": where the number is one, nobody says it
	last      string // and what stands above the legend for a window of one
}

func (l Language) phrases() *phrases {
	switch l {
	case German:
		return german()
	case Spanish:
		return spanish()
	case French:
		return french()
	case English:
	}
	return english()
}

// Note returns what [Options.Note] may say: where the places of the addresses come from, and where the map does.
func (l Language) Note(places, world string) string {
	return fmt.Sprintf(l.phrases().origin, places, world)
}

// plural returns the form for n things.
func (p *phrases) plural(n int64, forms [2]string) string {
	if n == 1 || n == 0 && p.zeroIsOne {
		return forms[0]
	}
	return forms[1]
}

// figure writes a count with its digits in groups: 1,234,567.
func (p *phrases) figure(n int64) string {
	s := strconv.FormatInt(n, 10)
	digits := strings.TrimPrefix(s, "-")
	var b strings.Builder
	b.WriteString(s[:len(s)-len(digits)])
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 && len(digits) > p.ungrouped {
			b.WriteString(p.group)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// shortFigure writes a count in a few characters, rounded down: 950, 12.3k, 4.56m, 1.44bn.
func (p *phrases) shortFigure(n int64) string {
	for i := len(p.thousands) - 1; i >= 0; i-- {
		size := int64(1000)
		for range i {
			size *= 1000
		}
		if n < size {
			continue
		}
		whole := strconv.FormatInt(n/size, 10)
		decimals := max(0, 3-len(whole))
		part := strconv.FormatInt(n%size/(size/1000), 10)
		part = strings.TrimRight(("000" + part)[len(part):][:decimals], "0")
		if part != "" {
			whole += p.decimal + part
		}
		return whole + p.thousands[i]
	}
	return strconv.FormatInt(n, 10)
}

// measure finds the largest unit of which a duration is a whole number; ok is false for fractions of a second.
func (p *phrases) measure(d time.Duration) (n int64, u *unit, ok bool) {
	sizes := [4]time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour}
	if d >= time.Minute && d%time.Second != 0 {
		d = d.Round(time.Minute)
	}
	for i := len(sizes) - 1; i >= 0; i-- {
		if i == 3 && d <= 48*time.Hour {
			continue // "24 hours" is what a day of attacks is called
		}
		if d >= sizes[i] && d%sizes[i] == 0 {
			return int64(d / sizes[i]), &p.units[i], true
		}
	}
	return 0, nil, false
}

// period writes a duration in words: "24 hours", "15 minutes", "90 seconds".
func (p *phrases) period(d time.Duration) string {
	n, u, ok := p.measure(d)
	if !ok {
		return d.String()
	}
	return p.figure(n) + " " + p.plural(n, [2]string{u.one, u.many})
}

// span writes a duration as it stands behind "in about".
func (p *phrases) span(d time.Duration) string {
	n, u, ok := p.measure(d)
	if !ok {
		return d.String()
	}
	return p.figure(n) + " " + p.plural(n, [2]string{u.one, u.span})
}

// lastOnes says what the colours count whose window is d.
func (p *phrases) lastOnes(d time.Duration) string {
	n, u, ok := p.measure(d)
	if ok && n == 1 {
		return u.last
	}
	return fmt.Sprintf(p.within, p.span(d))
}

// per writes a step as a rate: "per minute", "per 5 minutes".
func (p *phrases) per(step time.Duration) string {
	n, u, ok := p.measure(step)
	if ok && n == 1 {
		return u.per
	}
	per, _, _ := strings.Cut(p.units[0].per, " ")
	return per + " " + p.period(step)
}

// date writes a date by one of the two forms.
func (p *phrases) date(t time.Time, form string) string {
	month := p.months[t.Month()-1]
	if form == p.shortDate {
		month = p.shortMonths[t.Month()-1]
	}
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = p.firstOfMonth
	}
	return strings.NewReplacer(
		"WEEKDAY", p.weekdays[t.Weekday()], "DAY", day, "MONTH", month, "YEAR", strconv.Itoa(t.Year()),
	).Replace(form)
}
