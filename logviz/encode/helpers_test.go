package encode

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ops/logviz"
)

// hostile are texts that break what is not written with care.
func hostile() []string {
	return []string{
		"", " ", "plain", "two words", "a,b;c", `say "hi"`, `back\slash`, "line\nend", "cr\r\nlf", "tab\t", "\x00", "\x1b[31m", "\x7f",
		"\xff\xfe", "h\xc3", "é", "\u0085", "\u2028", "\u202e", "\ufffd", "=1+1", "+49", "-1", "@SUM(1)", "-x", "key=value", "#", "'", "{}",
		"null", "true", "NaN", "=\"", strings.Repeat("x", 70_000), "\ufeff",
	}
}

// sample is an event with a value of every kind.
func sample(t testing.TB, text string) *logviz.Event {
	t.Helper()
	var e logviz.Event
	stamp, ok := logviz.TimestampValue(time.Date(2026, 3, 14, 6, 25, 1, 123456789, time.FixedZone("", 3600)))
	if !ok {
		t.Fatal("no timestamp")
	}
	e.Set("@timestamp", stamp)
	e.Set("source.ip", logviz.IPValue(netip.MustParseAddr("2001:db8::1")))
	e.Set("source.mac", logviz.MACValue([6]byte{1, 2, 3, 4, 5, 6}))
	e.Set("source.port", logviz.IntegerValue(65535))
	e.Set("event.category", logviz.ListValue("authentication", text))
	e.Set("event.type", logviz.ListValue())
	e.Set("event.duration", logviz.DurationValue(1500*time.Millisecond))
	e.Set("event.risk_score", logviz.FloatValue(-0.25))
	e.Set("http.response.body.bytes", logviz.BytesValue(1<<40))
	e.Set("ssh.user_unknown", logviz.BoolValue(true))
	e.Set("user.name", logviz.StringValue(text))
	e.Set("x.text", logviz.StringValue(text))
	e.Set("x.list", logviz.ListValue(text, ""))
	return &e
}

func columns() []Column {
	return []Column{
		{"@timestamp", logviz.Timestamp},
		{"source.ip", logviz.IP},
		{"source.mac", logviz.MAC},
		{"source.port", logviz.Integer},
		{"event.category", logviz.List},
		{"event.type", logviz.List},
		{"event.duration", logviz.Duration},
		{"event.risk_score", logviz.Float},
		{"http.response.body.bytes", logviz.Bytes},
		{"ssh.user_unknown", logviz.Bool},
		{"user.name", logviz.String},
		{"user.id", logviz.String},
	}
}

// written returns what a format of lines makes of events.
func written(t testing.TB, format string, o Options, events ...*logviz.Event) []byte {
	t.Helper()
	l, err := NewLines(format, o)
	if err != nil {
		t.Fatal(err)
	}
	b := l.Begin(nil)
	for _, e := range events {
		b = l.Append(b, e)
	}
	return b
}

// inParquet returns events as a file.
func inParquet(t testing.TB, events ...*logviz.Event) []byte {
	t.Helper()
	var b bytes.Buffer
	p, err := NewParquet(&b, columns(), "ecs")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if err := p.Encode(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// wantNoControls fails if there is a control character of ASCII other than those allowed.
func wantNoControls(t testing.TB, b []byte, allowed string) {
	t.Helper()
	for i, c := range b {
		if (c < ' ' || c == 0x7f) && strings.IndexByte(allowed, c) < 0 {
			t.Fatalf("control character %#x at %d of %.200q", c, i, b)
		}
	}
}
