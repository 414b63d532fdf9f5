package encode

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"ops/logviz"
)

func TestCSV(t *testing.T) {
	got := string(written(t, "csv", Options{Columns: columns()}, sample(t, "a b"), &logviz.Event{}))
	want := "@timestamp,source.ip,source.mac,source.port,event.category,event.type,event.duration,event.risk_score,http.response.body.bytes,ssh.user_unknown,user.name,user.id\r\n" +
		"2026-03-14T06:25:01.123456789+01:00,2001:db8::1,01:02:03:04:05:06,65535,authentication;a b,,1.5,-0.25,1099511627776,true,a b,\r\n" +
		",,,,,,,,,,,\r\n"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestCSVGuard(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+SUM(A1)": "'+SUM(A1)", "-x": "'-x", "@a": "'@a", "\tx": "'\tx", "\r=1": "'\r=1",
		"-1": "-1", "+49": "+49", "-2.5e3": "-2.5e3", "-inf": "'-inf", "a=b": "a=b", "": "",
	} {
		var e logviz.Event
		e.Set("a", logviz.StringValue(text))
		for guard, want := range map[bool]string{true: want, false: text} {
			got := string(written(t, "csv", Options{Columns: []Column{{Name: "a"}, {Name: "b"}}, Guard: guard}, &e))
			cell := strings.Trim(strings.TrimSuffix(strings.TrimPrefix(got, "a,b\r\n"), ",\r\n"), `"`)
			if cell != want {
				t.Errorf("%q with guard %v: got %q, want %q", text, guard, cell, want)
			}
		}
	}
}

func TestCSVNeedsColumns(t *testing.T) {
	if _, err := NewLines("csv", Options{}); err == nil {
		t.Error("no error")
	}
}

// What was written reads back, apart from the bytes that CSV cannot hold and from the line ends that the reader joins.
func FuzzCSV(f *testing.F) {
	for _, text := range hostile() {
		f.Add(text, "b")
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		var e logviz.Event
		e.Set("a", logviz.StringValue(one))
		e.Set("b", logviz.StringValue(two))
		for _, names := range [][]Column{{{Name: "a"}, {Name: "b"}}, {{Name: "b"}}} {
			got := written(t, "csv", Options{Columns: names}, &e, &e)
			wantNoControls(t, got, "\r\n\t")
			rows, err := csv.NewReader(bytes.NewReader(got)).ReadAll()
			if err != nil {
				t.Fatalf("%v: %q", err, got)
			}
			if len(rows) != 3 {
				t.Fatalf("%d rows: %q", len(rows), got)
			}
			for i, c := range names {
				if want := strings.ReplaceAll(carried(e.Text(c.Name)), "\r\n", "\n"); rows[2][i] != want {
					t.Errorf("%s: got %q, want %q", c.Name, rows[2][i], want)
				}
			}
		}
	})
}

// carried is the text that CSV can carry.
func carried(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && !strings.ContainsRune("\t\r\n", r) || r >= 0x7f && r <= 0x9f {
			return '\ufffd'
		}
		return r
	}, s)
}
