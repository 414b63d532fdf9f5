package logviz

import (
	"encoding/json"
	"math"
	"net/netip"
	"testing"
	"time"
	"unicode/utf8"
)

func timestamp(t *testing.T, s string) Value {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	v, ok := TimestampValue(at)
	if !ok {
		t.Fatalf("%s is out of range", s)
	}
	return v
}

func TestEventFields(t *testing.T) {
	var e Event
	e.Set("b", StringValue("1"))
	e.Set("a", IntegerValue(2))
	e.Set("b", StringValue("3"))
	if got := string(e.AppendJSON(nil)); got != `{"b":"3","a":2}` {
		t.Error(got)
	}
	if e.Text("a") != "" || e.Text("b") != "3" || e.Has("c") || e.Len() != 2 || e.Count() != 1 {
		t.Error("wrong answers")
	}
	e.Delete("b")
	e.Delete("c")
	var names []string
	for name := range e.All() {
		names = append(names, name)
	}
	if len(names) != 1 || names[0] != "a" {
		t.Error(names)
	}
	e.Reset()
	if got := string(e.AppendJSON(nil)); got != "{}" {
		t.Error(got)
	}
}

func TestValues(t *testing.T) {
	for _, c := range []struct {
		v          Value
		text, json string
	}{
		{Value{}, "null", "null"},
		{StringValue("a\"\\\n\t\r\x00\x7f\xff\u2028é"), "a\"\\\n\t\r\x00\x7f\xff\u2028é", `"a\"\\\n\t\r\u0000\u007f` + "\ufffd\u2028é\""},
		{IntegerValue(-5), "-5", "-5"},
		{IntegerValue(math.MinInt64), "-9223372036854775808", "-9223372036854775808"},
		{FloatValue(0.25), "0.25", "0.25"},
		{FloatValue(math.NaN()), "null", "null"},
		{BoolValue(true), "true", "true"},
		{BoolValue(false), "false", "false"},
		{IPValue(netip.MustParseAddr("::ffff:192.0.2.1")), "192.0.2.1", `"192.0.2.1"`},
		{IPValue(netip.MustParseAddr("fe80::1%eth0")), "fe80::1", `"fe80::1"`},
		{IPValue(netip.MustParseAddr("2001:DB8::0:1")), "2001:db8::1", `"2001:db8::1"`},
		{MACValue([6]byte{0, 0x1b, 0x21, 0xaa, 0, 1}), "00:1b:21:aa:00:01", `"00:1b:21:aa:00:01"`},
		{timestamp(t, "2026-03-14T06:25:01Z"), "2026-03-14T06:25:01Z", `"2026-03-14T06:25:01Z"`},
		{timestamp(t, "2026-03-14T06:25:01.120-09:30"), "2026-03-14T06:25:01.12-09:30", `"2026-03-14T06:25:01.12-09:30"`},
		{DurationValue(1500 * time.Millisecond), "1.5", "1.5"},
		{BytesValue(512), "512", "512"},
		{ListValue("a", "b\""), `a,b"`, `["a","b\""]`},
		{ListValue(), "", "[]"},
	} {
		if c.v.String() != c.text || string(c.v.AppendJSON(nil)) != c.json {
			t.Errorf("%q %s, want %q %s", c.v.String(), c.v.AppendJSON(nil), c.text, c.json)
		}
		if !c.v.Equal(c.v) || c.v.Kind() != 0 && c.v.Equal(Value{}) {
			t.Errorf("%v: not equal to itself, or to nothing", c.v)
		}
	}
	if _, ok := TimestampValue(time.Date(1677, 1, 1, 0, 0, 0, 0, time.UTC)); ok {
		t.Error("a year outside the range is taken")
	}
}

// What AppendJSON writes, encoding/json reads as the same text.
func FuzzAppendJSON(f *testing.F) {
	f.Add("é\x00\"\\", "@timestamp")
	f.Add("\xff\xfe\xed\xa0\x80", "a")
	f.Fuzz(func(t *testing.T, text, name string) {
		var e Event
		e.Set(name, StringValue(text))
		out := e.AppendJSON(nil)
		var back map[string]string
		if err := json.Unmarshal(out, &back); err != nil {
			t.Fatalf("%s: %v", out, err)
		}
		if !utf8.ValidString(name) {
			return
		}
		if want := string([]rune(text)); back[name] != want {
			t.Fatalf("%q became %q", want, back[name])
		}
	})
}

// attempt builds an event as the definitions give it.
func attempt(t *testing.T, at, user, ip string, count int, outcome string) *Event {
	t.Helper()
	e := &Event{}
	e.Set(FieldTimestamp, timestamp(t, at))
	e.Set(FieldAction, StringValue("ssh_login"))
	e.Set(FieldOutcome, StringValue(outcome))
	e.Set(FieldUser, StringValue(user))
	e.Set(FieldMethod, StringValue("password"))
	if ip != "" {
		e.Set(FieldSourceIP, IPValue(netip.MustParseAddr(ip)))
	}
	if count != 1 {
		e.Set(FieldCount, IntegerValue(int64(count)))
	}
	return e
}
