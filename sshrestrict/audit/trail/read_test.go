package trail

import (
	"bytes"
	"errors"
	"iter"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"ops/sshrestrict/audit"
)

func start() time.Time { return time.Date(2026, 11, 24, 1, 2, 3, 4000, time.UTC) }

// full is a record with every field set, and with text that needs care.
func full() audit.Record {
	return audit.Record{
		Time: start(), ID: "00ff", Event: audit.EventResult, Decision: audit.Allow, Code: "ok", Reason: "it \"is\"", Policy: "backup",
		PolicyHash: "sha256:00", Rule: "allow[3] rsync", Key: "nas", Fingerprint: "SHA256:abc", Account: "backup",
		Address: "2001:db8::1", Port: 40022, TTY: "/dev/pts/3", Requested: new("rsync\n\xff\u202e\\x0a"), RequestedTruncated: 7,
		Argv: [][]string{{"/usr/bin/rsync", "a\nb"}, {"x", ""}}, ArgvTruncated: 3, Program: "/usr/bin/rsync",
		Sandbox: "landlock-7", Operation: "rename", Path: "/srv/a", Target: "/srv/b", Lost: 2,
		Result: &audit.Result{Exit: 0, Signal: "SIGTERM", Duration: 1500 * time.Millisecond, BytesIn: 10, BytesOut: 0},
	}
}

func line1(r audit.Record) string { return string(r.Append(nil)) }

// collect returns the records and errors of a sequence.
func collect(records iter.Seq2[audit.Record, error]) (all []audit.Record, errs []error) {
	for r, err := range records {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, r)
	}
	return all, errs
}

func ids(all []audit.Record) string {
	var names []string
	for _, r := range all {
		names = append(names, r.ID)
	}
	return strings.Join(names, " ")
}

// Every field of a record comes back. The check by reflection finds a field that somebody forgets.
func TestRoundTrip(t *testing.T) {
	r := full()
	v := reflect.ValueOf(r)
	for i := range v.NumField() {
		if v.Field(i).IsZero() {
			t.Errorf("the test does not set %s", v.Type().Field(i).Name)
		}
	}
	for _, want := range []audit.Record{
		r,
		{Time: start(), Event: audit.EventIntent},
		{Time: start(), Event: audit.EventIntent, Requested: new("")},
		{Time: start(), Event: audit.EventSession, Result: &audit.Result{Exit: -1, BytesIn: -1, BytesOut: 5}},
		{Time: start(), Event: audit.EventResult, Result: &audit.Result{Exit: 255, BytesIn: -1, BytesOut: -1}},
	} {
		all, errs := collect(Read(strings.NewReader(line1(want))))
		if len(all) != 1 || len(errs) != 0 || !reflect.DeepEqual(all[0], want) {
			t.Errorf("got %+v %v\nwant %+v", all, errs, want)
		}
	}
}

func TestReadGoesOnAfterGarbage(t *testing.T) {
	good := line1(audit.Record{Time: start(), ID: "good", Event: audit.EventIntent})
	for name, bad := range map[string]string{
		"empty line":             "\n",
		"text":                   "hello\n",
		"half a record":          good[:30] + "\n",
		"array":                  "[1]\n",
		"two objects":            strings.TrimSuffix(good, "\n") + good,
		"object without time":    `{"event":"intent"}` + "\n",
		"unknown event":          strings.Replace(good, "intent", "intern", 1),
		"wrong type":             strings.Replace(good, `"good"`, "1", 1),
		"text that is not plain": strings.Replace(good, "good", `\u001b`, 1),
		"bad escape":             strings.Replace(good, "good", `\\z`, 1),
		"NUL":                    "\x00\n",
		"long line":              strings.Repeat("x", maxLine+10) + "\n",
		"long object":            `{"x":"` + strings.Repeat("x", audit.MaxLine) + "\"}\n",
	} {
		t.Run(name, func(t *testing.T) {
			all, errs := collect(Read(strings.NewReader(good + bad + good)))
			if len(all) != 2 || len(errs) != 1 {
				t.Fatalf("%d records, %v", len(all), errs)
			}
			if e, ok := errors.AsType[*LineError](errs[0]); !ok || e.Line != 2 || len(e.Error()) > 300 {
				t.Errorf("got %v", errs[0])
			}
			garbage := 0
			if all, errs := collect(Tolerant(Read(strings.NewReader(good+bad+good)), &garbage)); len(all) != 2 || errs != nil || garbage != 1 {
				t.Errorf("tolerant: %d records, %v, %d garbage", len(all), errs, garbage)
			}
		})
	}
	t.Run("a last line without an end", func(t *testing.T) {
		all, errs := collect(Read(strings.NewReader(good + strings.TrimSuffix(good, "\n"))))
		if len(all) != 1 || len(errs) != 1 || !strings.Contains(errs[0].Error(), "line 2: the line has no end") {
			t.Errorf("%d records, %v", len(all), errs)
		}
	})
	t.Run("an error of the reader", func(t *testing.T) {
		garbage := 0
		broken := errors.New("broken disk")
		r := iotest.TimeoutReader(strings.NewReader(good))
		all, errs := collect(Tolerant(Read(r), &garbage))
		if len(errs) != 1 || !errors.Is(errs[0], iotest.ErrTimeout) || isLineError(errs[0]) || garbage != 0 || len(all) != 1 {
			t.Errorf("%d records, %v, %v", len(all), errs, broken)
		}
	})
	t.Run("stop at once", func(t *testing.T) {
		for range Read(strings.NewReader(good + good)) {
			break
		}
	})
}

func TestReadSyslog(t *testing.T) {
	object := strings.TrimSuffix(line1(audit.Record{Time: start(), ID: "x", Event: audit.EventIntent}), "\n")
	for text, ours := range map[string]bool{
		"Nov 24 01:02:03 host ops-ssh-restrict[12]: @cee: " + object:                               true,
		"Nov  4 01:02:03 host ops-ssh-restrict: @cee: " + object + "\r":                            true,
		"2026-11-24T01:02:03.5+01:00 host ops-ssh-restrict[12]: @cee: " + object:                   true,
		"Nov 24 01:02:03 host sshd[1]: ops-ssh-restrict[12]: @cee: " + object:                      false,
		"Nov 24 01:02:03 host app[1]: user said Nov 24 host ops-ssh-restrict[12]: @cee: " + object: false,
		"Nov 24 01:02:03 host ops-ssh-restrictx[12]: @cee: " + object:                              false,
		"Nov 24 01:02:03 host ops-ssh-restrict[12: @cee: " + object:                                false,
		"ops-ssh-restrict[12]: @cee: " + object:                                                    false,
		"Nov 24 01:02:03 host ops-ssh-restrict[12]: " + object:                                     false,
	} {
		all, errs := collect(Read(strings.NewReader(text + "\n")))
		if (len(all) == 1) != ours || len(all)+len(errs) != 1 {
			t.Errorf("%.70s…: %d records, %v", text, len(all), errs)
		}
	}
}

// Any bytes are read without a panic, each line is a record or an error, and what is read can be written and read again.
func FuzzRead(f *testing.F) {
	f.Add([]byte(line1(full())))
	f.Add([]byte("{}\n[\n" + `{"time":"2026-11-24T00:00:00Z","event":"intent","argv":[null,[]],"duration_ms":-1}` + "\n"))
	f.Add([]byte(`{"TIME":"2026-11-24T00:00:00.123456789+01:00","event":"session","bytes_in":9223372036854775807}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		n := 0
		for r, err := range Read(bytes.NewReader(text)) {
			n++
			if err != nil {
				continue
			}
			first := r.Append(nil)
			again, errs := collect(Read(bytes.NewReader(first)))
			if len(again) != 1 || !bytes.Equal(again[0].Append(nil), first) {
				t.Errorf("%s became %v %v", first, again, errs)
			}
		}
		want := bytes.Count(text, []byte("\n"))
		if len(text) > 0 && text[len(text)-1] != '\n' {
			want++
		}
		if n != want {
			t.Errorf("%d results for %d lines", n, want)
		}
	})
}
