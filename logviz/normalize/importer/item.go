package importer

import (
	"regexp"
	"strings"
)

// item is one piece of a pattern that is to be written as a line with fields, or as an expression if some piece needs it.
type item struct {
	literal string // where re is empty
	field   string // "" to drop it
	typ     string // the type of ours that stands for it; empty if only an expression does
	re      string
	reType  string // what the expression's group gives, if not text
	dash    bool   // a lone "-" is no value
	rest    bool   // takes the rest of the text
}

// The expressions for what several kinds of file know.
const (
	reIPv4    = `(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])`
	reIPv6    = `[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]*[0-9A-Fa-f:]`
	reHost    = `[0-9A-Za-z_.:%-]+`
	reMAC     = `[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}`
	re3164    = `[A-Z][a-z]{2} (?: ?[0-9]|[0-9]{2})(?: [0-9]{4})? [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?`
	re3339    = `[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?`
	reInt     = `[+-]?[0-9]{1,18}`
	reFloat   = `[+-]?[0-9]+(?:\.[0-9]+)?`
	reText    = `(?s:.*)`
	reQuoted  = `"(?:[^"\\]|\\.)*"`
	reNoSpace = `[^ ]+`
)

// render writes items as a pattern. The second of two fields with one name is matched and dropped; again tells of it.
func render(items []item) (pattern string, again []string) {
	seen := make(map[string]bool)
	native := true
	for i := range items {
		it := &items[i]
		if it.field != "" && seen[it.field] {
			again = append(again, it.field)
			it.field = ""
		}
		seen[it.field] = true
		native = native && (it.re == "" || it.typ != "")
	}
	var b strings.Builder
	if !native {
		b.WriteString("re:")
	}
	var literal string
	flush := func() {
		if native {
			b.WriteString(plain(literal))
		} else {
			b.WriteString(regexp.QuoteMeta(literal))
		}
		literal = ""
	}
	for _, it := range items {
		if it.re == "" && it.typ == "" {
			literal += it.literal
			continue
		}
		flush()
		if native {
			b.WriteString(it.native())
		} else {
			b.WriteString(it.expression())
		}
	}
	flush()
	pattern = b.String()
	if native && strings.HasPrefix(pattern, "re:") {
		pattern = `\` + pattern
	}
	return pattern, again
}

func (it *item) native() string {
	field, typ := it.field, it.typ
	if field == "" {
		field = "-"
	}
	if it.dash {
		typ += "?"
	}
	return "%{" + field + ":" + typ + "}"
}

func (it *item) expression() string {
	if it.field == "" {
		return "(?:" + it.re + ")"
	}
	out := group(it.field, it.reType, it.re)
	if it.dash {
		return "(?:" + out + "|-)"
	}
	return out
}

// group writes a capturing group of an expression, whose name holds the field and its type. Such a name is of letters,
// digits and "_" only.
func group(field, typ, re string) string {
	name, at := strings.CutPrefix(field, "@")
	name = strings.ReplaceAll(strings.ReplaceAll(name, ".", "_dot_"), "-", "_")
	if at {
		name = "_at_" + name
	}
	if typ != "" {
		name += "__" + strings.ReplaceAll(typ, "-", "_")
	}
	return "(?P<" + name + ">" + re + ")"
}

// plain writes a text so that it stands for itself in a pattern.
func plain(s string) string {
	var b strings.Builder
	for i := range len(s) {
		next := byte(0)
		if i+1 < len(s) {
			next = s[i+1]
		}
		switch c := s[i]; {
		case c == '\\', c == '(', c == ')', c == '[' && (next == '[' || i > 0 && s[i-1] == '['), c == '%' && (next == '{' || next == 0):
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// samplesOf returns the texts of a comment that may be lines for the rule below it.
func samplesOf(comment []string) (out []string) {
	for _, text := range comment {
		text = strings.TrimPrefix(strings.TrimLeft(text, "#;"), " ")
		out = append(out, text, strings.TrimSpace(text))
		if _, rest, ok := strings.Cut(text, ": "); ok {
			out = append(out, strings.TrimSpace(rest))
		}
	}
	return out
}
