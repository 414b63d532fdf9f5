package encode

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"ops/logviz"
)

func TestLogfmt(t *testing.T) {
	got := string(written(t, "logfmt", Options{}, sample(t, `a "b"`)))
	want := `@timestamp=2026-03-14T06:25:01.123456789+01:00 source.ip=2001:db8::1 source.mac=01:02:03:04:05:06 source.port=65535 ` +
		`event.category="authentication;a \"b\"" event.type="" event.duration=1.5 event.risk_score=-0.25 http.response.body.bytes=1099511627776 ` +
		`ssh.user_unknown=true user.name="a \"b\"" x.text="a \"b\"" x.list="a \"b\";"` + "\n"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// What was written reads back.
func FuzzLogfmt(f *testing.F) {
	for _, text := range hostile() {
		f.Add("a.b", text)
		f.Add(text, "x")
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		var e logviz.Event
		e.Set("first", logviz.StringValue(text))
		if name != "first" {
			e.Set(name, logviz.StringValue(text))
		}
		got := string(written(t, "logfmt", Options{}, &e, &e))
		wantNoControls(t, []byte(got), "\n")
		if strings.Count(got, "\n") != 2 {
			t.Fatalf("%d lines: %q", strings.Count(got, "\n"), got)
		}
		line, _, _ := strings.Cut(got, "\n")
		pairs, err := parseLogfmt(line)
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if len(pairs) != e.Len() {
			t.Fatalf("%d pairs of %d: %s", len(pairs), e.Len(), line)
		}
		for _, p := range pairs {
			if p.value != valid(text) {
				t.Errorf("got %q, want %q", p.value, text)
			}
		}
		if isBare(name) && e.Len() == 2 && pairs[1].key != name {
			t.Errorf("got key %q, want %q", pairs[1].key, name)
		}
	})
}

type pair struct{ key, value string }

// parseLogfmt reads a line of pairs by the rules that NewLogfmt tells.
func parseLogfmt(line string) ([]pair, error) {
	var pairs []pair
	for line != "" {
		key, rest, ok := strings.Cut(line, "=")
		if !ok || key == "" || strings.ContainsAny(key, " \"") {
			return nil, errors.New("no key")
		}
		end := strings.IndexByte(rest, ' ')
		if strings.HasPrefix(rest, `"`) {
			end = 1
			for end < len(rest) && rest[end] != '"' {
				if rest[end] == '\\' {
					end++
				}
				end++
			}
			end++
		} else if end < 0 {
			end = len(rest)
		}
		if end > len(rest) || end < len(rest) && rest[end] != ' ' {
			return nil, errors.New("no end of a value")
		}
		value := rest[:end]
		if strings.HasPrefix(value, `"`) {
			if err := json.Unmarshal([]byte(value), &value); err != nil {
				return nil, err
			}
		} else if strings.ContainsAny(value, `"=\`) || value == "" {
			return nil, errors.New("a value that needs quotes")
		}
		pairs = append(pairs, pair{key, value})
		line = strings.TrimPrefix(rest[end:], " ")
	}
	return pairs, nil
}
