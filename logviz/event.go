package logviz

import (
	"iter"
	"net/netip"
	"time"
)

// Field names that several rooms use. All names are those of the Elastic Common Schema, except event.count, which ECS
// lacks: how many times the logged thing happened, where the log says so ("message repeated 5 times").
const (
	FieldTimestamp = "@timestamp"
	FieldAction    = "event.action"
	FieldOutcome   = "event.outcome"
	FieldCount     = "event.count"
	FieldOriginal  = "event.original"
	FieldHost      = "host.hostname"
	FieldMessage   = "message"
	FieldProgram   = "process.name"
	FieldSourceIP  = "source.ip"
	FieldCountry   = "source.geo.country_iso_code"
	FieldMethod    = "ssh.method"
	FieldUser      = "user.name"
	// FieldUserUnknown is true where the log says that the system does not know the user ("invalid user").
	FieldUserUnknown = "ssh.user_unknown"
)

// Event is one log record as fields with ECS names, in the order in which they were set. The zero Event is empty and
// ready. An Event is not safe for concurrent use; its strings may be parts of one longer string, the record.
type Event struct {
	fields []Field
}

// Field is a named value.
type Field struct {
	Name  string
	Value Value
}

// Set gives the field a value, in place if it has one already.
func (e *Event) Set(name string, v Value) {
	for i := range e.fields {
		if e.fields[i].Name == name {
			e.fields[i].Value = v
			return
		}
	}
	e.fields = append(e.fields, Field{name, v})
}

// Get returns the value of a field, or the zero Value.
func (e *Event) Get(name string) Value {
	for i := range e.fields {
		if e.fields[i].Name == name {
			return e.fields[i].Value
		}
	}
	return Value{}
}

// Has reports whether the field is set.
func (e *Event) Has(name string) bool { return e.Get(name).kind != 0 }

// Delete removes a field.
func (e *Event) Delete(name string) {
	for i := range e.fields {
		if e.fields[i].Name == name {
			e.fields = append(e.fields[:i], e.fields[i+1:]...)
			return
		}
	}
}

// All yields the fields in order.
func (e *Event) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for i := range e.fields {
			if !yield(e.fields[i].Name, e.fields[i].Value) {
				return
			}
		}
	}
}

// Len returns the number of fields.
func (e *Event) Len() int { return len(e.fields) }

// Reset empties the event and keeps its memory.
func (e *Event) Reset() { e.fields = e.fields[:0] }

// Text returns a String field's text, and "" if the field is not set or of another kind.
func (e *Event) Text(name string) string {
	if v := e.Get(name); v.kind == String {
		return v.text
	}
	return ""
}

// Time returns @timestamp, or the zero time.
func (e *Event) Time() time.Time { return e.Get(FieldTimestamp).Time() }

// Source returns source.ip, or the zero address.
func (e *Event) Source() netip.Addr { return e.Get(FieldSourceIP).Addr() }

// Count returns how many times the logged thing happened: event.count, else 1.
func (e *Event) Count() int {
	if v := e.Get(FieldCount); v.kind == Integer {
		return int(v.Int())
	}
	return 1
}
