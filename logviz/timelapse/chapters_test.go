package timelapse

import (
	"encoding/json"
	"fmt"
	"image"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ops/logviz"
)

func titles(f *Film) []string {
	var list []string
	for _, c := range f.chapters() {
		list = append(list, fmt.Sprintf("%d %s", c.from, c.title))
	}
	return list
}

func TestChaptersOfADay(t *testing.T) {
	want := []string{
		"0 00:00",
		"190 Peak at 03:28: 60 per minute, most from Russia",
		"417 Peak at 07:07: 74 per minute, most from Singapore",
		"512 First accepted login, 08:32",
		"564 Peak at 09:45: 98 per minute, most from China",
		"844 Peak at 14:15: 105 per minute, most from Netherlands",
		"1131 Peak at 19:11: 69 per minute, most from Brazil",
	}
	if got := titles(newFilm(t, testDay(), Options{})); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// quietly returns a recording with the given number of attempts in each bucket.
func quietly(n int, failed func(i int) int) Recording {
	rec := Recording{Start: time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC), Step: time.Minute, Buckets: make([]logviz.Bucket, n)}
	for i := range rec.Buckets {
		if k := failed(i); k > 0 {
			rec.Buckets[i] = logviz.Bucket{Failed: k, Countries: []logviz.Count{{Name: "CN", N: k}}}
		}
	}
	return rec
}

func TestPeaks(t *testing.T) {
	for _, test := range []struct {
		name   string
		failed func(i int) int
		want   []int // onsets
	}{
		{"nothing", func(int) int { return 0 }, nil},
		{"steady", func(int) int { return 20 }, nil},
		{"a few attempts", func(i int) int { return i % 400 / 399 }, nil},
		{"one burst in silence", func(i int) int { return 9 * (1 - min(1, max(i-700, 700-i)/30)) }, []int{671}},
		{"two that are too near are one", func(i int) int {
			return 5 + 40*(1-min(1, max(i-700, 700-i)/10)) + 50*(1-min(1, max(i-740, 740-i)/10))
		}, []int{731}},
		{"a shoulder is no peak", func(i int) int {
			switch {
			case i >= 500 && i < 520:
				return 90
			case i >= 520 && i < 700:
				return 70
			}
			return 10
		}, []int{499}},
	} {
		var got []int
		for _, p := range newFilm(t, quietly(1440, test.failed), Options{}).peaks() {
			got = append(got, p.onset)
		}
		if len(got) != len(test.want) {
			t.Errorf("%s: peaks begin at %v, want %v", test.name, got, test.want)
			continue
		}
		for i := range got {
			if max(got[i]-test.want[i], test.want[i]-got[i]) > 5 {
				t.Errorf("%s: peaks begin at %v, want about %v", test.name, got, test.want)
			}
		}
	}
	many := newFilm(t, quietly(5000, func(i int) int { return 5 + 50*(1-min(1, i%250/20)) }), Options{}).peaks()
	if len(many) != mostPeaks {
		t.Errorf("%d peaks, want %d", len(many), mostPeaks)
	}
}

// Each day of several begins a chapter, the first of 23 hours as well.
func TestChaptersOfDays(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	rec := quietly(71, func(int) int { return 3 })
	rec.Start, rec.Step = time.Date(2026, 3, 29, 0, 0, 0, 0, zone), time.Hour
	want := []string{"0 29 Mar 00:00", "23 Day 2: Monday, 30 March 2026", "47 Day 3: Tuesday, 31 March 2026"}
	if got := titles(newFilm(t, rec, Options{FPS: 5})); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What players are told is what the film says, whatever the names in it.
func TestNotesInVideo(t *testing.T) {
	t.Parallel()
	rec := part(testDay(), 480, 600)
	evil := `<b>&amp;{\\an8}--> #;=\x` + "\x1b\u202e\n"
	for i := range rec.Buckets {
		rec.Buckets[i].Accounts = []logviz.Count{{Name: evil, N: rec.Buckets[i].Failed}}
	}
	o := Options{Size: image.Pt(640, 360), Cards: true, Title: "A=day; #1 \\ <x>"}
	o.CountryName = func(code string) string { return "[CHAPTER];=#\\" + testName(code) }
	for _, ext := range []string{".mp4", ".webm"} {
		f := newFilm(t, rec, o)
		path := filepath.Join(t.TempDir(), "day"+ext)
		if err := f.WriteFile(t.Context(), path, nil); err != nil {
			t.Fatal(err)
		}
		r := f.reel()
		var probe struct {
			Chapters []struct {
				Start string `json:"start_time"`
				Tags  struct{ Title string }
			}
			Streams []struct {
				Codec       string `json:"codec_name"`
				Disposition struct{ Default int }
			}
		}
		out := output(t, "ffprobe", "-v", "error", "-show_chapters", "-show_streams", "-select_streams", "s", "-of", "json", path)
		if err := json.Unmarshal(out, &probe); err != nil {
			t.Fatal(err)
		}
		if len(probe.Streams) != 1 || probe.Streams[0].Disposition.Default != 0 {
			t.Errorf("%s: tracks of captions: %+v, want one that is off", ext, probe.Streams)
		}
		var got, want []string
		for _, c := range probe.Chapters {
			got = append(got, c.Start[:4]+" "+c.Tags.Title)
		}
		for _, c := range r.chapters() {
			want = append(want, fmt.Sprintf("%.6f", float64(c.from)/30)[:4]+" "+c.title)
		}
		if len(want) < 5 || !slices.Equal(got, want) {
			t.Errorf("%s: chapters\n%q\nwant\n%q", ext, got, want)
		}
		vtt := string(output(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:s", "-c", map[string]string{".mp4": "webvtt", ".webm": "copy"}[ext], "-f", "webvtt", "-"))
		for _, c := range r.captions() {
			text := c.text // which this ffmpeg does not escape
			if ext == ".webm" {
				text = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
			} else {
				text = plainCaptions().Replace(text)
			}
			if at := strings.Index(vtt, text+"\n"); at < 0 || !strings.HasSuffix(vtt[:at], vttTime(c.from)+" --> "+vttTime(c.to)+"\n") {
				t.Errorf("%s: no caption %q in\n%s", ext, text, vtt)
			}
		}
	}
}

// vttTime is when a picture of a short film is shown, at 30 a second.
func vttTime(picture int) string { return fmt.Sprintf("00:%06.3f", float64(picture)/30) }
