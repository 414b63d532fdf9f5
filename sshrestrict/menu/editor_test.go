package menu

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ops/sshrestrict/menu/keyboard"
)

// typist types bytes into an editor that draws on a virtual terminal, and collects the lines that were accepted.
type typist struct {
	*editor
	screen *virtual
	lines  []string
	left   bool
	faults []string
}

func newTypist(width int, complete func(string) (int, []string)) *typist {
	v := &virtual{width: width}
	p := &typist{editor: newEditor("> ", v, complete), screen: v}
	p.editor.screen.width, p.editor.screen.height = width, 500
	p.begin()
	return p
}

func (p *typist) fault(format string, args ...any) {
	p.faults = append(p.faults, fmt.Sprintf(format, args...))
}

func (p *typist) types(text string, drawAlways bool) {
	for key := range keyboard.Decode(text) {
		before := p.screen.y
		if key.Code == keyboard.Enter || key == (keyboard.Key{Code: keyboard.Control, Rune: 'c'}) {
			before = p.screen.y - p.editor.screen.row
		}
		how := p.press(key)
		switch how {
		case editing:
			if drawAlways {
				p.draw()
				p.compare(p.screen.y - p.editor.screen.row)
			}
			continue
		case accepted:
			p.compare(before)
			p.lines = append(p.lines, p.String())
		case left:
			p.left = true
			return
		}
		p.begin()
	}
	p.draw()
	p.compare(p.screen.y - p.editor.screen.row)
}

// compare holds what the terminal shows from a row on against the line.
func (p *typist) compare(from int) {
	want := "> " + p.String()
	if p.search != nil {
		want = "(search) " + p.search.query + ": " + p.String()
	}
	if got := p.screen.text(from); got != want {
		p.fault("shown is %q, and the line is %q", got, want)
	}
	if p.screen.fault != nil {
		p.fault("%v", p.screen.fault)
	}
}

func TestEditing(t *testing.T) {
	for name, c := range map[string]struct{ typed, want string }{
		"plain":                    {"abc\r", "abc"},
		"backspace":                {"abx\x7fc\r", "abc"},
		"left and right":           {"ac\x1b[Db\x1b[C\x1b[Cd\r", "abcd"},
		"home and end":             {"b\x01a\x05c\r", "abc"},
		"delete":                   {"xabc\x01\x1b[3~\r", "abc"},
		"ctrl-d in a line":         {"xabc\x01\x04\r", "abc"},
		"words":                    {"one three\x1bbtwo \r", "one two three"},
		"word right":               {"one three\x01\x1bf two\r", "one two three"},
		"ctrl-w":                   {"one x-y/z\x17two\r", "one two"},
		"alt-backspace":            {"one x-y\x1b\x7fz\r", "one x-z"},
		"alt-d":                    {"x abc\x01\x1bd\x1b[3~\r", "abc"},
		"ctrl-k and ctrl-y":        {"abc\x01\x0b\x19\x19\r", "abcabc"},
		"ctrl-u":                   {"xyz\x15abc\r", "abc"},
		"multi-byte":               {"é漢\x1b[Dx\r", "éx漢"},
		"combining":                {"e\u0301x\x7f\x7f\r", ""},
		"cursor over combining":    {"ae\u0301\x1b[Dx\r", "axe\u0301"},
		"a mark at the beginning":  {"\u0301a\r", "a"},
		"uncovering a mark":        {"e\u0301\x01\x1b[3~\r", ""},
		"too many marks":           {"e" + strings.Repeat("\u0301", 40) + "\r", "e" + strings.Repeat("\u0301", 4)},
		"control characters":       {"a\x00\x02\x06\x0e\x10\x14\x1a\x1c\x1d\x1e\x1fb\r", "ab"},
		"C1":                       {"a\u009b31mb\r", "a31mb"},
		"bidi":                     {"a\u202eb\r", "ab"},
		"zero width":               {"a\u200bb\r", "ab"},
		"a filler":                 {"a\u3164b\r", "ab"},
		"no-break space":           {"a\u00a0b\r", "ab"},
		"not UTF-8":                {"a\xff\xfeb\r", "ab"},
		"a private character":      {"a\ue000b\r", "ab"},
		"a tag":                    {"a\U000e0041b\r", "ab"},
		"ctrl-c":                   {"abc\x03def\r", "def"},
		"up":                       {"one\rtwo\r\x1b[A\x1b[A\r", "one two one"},
		"up and down":              {"one\rtwo\r\x1b[A\x1b[A\x1b[Bx\r", "one two twox"},
		"back to what was typed":   {"one\rtw\x1b[A\x1b[Bo\r", "one two"},
		"a line twice":             {"one\rone\r\x1b[A\x1b[A\x1b[A\r", "one one one"},
		"search":                   {"one\rtwo\rthree\r\x12o\r", "one two three two"},
		"search further":           {"one\rtwo\rthree\r\x12o\x12\r", "one two three one"},
		"search and edit":          {"one\rtwo\r\x12ne\x1b[D\x7f\r", "one two oe"},
		"search given up":          {"one\rab\x12ne\x07c\r", "one abc"},
		"search for nothing":       {"one\r\x12zz\r", "one "},
		"search, ctrl-c":           {"one\r\x12ne\x03two\r", "one two"},
		"search, backspace":        {"one\rtwo\r\x12nx\x7f\r", "one two one"},
		"search for an escape":     {"one\r\x12\x1b[31m\u202ene\r", "one one"},
		"many lines":               {"a\nb\r\nc\r", "a b  c"},
		"wide at the border":       {strings.Repeat("a", 17) + "漢x\r", strings.Repeat("a", 17) + "漢x"},
		"exactly the width":        {strings.Repeat("a", 18) + "\r", strings.Repeat("a", 18)},
		"long, edited at the head": {strings.Repeat("a", 100) + "\x01b\r", "b" + strings.Repeat("a", 100)},
		"ctrl-l":                   {"ab\x0cc\r", "abc"},
		"insert key and F keys":    {"a\x1b[2~\x1b[15~\x1bOPb\r", "ab"},
		"pasted with marks":        {"\x1b[200~ab\x1b[201~c\r", "abc"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, always := range []bool{true, false} {
				p := newTypist(20, nil)
				p.types(c.typed, always)
				if got := strings.Join(p.lines, " "); got != c.want || p.left {
					t.Errorf("got %q, want %q", got, c.want)
				}
				for _, fault := range p.faults {
					t.Error(fault)
				}
			}
		})
	}
}

func TestEnd(t *testing.T) {
	p := newTypist(20, nil)
	p.types("abc\r\x04def\r", true)
	if !p.left || len(p.lines) != 1 {
		t.Errorf("left %v after %q", p.left, p.lines)
	}
}

func TestCompletion(t *testing.T) {
	names := []string{"cat", "copy", "date", `a\ b`, `a\ c`, "folder/"}
	complete := func(line string) (int, []string) {
		start := strings.LastIndexByte(line, ' ') + 1
		if strings.HasSuffix(line[:start], `\ `) {
			start = strings.LastIndexByte(line[:start-2], ' ') + 1
		}
		var found []string
		for _, name := range names {
			if strings.HasPrefix(name, line[start:]) {
				found = append(found, name)
			}
		}
		return start, found
	}
	for typed, want := range map[string]string{
		"d\t": "date ", "c\t": "c", "c\t\t": "c", "x\t": "x", "ca\tx": "cat x", "a\t": `a\ `, "a\tb\t": `a\ b `, "d\x1b[D\t": "d",
		"fo\t": "folder/", "cat d\t": "cat date ", "\t": "",
	} {
		p := newTypist(40, complete)
		p.types(typed, true)
		if p.String() != want {
			t.Errorf("%q: %q, want %q", typed, p.String(), want)
		}
		for _, fault := range p.faults {
			t.Errorf("%q: %s", typed, fault)
		}
	}
	hostile := newTypist(40, func(string) (int, []string) { return 0, []string{"a\x1b[31m", "a\x1b[32m", "b\u202e"} })
	hostile.types("\t\t\r", true)
	if len(hostile.lines) != 1 || hostile.lines[0] != "" || hostile.screen.fault != nil {
		t.Errorf("%q %v", hostile.lines, hostile.screen.fault)
	}
	if shown := hostile.screen.text(0); !strings.Contains(shown, `a\x1b[31m`) {
		t.Errorf("shown: %q", shown)
	}
}

// A line that is longer than the window shows the rows around the cursor.
func TestLongLine(t *testing.T) {
	p := newTypist(10, nil)
	p.editor.screen.height = 5
	p.editor.types(t, strings.Repeat("abcdefghij", 10))
	if rows := len(p.screen.cells); rows > 5 {
		t.Errorf("%d rows", rows)
	}
	if p.screen.fault != nil {
		t.Error(p.screen.fault)
	}
	p.insert([]rune(strings.Repeat("x", maxTyped))...)
	if len(p.text) != 100 {
		t.Errorf("%d characters", len(p.text))
	}
}

func (e *editor) types(t *testing.T, text string) {
	t.Helper()
	for key := range keyboard.Decode(text) {
		if e.press(key) != editing {
			t.Fatalf("%v ended the line", key)
		}
		e.draw()
	}
}

// Whatever is typed, what is accepted is what was shown, and nothing else than our own sequences reaches the terminal.
func FuzzEditor(f *testing.F) {
	f.Add("abc\x1b[D\x17\x19\r\x12b\r", byte(20))
	f.Add("e\u0301漢字\x1bb\x0b\x19\x19\r\x1b[A\x1b[A\t\t", byte(7))
	f.Add("\x12a\x12\x7f\x07\x03\x04", byte(3))
	f.Fuzz(func(t *testing.T, typed string, width byte) {
		complete := func(line string) (int, []string) {
			return len(line), slices.Compact([]string{"x", "x" + typed[:min(len(typed), 3)], `\ ` + typed[:min(len(typed), 9)]})
		}
		for _, always := range []bool{true, false} {
			p := newTypist(int(width)%60+3, complete)
			p.types(strings.ReplaceAll(typed, "\x0c", ""), always) // Ctrl-L moves the rows, see TestEditing
			for _, fault := range p.faults {
				t.Fatal(fault)
			}
		}
	})
}
