package normalize

import (
	"regexp"
	"strings"
	"testing"
)

func fieldsOfMatch(t *testing.T, pattern, text string) (map[string]string, bool) {
	t.Helper()
	p, err := parsePattern(pattern, newTypes())
	if err != nil {
		t.Fatal(err)
	}
	var m machine
	_, captures, ok := m.match(newGraph([]*parsed{p}), text, nil)
	if !ok {
		return nil, false
	}
	got := make(map[string]string)
	for _, c := range captures {
		got[c.field.name] = c.text
	}
	return got, true
}

func TestMatch(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{"a", "a", ""},
		{"a", "ab", "no"},
		{"", "", ""},
		{"%{x:text}", "", "x="},
		{"%{x:word}", "", "no"},
		{"%{x:word} %{y:text}", "a b c", "x=a y=b c"},
		{"%{x:text} %{y:word}", "a b c", "x=a b y=c"},
		{"%{x:word}:", "a:b:", "x=a:b"},
		{"%{x:int}", "-12", "x=-12"},
		{"%{x:int}", "12a", "no"},
		{"%{x:int}2", "12", "no"}, // a number is never cut
		{"%{x:port}", "65536", "no"},
		{"%{x:ip}", "192.0.2.1", "x=192.0.2.1"},
		{"%{x:ip}: %{y:int}", "192.0.2.1: 11", "x=192.0.2.1 y=11"},
		{"%{x:ip}:%{y:int}", "2001:db8::1:22", "x=2001:db8::1 y=22"},
		{"%{x:ip}", "1.2.3", "no"},
		{"%{x:mac}", "00-1b:21:aA:0:01", "no"},
		{"%{x:mac}", "00-1b-21-aA-00-01", "x=00-1b-21-aA-00-01"},
		{`%{x:quoted} b`, `"a \" a" b`, `x="a \" a"`},
		{"[[a]]b", "b", ""},
		{"[[a%{x:int} ]]b", "a1 b", "x=1"},
		{"[[a%{x:int} ]]b", "b", ""},
		{"[[a%{x:int} ]]a%{y:int} c", "a1 c", "y=1"},
		{"[[[%{x:int}]]]: %{y:text}", "[7]: z", "x=7 y=z"},
		{"[[[%{x:int}]]]: %{y:text}", ": z", "y=z"},
		{"a[[ [[b]]]]", "a ", ""},
		{"(a|ab)c", "abc", ""},
		{"(a|b)%{x:text}", "bc", "x=c"},
		{`\(\[\[\%\{\]\]\)`, "([[%{]])", ""},
		{"%{x:word?} %{y:int?}", "- -", ""},
		{"%{x:word?} %{y:int?}", "-a 5", "x=-a y=5"},
		{"%{-:word} %{x:word}", "a b", "x=b"},
		{"re:(?P<x__ip>[0-9.]+)", "192.0.2.1", "x=192.0.2.1"},
		{"re:(?P<x__ip>[0-9.]+)", "1.2.3", "no"}, // what an expression takes is a value of its type too
		{"re:(?P<x__int>.*)", "7a", "no"},
		{"re:(?P<x__word>.*)", "", "no"},
		{"re:(?P<source_dot_port__int>[0-9]+)/(?P<y>.*)", "22/tcp", "source.port=22 y=tcp"},
	} {
		got, ok := fieldsOfMatch(t, c.pattern, c.text)
		want, matches := map[string]string{}, c.want != "no"
		if matches && c.want != "" {
			for _, pair := range regexp.MustCompile(`(?:^| )([a-z.]+)=`).FindAllStringSubmatchIndex(c.want, -1) {
				rest := c.want[pair[1]:]
				if next := regexp.MustCompile(` [a-z.]+=`).FindStringIndex(rest); next != nil {
					rest = rest[:next[0]]
				}
				want[c.want[pair[2]:pair[3]]] = rest
			}
		}
		if ok != matches || len(got) != len(want) {
			t.Errorf("%q on %q: %v %v, want %v", c.pattern, c.text, ok, got, c.want)
			continue
		}
		for k, v := range want {
			if got[k] != v {
				t.Errorf("%q on %q: %s is %q, want %q", c.pattern, c.text, k, got[k], v)
			}
		}
	}
}

// However hostile the text, the steps grow no faster than its length.
func TestMatchIsLinear(t *testing.T) {
	for _, c := range []struct{ pattern, unit string }{
		{"Failed %{m:word} for %{u:text} from %{h:host} port %{p:port} ssh2", " from 1.2.3.4 port 22 ssh"},
		{"%{a:text} %{b:text} %{c:text} %{d:text}!", "a "},
		{"%{a:text}[[ b]]%{c:text}[[ d]]%{e:text}!", " b d"},
		{"%{a:word}%{b:word}%{c:word}%{d:word}!", "x"},
		{"%{a:ip}:%{b:ip}:%{c:int}!", "1:"},
	} {
		steps := func(n int) int {
			p, err := parsePattern(c.pattern, newTypes())
			if err != nil {
				t.Fatal(err)
			}
			var m machine
			m.match(newGraph([]*parsed{p, p}), "Failed password for "+strings.Repeat(c.unit, n), nil)
			return m.steps
		}
		if small, large := steps(200), steps(2000); large > 12*small+1000 {
			t.Errorf("%q: %d steps for 200 units, %d for 2000", c.pattern, small, large)
		}
	}
}

// The matcher gives what RE2 gives for the same pattern: same answer, same captures.
func FuzzMatchIsRE2(f *testing.F) {
	f.Add([]byte("\x00a\x05\x03 \x05"), "a b c")
	f.Add([]byte{5, 0, ' ', 6, 9, 0, 'b'}, "b b a")
	f.Fuzz(func(t *testing.T, recipe []byte, text string) {
		if len(recipe) > 24 || len(text) > 40 {
			return
		}
		// RE2 steps by characters, we by bytes; they are the same in ASCII.
		text = strings.Map(func(r rune) rune { return r & 0x7f }, text)
		pattern, expr := randomPattern(recipe, false)
		p, err := parsePattern(pattern, newTypes())
		if err != nil {
			t.Fatalf("%q: %v", pattern, err)
		}
		re := regexp.MustCompile(`(?s)\A(?:` + expr + `)\z`)
		want := re.FindStringSubmatchIndex(text)
		var captures []capture
		for i, f := range p.fields {
			if want != nil && want[2*i+2] >= 0 {
				captures = append(captures, capture{&f, text[want[2*i+2]:want[2*i+3]]})
			}
		}
		for _, from := range []int{0, memoFrom} { // remembering from the first step on changes nothing
			m := machine{early: from}
			_, got, ok := m.match(newGraph([]*parsed{p}), text, nil)
			if ok != (want != nil) || !same(got, captures) {
				t.Fatalf("%q on %q: %v %v, RE2 %v", pattern, text, ok, got, captures)
			}
		}
	})
}

// randomPattern builds the same pattern in our language and, unless it has typed fields, in RE2's.
func randomPattern(recipe []byte, typed bool) (ours, re2 string) {
	var a, b strings.Builder
	fields, depth := 0, 0
	justOpened := false
	for _, c := range recipe {
		opened := false
		kind := c % 10
		if typed {
			kind = c % 12
		}
		switch kind {
		case 10, 11:
			types := []string{"int", "host", "port?", "ip", "int?", "name", "word?", "mac"}
			a.WriteString("%{f" + string(rune('a'+fields)) + ":" + types[int(c/12)%len(types)] + "}")
			fields++
		case 0, 1, 2:
			a.WriteByte('a')
			b.WriteByte('a')
		case 3:
			a.WriteByte(' ')
			b.WriteByte(' ')
		case 4, 5:
			a.WriteString("%{f" + string(rune('a'+fields)) + ":text}")
			b.WriteString("(.*)")
			fields++
		case 6:
			a.WriteString("%{f" + string(rune('a'+fields)) + ":word}")
			b.WriteString("([^ \t]+)")
			fields++
		case 7:
			a.WriteString("(a|b|ab)")
			b.WriteString("(?:a|b|ab)")
		case 8:
			if depth < 3 {
				a.WriteString("[[x")
				b.WriteString("(?:x")
				depth++
				opened = true
			}
		case 9:
			if depth > 0 && !justOpened {
				a.WriteString("]]b")
				b.WriteString(")?b")
				depth--
			}
		}
		justOpened = opened
	}
	for range depth {
		a.WriteString("]]b")
		b.WriteString(")?b")
	}
	return a.String(), b.String()
}
