package normalize_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"ops/logviz/normalize"
)

// suggested mines lines of a program, and returns the definition made of them, which passes its own tests.
func suggested(t testing.TB, program string, lines []string) (*normalize.Suggestion, *normalize.Definition, *normalize.Miner) {
	t.Helper()
	m := normalize.NewMiner()
	for _, line := range lines {
		m.Add(program, line)
	}
	s, err := m.Suggest("suggested", program, "a test")
	if err != nil {
		t.Fatal(err)
	}
	d, err := normalize.Parse("suggested.yaml", s.YAML)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.YAML)
	}
	for _, err := range d.Check() {
		t.Errorf("%v\n%s", err, s.YAML)
	}
	return s, d, m
}

func TestSuggestNamesFieldsForTheirContext(t *testing.T) {
	_, d, _ := suggested(t, "app", []string{
		`session of user alice from 192.0.2.7 port 4711 began in "red room" with uid=7`,
		`session of user bob from 2001:db8::9 port 9 began in "blue room" with uid=8`,
	})
	want := `session of user %{user.name:word} from %{source.address:host} port %{source.port:port} began in %{app.field_4:quoted} with uid=%{app.uid:int}`
	if len(d.Patterns) != 1 || d.Patterns[0].Pattern.Value != want || len(d.Patterns[0].Tests) != 2 {
		t.Errorf("got  %+v\nwant %s", d.Patterns, want)
	}
	if got := fmt.Sprint(d.Patterns[0].Tests[0].Expect); got != "map[app.field_4:red room app.uid:7 source.address:192.0.2.7 source.port:4711 user.name:alice]" {
		t.Errorf("the first test expects %s", got)
	}
}

// A word behind "by" or "to" is mostly a name, "from" too at times: a host is what looks like one.
func TestSuggestTellsNamesFromHosts(t *testing.T) {
	for _, c := range []struct{ what, a, b, want string }{
		{"name", "record 17 removed by alice", "record 18 removed by bob", "record %{app.field_1:int} removed by %{app.field_2:word}"},
		{"address", "record 17 removed by 192.0.2.7", "record 18 removed by 2001:db8::1", "record %{app.field_1:int} removed by %{source.address:host}"},
		{"host", "record 17 removed by a.example.com", "record 18 removed by 192.0.2.7", "record %{app.field_1:int} removed by %{source.address:host}"},
		{"host and name", "moved to a.example.com now", "moved to attic now", "moved to %{destination.address:host} now"},
		{"name behind to", "moved to cellar now", "moved to attic now", "moved to %{app.field_1:word} now"},
		{"version", "moved to 1.2.3 now", "moved to 1.2.4-rc now", "moved to %{app.field_1:word} now"},
		{"key", "peer rhost=gate ok", "peer rhost=wall ok", "peer rhost=%{source.address:host} ok"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, d, _ := suggested(t, "app", []string{c.a, c.b})
			if got := d.Patterns[0].Pattern.Value; got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// A value that is the same in all texts of one cluster is no constant if the same key has others elsewhere.
func TestSuggestOpensKeysThatVaryElsewhere(t *testing.T) {
	_, d, _ := suggested(t, "app", []string{
		"start job=17 zone=inner mode=fast of the nightly run", "start job=18 zone=inner mode=fast of the nightly run",
		"end job=17 zone=outer mode=fast", "end job=18 zone=outer mode=fast",
	})
	var got []string
	for _, p := range d.Patterns {
		got = append(got, p.Pattern.Value)
	}
	want := []string{
		"start job=%{app.job:int} zone=%{app.zone:word} mode=fast of the nightly run",
		"end job=%{app.job:int} zone=%{app.zone:word} mode=fast",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestSuggestReadsRecordsWithoutHeader(t *testing.T) {
	_, d, _ := suggested(t, "", []string{
		"2026-03-14T06:25:01Z job 17 done in 1.5 s",
		"2026-03-14T06:25:02Z job 18 done in 2.25 s",
	})
	if d.Stage != normalize.Line || !strings.HasPrefix(d.Patterns[0].Pattern.Value, "%{@timestamp:rfc3339} job %{suggested.field_2:int} done in %{suggested.field_3:float} s") {
		t.Errorf("got %+v", d)
	}
}

// Every line of a cluster that has a pattern is understood by the definition, also those that are no test.
func understands(t testing.TB, program string, lines []string) {
	t.Helper()
	m := normalize.NewMiner()
	for _, line := range lines {
		m.Add(program, line)
	}
	s, err := m.Suggest("suggested", program, "a test")
	if err != nil {
		if m.Left == 0 && len(lines) > 0 && strings.Contains(err.Error(), "mistake") {
			t.Fatal(err)
		}
		return
	}
	d, err := normalize.Parse("suggested.yaml", s.YAML)
	if err != nil {
		t.Fatalf("%v\n%s", err, s.YAML)
	}
	missed := int64(0)
	for _, line := range lines {
		x, err := normalize.Explain([]*normalize.Definition{d}, reading(), line, program)
		if err != nil {
			t.Fatal(err)
		}
		if !x.Understood {
			missed++
		}
	}
	if missed > s.Without+m.Left {
		t.Errorf("%d lines are not understood, %d were left out\n%s\n%q", missed, s.Without+m.Left, s.YAML, lines)
	}
}

func TestSuggestUnderstandsGeneratedLogs(t *testing.T) {
	words := []string{
		"open", "close", "failed", "user=root", "user=bob", "[7]", "(x)", "%{y:z}", `\`, "a=b=c", "/etc/passwd", "/a",
		"192.0.2.7", "192.0.2.7:80", "2001:db8::1", "17", "007", "-5", "1.5", "1.2.3", `"a b"`, `x="y z"`, `"`, "", "ä", "\t", "\x1b", "\xff", "re:x",
		"2026-03-14T06:25:01Z", "deadbeef01", "host.example.com", "[[x]]", "'", "#", ": ", "00:11:22:33:44:55", "99999999999999999999",
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		var forms [][]string
		for range 1 + random.IntN(4) {
			var form []string
			for range 1 + random.IntN(8) {
				form = append(form, words[random.IntN(len(words))])
			}
			forms = append(forms, form)
		}
		var lines []string
		for range 40 {
			form := append([]string{}, forms[random.IntN(len(forms))]...)
			for range random.IntN(3) {
				form[random.IntN(len(form))] = words[random.IntN(len(words))]
			}
			lines = append(lines, strings.Join(form, " "))
		}
		understands(t, []string{"app", ""}[random.IntN(2)], lines)
	}
}

func FuzzSuggest(f *testing.F) {
	f.Add("user alice from 192.0.2.7\nuser bob from 192.0.2.8\nuser x y")
	f.Add("a=1 b=\"x\"\na=2 b=\"\\\"\"\na=3 b=z")
	f.Fuzz(func(t *testing.T, log string) {
		if len(log) < 2000 {
			understands(t, "app", strings.Split(log, "\n"))
		}
	})
}
