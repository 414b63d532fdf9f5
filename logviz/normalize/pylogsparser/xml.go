package pylogsparser

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Problem is something in a definition that cannot run, where it is, and what to do about it.
type Problem struct {
	File string
	Line int
	Text string
}

func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text) }

const (
	maxFile  = 8 << 20
	maxDepth = 32
)

// element is one element of an XML file with the line it starts on.
type element struct {
	name     string
	line     int
	attrs    map[string]string
	children []*element
	text     string // character data of the element itself; lines says where it starts
}

// child is the first child of that name, or nil.
func (e *element) child(name string) *element {
	if e != nil {
		for _, c := range e.children {
			if c.name == name {
				return c
			}
		}
	}
	return nil
}

// all lists the children of e; a nil element has none.
func (e *element) all() []*element {
	if e == nil {
		return nil
	}
	return e.children
}

// content is the text of e; a nil element has none.
func (e *element) content() string {
	if e == nil {
		return ""
	}
	return e.text
}

// parseXML reads a whole file into elements.
func parseXML(file string, data []byte) (*element, *Problem) {
	if len(data) > maxFile {
		return nil, &Problem{file, 1, fmt.Sprintf("the file has %d bytes, more than the %d a definition may have: split it", len(data), maxFile)}
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = charset
	var root *element
	var open []*element
	for {
		line, _ := d.InputPos()
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if s, ok := errors.AsType[*xml.SyntaxError](err); ok {
				return nil, &Problem{file, s.Line, "not well-formed XML: " + s.Msg}
			}
			return nil, &Problem{file, line, "not readable as XML: " + err.Error()}
		}
		switch t := token.(type) {
		case xml.StartElement:
			e := &element{name: t.Name.Local, line: line, attrs: map[string]string{}}
			for _, a := range t.Attr {
				if _, twice := e.attrs[a.Name.Local]; twice {
					return nil, &Problem{file, line, fmt.Sprintf("attribute %s of <%s> is there twice: remove one", a.Name.Local, e.name)}
				}
				e.attrs[a.Name.Local] = a.Value
			}
			switch {
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
			case root == nil:
				root = e
			default:
				return nil, &Problem{file, line, fmt.Sprintf("a second root element <%s>: a file holds one", e.name)}
			}
			if open = append(open, e); len(open) > maxDepth {
				return nil, &Problem{file, line, fmt.Sprintf("elements nested more than %d deep: no definition needs that", maxDepth)}
			}
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1].name != t.Name.Local {
				return nil, &Problem{file, line, fmt.Sprintf("not well-formed XML: </%s> closes nothing that is open", t.Name.Local)}
			}
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(t)
			}
		}
	}
	if len(open) > 0 {
		e := open[len(open)-1]
		return nil, &Problem{file, e.line, fmt.Sprintf("not well-formed XML: <%s> is not closed", e.name)}
	}
	if root == nil {
		return nil, &Problem{file, 1, "no element in it: a definition is a <normalizer>"}
	}
	return root, nil
}

// charset reads the encodings beside UTF-8 that such files were written in.
func charset(label string, input io.Reader) (io.Reader, error) {
	switch strings.ToLower(label) {
	case "utf-8", "utf8", "us-ascii", "ascii":
		return input, nil
	case "iso-8859-1", "latin1", "latin-1":
		raw, err := io.ReadAll(io.LimitReader(input, maxFile))
		if err != nil {
			return nil, err
		}
		text := make([]byte, 0, len(raw))
		for _, b := range raw {
			text = utf8.AppendRune(text, rune(b))
		}
		return bytes.NewReader(text), nil
	}
	return nil, fmt.Errorf("encoding %q: save the file as UTF-8", label)
}

// rule is what the document type allows in one element.
type rule struct {
	children []particle // in this order; none: text only
	attrs    []attribute
}

// particle is a child and how often it may stand there: "" once, "?" at most once, "+" at least once.
type particle struct{ name, often string }

type attribute struct {
	name     string
	required bool
	values   []string // none: any text
}

// grammar is the document type of a normalizer.
func grammar() map[string]rule {
	list := func(of string) []particle { return []particle{{of, "+"}} }
	required := []attribute{{name: "name", required: true}}
	yesno := []string{"yes", "no"}
	return map[string]rule{
		"normalizer": {
			[]particle{
				{"description", "?"},
				{"authors", "?"},
				{"tagTypes", "?"},
				{"callbacks", "?"},
				{"prerequisites", "?"},
				{"patterns", ""},
				{"commonTags", "?"},
				{"finalCallbacks", "?"},
			},
			[]attribute{
				{"name", true, nil},
				{"version", true, nil},
				{"unicode", false, yesno},
				{"ignorecase", false, yesno},
				{"multiline", false, yesno},
				{"matchtype", false, []string{"match", "search"}},
				{"appliedTo", true, nil},
				{"taxonomy", false, nil},
				{"expandWhitespaces", false, yesno},
			},
		},
		"description":    {list("localized_desc"), nil},
		"localized_desc": {nil, []attribute{{name: "language", required: true}}},
		"authors":        {list("author"), nil},
		"author":         {},
		"tagTypes":       {list("tagType"), nil},
		"tagType": {
			[]particle{{"description", "?"}, {"regexp", ""}},
			[]attribute{{"name", true, nil}, {"type", false, []string{"integer", "float", "basestring", "datetime"}}},
		},
		"regexp":        {},
		"callbacks":     {list("callback"), nil},
		"callback":      {nil, []attribute{{name: "name"}}},
		"prerequisites": {list("prereqTag"), nil},
		"prereqTag":     {nil, required},
		"patterns":      {list("pattern"), nil},
		"pattern": {
			[]particle{{"description", "?"}, {"text", ""}, {"tags", ""}, {"commonTags", "?"}, {"examples", "?"}},
			required,
		},
		"text":           {nil, []attribute{{name: "type"}, {name: "separator"}, {name: "quotechar"}}},
		"examples":       {list("example"), nil},
		"example":        {[]particle{{"description", "?"}, {"text", ""}, {"expectedTags", ""}}, nil},
		"expectedTags":   {list("expectedTag"), nil},
		"expectedTag":    {nil, required},
		"tags":           {list("tag"), nil},
		"tag":            {[]particle{{"description", "?"}, {"substitute", ""}, {"callbacks", "?"}}, []attribute{{"name", true, nil}, {"tagType", false, nil}}},
		"substitute":     {},
		"commonTags":     {list("commonTag"), nil},
		"commonTag":      {nil, required},
		"finalCallbacks": {list("callback"), nil},
	}
}

// validate checks e and all in it against the document type.
func validate(file string, e *element, rules map[string]rule) []Problem {
	r, known := rules[e.name]
	if !known {
		return []Problem{{file, e.line, fmt.Sprintf("<%s> is no element of a definition: remove it", e.name)}}
	}
	var found []Problem
	say := func(line int, format string, a ...any) {
		found = append(found, Problem{file, line, fmt.Sprintf(format, a...)})
	}
	for _, a := range r.attrs {
		value, there := e.attrs[a.name]
		switch {
		case !there && a.required:
			say(e.line, "<%s> needs the attribute %s", e.name, a.name)
		case there && a.values != nil && !slices.Contains(a.values, value):
			say(e.line, "%s=%q of <%s>: write one of %s", a.name, value, e.name, strings.Join(a.values, ", "))
		}
	}
	for name := range e.attrs {
		if !slices.ContainsFunc(r.attrs, func(a attribute) bool { return a.name == name }) {
			say(e.line, "<%s> has no attribute %s: remove it", e.name, name)
		}
	}
	if len(r.children) > 0 && strings.TrimSpace(e.text) != "" {
		say(e.line, "<%s> holds elements only: remove the text in it", e.name)
	}
	rest := e.children
	for _, p := range r.children {
		n := 0
		for n < len(rest) && rest[n].name == p.name && (n == 0 || p.often == "+") {
			n++
		}
		if n == 0 && p.often != "?" {
			line := e.line
			if len(rest) > 0 {
				line = rest[0].line
			}
			say(line, "<%s> lacks <%s> here", e.name, p.name)
		}
		rest = rest[n:]
	}
	if len(rest) > 0 {
		say(rest[0].line, "<%s> may not stand here in <%s>: see the order of the document type", rest[0].name, e.name)
	}
	for _, c := range e.children {
		found = append(found, validate(file, c, rules)...)
	}
	slices.SortStableFunc(found, func(a, b Problem) int { return a.Line - b.Line })
	return found
}
