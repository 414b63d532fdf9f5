package request

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A wake-up sooner than MinWake could pass before the machine sleeps, and it would then sleep for good; one later than
// MaxWake is past what a clock on a mainboard can hold.
const (
	MinWake = time.Minute
	MaxWake = 365 * 24 * time.Hour
)

// maxWord bounds what is quoted back in an error, in bytes.
const maxWord = 40

// Request is one checked wish of a client.
type Request struct {
	Verb   Verb
	WakeAt time.Time     // wake by the clock at this moment, in UTC; zero for none
	WakeIn time.Duration // or after this time from now, in whole seconds; zero for none
}

// Parse reads the words of a client:
//
//	VERB [--wake-at=TIME | --wake-at TIME]
//
// TIME is a moment as in RFC 3339 with seconds and zone ("2027-01-04T06:55:00Z") or "+" and a number of seconds from
// now, in decimal without leading zeros. Whether the moment is far enough away is seen when it is acted upon, by Wake.
// An error says what to write instead; Parse then returns the zero Request.
func Parse(words []string) (Request, error) {
	if len(words) == 0 {
		return Request{}, fmt.Errorf("power: no verb; use one of %s", names())
	}
	verb, ok := ParseVerb(words[0])
	if !ok {
		return Request{}, fmt.Errorf("power: unknown verb %s; use one of %s", quote(words[0]), names())
	}
	r := Request{Verb: verb}
	if len(words) == 1 {
		return r, nil
	}
	value, joined := strings.CutPrefix(words[1], "--wake-at=")
	switch {
	case joined && len(words) == 2:
	case words[1] == "--wake-at" && len(words) == 3:
		value = words[2]
	case words[1] == "--wake-at" && len(words) == 2:
		return Request{}, fmt.Errorf("power %s: --wake-at has no time; write --wake-at=+3600 or an RFC 3339 time", verb)
	default:
		return Request{}, fmt.Errorf("power %s: unexpected argument %s; only one --wake-at=TIME may follow the verb", verb,
			quote(words[len(words)-1]))
	}
	if !verb.Acts() || verb == Reboot {
		return Request{}, fmt.Errorf("power %s: --wake-at is for suspend, hibernate and poweroff", verb)
	}
	var err error
	if r.WakeIn, r.WakeAt, err = parseWake(value); err != nil {
		return Request{}, fmt.Errorf("power %s: %w", verb, err)
	}
	return r, nil
}

func parseWake(value string) (time.Duration, time.Time, error) {
	if digits, relative := strings.CutPrefix(value, "+"); relative {
		n, err := strconv.ParseUint(digits, 10, 32)
		if err != nil || strconv.FormatUint(n, 10) != digits {
			return 0, time.Time{}, fmt.Errorf("--wake-at %s is not + and whole seconds, such as +3600", quote(value))
		}
		in := time.Duration(n) * time.Second
		if in < MinWake || in > MaxWake {
			return 0, time.Time{}, fmt.Errorf("--wake-at %s is out of range; use +%d to +%d", quote(value),
				int(MinWake.Seconds()), int(MaxWake.Seconds()))
		}
		return in, time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, value)
	// A fraction is accepted by the time package though the layout has none; the clock of a mainboard has whole seconds.
	if err != nil || at.Nanosecond() != 0 || strings.ContainsAny(value, ".,") || at.UTC().Year() < 1970 || at.UTC().Year() > 9999 {
		return 0, time.Time{}, fmt.Errorf("--wake-at %s is not a time; write it as 2027-01-04T06:55:00Z or +3600", quote(value))
	}
	return 0, at.UTC(), nil
}

// Wake returns the moment to wake at, seen from now, or the zero time if none is wanted. It is an error if that is
// sooner than MinWake or later than MaxWake from now.
func (r Request) Wake(now time.Time) (time.Time, error) {
	at := r.WakeAt
	if r.WakeIn != 0 {
		at = now.Add(r.WakeIn)
	}
	if at.IsZero() {
		return at, nil
	}
	if in := at.Sub(now); in < MinWake || in > MaxWake {
		return time.Time{}, fmt.Errorf("power %s: --wake-at %s is not between a minute and a year from now (%s)", r.Verb,
			at.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return at.UTC(), nil
}

// Words is the request in its one spelling, for the arguments of the program that acts; Parse reads it back.
func (r Request) Words() []string {
	switch {
	case r.WakeIn != 0:
		return []string{string(r.Verb), "--wake-at=+" + strconv.FormatInt(int64(r.WakeIn/time.Second), 10)}
	case !r.WakeAt.IsZero():
		return []string{string(r.Verb), "--wake-at=" + r.WakeAt.UTC().Format(time.RFC3339)}
	}
	return []string{string(r.Verb)}
}

func names() string {
	all := Verbs()
	list := make([]string, len(all))
	for i, v := range all {
		list[i] = string(v)
	}
	return strings.Join(list, ", ")
}

// quote makes a client's word safe and short enough for an error. A verb is ASCII, so that a letter that looks like another
// one shows.
func quote(word string) string {
	if len(word) > maxWord {
		word = word[:maxWord] + "..."
	}
	return strconv.QuoteToASCII(word)
}
