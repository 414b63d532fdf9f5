package timelapse

import (
	"strings"
	"testing"
	"time"

	"ops/logviz"
)

func TestCaptions(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	rec := quietly(71, func(i int) int { return i % 3 })
	rec.Start, rec.Step = time.Date(2026, 3, 28, 23, 0, 0, 0, zone), time.Hour
	rec.Buckets[30].Accepted = 2
	rec.Buckets[30].Accounts = []logviz.Count{{Name: "-->\n\n00:00.000 --> 00:09.000", N: 1}}
	got := newFilm(t, rec, Options{FPS: 6}).WebVTT()
	want := `WEBVTT

00:00:00.000 --> 00:00:00.167
28 Mar 23:00–24:00: no failed attempt

00:00:00.167 --> 00:00:04.000
29 Mar 00:00–24:00: 24 failed attempts, most from China (24)

00:00:04.000 --> 00:00:08.000
30 Mar 00:00–24:00: 2 accepted logins. 24 failed attempts, most from China (24); --&gt;◆◆00:00.000 --&gt; 00:09… 4 %

00:00:08.000 --> 00:00:11.833
31 Mar 00:00–23:00: 22 failed attempts, most from China (22)
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The captions of a film follow each other without a gap and tell of every attempt.
func TestCaptionsCoverTheFilm(t *testing.T) {
	for _, test := range []struct {
		rec Recording
		o   Options
		n   int
	}{
		{testDay(), Options{}, 24},
		{testDay(), Options{FPS: 60}, 8},
		{part(testDay(), 37, 90), Options{}, 2},
		{part(testDay(), 37, 38), Options{}, 1},
		{quietly(3000, func(int) int { return 1 }), Options{FPS: 1}, 600},
	} {
		f := newFilm(t, test.rec, test.o)
		list, at := f.captions(), 0
		for _, c := range list {
			if c.from != at || c.to <= c.from || strings.TrimSpace(c.text) == "" {
				t.Errorf("caption %+v after %d", c, at)
			}
			at = c.to
		}
		if at != f.Len() || len(list) != test.n {
			t.Errorf("%d captions up to %d, want %d up to %d", len(list), at, test.n, f.Len())
		}
	}
}
