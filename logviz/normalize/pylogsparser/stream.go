package pylogsparser

import (
	"math"
	"strings"
	"time"

	"go.starlark.net/starlark"
)

// maxLine is how much of a line patterns read; the rest stays in the tag raw.
const maxLine = 64 << 10

// Options are what a stream of lines needs beside them.
type Options struct {
	Reference time.Time                   // when the lines were at hand: stamps without a year are not later
	Zone      *time.Location              // of stamps without one; nil: UTC
	Country   func(address string) string // the country code of an address; nil: none is known
}

// Stream normalises lines one after another. It is for one goroutine; a library may have many.
type Stream struct {
	library  *Library
	world    *world
	zoned    bool
	failures map[Failure]int
}

// Failure is a callback that failed.
type Failure struct{ File, Callback, Err string }

// Stream starts a stream.
func (l *Library) Stream(o Options) *Stream {
	s := &Stream{l, &world{o.Reference, o.Zone, o.Country}, o.Zone != nil, map[Failure]int{}}
	if o.Zone == nil {
		s.world.zone = time.UTC
	}
	return s
}

// Failures counts the callbacks that failed so far.
func (s *Stream) Failures() map[Failure]int { return s.failures }

// Normalize gives the tags of a line and whether a definition understood it, a header alone excepted. Values are string, int64, float64,
// bool, time.Time and lists of these. An event with a callback that failed has transform_error in its list tags.
func (s *Stream) Normalize(line string) (map[string]any, bool) {
	return s.NormalizeTags(map[string]string{"raw": line})
}

// NormalizeTags is Normalize for a line of which some is known: its body, say, and the program.
func (s *Stream) NormalizeTags(tags map[string]string) (map[string]any, bool) {
	log := starlark.NewDict(16)
	for name, value := range tags {
		set(log, name, starlark.String(value))
	}
	if _, given := tags["_timezone"]; s.zoned && !given {
		set(log, "_timezone", starlark.String(s.world.zone.String()))
	}
	e := &event{stream: s, log: log}
	understood := false
	for _, n := range s.library.normalizers {
		if !n.active || !n.met(log) {
			continue
		}
		_, before := read(log, "body")
		if n.normalize(e) {
			_, after := read(log, "body")
			understood = understood || before == after // else it was a header, which leaves the rest to others
		}
	}
	return e.tags(), understood
}

// event is a line on its way through the chain.
type event struct {
	stream *Stream
	log    *starlark.Dict
	failed bool
}

// set puts a tag. A log that is no longer open to changes cannot be: nothing freezes it.
func set(log *starlark.Dict, name string, value starlark.Value) {
	_ = log.SetKey(starlark.String(name), value)
}

// read is a tag as text.
func read(log *starlark.Dict, name string) (string, bool) {
	v, found, err := log.Get(starlark.String(name))
	if err != nil || !found {
		return "", false
	}
	return starlark.AsString(v)
}

// call runs a callback; if it fails the event keeps what it has.
func (e *event) call(n *Normalizer, name string, value starlark.Value, log *starlark.Dict) {
	step := n.steps[name]
	if step == nil {
		return // reported when the definition was loaded
	}
	problem := "it did not compile: see the problems of the file"
	if step.run != nil {
		err := step.run.call(e.stream.world, value, log)
		if err == nil {
			return
		}
		problem = err.Error()
	}
	e.failed = true
	f := Failure{n.File, name, kindOf(problem)}
	if _, known := e.stream.failures[f]; known || len(e.stream.failures) < 1000 {
		e.stream.failures[f]++
	}
}

// kindOf leaves out of a message what comes from the line, so that failures of one kind count together.
func kindOf(message string) string {
	if i := strings.IndexAny(message, "\"'[<0123456789"); i > 0 {
		message = message[:i]
	}
	return strings.TrimRight(message[:min(len(message), 120)], " :")
}

// met is true if the tags are as the prerequisites want them.
func (n *Normalizer) met(log *starlark.Dict) bool {
	for _, p := range n.prerequisites {
		if value, _ := read(log, p.tag); !p.is.matches(value) {
			return false
		}
	}
	return true
}

// normalize tries the patterns on an event, and is true if one of them matched.
func (n *Normalizer) normalize(e *event) bool {
	subject, ok := read(e.log, n.AppliedTo)
	if !ok {
		return false
	}
	subject = subject[:min(len(subject), maxLine)]
	p, at := n.find(subject)
	switch {
	case p != nil:
		n.fill(e, p, subject, at)
	case !n.columns(e, subject):
		return false
	}
	n.finish(e, e.log)
	return true
}

// find is the pattern that matches: the first by name, or in a search the one that starts first.
func (n *Normalizer) find(subject string) (found *pattern, at []int) {
	for _, p := range n.patterns {
		if p.expression == nil || len(p.tags) == 0 {
			continue
		}
		if m := p.expression.find(subject); m != nil && (found == nil || m[0] < at[0]) {
			found, at = p, m
			if m[0] == 0 {
				break
			}
		}
	}
	return found, at
}

// fill sets the tags that a match found, then runs their callbacks, so that each sees the whole.
func (n *Normalizer) fill(e *event, p *pattern, subject string, at []int) {
	values := make([]string, len(p.tags))
	there := make([]bool, len(p.tags))
	for i, t := range p.tags {
		if g := p.groups[i]; g >= 0 && at[2*g] >= 0 {
			values[i], there[i] = subject[at[2*g]:at[2*g+1]], true
			set(e.log, t.name, starlark.String(values[i]))
		}
	}
	for i, t := range p.tags {
		if there[i] {
			for _, c := range t.callbacks {
				e.call(n, c, starlark.String(values[i]), e.log)
			}
		}
	}
	for _, t := range p.tags {
		if temporary(t.name) {
			_, _, _ = e.log.Delete(starlark.String(t.name))
		}
	}
	for _, c := range p.common {
		set(e.log, c.name, starlark.String(c.value))
	}
}

// columns tries the patterns of columns.
func (n *Normalizer) columns(e *event, subject string) bool {
	for _, p := range n.patterns {
		if p.table == nil {
			continue
		}
		if data := n.row(e, p, subject); data != nil {
			for _, item := range data.Items() {
				_ = e.log.SetKey(item[0], item[1])
			}
			return true
		}
	}
	return false
}

// row gives the tags of a line of columns, nil if it is none of this pattern's.
func (n *Normalizer) row(e *event, p *pattern, subject string) *starlark.Dict {
	columns := p.table.split(subject)
	if len(columns) != len(p.table.columns) {
		return nil
	}
	data := starlark.NewDict(len(columns))
	for i, name := range p.table.columns {
		set(data, name, starlark.String(columns[i]))
	}
	values := make([]string, len(p.tags))
	for i, t := range p.tags {
		value, there := read(data, t.substitute)
		if !there {
			continue
		}
		if !p.table.checks[i].matches(value) {
			return nil
		}
		_, _, _ = data.Delete(starlark.String(t.substitute))
		set(data, t.name, starlark.String(value))
		values[i] = value
	}
	for i, t := range p.tags {
		if values[i] != "" {
			for _, c := range t.callbacks {
				e.call(n, c, starlark.String(values[i]), data)
			}
		}
	}
	for _, item := range data.Items() {
		if name, ok := starlark.AsString(item[0]); !bool(item[1].Truth()) || ok && temporary(name) {
			_, _, _ = data.Delete(item[0])
		}
	}
	if data.Len() == 0 {
		return nil
	}
	for _, c := range p.common {
		set(data, c.name, starlark.String(c.value))
	}
	return data
}

// finish sets what every match of the definition gets.
func (n *Normalizer) finish(e *event, log *starlark.Dict) {
	for _, c := range n.common {
		set(log, c.name, starlark.String(c.value))
	}
	if n.Taxonomy != "" {
		set(log, "taxonomy", starlark.String(n.Taxonomy))
	}
	for _, s := range n.final {
		e.call(n, s.name, starlark.None, log)
	}
}

// tags is the event as Go sees it.
func (e *event) tags() map[string]any {
	zone := e.stream.world.zone
	if name, ok := read(e.log, "_timezone"); ok {
		if _, given, _ := e.log.Get(starlark.String("_timezone")); given && name != zone.String() {
			zone = zoneNamed(name)
		}
	}
	out := make(map[string]any, e.log.Len())
	for _, item := range e.log.Items() {
		name, ok := starlark.AsString(item[0])
		if !ok || name == "_timezone" {
			continue
		}
		if v := goValue(item[1], zone, 0); v != nil {
			out[name] = v
		}
	}
	if e.failed {
		marks, _ := out["tags"].([]any)
		out["tags"] = append(marks, "transform_error")
	}
	return out
}

// goValue is a value as Go has it; nil for what has no form outside of a callback.
func goValue(v starlark.Value, zone *time.Location, depth int) any {
	switch v := v.(type) {
	case starlark.String:
		return string(v)
	case starlark.Bool:
		return bool(v)
	case starlark.Int:
		if i, ok := v.Int64(); ok {
			return i
		}
		return v.String()
	case starlark.Float:
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil
		}
		return float64(v)
	case moment:
		if v.aware {
			return v.t
		}
		return placed(v.t, zone)
	case *starlark.List, starlark.Tuple:
		if depth > 2 {
			return nil
		}
		out := []any{}
		for x := range starlark.Elements(v.(starlark.Iterable)) {
			if x := goValue(x, zone, depth+1); x != nil {
				out = append(out, x)
			}
		}
		return out
	}
	return nil
}
