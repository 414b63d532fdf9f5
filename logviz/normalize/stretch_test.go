package normalize

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// A log read in pieces, each behind a guess, and again where the guess proves wrong, gives the times of one reading.
func TestStretches(t *testing.T) {
	engine := shippedEngine(t)
	o := Options{Reference: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 4))
		lines := yearless(random)
		var want []time.Time
		whole := engine.NewStream(o)
		for _, line := range lines {
			want = append(want, timeOf(whole, line))
		}

		var got []time.Time
		var previous time.Time
		wrong := 0
		stream := engine.NewStream(o)
		read := func(piece []string, guess time.Time) (times []time.Time, stretch *Stretch) {
			stream.Begin(guess)
			for _, line := range piece {
				times = append(times, timeOf(stream, line))
			}
			return times, stream.Stretch()
		}
		for rest := lines; len(rest) > 0; {
			n := 1 + random.IntN(min(5, len(rest)))
			guess := previous.AddDate(-random.IntN(3), 0, random.IntN(3))
			times, stretch := read(rest[:n], guess)
			if !stretch.Holds(previous) {
				wrong++
				times, stretch = read(rest[:n], previous)
				if !stretch.Holds(previous) {
					t.Fatalf("seed %d: what was read behind its own past does not hold there", seed)
				}
			}
			got, previous, rest = append(got, times...), stretch.Last(previous), rest[n:]
		}
		if !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Fatalf("seed %d, %d wrong guesses:\n%v\nand in one piece\n%v", seed, wrong, got, want)
		}
	}
}

// yearless makes lines that cross years, run backwards, miss their stamps, or have days that some years lack.
func yearless(random *rand.Rand) []string {
	at := time.Date(2022, 12, 20, 0, 0, 0, 0, time.UTC)
	var lines []string
	for range 5 + random.IntN(40) {
		at = at.Add(time.Duration(random.IntN(60*24)-100) * time.Hour)
		switch random.IntN(10) {
		case 0:
			lines = append(lines, "no stamp here")
		case 1:
			lines = append(lines, "Feb 29 10:00:00 host sshd[1]: Server listening on 0.0.0.0 port 22.")
		case 2:
			lines = append(lines, at.Format(time.RFC3339)+" host sshd[1]: Server listening on 0.0.0.0 port 22.")
		default:
			lines = append(lines, at.Format(time.Stamp)+fmt.Sprintf(" host sshd[%d]: Server listening on 0.0.0.0 port 22.", len(lines)))
		}
	}
	return lines
}

func timeOf(s *Stream, line string) time.Time {
	var r Record
	_ = s.Read(line, &r) // what is refused has no time
	return r.time.Time()
}

// What depends on more than a stretch remembers is read again.
func TestStretchForgets(t *testing.T) {
	stream := shippedEngine(t).NewStream(Options{Reference: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)})
	stream.Begin(time.Time{})
	for i := range 2 * maxAssumed {
		timeOf(stream, fmt.Sprintf("Feb 30 10:00:%02d host sshd[1]: x", i))
	}
	if stream.Stretch().Holds(time.Time{}) {
		t.Error("holds")
	}
}
