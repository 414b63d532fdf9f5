package pylogsparser

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"ops/internal/strictyaml"
	"ops/logviz/normalize"
)

// callback adds what a callback does of a tag to a pattern: as a transform if one does the same, else as a script.
func (x *export) callback(out *normalize.Pattern, p *pattern, i int, s *step) {
	field := x.field(p.tags[i].name)
	add := func(t normalize.Transform) { out.Transform = append(out.Transform, located(t)) }
	values, brackets := x.values(p, i), false
	for k, v := range values {
		values[k] = strings.Trim(v, "[]")
		brackets = brackets || values[k] != v
	}
	if format := x.dateFormat(s, values); format != "" {
		if brackets {
			add(normalize.Transform{Strip: &normalize.Strip{Field: normalize.Fields{field}, Chars: "[]"}})
		}
		add(normalize.Transform{Date: &normalize.Date{Field: field, Format: format}})
		return
	}
	if strings.Contains(s.source, "urlparse.urlparse(value)") && !slices.ContainsFunc(s.tags(), func(t string) bool { return !strings.HasPrefix(t, "url_") }) {
		add(normalize.Transform{URL: normalize.Fields{field}})
		return
	}
	if m := x.table(s, field); m != nil {
		add(normalize.Transform{Map: m})
		return
	}
	x.addScript(add, s, field, p.tags[i].line)
}

// final adds what a callback does after every pattern.
func (x *export) final(d *normalize.Definition, s *step, line int) {
	add := func(t normalize.Transform) { d.Transform = append(d.Transform, located(t)) }
	if fingerprint(s.source) != stripAllPrint {
		x.addScript(add, s, "", line)
		return
	}
	var fields []string
	for _, p := range x.normalizer.patterns {
		for i, t := range p.tags {
			if f := x.field(t.name); !temporary(t.name) && typeOf(f, t) == "" && (p.table != nil || p.groups[i] >= 0) {
				fields = append(fields, f)
			}
		}
	}
	slices.Sort(fields)
	for _, f := range slices.Compact(fields) {
		add(normalize.Transform{Strip: &normalize.Strip{Field: normalize.Fields{f}}})
	}
}

func (x *export) addScript(add func(normalize.Transform), s *step, field string, line int) {
	text, lost, err := x.script(s, field)
	if err != nil {
		if !x.told[s.name] {
			x.problem(line, "callback %s is left out: %v", s.name, err)
		}
		x.told[s.name] = true
		return
	}
	if lost && !x.told[s.name] {
		x.note(line, "callback %s: what it does in except is lost; where its try fails, the event is tagged transform_error", s.name)
		x.told[s.name] = true
	}
	add(normalize.Transform{Script: &strictyaml.Located[string]{Value: text}})
}

// values are what the examples hold of a tag.
func (x *export) values(p *pattern, i int) []string {
	var out []string
	for _, e := range p.examples {
		if p.table != nil {
			if at, columns := slices.Index(p.table.columns, p.tags[i].substitute), p.table.split(e.text); at >= 0 && at < len(columns) {
				out = append(out, columns[at])
			}
		} else if at := p.expression.find(e.text); at != nil && at[2*p.groups[i]] >= 0 {
			out = append(out, e.text[at[2*p.groups[i]]:at[2*p.groups[i]+1]])
		}
	}
	return out
}

// dateForm is a form of stamps: what the transform date calls it, and how package time writes it.
type dateForm struct{ format, layout string }

func dateForms() []dateForm {
	return []dateForm{
		{"rfc3164", time.Stamp},
		{"%d/%b/%Y:%H:%M:%S", "02/Jan/2006:15:04:05"},
		{"clf", "02/Jan/2006:15:04:05 -0700"},
		{"%Y-%m-%d %H:%M:%S", time.DateTime},
		{"%Y-%m-%d %H:%M:%S,%f", "2006-01-02 15:04:05,000"},
		{"%Y-%m-%d %H:%M:%S.%f", "2006-01-02 15:04:05.000"},
		{"%Y-%m-%d %H:%M:%S%z", "2006-01-02 15:04:05-07"},
		{"%Y-%m-%d\t%H:%M:%S", "2006-01-02\t15:04:05"},
		{"%Y.%m.%d %H:%M:%S", "2006.1.2 15:04:05"},
		{"%b %d %Y %H:%M:%S", "Jan _2 2006 15:04:05"},
		{"ctime", time.ANSIC},
		{"%a %b %d %H:%M:%S %Y", "Mon Jan 2 15:04:05 2006"},
		{"%m/%d/%Y %H:%M:%S", "01/02/2006 15:04:05"},
		{"%m/%d/%y, %H:%M:%S", "01/02/06, 15:04:05"},
		{"%y%m%d %H:%M:%S", "060102 15:04:05"},
		{"%d-%b-%Y %H:%M:%S.%f", "02-Jan-2006 15:04:05.000"},
		{"%d-%b-%Y %H:%M:%S", "02-Jan-2006 15:04:05"},
		{"rfc3339", "2006-01-02T15:04:05.000Z07:00"},
		{"rfc3339", time.RFC3339},
		{"epoch", "epoch"},
	}
}

func (f dateForm) write(t time.Time) string {
	if f.layout == "epoch" {
		return strconv.FormatInt(t.Unix(), 10)
	}
	return t.Format(f.layout)
}

func (f dateForm) reads(s string) bool {
	if f.layout == "epoch" {
		_, err := strconv.ParseFloat(s, 64)
		return err == nil
	}
	_, err := time.Parse(f.layout, s)
	fraction := func(s string) string { // which package time reads anywhere
		rest := strings.TrimRight(s, "0123456789Z:+-")
		if i := len(rest) - 1; i >= 0 && (rest[i] == '.' || rest[i] == ',') {
			return rest[i:]
		}
		return ""
	}
	return err == nil && fraction(s) == fraction(f.layout)
}

// dateFormat is the form of the stamps that a callback reads, if that is all it does. Of several forms the one that the
// values have is meant.
func (x *export) dateFormat(s *step, values []string) string {
	forms, known := x.dates[s]
	if !known {
		forms = s.dateForms()
		x.dates[s] = forms
	}
	for _, f := range forms {
		if !slices.ContainsFunc(values, func(v string) bool { return !f.reads(v) }) {
			return f.format
		}
	}
	if len(forms) > 0 {
		return forms[0].format
	}
	return ""
}

// dateForms tries which forms of stamps a callback reads: of each it must make the right moment, and nothing else.
func (s *step) dateForms() []dateForm {
	if s.run == nil || !strings.Contains(s.source, "date") {
		return nil
	}
	w := &world{now: time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC), zone: time.UTC}
	return slices.DeleteFunc(dateForms(), func(f dateForm) bool {
		for _, t := range []time.Time{
			time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC),
			time.Date(2026, 12, 30, 23, 59, 58, 0, time.UTC),
			time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC),
		} {
			log := starlark.NewDict(1)
			err := s.run.call(w, starlark.String(f.write(t)), log)
			v, _, _ := log.Get(starlark.String("date"))
			if m, ok := v.(moment); err != nil || log.Len() != 1 || !ok || !m.t.UTC().Equal(t) {
				return true
			}
		}
		return false
	})
}

// momentAsISO is a moment of an example as ours are written.
func momentAsISO(text string) string {
	for _, layout := range []string{"2006-01-02 15:04:05-07:00", time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Format(time.RFC3339Nano)
		}
	}
	return text
}

// table recognizes a callback that looks a value up: names = {…}; log["x"] = names.get(value, "y").
func (x *export) table(s *step, field string) *normalize.Map {
	lines, err := logicalLines(s.source)
	if err != nil || len(lines) != 2 {
		return nil
	}
	names, get := lines[0].tokens, lines[1].tokens
	if len(names) < 4 || names[1] != "=" || names[2] != "{" || names[len(names)-1] != "}" || len(get) < 10 {
		return nil
	}
	want := []string{"log", "[", get[2], "]", "=", names[0], ".", "get", "(", "value"}
	if !slices.Equal(get[:10], want) {
		return nil
	}
	to, ok := constant(get[2])
	if !ok {
		return nil
	}
	m := &normalize.Map{Field: field, To: x.field(to), Values: map[string]any{}}
	switch {
	case len(get) == 11 && get[10] == ")":
	case len(get) == 13 && get[10] == "," && get[12] == ")":
		text, ok := constant(get[11])
		if !ok || text == "" {
			return nil
		}
		m.Default = text
	default:
		return nil
	}
	v, err := evaluate((&writer{}).expression(names[2:], scope{}))
	dict, ok := v.(*starlark.Dict)
	if err != nil || !ok {
		return nil
	}
	for _, item := range dict.Items() {
		key, ok := starlark.AsString(item[0])
		value, ok2 := starlark.AsString(item[1])
		if !ok || !ok2 {
			return nil
		}
		m.Values[key] = value
	}
	return m
}

// constant is the text of a token that is a string.
func constant(token string) (string, bool) {
	if !isString(token) {
		return "", false
	}
	v, err := evaluate([]string{literal(token)})
	if err != nil {
		return "", false
	}
	return starlark.AsString(v)
}

func evaluate(tokens []string) (starlark.Value, error) {
	thread := &starlark.Thread{Name: "constant"}
	thread.SetMaxExecutionSteps(maxSteps)
	return starlark.EvalOptions(&syntax.FileOptions{}, thread, "constant", strings.Join(tokens, " "), nil)
}

// script writes a callback as a script of package normalize: Starlark that changes the dict event, without what
// callbacks can import. lost tells that except clauses were left away.
func (x *export) script(s *step, field string) (text string, lost bool, err error) {
	lines, err := logicalLines(s.source)
	if err != nil {
		return "", false, err
	}
	block, rest, err := nest(lines)
	if err != nil {
		return "", false, err
	}
	if len(rest) > 0 {
		return "", false, errors.New("a line is indented less than the first")
	}
	block, lost = withoutTry(block)
	w := &scriptWriter{export: x, numbers: kinds(lines)}
	name := identifier(s.name)
	if field == "" {
		w.out.WriteString("def " + name + "():\n")
	} else {
		w.out.WriteString("def " + name + "(value):\n")
	}
	w.block(block, 1)
	if w.err != nil {
		return "", lost, w.err
	}
	if field == "" {
		w.out.WriteString(name + "()\n")
	} else {
		fmt.Fprintf(&w.out, "if %q in event:\n  %s(event[%q])\n", field, name, field)
	}
	for _, h := range helpers() {
		if strings.Contains(w.out.String(), h.name+"(") {
			text += h.text
		}
	}
	text += w.out.String()
	options := &syntax.FileOptions{TopLevelControl: true, GlobalReassign: true}
	_, _, err = starlark.SourceProgramOptions(options, s.name, text, func(name string) bool { return name == "event" })
	if err != nil {
		return "", lost, fmt.Errorf("a script cannot say it: %w", unplaced(err))
	}
	return text, lost, nil
}

func identifier(name string) string {
	name = strings.ReplaceAll(cleanName(name), ".", "_")
	if name[0] <= '9' {
		name = "f_" + name
	}
	return name
}

// withoutTry puts the body of a try in its place, and what stands in else and finally behind it. A try that is there for
// what is no number asks for that instead; of others what stands in except is lost.
func withoutTry(block []statement) (out []statement, lost bool) {
	asked := false // the try before became an if
	for i, s := range block {
		inner, some := withoutTry(s.body)
		lost = lost || some
		switch key := s.keyword(); {
		case key == "try":
			number := numberIn(inner)
			if asked = number != "" && i+1 < len(block) && block[i+1].keyword() == "except"; asked {
				out = append(out, statement{[]string{"if", "is_number", "(", number, ")", ":"}, inner})
			} else {
				out = append(out, inner...)
			}
		case key == "except" && asked:
			out = append(out, statement{[]string{"else", ":"}, inner})
			asked = false
		case key == "except":
			lost = true
		case key == "finally", key == "else" && i > 0 && slices.Contains([]string{"try", "except"}, block[i-1].keyword()):
			out = append(out, inner...)
		default:
			if s.body != nil {
				s.body = inner
			}
			out = append(out, s)
		}
	}
	return out, lost
}

// numberIn is the name that a block takes for a whole number, "" if there is none.
func numberIn(block []statement) string {
	for _, s := range block {
		for i, t := range s.tokens {
			if (t == "int" || t == "long") && i+3 < len(s.tokens) && s.tokens[i+1] == "(" && isName(s.tokens[i+2]) && s.tokens[i+3] == ")" {
				return s.tokens[i+2]
			}
		}
	}
	return ""
}

// helper is a function that a script brings along where it needs it.
type helper struct{ name, text string }

func helpers() []helper {
	return []helper{
		{"hex", "def hex(n):\n  return \"0x%x\" % n\n"},
		{"is_number", "def is_number(text):\n  return text.strip().lstrip(\"+-\").isdigit()\n"},
		{"unix_time", "def unix_time(filetime):\n  return filetime // 10000000 - 11644473600\n"},
	}
}

// kinds says of the names in a callback whether they are given whole numbers or others, as far as that can be seen.
func kinds(lines []line) map[string]string {
	out := map[string]string{}
	for _, l := range lines {
		t := l.tokens
		if len(t) > 3 && t[1] == "=" && t[3] == "(" {
			switch t[2] {
			case "int", "long", "len", "float":
				out[t[0]] = t[2]
			}
		}
	}
	return out
}

// scriptWriter writes statements with the log's tags as fields of the event.
type scriptWriter struct {
	export  *export
	out     strings.Builder
	numbers map[string]string
	err     error
}

func (w *scriptWriter) block(block []statement, depth int) {
	if len(block) == 0 {
		w.line(depth, "pass")
	}
	for _, s := range block {
		tokens := s.tokens
		switch s.keyword() {
		case "global":
			tokens = []string{"pass"}
		case "raise":
			tokens = raised(w.expression(tokens[1:]))
		case "del":
			if tokens = w.expression(tokens[1:]); len(tokens) == 4 && tokens[0] == "event" {
				tokens = []string{"event", ".", "pop", "(", tokens[2], ",", "None", ")"}
			} else {
				w.err = errors.New("it uses del")
			}
		default:
			tokens = w.expression(tokens)
		}
		w.line(depth, tokens...)
		if s.body != nil {
			w.block(s.body, depth+1)
		}
	}
}

// line writes tokens with the blanks that people put between them.
func (w *scriptWriter) line(depth int, tokens ...string) {
	w.out.WriteString(strings.Repeat("  ", depth))
	for i, t := range tokens {
		if i > 0 && spaced(tokens[i-1], t) {
			w.out.WriteByte(' ')
		}
		w.out.WriteString(t)
	}
	w.out.WriteByte('\n')
}

func spaced(before, t string) bool {
	switch {
	case strings.ContainsAny(t[:1], ",.:)]}") && len(t) == 1, strings.ContainsAny(before[:1], ".([{") && len(before) == 1:
		return false
	case t == "(" || t == "[":
		return !isName(before) && before != ")" && before != "]" || slices.Contains([]string{"in", "and", "or", "not", "if", "elif", "return", "else"}, before)
	}
	return true
}

// expression rewrites the tokens of a line.
func (w *scriptWriter) expression(tokens []string) []string {
	in := (&writer{}).expression(tokens, scope{})
	var out []string
	for i := 0; i < len(in); i++ {
		rest := in[i:]
		member := i > 0 && in[i-1] == "."
		switch t := in[i]; {
		case t == "log" && !member:
			n, access := w.access(rest)
			if n == 0 {
				w.err = errors.New("it uses the log as a whole, and a script has fields only")
				return out
			}
			out = append(out, access...)
			i += n - 1
		case isString(t) && len(rest) > 2 && rest[1] == "in" && rest[2] == "log":
			text, _ := constant(t)
			out = append(out, strconv.Quote(w.export.field(text)), "in", "event")
			i += 2
			if len(rest) > 6 && slices.Equal(rest[3:7], []string{".", "keys", "(", ")"}) {
				i += 4
			}
		case t == "extras" && len(rest) > 2 && rest[2] == "winUTC2UnixTimestamp":
			out = append(out, "unix_time")
			i += 2
		case t == "long" && !member:
			out = append(out, "int")
		case t == "unicode" && !member:
			out = append(out, "str")
		case t == "xrange" && !member:
			out = append(out, "range")
		case t == "/":
			out = append(out, w.division(out))
		default:
			out = append(out, t)
		}
	}
	return out
}

// access writes log["x"], log.get("x" and log.has_key("x") for the field; n is how many tokens it read.
func (w *scriptWriter) access(in []string) (n int, out []string) {
	named := func(token string) (string, bool) {
		text, ok := constant(token)
		return strconv.Quote(w.export.field(text)), ok && text != "raw" && text != "_timezone" // which no event has yet
	}
	switch {
	case len(in) > 3 && in[1] == "[" && in[3] == "]":
		if quoted, ok := named(in[2]); ok {
			return 4, []string{"event", "[", quoted, "]"}
		}
	case len(in) > 4 && in[1] == "." && in[2] == "get" && in[3] == "(":
		if quoted, ok := named(in[4]); ok {
			return 5, []string{"event", ".", "get", "(", quoted}
		}
	case len(in) > 5 && in[1] == "." && in[2] == "has_key" && in[3] == "(":
		if quoted, ok := named(in[4]); ok {
			return 6, []string{"(", quoted, "in", "event", ")"}
		}
	}
	return 0, nil
}

// division is the operator for what a / means behind tokens: between whole numbers it drops the rest.
func (w *scriptWriter) division(before []string) string {
	last := before[len(before)-1]
	kind := w.numbers[last]
	if last == ")" {
		depth := 0
		for i := len(before) - 1; i >= 0; i-- {
			switch before[i] {
			case ")":
				depth++
			case "(":
				depth--
			}
			if depth == 0 {
				if i > 0 {
					kind = before[i-1]
				}
				break
			}
		}
	}
	switch kind {
	case "int", "long", "len":
		return "//"
	case "float":
		return "/"
	}
	w.err = fmt.Errorf("it divides %s, which may be a whole number or not", last)
	return "/"
}
