package audit

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// full is a record with every field set.
func full() Record {
	return Record{
		Time: time.Date(2026, 11, 24, 1, 2, 3, 4_000, time.FixedZone("", 3600)), ID: "00ff",
		Event: EventResult, Decision: Allow, Code: "ok", Reason: "it is allowed", Policy: "backup", PolicyHash: "sha256:00",
		Rule: "allow[3] rsync", Key: "nas", Fingerprint: "SHA256:abc", Account: "backup", Address: "2001:db8::1", Port: 40022,
		TTY: "/dev/pts/3", Requested: new("rsync \"a\"\n"), Argv: [][]string{{"/usr/bin/rsync", "--server"}, {"x", ""}},
		Program: "/usr/bin/rsync", Sandbox: "landlock-7", Operation: "rename", Path: "/srv/a", Target: "/srv/b\u202e",
		Result: &Result{Exit: 0, Signal: "SIGTERM", Duration: 1500 * time.Millisecond, BytesIn: 10, BytesOut: 0}, Lost: 2,
	}
}

func TestAppend(t *testing.T) {
	r := full()
	const want = `{"time":"2026-11-24T00:02:03.000004Z","id":"00ff","event":"result","decision":"allow","code":"ok",` +
		`"reason":"it is allowed","policy":"backup","policy_hash":"sha256:00","rule":"allow[3] rsync","key":"nas",` +
		`"fingerprint":"SHA256:abc","account":"backup","address":"2001:db8::1","port":40022,"tty":"/dev/pts/3",` +
		`"requested":"rsync \"a\"\\x0a","argv":[["/usr/bin/rsync","--server"],["x",""]],"program":"/usr/bin/rsync",` +
		`"sandbox":"landlock-7","operation":"rename","path":"/srv/a","target":"/srv/b\\u202e","exit":0,"signal":"SIGTERM",` +
		`"duration_ms":1500,"bytes_in":10,"bytes_out":0,"lost":2}` + "\n"
	if got := string(r.Append([]byte("before"))); got != "before"+want {
		t.Errorf("got  %s\nwant before%s", got, want)
	}
}

// What was asked for has three states, and no text can pass for another one.
func TestRequestedStates(t *testing.T) {
	for name, c := range map[string]struct {
		event string
		text  *string
		want  string
	}{
		"none":               {EventIntent, nil, `"requested":null`},
		"empty":              {EventIntent, new(""), `"requested":""`},
		"the word null":      {EventIntent, new("null"), `"requested":"null"`},
		"like a subsystem":   {EventIntent, new("internal-sftp"), `"requested":"internal-sftp"`},
		"like a login":       {EventIntent, new("<interactive>"), `"requested":"<interactive>"`},
		"end of the string":  {EventIntent, new(`","decision":"allow`), `"requested":"\",\"decision\":\"allow"`},
		"escaped text":       {EventIntent, new(`\x0a`), `"requested":"\\\\x0a"`},
		"result without one": {EventResult, nil, ``},
	} {
		t.Run(name, func(t *testing.T) {
			r := Record{Event: c.event, Requested: c.text}
			got := string(r.Append(nil))
			if c.want == "" && strings.Contains(got, "requested") || !strings.Contains(got, c.want+"}") {
				t.Errorf("got %s, want %s in it", got, c.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	decode := func(r Record) map[string]any {
		var got map[string]any
		if err := json.Unmarshal(r.Append(nil), &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	t.Run("a request of just the limit", func(t *testing.T) {
		got := decode(Record{Requested: new(strings.Repeat("a", maxRequested))})
		if len(got["requested"].(string)) != maxRequested || got["requested_truncated"] != nil {
			t.Error("it was cut")
		}
	})
	t.Run("a longer request", func(t *testing.T) {
		got := decode(Record{Requested: new("a" + strings.Repeat("ä", maxRequested))})
		if n := len(got["requested"].(string)); n != maxRequested-1 || got["requested_truncated"] != float64(maxRequested+2) {
			t.Errorf("%d bytes, %v left off", n, got["requested_truncated"])
		}
	})
	t.Run("long arguments", func(t *testing.T) {
		long := strings.Repeat("b", 20<<10)
		got := decode(Record{Argv: [][]string{{"a", long, "c"}, {long, "d"}}})
		argv := got["argv"].([]any)
		first, second := argv[0].([]any), argv[1].([]any)
		if len(first) != 3 || first[1] != long || len(second) != 1 || !strings.HasSuffix(second[0].(string), "b…") ||
			got["argv_truncated"] != 2.0 {
			t.Errorf("%d and %d arguments, %v truncated", len(first), len(second), got["argv_truncated"])
		}
	})
	t.Run("many arguments", func(t *testing.T) {
		got := decode(Record{Argv: [][]string{make([]string, 2000), nil}})
		if n := len(got["argv"].([]any)[0].([]any)); n != maxArguments || got["argv_truncated"] != float64(2000-maxArguments) {
			t.Errorf("%d arguments, %v truncated", n, got["argv_truncated"])
		}
	})
	t.Run("many programs", func(t *testing.T) {
		if n := len(decode(Record{Argv: make([][]string, 100_000)})["argv"].([]any)); n != maxArguments {
			t.Errorf("%d programs", n)
		}
	})
}

// worst is the record with the longest line.
func worst() Record {
	bytes := func(n int) string { return strings.Repeat("\x01", n) }
	var r Record
	v := reflect.ValueOf(&r).Elem()
	for _, field := range v.Fields() {
		switch field.Kind() {
		case reflect.String:
			field.SetString(bytes(maxPath * 2))
		case reflect.Int:
			field.SetInt(-1 << 63)
		}
	}
	r.Time = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	r.Requested = new(bytes(maxRequested * 2))
	for range maxArguments + 1 {
		r.Argv = append(r.Argv, []string{bytes(maxArgv / maxArguments)})
	}
	r.Result = &Result{Exit: 1 << 62, Signal: bytes(maxField), Duration: 1 << 62, BytesIn: 1 << 62, BytesOut: 1 << 62}
	return r
}

func TestLongestLine(t *testing.T) {
	r := worst()
	line := r.Append(nil)
	if len(line) > MaxLine || len(line) < MaxLine/2 {
		t.Errorf("the longest line has %d bytes; MaxLine is %d", len(line), MaxLine)
	}
	if short := r.fit(maxSyslog - 64); len(short) > maxSyslog-64 || !json.Valid(short) {
		t.Errorf("%d bytes for syslog", len(short))
	}
	small := full()
	if got := small.fit(8000); !bytes.Equal(got, small.Append(nil)) {
		t.Errorf("a record that fits was changed: %s", got)
	}
}

// Whatever the texts are, the line is one JSON object that says the same, prints, and is bounded.
func FuzzAppend(f *testing.F) {
	f.Add("a", "rsync\n", "b\u202e", uint64(1), int64(0))
	f.Add("\"},\n{", "\xff\x00\\", "\U000e0041", uint64(0), int64(-5))
	f.Add(strings.Repeat("\x01", 3000), strings.Repeat("\\", 20000), strings.Repeat("漢", 9000), uint64(7), int64(1)<<52)
	f.Fuzz(func(t *testing.T, a, b, c string, bits uint64, n int64) {
		r := Record{
			Time: time.UnixMicro(n & (1<<47 - 1)), ID: a, Event: EventIntent, Decision: b, Reason: c, Policy: a, Key: b, Path: c, Target: a,
			Requested: &b, Port: int(n), Argv: [][]string{{a, b, c}, {}, {c}},
			Result: &Result{Exit: int(n), Signal: c, Duration: time.Duration(n), BytesIn: n, BytesOut: -n},
		}
		if bits&1 != 0 {
			r.Requested = nil
		}
		line := r.Append(nil)
		if len(line) > MaxLine || bytes.Count(line, []byte("\n")) != 1 || line[len(line)-1] != '\n' {
			t.Fatalf("%d bytes, %d lines", len(line), bytes.Count(line, []byte("\n")))
		}
		if short := r.fit(maxSyslog); len(short) > maxSyslog || !json.Valid(short) {
			t.Fatalf("for syslog: %d bytes", len(short))
		}
		text := string(line[:len(line)-1])
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Fatalf("does not print: %q", text)
		}
		var got struct {
			Time      time.Time
			ID        string
			Requested *string
			Argv      [][]string
			Bytes     *int64 `json:"bytes_in"`
		}
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		plain := func(text string) string {
			back, err := Unescape(text)
			if err != nil {
				t.Fatal(err)
			}
			return back
		}
		if !got.Time.Equal(r.Time) || plain(got.ID) != cut(a, maxField) || (got.Requested == nil) != (r.Requested == nil) {
			t.Errorf("%+v of %q", got, a)
		}
		if got.Requested != nil && len(b) <= maxRequested && plain(*got.Requested) != b {
			t.Errorf("%q instead of %q", *got.Requested, b)
		}
		if len(a)+len(b)+2*len(c) <= maxArgv &&
			(len(got.Argv) != 3 || plain(got.Argv[0][0]) != a || plain(got.Argv[0][1]) != b || plain(got.Argv[2][0]) != c) {
			t.Errorf("%q of %q", got.Argv, r.Argv)
		}
		if (got.Bytes == nil) != (n < 0) {
			t.Errorf("bytes_in of %d: %v", n, got.Bytes)
		}
	})
}
