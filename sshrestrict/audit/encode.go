package audit

import (
	"strconv"
	"time"
)

// MaxLine is longer than any line that is written, in bytes with its end.
const MaxLine = 384 << 10

// Limits of a record before escaping, which makes five bytes out of one at worst.
const (
	maxRequested = 16 << 10
	maxArgv      = 32 << 10
	maxArguments = 1024
	maxPath      = 4 << 10
	maxField     = 1 << 10
	maxHash      = 128
)

// Append appends the record to b as one JSON object and a line feed. The form is told in the package's comment.
func (r *Record) Append(b []byte) []byte { return r.appendShrunk(b, 0) }

// fit returns the record as a line of at most limit bytes, with the long texts cut until that is so.
func (r *Record) fit(limit int) []byte {
	var b []byte
	for shrink := range 11 {
		if b = r.appendShrunk(b[:0], shrink); len(b) <= limit {
			break
		}
	}
	return b
}

// appendShrunk divides all limits by a power of two.
func (r *Record) appendShrunk(b []byte, shrink int) []byte {
	e := encoder{b: append(b, '{'), field: maxField >> shrink, path: maxPath >> shrink}
	if e.field < 64 { // identifiers and hashes stay whole; there are about 16 of them
		e.field = 64
	}
	e.name("time")
	e.b = append(r.Time.UTC().AppendFormat(append(e.b, '"'), "2006-01-02T15:04:05.000000Z"), '"')
	e.text("id", r.ID)
	e.text("event", r.Event)
	e.text("decision", r.Decision)
	e.text("code", r.Code)
	e.text("reason", r.Reason)
	e.text("policy", r.Policy)
	e.limited("policy_hash", r.PolicyHash, maxHash)
	e.text("rule", r.Rule)
	e.text("key", r.Key)
	e.text("fingerprint", r.Fingerprint)
	e.text("account", r.Account)
	e.text("address", r.Address)
	e.number("port", int64(r.Port))
	e.text("tty", r.TTY)
	e.requested(r, maxRequested>>shrink)
	e.argv(r, maxArgv>>shrink, maxArguments>>shrink)
	e.text("program", r.Program)
	e.text("sandbox", r.Sandbox)
	e.text("operation", r.Operation)
	e.limited("path", r.Path, e.path)
	e.limited("target", r.Target, e.path)
	if r.Result != nil {
		e.result(r.Result)
	}
	e.number("lost", int64(r.Lost))
	return append(e.b, '}', '\n')
}

// encoder appends fields to an object that was begun.
type encoder struct {
	b           []byte
	field, path int // limits
}

func (e *encoder) name(name string) {
	if e.b[len(e.b)-1] != '{' {
		e.b = append(e.b, ',')
	}
	e.b = append(append(append(e.b, '"'), name...), '"', ':')
}

func (e *encoder) quoted(text string) {
	e.b = append(appendEscaped(append(e.b, '"'), text, true), '"')
}

func (e *encoder) limited(name, text string, limit int) {
	if text != "" {
		e.name(name)
		e.quoted(cut(text, limit))
	}
}

func (e *encoder) text(name, text string) { e.limited(name, text, e.field) }

func (e *encoder) number(name string, n int64) {
	if n != 0 {
		e.name(name)
		e.b = strconv.AppendInt(e.b, n, 10)
	}
}

func (e *encoder) requested(r *Record, limit int) {
	if r.Requested == nil {
		if r.Event == EventIntent {
			e.name("requested")
			e.b = append(e.b, "null"...)
		}
		return
	}
	kept := *r.Requested
	if len(kept) > limit {
		kept = kept[:boundary(kept, limit)]
	}
	e.name("requested")
	e.quoted(kept)
	e.number("requested_truncated", int64(r.RequestedTruncated+len(*r.Requested)-len(kept)))
}

func (e *encoder) argv(r *Record, room, most int) {
	if len(r.Argv) == 0 {
		return
	}
	missing := r.ArgvTruncated
	e.name("argv")
	e.b = append(e.b, '[')
	for i, program := range r.Argv {
		if i >= most { // even empty lists take room
			missing += len(program)
			continue
		}
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.b = append(e.b, '[')
		first := true
		for _, arg := range program {
			if most <= 0 || room <= 0 && arg != "" {
				missing++
				continue
			}
			if !first {
				e.b = append(e.b, ',')
			}
			first = false
			kept := cut(arg, room)
			if len(arg) > room {
				missing++
			}
			room -= len(kept)
			most--
			e.quoted(kept)
		}
		e.b = append(e.b, ']')
	}
	e.b = append(e.b, ']')
	e.number("argv_truncated", int64(missing))
}

func (e *encoder) result(r *Result) {
	always := func(name string, n int64) {
		e.name(name)
		e.b = strconv.AppendInt(e.b, n, 10)
	}
	if r.Exit >= 0 {
		always("exit", int64(r.Exit))
	}
	e.text("signal", r.Signal)
	always("duration_ms", int64(r.Duration/time.Millisecond))
	if r.BytesIn >= 0 {
		always("bytes_in", r.BytesIn)
	}
	if r.BytesOut >= 0 {
		always("bytes_out", r.BytesOut)
	}
}
