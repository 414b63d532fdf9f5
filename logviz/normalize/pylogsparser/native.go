package pylogsparser

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.starlark.net/starlark"
)

// callback is the code of a callback.
type callback interface {
	call(w *world, value starlark.Value, log *starlark.Dict) error
}

// native is a callback in Go.
type native func(w *world, value string, log *starlark.Dict) error

func (f native) call(w *world, value starlark.Value, log *starlark.Dict) error {
	text, _ := starlark.AsString(value)
	return f(w, text, log)
}

// fingerprint names a source whatever its indentation.
func fingerprint(source string) string {
	var lines []string
	for line := range strings.Lines(source) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:8])
}

// inGo is the same callback in Go, for the few that nearly every line passes through. They are known by their
// source, so that one that was changed runs as it was changed.
func inGo(source string) (native, bool) {
	f, ok := map[string]native{
		"3c459a4a264e6abb": priority,
		"a09cf6d3a922307e": bsdDate,
		"c86df922f2248dec": clfDate(),
		stripAllPrint:      stripAll,
	}[fingerprint(source)]
	return f, ok
}

// stripAllPrint is the fingerprint of stripAll.
const stripAllPrint = "41c37f8036d94afe"

// priority splits the number that a syslog message starts with.
func priority(_ *world, value string, log *starlark.Dict) error {
	n, err := strconv.Atoi(strings.TrimSpace(value))
	if err != nil || n < 0 || n > 23*8+7 {
		return errors.New("facility or severity is out of range")
	}
	facilities := [...]string{
		"kernel", "user", "mail", "daemon", "auth", "syslog", "print", "news", "uucp", "ntp", "secure", "ftp", "ntp", "audit", "alert", "ntp",
		"local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
	}
	severities := [...]string{"emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"}
	set(log, "facility", starlark.String(facilities[n/8]))
	set(log, "severity", starlark.String(severities[n%8]))
	set(log, "facility_code", starlark.String(strconv.Itoa(n/8)))
	set(log, "severity_code", starlark.String(strconv.Itoa(n%8)))
	return nil
}

// bsdDate reads a stamp without a year: it is of the reference's year, or of the one before if that lies more than a
// minute after the reference.
func bsdDate(w *world, value string, log *starlark.Dict) error {
	if len(value) < 15 {
		return errors.New("a stamp is too short")
	}
	now := naive(w.now, w.zone)
	t, err := atoms(now.t.Year(), value[:3], value[4:6], value[7:9], value[10:12], value[13:15])
	if err != nil {
		return err
	}
	stamp := t
	if zone, ok := read(log, "_timezone"); ok {
		stamp, now = naive(placed(t, zoneNamed(zone)), time.UTC).t, naive(w.now, time.UTC)
	}
	if stamp.After(now.t.Add(time.Minute)) {
		if t.Month() == time.February && t.Day() == 29 {
			return errors.New("the year before has no 29 February")
		}
		t = t.AddDate(-1, 0, 0)
	}
	set(log, "date", moment{t, false})
	return nil
}

// atoms makes a moment of its parts as text.
func atoms(year int, month string, rest ...string) (time.Time, error) {
	values := []int{year, monthNumber(month), 0, 0, 0, 0, 0}
	for i, s := range rest {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return time.Time{}, errors.New("no such stamp")
		}
		values[2+i] = n
	}
	m, err := makeMoment(values, time.UTC, false)
	if err != nil {
		return time.Time{}, err
	}
	return m.t, nil
}

// monthNumber is 0 for what is no month.
func monthNumber(name string) int {
	for m := time.January; m <= time.December; m++ {
		if m.String()[:3] == name {
			return int(m)
		}
	}
	return 0
}

// clfDate reads the stamp of an access log, without its zone.
func clfDate() native {
	stamp := regexp.MustCompile(`([0-9]+)/([a-zA-Z]+)/([0-9]+):([0-9]+):([0-9]+):([0-9]+)`)
	return func(_ *world, value string, log *starlark.Dict) error {
		m := stamp.FindStringSubmatch(value)
		if m == nil {
			return errors.New("no such stamp")
		}
		year, err := strconv.Atoi(m[3])
		if err != nil {
			return errors.New("no such year")
		}
		t, err := atoms(year, m[2], m[1], m[4], m[5], m[6])
		if err == nil {
			set(log, "date", moment{t, false})
		}
		return err
	}
}

// stripAll takes the white space off every tag.
func stripAll(_ *world, _ string, log *starlark.Dict) error {
	for _, item := range log.Items() {
		if s, ok := item[1].(starlark.String); ok {
			if stripped := strings.TrimSpace(string(s)); stripped != string(s) {
				if err := log.SetKey(item[0], starlark.String(stripped)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
