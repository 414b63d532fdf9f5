package normalize

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ops/logviz"
)

// Explanation tells how a record was read: every pattern that was in question, and how far it came.
type Explanation struct {
	Record     string          `json:"record"`
	Understood bool            `json:"understood"`
	Reason     string          `json:"reason,omitempty"` // why it was not
	Stages     []StageWalk     `json:"stages"`
	Event      json.RawMessage `json:"event"` // what was understood, even if that is not all
}

// StageWalk is one stage's reading of a text.
type StageWalk struct {
	Stage Stage  `json:"stage"`
	Field string `json:"field"` // that was read, empty for the record
	Text  string `json:"text"`
	// Candidates are what matched, the winner first, then what did not, the nearest miss first.
	Candidates []Candidate `json:"candidates"`
}

// Outcome is what became of a candidate.
type Outcome string

// What becomes of a candidate.
const (
	Won     Outcome = "won"     // it gave the event its fields
	Matched Outcome = "matched" // it matches too, but another one came first or its values are none, as the 31st of February
	Refused Outcome = "refused" // it matches, but its guard does not let the record pass
	Stopped Outcome = "stopped" // it does not match
)

// Candidate is one pattern, or decoder, tried on a text.
type Candidate struct {
	Rule    string  `json:"rule"` // definition/pattern
	Place   string  `json:"place"`
	Outcome Outcome `json:"outcome"`
	// Column counts the bytes from 1 to where it stopped, and Expected says what it wanted there; of a pattern that
	// branches this is the branch that came farthest. Column is 0 where that is not known, as for an RE2 expression.
	Column   int      `json:"column,omitempty"`
	Expected []string `json:"expected,omitempty"`
	Guard    string   `json:"guard,omitempty"` // the field asked for and what it is, of a refused one
	Fields   []Found  `json:"fields"`          // that were found on the way
	progress progress
}

// Found is a field and its text.
type Found struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Explain reads a record as a stream of an engine of these definitions does, and tells how. If program is not empty,
// the record is a message of that program, and no header is read. The error is that of [New].
func Explain(defs []*Definition, o Options, record, program string) (*Explanation, error) {
	engine, err := New(defs...)
	if err != nil {
		return nil, err
	}
	w := &walker{defs: defs, stream: engine.NewStream(o), out: &Explanation{Record: record, Stages: []StageWalk{}}}
	if program == "" {
		err = w.stream.Read(record, &w.record)
	} else {
		w.given(record, program)
		if err = w.stream.body(&w.record); err == nil {
			for _, st := range engine.enrich {
				if text := w.record.Text(st.field); text != "" {
					w.stream.try(st, text, &w.record)
				}
			}
		}
	}
	w.out.Understood = err == nil
	if err != nil {
		w.out.Reason = err.Error()
	}
	w.walk(record, program == "", errors.Is(err, ErrHeader))
	var event logviz.Event
	w.record.Event(&event)
	w.out.Event = event.AppendJSON(nil)
	return w.out, nil
}

// walker tells how a record was read that has been read already.
type walker struct {
	defs   []*Definition
	stream *Stream
	record Record
	out    *Explanation
}

// given begins a record that has a program and a message and no header.
func (w *walker) given(message, program string) {
	w.record.reset(message)
	header := &rule{definition: &Definition{Name: "given", Stage: Header}, name: "given", set: []logviz.Field{
		{Name: logviz.FieldProgram, Value: logviz.StringValue(program)},
		{Name: logviz.FieldMessage, Value: logviz.StringValue(message)},
	}}
	w.record.parts = append(w.record.parts, part{rule: header})
	w.record.headers = 1
	w.record.known[roleProgram], w.record.known[roleMessage] = program, message
}

func (w *walker) walk(record string, header, failed bool) {
	all := w.record.parts
	headers := w.record.headers
	if failed {
		headers = 0
	}
	if header {
		known := w.record.known
		w.record.parts, w.record.known = nil, [roles]string{} // guards of headers see nothing yet
		w.stage(Header, "", record, all[:headers], func(d *Definition) bool { return d.Stage == Header || d.Stage == Line })
		w.record.parts, w.record.known = all, known
	}
	if failed || w.record.whole() {
		w.enrich(all)
		return
	}
	w.record.parts = all[:headers]
	program := w.record.Text(logviz.FieldProgram)
	rest := all[headers:]
	field := logviz.FieldMessage
	for range maxNext {
		text := w.record.Text(field)
		w.stage(Body, field, text, rest[:min(len(rest), 1)], func(d *Definition) bool { return d.reads(program) })
		if len(rest) == 0 || rest[0].rule.next == "" || rest[0].rule.definition.Stage == Enrich {
			break
		}
		field = rest[0].rule.next
		w.record.parts = all[:len(w.record.parts)+1]
		rest = rest[1:]
	}
	w.enrich(all)
}

func (w *walker) enrich(all []part) {
	w.record.parts = all
	for _, d := range w.defs {
		if d.Stage != Enrich {
			continue
		}
		if text := w.record.Text(d.Field); text != "" {
			w.stage(Enrich, d.Field, text, all, func(other *Definition) bool { return other == d })
		}
	}
}

// reads reports whether the definition reads messages of the program.
func (d *Definition) reads(program string) bool {
	programs := d.When[logviz.FieldProgram]
	return d.hasPrograms() && (len(programs) == 0 && d.Stage == Body ||
		slices.ContainsFunc(programs, func(p string) bool { return strings.EqualFold(p, program) }))
}

// stage tries every pattern of some definitions on a text; winners are the matches that came of it.
func (w *walker) stage(stage Stage, field, text string, winners []part, in func(*Definition) bool) {
	walk := StageWalk{Stage: stage, Field: field, Text: text, Candidates: []Candidate{}}
	won := func(d *Definition, name string) bool {
		return slices.ContainsFunc(winners, func(p part) bool { return p.rule.definition == d && p.rule.name == name })
	}
	for _, d := range w.defs {
		if !in(d) {
			continue
		}
		if d.Decode != nil {
			c := Candidate{Rule: d.Name + "/decode", Place: d.file, Outcome: Stopped, Fields: []Found{}, Expected: []string{"a record of " + d.Decode.Format}}
			if won(d, "decode") {
				c.Outcome, c.Expected, c.Fields = Won, nil, w.found(winners, d, "decode")
			}
			walk.Candidates = append(walk.Candidates, c)
			continue
		}
		read := text
		if stage == Body && d.Field != "" {
			read = w.record.Text(d.Field)
		}
		for i := range d.Patterns {
			p := &d.Patterns[i]
			c := d.try(p, read)
			switch {
			case won(d, p.Name):
				c.Outcome, c.Column, c.Expected, c.Fields = Won, 0, nil, w.found(winners, d, p.Name)
			case c.Outcome == Matched:
				if c.Guard = w.refuses(d); c.Guard != "" {
					c.Outcome = Refused
				}
			}
			walk.Candidates = append(walk.Candidates, c)
		}
	}
	rank := []Outcome{Won, Matched, Refused, Stopped}
	slices.SortStableFunc(walk.Candidates, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(slices.Index(rank, a.Outcome), slices.Index(rank, b.Outcome)), b.progress.compare(a.progress))
	})
	w.out.Stages = append(w.out.Stages, walk)
}

func (w *walker) found(winners []part, d *Definition, name string) []Found {
	out := []Found{}
	for _, p := range winners {
		if p.rule.definition == d && p.rule.name == name {
			for _, c := range w.record.captures[p.from:p.to] {
				out = append(out, Found{c.field.name, c.text})
			}
		}
	}
	return out
}

// refuses returns what a definition's guard did not let pass.
func (w *walker) refuses(d *Definition) string {
	for field, values := range d.When {
		if d.hasPrograms() && field == logviz.FieldProgram {
			continue
		}
		if text := w.record.Text(field); !(&guard{field, values}).passes(text) {
			return fmt.Sprintf("%s is %q, must be one of: %s", field, text, strings.Join(values, ", "))
		}
	}
	return ""
}

// try follows one pattern through a text.
func (d *Definition) try(p *Pattern, text string) Candidate {
	c := Candidate{Rule: d.Name + "/" + p.Name, Place: d.place(p.Pattern.Line), Outcome: Stopped, Fields: []Found{}}
	parsed, err := parsePattern(p.Pattern.Value, newTypes())
	switch {
	case err != nil:
		c.Expected = []string{err.Error()}
	case parsed.re != nil:
		c.Expected = []string{"a match of the expression"}
		if parsed.re.MatchString(text) {
			c.Outcome, c.Expected = Matched, nil
		}
	default:
		t := newTracer(parsed.elements, text)
		if t.from(0, 0) {
			c.Outcome = Matched
		} else {
			c.Column, c.Expected = t.at+1, t.expected
		}
		c.Fields, c.progress = append(c.Fields, t.best...), t.progress
	}
	return c
}
