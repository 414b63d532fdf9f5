package schema

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"ops/logviz"
)

// event makes an event of "name=value" pairs: numbers, addresses and true become values of their kind, a|b a list.
func event(t testing.TB, pairs string) *logviz.Event {
	t.Helper()
	var e logviz.Event
	for pair := range strings.FieldsSeq(pairs) {
		name, text, _ := strings.Cut(pair, "=")
		e.Set(name, value(t, name, text))
	}
	return &e
}

func value(t testing.TB, name, text string) logviz.Value {
	t.Helper()
	if name == logviz.FieldTimestamp {
		when, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		v, _ := logviz.TimestampValue(when)
		return v
	}
	if strings.Contains(text, "|") {
		return logviz.ListValue(strings.Split(strings.TrimSuffix(text, "|"), "|")...)
	}
	if a, err := netip.ParseAddr(text); err == nil {
		return logviz.IPValue(a)
	}
	n, digits := int64(0), text != ""
	for _, c := range text {
		if c < '0' || c > '9' {
			digits = false
		}
		n = 10*n + int64(c-'0')
	}
	if digits {
		return logviz.IntegerValue(n)
	}
	return logviz.StringValue(text)
}

func view(t testing.TB, name string) *View {
	t.Helper()
	v, err := Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
