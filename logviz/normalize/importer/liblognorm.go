package importer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"ops/logviz/normalize"
)

// Liblognorm reads a rulebase of liblognorm, version 1 or 2, as its manual describes them ("How to use liblognorm",
// configuration and data types). Files that it includes are read from fsys too, relative to it.
func Liblognorm(fsys fs.FS, file string, o Options) (*Import, error) {
	if o.Stage == "" {
		o.Stage = normalize.Line
	}
	r := &rulebase{
		importing: importing{fsys: fsys, file: file},
		custom:    make(map[string][][]item), annotations: make(map[string]map[string]any),
	}
	if err := r.include(file, 0); err != nil {
		return nil, err
	}
	for i := range r.rules {
		r.finishRule(&r.rules[i])
	}
	return r.finish("liblognorm rulebase", o, nil), nil
}

type rulebase struct {
	importing
	prefix      string
	custom      map[string][][]item // the ways in which a type may be written
	annotations map[string]map[string]any
	rules       []rule
	included    int
}

// rule is one that waits for the annotations, which may stand behind it.
type rule struct {
	source
	tags []string
}

// The bounds of what one rule may become.
const (
	maxIncludes = 32
	maxDepth    = 8
	maxWays     = 64
	maxItems    = 512
)

func (r *rulebase) include(file string, depth int) error {
	lines, err := r.read(file)
	if err != nil {
		return err
	}
	var comment []string
	for i := 0; i < len(lines); i++ {
		at := i + 1
		text := lines[i]
		if strings.HasPrefix(text, "#") {
			comment = append(comment, text)
			continue
		}
		if strings.TrimSpace(text) == "" {
			comment = nil
			continue
		}
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			r.problem(file, at, "neither a rule nor a setting: %q", cut(text))
			continue
		}
		// In version 2 a rule goes on in the next line while a field is open.
		for open(value) && i+1 < len(lines) && len(value) < maxLength {
			i++
			value += "\n" + lines[i]
		}
		switch key {
		case "version":
			if value != "1" && value != "2" {
				r.problem(file, at, "version %q: only 1 and 2 are known", cut(value))
			}
		case "prefix":
			r.prefix = value
		case "extendprefix":
			r.prefix += value
		case "rule":
			r.rule(file, at, value, samplesOf(comment))
		case "type":
			r.customType(file, at, value)
		case "annotate":
			r.annotate(file, at, value)
		case "include":
			name := path.Join(path.Dir(file), value)
			if r.included++; depth == maxDepth || r.included > maxIncludes {
				r.problem(file, at, "include of %s: more than %d files, or %d deep", cut(value), maxIncludes, maxDepth)
			} else if err := r.include(name, depth+1); err != nil {
				r.problem(file, at, "include: %v", err)
			}
		default:
			r.problem(file, at, "unknown setting %q", cut(key))
		}
		comment = nil
	}
	return nil
}

// open reports whether a JSON field at the end of a rule is not closed yet.
func open(s string) bool {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '%':
			n, err := fieldEnd(s[i:])
			if err != nil {
				return err == errOpen
			}
			i += n - 1
		}
	}
	return false
}

// errShort is of a field that the next line does not end; errOpen of one that it may.
var errShort = errors.New(`a field without its "%"`)

var errOpen = errors.New(`a field without its "%"`)

// fieldEnd returns the length of %…% at the start of s. "%%" is a plain character, of length 2.
func fieldEnd(s string) (int, error) {
	rest := strings.TrimLeft(s[1:], " \t\n")
	if rest == "" {
		return 0, errShort
	}
	if rest[0] == '{' || rest[0] == '[' {
		end, err := jsonEnd(rest)
		if err != nil {
			return 0, err
		}
		tail := strings.TrimLeft(rest[end:], " \t\n")
		if tail == "" {
			return 0, errOpen
		}
		if tail[0] != '%' {
			return 0, fmt.Errorf(`%q where "%%" must end a field`, cut(tail))
		}
		return len(s) - len(tail) + 1, nil
	}
	end := strings.IndexByte(s[1:], '%')
	if end < 0 {
		return 0, errShort
	}
	if brace := strings.IndexByte(s[1:1+end], '{'); brace >= 0 { // name:type{…}
		if n, err := jsonEnd(s[1+brace:]); err == nil {
			tail := s[1+brace+n:]
			if strings.HasPrefix(tail, "%") {
				return len(s) - len(tail) + 1, nil
			}
		}
	}
	return end + 2, nil
}

// jsonEnd returns the length of the JSON value at the start of s.
func jsonEnd(s string) (int, error) {
	d := json.NewDecoder(strings.NewReader(s))
	var v json.RawMessage
	if err := d.Decode(&v); err != nil {
		if strings.Contains(err.Error(), "unexpected EOF") {
			return 0, errOpen
		}
		return 0, fmt.Errorf("a field's JSON: %v", err)
	}
	return int(d.InputOffset()), nil
}

func (r *rulebase) rule(file string, line int, value string, samples []string) {
	tags, text, ok := strings.Cut(value, ":")
	if !ok {
		r.problem(file, line, `a rule is "rule=TAGS:TEXT", with nothing before the colon if there are no tags`)
		return
	}
	ways, err := r.items(file, line, r.prefix+text, 0)
	if err != nil {
		r.problem(file, line, "%v", err)
		return
	}
	var names []string
	for tag := range strings.SplitSeq(tags, ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			names = append(names, tag)
		}
	}
	name := strings.Join(names, "-")
	if name == "" {
		name = "rule"
	}
	for _, items := range ways {
		pattern, again := render(items)
		for _, field := range again {
			r.note(file, line, "field %q is given twice; the first one counts", field)
		}
		r.rules = append(r.rules, rule{source{file: file, line: line, name: name, pattern: pattern, samples: samples}, names})
	}
}

func (r *rulebase) finishRule(u *rule) {
	if len(u.tags) > 0 {
		var tags []any
		for _, t := range u.tags {
			tags = append(tags, printable(t))
		}
		u.set = map[string]any{"tags": tags}
	}
	for _, tag := range u.tags {
		maps.Copy(u.set, r.annotations[tag])
	}
	r.add(u.source)
}

// annotate reads TAG:+NAME="VALUE".
func (r *rulebase) annotate(file string, line int, value string) {
	tag, field, ok := strings.Cut(value, ":")
	name, text, ok2 := strings.Cut(strings.TrimPrefix(field, "+"), "=")
	text, ok3 := strings.CutPrefix(strings.TrimSpace(text), `"`)
	text, ok4 := strings.CutSuffix(text, `"`)
	if !ok || !ok2 || !ok3 || !ok4 || !strings.HasPrefix(field, "+") {
		r.problem(file, line, `an annotation is annotate=TAG:+NAME="VALUE"`)
		return
	}
	tag = strings.TrimSpace(tag)
	if r.annotations[tag] == nil {
		r.annotations[tag] = make(map[string]any)
	}
	r.annotations[tag][fieldName(name)] = text
}

// customType reads @NAME:TEXT. A type that is given several times can be written in several ways.
func (r *rulebase) customType(file string, line int, value string) {
	name, text, ok := strings.Cut(value, ":")
	if !ok || !strings.HasPrefix(name, "@") {
		r.problem(file, line, "a type is type=@NAME:TEXT")
		return
	}
	ways, err := r.items(file, line, text, 0)
	if err != nil {
		r.problem(file, line, "%v", err)
		return
	}
	if len(r.custom[name])+len(ways) > maxWays {
		r.problem(file, line, "type %s can be written in more than %d ways", cut(name), maxWays)
		return
	}
	r.custom[name] = append(r.custom[name], ways...)
}

// items takes a rule's text apart. Alternatives make several ways to write it.
func (r *rulebase) items(file string, line int, text string, depth int) ([][]item, error) {
	ways := [][]item{nil}
	var literal []byte
	flush := func() error {
		if len(literal) == 0 {
			return nil
		}
		var err error
		ways, err = product(ways, [][]item{{{literal: string(literal)}}})
		literal = nil
		return err
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && i+1 < len(text):
			n, b := unescape(text[i:])
			literal = append(literal, b)
			i += n - 1
		case c == '%' && strings.HasPrefix(text[i:], "%%"):
			literal = append(literal, '%')
			i++
		case c == '%':
			n, err := fieldEnd(text[i:])
			if err != nil {
				return nil, err
			}
			found, err := r.field(file, line, text[i+1:i+n-1], depth)
			if err != nil {
				return nil, err
			}
			if err := flush(); err != nil {
				return nil, err
			}
			if ways, err = product(ways, found); err != nil {
				return nil, err
			}
			i += n - 1
		default:
			literal = append(literal, c)
		}
	}
	err := flush()
	return ways, err
}

// product puts every way of the second list behind every one of the first.
func product(a, b [][]item) ([][]item, error) {
	if len(a)*len(b) > maxWays {
		return nil, fmt.Errorf("the rule can be written in more than %d ways", maxWays)
	}
	var out [][]item
	for _, x := range a {
		for _, y := range b {
			if len(x)+len(y) > maxItems {
				return nil, fmt.Errorf("the rule has more than %d pieces", maxItems)
			}
			out = append(out, slices.Concat(x, y))
		}
	}
	return out, nil
}

// unescape reads \n, \t, \r, \xHH and the like.
func unescape(s string) (int, byte) {
	switch s[1] {
	case 'n':
		return 2, '\n'
	case 't':
		return 2, '\t'
	case 'r':
		return 2, '\r'
	case 'x':
		var b byte
		if len(s) >= 4 {
			if _, err := fmt.Sscanf(s[2:4], "%02x", &b); err == nil {
				return 4, b
			}
		}
	}
	return 2, s[1]
}

// config is a field as version 2 writes it.
type config struct {
	Name      string          `json:"name"`
	Type      string          `json:"type"`
	ExtraData string          `json:"extradata"`
	Parser    json.RawMessage `json:"parser"` // of an alternative
	Text      string          `json:"text"`   // of a literal
}

// field reads what stands between two percent signs.
func (r *rulebase) field(file string, line int, text string, depth int) ([][]item, error) {
	trimmed := strings.TrimLeft(text, " \t\n")
	if strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "[") {
		return r.jsonField(file, line, []byte(trimmed), depth)
	}
	name, rest, ok := strings.Cut(text, ":")
	if !ok {
		return nil, fmt.Errorf("field %q has no type", cut(text))
	}
	var c config
	if typ, params, ok := strings.Cut(rest, "{"); ok && !strings.Contains(typ, ":") {
		if err := json.Unmarshal([]byte("{"+params), &c); err != nil {
			return nil, fmt.Errorf("field %q: %v", cut(name), err)
		}
		c.Name, c.Type = name, typ
		return r.typed(file, line, &c, depth)
	}
	c.Name = name
	c.Type, c.ExtraData, _ = strings.Cut(rest, ":")
	c.ExtraData = unescaped(c.ExtraData)
	return r.typed(file, line, &c, depth)
}

func unescaped(s string) string {
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			n, b := unescape(s[i:])
			out = append(out, b)
			i += n - 1
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

// maxNesting bounds how deep parsers stand in each other.
const maxNesting = 8

func (r *rulebase) jsonField(file string, line int, raw json.RawMessage, depth int) ([][]item, error) {
	if depth == maxNesting {
		return nil, fmt.Errorf("fields stand in each other more than %d deep", maxNesting)
	}
	var several []json.RawMessage
	if json.Unmarshal(raw, &several) == nil {
		ways := [][]item{nil}
		for _, one := range several {
			found, err := r.jsonField(file, line, one, depth+1)
			if err != nil {
				return nil, err
			}
			if ways, err = product(ways, found); err != nil {
				return nil, err
			}
		}
		return ways, nil
	}
	var c config
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, fmt.Errorf("a field's JSON: %v", err)
	}
	if c.Type == "alternative" {
		var choices []json.RawMessage
		if err := json.Unmarshal(c.Parser, &choices); err != nil || len(choices) == 0 {
			return nil, fmt.Errorf("an alternative needs a list of parsers")
		}
		var ways [][]item
		for _, one := range choices {
			found, err := r.jsonField(file, line, one, depth+1)
			if err != nil {
				return nil, err
			}
			if ways = append(ways, found...); len(ways) > maxWays {
				return nil, fmt.Errorf("the rule can be written in more than %d ways", maxWays)
			}
		}
		return ways, nil
	}
	return r.typed(file, line, &c, depth)
}

// typed translates one field.
func (r *rulebase) typed(file string, line int, c *config, depth int) ([][]item, error) {
	if strings.HasPrefix(c.Type, "@") {
		return r.customField(c)
	}
	it, err := lognormType(c)
	if err != nil {
		return nil, err
	}
	if it.typ == "" && it.re == "" {
		return [][]item{{it}}, nil
	}
	if c.Name != "-" && c.Name != "" {
		it.field = fieldName(c.Name)
	}
	switch c.Type {
	case "name-value-list", "json", "cee-syslog", "v2-iptables", "iptables", "cef", "checkpoint-lea", "cisco-interface-spec":
		if it.field != "" {
			r.note(file, line, "field %s: what %s takes apart comes as one text", it.field, c.Type)
		}
	}
	return [][]item{{it}}, nil
}

// customField puts a custom type in: its fields become those of the field, or if it is named ".", of the rule.
func (r *rulebase) customField(c *config) ([][]item, error) {
	ways, ok := r.custom[c.Type]
	if !ok {
		return nil, fmt.Errorf("type %s is not known here; a type stands before the rule that uses it", cut(c.Type))
	}
	var out [][]item
	for _, items := range ways {
		items = slices.Clone(items)
		for i := range items {
			switch it := &items[i]; {
			case it.field == "" || c.Name == ".":
			case c.Name == "-" || c.Name == "":
				it.field = ""
			case it.field == "field": // it was "..": the value itself
				it.field = fieldName(c.Name)
			default:
				it.field = fieldName(c.Name) + "." + it.field
			}
		}
		out = append(out, items)
	}
	return out, nil
}

// lognormType gives the type or expression for one of liblognorm's.
func lognormType(c *config) (item, error) {
	extra := c.ExtraData
	stop := func(what string) string { return "[^" + classOf(what) + "]" }
	switch c.Type {
	case "word":
		return item{re: reNoSpace, typ: "word"}, nil
	case "number":
		return item{re: reInt, typ: "int", reType: "int"}, nil
	case "float":
		return item{re: reFloat, typ: "float", reType: "float"}, nil
	case "hexnumber":
		return item{re: `0x[0-9A-Fa-f]+`}, nil
	case "alpha":
		return item{re: `[A-Za-z]+`}, nil
	case "whitespace":
		return item{re: `[ \t\n\v\f\r]+`}, nil
	case "rest":
		return item{re: reText, typ: "text", rest: true}, nil
	case "ipv4":
		return item{re: reIPv4, typ: "ip", reType: "ip"}, nil
	case "ipv6":
		return item{re: reIPv6, typ: "ip"}, nil
	case "mac48":
		return item{re: reMAC, typ: "mac", reType: "mac"}, nil
	case "date-rfc3164":
		return item{re: re3164, typ: "rfc3164", reType: "rfc3164"}, nil
	case "date-rfc5424":
		return item{re: re3339, typ: "rfc3339", reType: "rfc3339"}, nil
	case "date-iso":
		return item{re: `[0-9]{4}-[0-9]{2}-[0-9]{2}`}, nil
	case "time-24hr":
		return item{re: `(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]`}, nil
	case "time-12hr":
		return item{re: `(?:0[0-9]|1[0-2]):[0-5][0-9]:[0-5][0-9]`}, nil
	case "duration":
		return item{re: `[0-9]{1,2}:[0-5][0-9]:[0-5][0-9]`}, nil
	case "kernel-timestamp":
		return item{re: `\[[0-9]{5,12}\.[0-9]{6}\]`}, nil
	case "quoted-string":
		return item{re: `"[^"]*"`, typ: "quoted", reType: "quoted"}, nil
	case "op-quoted-string":
		return item{re: `(?:"[^"]*"|[^ "][^ ]*)`}, nil
	case "char-to", "char-sep":
		if extra == "" {
			return item{}, fmt.Errorf("field %q: %s needs the character that it stops at", cut(c.Name), c.Type)
		}
		if c.Type == "char-to" {
			return item{re: stop(extra) + "+"}, nil
		}
		return item{re: stop(extra) + "*"}, nil
	case "string-to":
		if extra == "" {
			return item{}, fmt.Errorf("field %q: string-to needs the text that it stops at", cut(c.Name))
		}
		return item{re: `(?s:.+?)`}, nil
	case "string":
		return item{re: `(?:"[^"]*"|[^ "][^ ]*)`}, nil
	case "literal":
		return item{literal: c.Text}, nil
	case "json":
		return item{re: `(?s:\{.*\})`}, nil
	case "cee-syslog":
		return item{re: `(?s:@cee: *\{.*\})`}, nil
	case "cef":
		return item{re: `(?s:CEF:.*)`}, nil
	case "checkpoint-lea", "name-value-list":
		return item{re: `(?s:.*=.*)`}, nil
	case "v2-iptables", "iptables":
		return item{re: `(?:[A-Z]+(?:=[^ ]*)?)(?: +[A-Z]+(?:=[^ ]*)?)*`}, nil
	case "cisco-interface-spec":
		return item{re: `[^ ]+(?:/[^ ]+)?(?: ?\([^()]*\))*`}, nil
	case "repeat":
		return item{}, fmt.Errorf("field %q: repeat makes a list of unknown length, for which there is no type", cut(c.Name))
	case "":
		return item{}, fmt.Errorf("field %q has no type", cut(c.Name))
	}
	return item{}, fmt.Errorf("field %q: type %q has no counterpart", cut(c.Name), cut(c.Type))
}

// classOf writes characters so that they can stand in a class of an expression.
func classOf(s string) string {
	var b strings.Builder
	for _, c := range s {
		if strings.ContainsRune(`\]^-[`, c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// cut shortens what is shown of a file.
func cut(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return printable(s)
}
