package audit

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	for name, c := range map[string]struct{ plain, escaped string }{
		"nothing":                  {"", ""},
		"plain":                    {"rsync --server . /srv/data", "rsync --server . /srv/data"},
		"quotes stay":              {`a "b" 'c'`, `a "b" 'c'`},
		"letters of all languages": {"ä ß 漢字 🙂 é", "ä ß 漢字 🙂 é"},
		"backslash":                {`a\nb`, `a\\nb`},
		"line feed":                {"a\nb", `a\x0ab`},
		"carriage return":          {"a\rb", `a\x0db`},
		"NUL":                      {"a\x00b", `a\x00b`},
		"escape":                   {"\x1b[2J", `\x1b[2J`},
		"delete":                   {"\x7f", `\x7f`},
		"C1 control":               {"\u0085\u009b", `\u0085\u009b`},
		"not UTF-8":                {"\xff\xc3", `\xff\xc3`},
		"overlong slash":           {"\xc0\xaf", `\xc0\xaf`},
		"surrogate":                {"\xed\xa0\x80", `\xed\xa0\x80`},
		"the replacement itself":   {"\ufffd", "\ufffd"},
		"right to left":            {"\u202e\u2066", `\u202e\u2066`},
		"no width":                 {"\u200b\u200d\ufeff\u034f", `\u200b\u200d\ufeff\u034f`},
		"selector of a variant":    {"\ufe0f\U000e0101", `\ufe0f\U000e0101`},
		"line separator":           {"\u2028\u2029", `\u2028\u2029`},
		"space that is none":       {"\u00a0\u3000", `\u00a0\u3000`},
		"blank letter":             {"\u3164\u2800", `\u3164\u2800`},
		"tag":                      {"\U000e0041", `\U000e0041`},
		"private use":              {"\ue000", `\ue000`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Escape(c.plain); got != c.escaped {
				t.Errorf("Escape(%q) = %q, want %q", c.plain, got, c.escaped)
			}
			if got, err := Unescape(c.escaped); got != c.plain || err != nil {
				t.Errorf("Unescape(%q) = %q %v", c.escaped, got, err)
			}
		})
	}
}

func TestUnescapeRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"backslash at the end":      `a\`,
		"unknown letter":            `a\n`,
		"half a byte":               `\x0`,
		"no digits":                 `\xzz`,
		"sign in the digits":        `\u+041`,
		"a letter that needs none":  `\x41`,
		"capital digits":            `\x0A`,
		"long form of a short one":  `\u000a`,
		"raw line feed":             "a\nb",
		"raw escape":                "\x1b",
		"raw right to left":         "\u202e",
		"above Unicode":             `\U00110000`,
		"surrogate":                 `\ud800`,
		"UTF-8 put together by hex": `\xc3\xa4`,
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := Unescape(text); err == nil {
				t.Errorf("Unescape(%q) = %q", text, got)
			}
		})
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"abc", 3, "abc"},
		{"abcdef", 5, "ab…"},
		{"ääää", 6, "ä…"},
		{"ääää", 7, "ää…"},
		{"\xff\xff\xff\xff\xff\xff", 5, "\xff\xff…"},
		{"abcdef", 0, "…"},
		{"🙂🙂", 5, "…"},
	} {
		if got := cut(c.text, c.limit); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", `\`, `\\x41`, "\xff\u202e\x1b", "a\xc3", "\U0010ffff", `\u202e`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		escaped := Escape(text)
		if !utf8.ValidString(escaped) || strings.ContainsFunc(escaped, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("Escape(%q) = %q, which does not print", text, escaped)
		}
		if back, err := Unescape(escaped); back != text || err != nil {
			t.Errorf("Unescape(Escape(%q)) = %q %v", text, back, err)
		}
		// Whatever Unescape accepts has one form.
		if plain, err := Unescape(text); err == nil && Escape(plain) != text {
			t.Errorf("%q was accepted and is %q again", text, Escape(plain))
		}
	})
}
