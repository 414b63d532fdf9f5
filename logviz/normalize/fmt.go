package normalize

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"ops/internal/strictyaml"
)

// Format writes a definition's file in the one order and indentation, with its comments. Values stay as they are written,
// in whatever style. It does not change what the file means, which is checked: a file that it cannot format so, as one
// with several documents, is refused.
func Format(file string, data []byte) ([]byte, error) {
	if _, err := Parse(file, data); err != nil {
		return nil, err
	}
	out := layOut(data)
	again := layOut(out)
	for range 4 { // a comment may have found its place only now
		if bytes.Equal(out, again) {
			break
		}
		out, again = again, layOut(again)
	}
	if !bytes.Equal(out, again) || !sameMeaning(file, data, out) || !slices.Equal(commentsOf(data), commentsOf(out)) {
		return nil, fmt.Errorf("%s: cannot be formatted without changing its meaning, probably since it has anchors or values over several lines; write these plainly", file)
	}
	return out, nil
}

func layOut(data []byte) []byte {
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\uFEFF"), "\r\n", "\n")
	f := &formatter{}
	f.mapping(splitLines(text), 0, topKeys())
	return []byte(strings.TrimRight(f.out.String(), "\n") + "\n")
}

// schemaKeys is the order of the keys of a mapping, and what stands below them.
type schemaKeys struct {
	order []string
	below map[string]*schemaKeys
}

func topKeys() *schemaKeys {
	tests := &schemaKeys{order: []string{"line", "reference", "zone", "no-match", "expect", "exact", "absent"}}
	patterns := &schemaKeys{
		order: []string{"name", "pattern", "set", "next", "transform", "accept", "tests"},
		below: map[string]*schemaKeys{"tests": tests},
	}
	decode := &schemaKeys{order: []string{"format", "require", "fields", "tests"}, below: map[string]*schemaKeys{"tests": tests}}
	return &schemaKeys{
		order: []string{"kind", "name", "description", "versions", "stage", "field", "when", "zone", "set", "accept", "decode", "patterns", "transform"},
		below: map[string]*schemaKeys{"patterns": patterns, "decode": decode},
	}
}

// formatter writes blocks of lines.
type formatter struct{ out strings.Builder }

func splitLines(text string) []string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t")
	}
	return lines
}

func indentOf(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

func isComment(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " "), "#") }

// entry is a key with its value, or an item of a list: the comments before it and its lines.
type entry struct {
	key   string
	lead  []string // comments and blank lines
	lines []string
}

// entries cuts lines where those of the smallest indentation begin.
func entries(lines []string, isStart func(string) bool) (out []entry, tail []string) {
	base := -1
	for _, line := range lines {
		if line != "" && !isComment(line) {
			base = indentOf(line)
			break
		}
	}
	var lead []string
	for _, line := range lines {
		switch {
		case line == "" || isComment(line) && (len(out) == 0 || indentOf(line) <= base):
			lead = append(lead, line)
		case indentOf(line) == base && isStart(line[base:]):
			out = append(out, entry{lead: lead, lines: []string{line}})
			lead = nil
		case len(out) == 0:
			lead = append(lead, line)
		default: // goes on; what looked like the next one's lead was within
			last := &out[len(out)-1]
			last.lines = append(append(last.lines, lead...), line)
			lead = nil
		}
	}
	return out, lead
}

func (f *formatter) mapping(lines []string, indent int, keys *schemaKeys) {
	all, tail := entries(lines, func(s string) bool { return keyOf(s) != "" })
	for i := range all {
		all[i].key = keyOf(strings.TrimLeft(all[i].lines[0], " "))
	}
	// What stands above the first key, such as a licence, stays above.
	var head []string
	if len(all) > 0 && indent == 0 {
		head, all[0].lead = all[0].lead, nil
	}
	f.lead(head, indent)
	slices.SortStableFunc(all, func(a, b entry) int { return keys.rank(a.key) - keys.rank(b.key) })
	for i := range all {
		f.lead(all[i].lead, indent)
		f.entry(&all[i], indent, keys)
	}
	f.lead(tail, indent)
}

func (k *schemaKeys) rank(key string) int {
	if i := slices.Index(k.order, key); i >= 0 {
		return i
	}
	return len(k.order)
}

// keyOf returns the key that a line begins with, without quotes, "" if there is none.
func keyOf(line string) string {
	key, rest, ok := strings.Cut(line, ":")
	if !ok || rest != "" && rest[0] != ' ' || key == "" || strings.ContainsAny(key, " {[") || strings.HasPrefix(key, "-") {
		return ""
	}
	return strings.Trim(key, `"'`)
}

func (f *formatter) lead(lines []string, indent int) {
	for i, line := range lines {
		if line = strings.TrimLeft(line, " "); line == "" {
			if i == 0 || strings.TrimLeft(lines[i-1], " ") != "" { // one blank line is enough
				f.out.WriteByte('\n')
			}
			continue
		}
		f.line(line, indent)
	}
}

func (f *formatter) line(text string, indent int) {
	f.out.WriteString(strings.Repeat(" ", indent) + text + "\n")
}

func (f *formatter) entry(e *entry, indent int, keys *schemaKeys) {
	first := strings.TrimLeft(e.lines[0], " ")
	f.line(first, indent)
	below := keys.below[e.key]
	if below == nil || strings.TrimSpace(strings.TrimPrefix(first, e.key+":")) != "" {
		f.shift(e.lines[1:], indent+2)
		return
	}
	for _, line := range e.lines[1:] {
		if line != "" && !isComment(line) {
			if strings.HasPrefix(strings.TrimLeft(line, " "), "-") {
				f.list(e.lines[1:], indent+2, below)
			} else {
				f.mapping(e.lines[1:], indent+2, below)
			}
			return
		}
	}
	f.shift(e.lines[1:], indent+2)
}

// shift moves lines so that the leftmost stands at the indentation.
func (f *formatter) shift(lines []string, indent int) {
	least := -1
	for _, line := range lines {
		if n := indentOf(line); line != "" && (least < 0 || n < least) {
			least = n
		}
	}
	for _, line := range lines {
		if line == "" {
			f.out.WriteByte('\n')
		} else {
			f.line(line[least:], indent)
		}
	}
}

// list writes a list of mappings.
func (f *formatter) list(lines []string, indent int, keys *schemaKeys) {
	items, tail := entries(lines, func(s string) bool { return strings.HasPrefix(s, "-") })
	for _, item := range items {
		f.lead(item.lead, indent)
		first := strings.TrimLeft(item.lines[0], " ")
		body := strings.TrimLeft(first[1:], " ")
		if keyOf(body) == "" { // an item in flow style, or of one line
			f.line("- "+body, indent)
			f.shift(item.lines[1:], indent+2)
			continue
		}
		// The item as a mapping of its own, whose first line then gets the dash.
		at := indentOf(item.lines[0]) + len(first) - len(body)
		own := append([]string{strings.Repeat(" ", at) + body}, item.lines[1:]...)
		inner := &formatter{}
		inner.mapping(own, indent+2, keys)
		text := inner.out.String()
		if rest := text[indent+2:]; !strings.HasPrefix(rest, "#") {
			f.out.WriteString(strings.Repeat(" ", indent) + "- " + rest)
			continue
		}
		// A comment stands before the key that is now the first: it goes before the dash.
		for strings.HasPrefix(strings.TrimLeft(text, " "), "#") {
			line, rest, _ := strings.Cut(text, "\n")
			f.line(strings.TrimLeft(line, " "), indent)
			text = rest
		}
		f.out.WriteString(strings.Repeat(" ", indent) + "- " + text[indent+2:])
	}
	f.lead(tail, indent)
}

// sameMeaning reports whether two files have the same values.
func sameMeaning(file string, a, b []byte) bool {
	var x, y any
	return strictyaml.Decode(file, a, &x) == nil && strictyaml.Decode(file, b, &y) == nil && reflect.DeepEqual(x, y)
}

// commentsOf returns the comments that have a line of their own, in sorted order: none may be lost.
func commentsOf(data []byte) []string {
	var out []string
	for line := range bytes.Lines(data) {
		if text := strings.TrimSpace(string(line)); strings.HasPrefix(text, "#") {
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return out
}
