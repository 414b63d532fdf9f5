package terminal

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// environment is an env function over a list of NAME=VALUE.
func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for _, pair := range pairs {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

// openTerminal returns the program's side of a pseudo terminal of the given width.
func openTerminal(t *testing.T, width uint16) *os.File {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	err = errors.Join(err, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0),
		unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: width}))
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	return slave
}

func TestIsTerminal(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if !IsTerminal(openTerminal(t, 100)) {
		t.Error("a pseudo terminal is not taken for a terminal")
	}
	for name, stream := range map[string]any{"buffer": new(bytes.Buffer), "null": null, "nil": nil} {
		if IsTerminal(stream) {
			t.Errorf("%s is taken for a terminal", name)
		}
	}
}

func TestWidth(t *testing.T) {
	tty := openTerminal(t, 123)
	cases := []struct {
		name    string
		stream  any
		columns string
		want    int
	}{
		{"the terminal's", tty, "", 123},
		{"COLUMNS goes first", tty, "COLUMNS=50", 50},
		{"COLUMNS without terminal", new(bytes.Buffer), "COLUMNS=50", 50},
		{"wrong COLUMNS", tty, "COLUMNS=wide", 123},
		{"no COLUMNS", tty, "COLUMNS=0", 123},
		{"absurd COLUMNS", tty, "COLUMNS=999999999", 10_000},
		{"nothing known", new(bytes.Buffer), "", 80},
		{"terminal without a size", openTerminal(t, 0), "", 80},
	}
	for _, c := range cases {
		if got := Width(c.stream, environment(c.columns)); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestStyleFollowsTheEnvironment(t *testing.T) {
	tty := openTerminal(t, 80)
	cases := []struct {
		name   string
		stream any
		env    []string
		want   bool
	}{
		{"terminal", tty, []string{"TERM=xterm"}, true},
		{"pipe", new(bytes.Buffer), []string{"TERM=xterm"}, false},
		{"dumb terminal", tty, []string{"TERM=dumb"}, false},
		{"no TERM", tty, nil, false},
		{"NO_COLOR", tty, []string{"TERM=xterm", "NO_COLOR=1"}, false},
		{"empty NO_COLOR", tty, []string{"TERM=xterm", "NO_COLOR="}, true},
		{"forced", new(bytes.Buffer), []string{"CLICOLOR_FORCE=1"}, true},
		{"forced off", new(bytes.Buffer), []string{"CLICOLOR_FORCE=0"}, false},
		{"NO_COLOR goes first", new(bytes.Buffer), []string{"CLICOLOR_FORCE=1", "NO_COLOR=1"}, false},
	}
	for _, c := range cases {
		if got := NewStyle(c.stream, environment(c.env...)).On(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestStylePaints(t *testing.T) {
	s := NewStyle(nil, environment("CLICOLOR_FORCE=1"))
	got := s.Bold("a") + s.Dim("b") + s.Red("c") + s.Green("d") + s.Yellow("e") + s.Blue("f") + s.Magenta("g") + s.Cyan("h")
	const want = "\x1b[1ma\x1b[0m\x1b[2mb\x1b[0m\x1b[31mc\x1b[0m\x1b[32md\x1b[0m" +
		"\x1b[33me\x1b[0m\x1b[34mf\x1b[0m\x1b[35mg\x1b[0m\x1b[36mh\x1b[0m"
	if got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got := s.Red("") + (Style{}).Red("x"); got != "x" {
		t.Errorf("got %q", got)
	}
}

func TestPrintable(t *testing.T) {
	cases := []struct{ in, want string }{
		{"", ""},
		{"plain ~text~", "plain ~text~"},
		{"Grüße, 世界 👍", "Grüße, 世界 👍"},
		{"\x1b[31mred\x1b]0;title\x07", `\x1b[31mred\x1b]0;title\x07`},
		{"a\r\n\tb\x00\x7f", `a\r\n\tb\x00\x7f`},
		{"\u009b31m", `\u009b31m`},
		{"\x9b31m", `\x9b31m`},
		{"a\xffb\xc3", `a\xffb\xc3`},
		{"\xed\xa0\x80", `\xed\xa0\x80`},
		{"\ufffd", "\ufffd"},
		{"user\u202etxt.exe", `user\u202etxt.exe`},
		{"\u2066\u2069\u200b\ufeff\u2028", `\u2066\u2069\u200b\ufeff\u2028`},
		{"\u00a0\u00ad\u3164", `\u00a0\u00ad\u3164`},
		{"\U000e0041", `\U000e0041`},
		{"e\u0301", "e\u0301"},
		{"e" + strings.Repeat("\u0301", 6), "e" + strings.Repeat("\u0301", 4) + `\u0301\u0301`},
		{`C:\new`, `C:\new`},
	}
	for _, c := range cases {
		if got := Printable(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

// FuzzPrintable: nothing that a terminal obeys comes out, valid text comes out, and once is enough.
func FuzzPrintable(f *testing.F) {
	for _, seed := range []string{"", "a\x1b[1m", "\xff\xfe", "\u202e", "世界", "e\u0301\u0301\u0301\u0301\u0301", "\U000e0041"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Printable(s)
		for _, char := range got {
			if !unicode.IsPrint(char) {
				t.Errorf("%q contains %U", got, char)
			}
		}
		if !utf8.ValidString(got) || Printable(got) != got {
			t.Errorf("%q of %q", got, s)
		}
	})
}

func TestCount(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234", -999: "-999",
		math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := Count(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 0: "0 s", 449 * time.Millisecond: "0.4 s", 9*time.Second + 999*time.Millisecond: "9.9 s",
		12 * time.Second: "12 s", 185 * time.Second: "3 min 05 s", 2*time.Hour + 7*time.Minute: "2 h 07 min",
		76*time.Hour + time.Minute: "3 d 4 h",
	} {
		if got := Span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

func TestColumnsAndCut(t *testing.T) {
	for s, want := range map[string]int{"abc": 3, "é": 1, "e\u0301": 1, "世界": 4, "👍": 2, "ｶ": 1, "Ａ": 2, "": 0} {
		if got := Columns(s); got != want {
			t.Errorf("Columns(%q) = %d, want %d", s, got, want)
		}
	}
	cases := []struct {
		in    string
		width int
		want  string
	}{
		{"abcdef", 6, "abcdef"},
		{"abcdef", 5, "abcd…"},
		{"世界世界", 5, "世界…"},
		{"世界世界", 4, "世…"},
		{"abc", 1, "…"},
		{"abc", 0, ""},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"},
	}
	for _, c := range cases {
		got := cut(c.in, c.width)
		if got != c.want || Columns(got) > c.width {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}

func TestTable(t *testing.T) {
	table := Table{Columns: []Column{{Title: "Country"}, {Title: "Attempts", Right: true}, {Title: "Account"}}}
	table.Row("中国", "1,234,567", "root\x1b[2J")
	table.Row("Côte d'Ivoire", "7", "")
	cases := []struct {
		width int
		want  string
	}{
		{0, `Country         Attempts  Account
中国           1,234,567  root\x1b[2J
Côte d'Ivoire          7
`},
		{30, `Country    Attempts  Account
中国      1,234,567  root\x1b…
Côte d'…          7
`},
		{5, `Count…   Attempts  Accou…
中国    1,234,567  root\…
Côte …          7
`},
	}
	for _, c := range cases {
		table.Width = c.width
		var out strings.Builder
		n, err := table.WriteTo(&out)
		if err != nil || n != int64(out.Len()) {
			t.Errorf("width %d: %d %v", c.width, n, err)
		}
		if out.String() != c.want {
			t.Errorf("width %d: got\n%swant\n%s", c.width, out.String(), c.want)
		}
	}
}

func TestTableOfWrongRows(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	(&Table{Columns: make([]Column, 2)}).Row("one")
}

// clock is a time that only the test moves.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) read() time.Time         { return c.now }
func (c *clock) advance(d time.Duration) { c.now = c.now.Add(d) }

func TestProgressOnATerminal(t *testing.T) {
	c := newClock()
	var out strings.Builder
	p := NewProgress(&out, Job{Label: "film", Unit: "frames", Total: 1440, Terminal: true, Now: c.read})
	for range 30 { // 30 steps of 50 ms: every second one is drawn
		c.advance(50 * time.Millisecond)
		p.Add(24)
	}
	p.Say("careful\x07")
	p.Set(1440)
	p.Finish()
	p.Finish()
	p.Add(1)
	text := out.String()
	if got := strings.Count(text, "\r\x1b[K"); got != 17 { // 15 redraws, Say, Finish
		t.Errorf("erased %d times, want 17: %q", got, text)
	}
	for _, want := range []string{
		"film: 0 of 1,440 frames, 0 %\r\x1b[K", // at once
		"film: 720 of 1,440 frames, 50 %, 1.5 s left\r\x1b[K",
		`careful\x07` + "\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %q", want, text)
		}
	}
	if want := "\r\x1b[Kfilm: 1,440 frames in 1.5 s\n"; !strings.HasSuffix(text, want) {
		t.Errorf("%q does not end in %q", text, want)
	}
}

func TestProgressFitsTheTerminal(t *testing.T) {
	c := newClock()
	var out strings.Builder
	NewProgress(&out, Job{
		Label: "世界\n.log", Unit: "lines", Total: 10, Terminal: true, Width: 20, Now: c.read,
		Style: NewStyle(nil, environment("CLICOLOR_FORCE=1")),
	})
	if want := "\x1b[1m世界\\n.log\x1b[0m: 0 of 1…"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestProgressWithoutATerminal(t *testing.T) {
	c := newClock()
	var out strings.Builder
	p := NewProgress(&out, Job{Label: "log", Unit: "lines", Total: 1000, Now: c.read})
	step := func(after time.Duration, n int64) { c.advance(after); p.Set(n) }
	step(time.Second, 500)       // too early
	step(9*time.Second, 501)     // a line
	step(10*time.Second, 600)    // too little
	step(time.Second, 601)       // a line
	step(5*time.Second, 999)     // too early
	step(100*time.Second, 1_000) // a line
	p.Finish()
	want := `log: 501 of 1,000 lines, 50 %, 9.9 s left
log: 601 of 1,000 lines, 60 %, 13 s left
log: 1,000 of 1,000 lines, 100 %
log: 1,000 lines in 2 min 06 s
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestProgressOfUnknownTotal(t *testing.T) {
	c := newClock()
	var out strings.Builder
	p := NewProgress(&out, Job{Label: "log", Unit: "lines", Now: c.read})
	for range 25 {
		c.advance(time.Second)
		p.Add(1000)
	}
	p.Finish()
	want := "log: 10,000 lines, 10 s\nlog: 20,000 lines, 20 s\nlog: 25,000 lines in 25 s\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestProgressStoppedAndSilent(t *testing.T) {
	c := newClock()
	var out strings.Builder
	p := NewProgress(&out, Job{Label: "film", Unit: "frames", Total: 1000, Now: c.read})
	p.Add(999)
	p.Finish()
	if want := "film: 999 of 1,000 frames, 99 %, stopped after 0 s\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	out.Reset()
	p = NewProgress(&out, Job{Label: "film", Total: 10, Terminal: true, Silent: true, Now: c.read})
	c.advance(time.Hour)
	p.Add(1)
	p.Say("nothing")
	p.Finish()
	if out.Len() != 0 {
		t.Errorf("silent progress printed %q", out.String())
	}
}

func TestProgressFromManyGoroutines(t *testing.T) {
	var out strings.Builder
	p := NewProgress(&out, Job{Label: "log", Unit: "lines", Total: 8000, Terminal: true, Now: time.Now})
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for range 1000 {
				p.Add(1)
			}
		})
	}
	workers.Wait()
	p.Finish()
	if !strings.Contains(out.String(), "log: 8,000 lines in ") {
		t.Errorf("got %q", out.String())
	}
}

func ExampleTable() {
	table := Table{Columns: []Column{{Title: "Country"}, {Title: "Attempts", Right: true}}}
	table.Row("China", Count(52113))
	table.Row("Iceland", Count(7))
	var out strings.Builder
	table.WriteTo(&out)
	fmt.Print(out.String())
	// Output:
	// Country  Attempts
	// China      52,113
	// Iceland         7
}
