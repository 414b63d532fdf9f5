package terminal

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestBlocksFollowTheLocale(t *testing.T) {
	for _, c := range []struct {
		env   []string
		plain bool
	}{
		{nil, false},
		{[]string{"LANG=en_US.UTF-8"}, false},
		{[]string{"LANG=C.utf8"}, false},
		{[]string{"LANG=C"}, true},
		{[]string{"LANG=de_DE.ISO-8859-1"}, true},
		{[]string{"LANG=en_US.UTF-8", "LC_ALL=POSIX"}, true},
		{[]string{"LANG=C", "LC_CTYPE=C.UTF-8"}, false},
		{[]string{"LANG=C", "LC_ALL=", "LC_CTYPE=fr_FR.UTF-8"}, false},
	} {
		if got := NewBlocks(environment(c.env...)); got.plain != c.plain {
			t.Errorf("%v: plain is %v", c.env, got.plain)
		}
	}
}

func TestBar(t *testing.T) {
	var b Blocks
	for _, c := range []struct {
		n, most, width int
		want, plain    string
	}{
		{0, 10, 4, "", ""},
		{1, 1_000_000, 4, "▏", "#"},
		{1, 8, 1, "▏", "#"},
		{7, 8, 1, "▉", "#"},
		{8, 8, 1, "█", "#"},
		{5, 10, 4, "██", "##"},
		{9, 16, 2, "█▏", "#"},
		{99, 10, 4, "████", "####"},
		{1 << 62, 1 << 62, 3, "███", "###"},
		{1, 0, 4, "", ""},
		{1, 1, 0, "", ""},
	} {
		if got := b.Bar(c.n, c.most, c.width); got != c.want {
			t.Errorf("%d of %d in %d: %q, want %q", c.n, c.most, c.width, got, c.want)
		}
		if got := (Blocks{plain: true}).Bar(c.n, c.most, c.width); got != c.plain {
			t.Errorf("%d of %d in %d: %q, want %q", c.n, c.most, c.width, got, c.plain)
		}
	}
}

func TestCourse(t *testing.T) {
	values := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 1000}
	if got := (Blocks{}).Course(values[:9]); got != " ▂▃▄▅▆▇██" {
		t.Errorf("%q", got)
	}
	if got := (Blocks{}).Course(values); got != " ▁▁▁▁▁▁▁▁█" {
		t.Errorf("%q", got)
	}
	if got := (Blocks{plain: true}).Course(values); got != " ........@" {
		t.Errorf("%q", got)
	}
	if got := (Blocks{}).Course(nil); got != "" {
		t.Errorf("%q", got)
	}
}

func TestShades(t *testing.T) {
	var all, plain strings.Builder
	for _, n := range []int{0, 1, 5, 9, 10, 99, 100, 999, 1000, 5000} {
		all.WriteString(Blocks{}.Shade(ShadeOf(n, 1, 1000)))
		plain.WriteString(Blocks{plain: true}.Shade(ShadeOf(n, 1, 10)))
	}
	if got := all.String(); got != "·░░▒▒▓▓███" {
		t.Errorf("%q", got)
	}
	if got := plain.String(); got != ".-#@@@@@@@" {
		t.Errorf("%q", got)
	}
	if ShadeOf(3, 3, 3) != Shades || utf8.RuneCountInString(Blocks{}.Shade(9)) != 1 {
		t.Error("wrong ends")
	}
	for step := range Shades + 1 {
		if got, on := (Style{}).Heat("x", step), (Style{on: true}).Heat("x", step); got != "x" || step > 0 && on == "x" {
			t.Errorf("step %d: %q and %q", step, got, on)
		}
	}
}
