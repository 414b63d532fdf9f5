package schema

import (
	"slices"
	"strings"
	"testing"

	"ops/logviz"
	"ops/logviz/encode"
)

func TestNamed(t *testing.T) {
	for _, name := range Names() {
		v := view(t, name)
		if v.Name != name {
			t.Errorf("%s is called %s", name, v.Name)
		}
		seen := map[string]bool{}
		for _, c := range v.Columns {
			if seen[c.Name] || c.Kind == 0 {
				t.Errorf("%s: column %s twice, or without kind", name, c.Name)
			}
			seen[c.Name] = true
		}
		for _, b := range v.Brief {
			if !seen[b] {
				t.Errorf("%s: %s is no column", name, b)
			}
		}
	}
	if _, err := Named("cim"); err == nil || !strings.Contains(err.Error(), "ecs, ocsf, legacy") {
		t.Errorf("%v", err)
	}
}

func TestSelect(t *testing.T) {
	got := view(t, "ecs").Select([]string{"source.port", "x"})
	if want := []encode.Column{{Name: "source.port", Kind: logviz.Integer}, {Name: "x", Kind: logviz.String}}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestECSIsTheEvent(t *testing.T) {
	from := event(t, "@timestamp=2026-03-14T06:25:01+01:00 user.name=a tags=x| source.ip=192.0.2.1")
	var to logviz.Event
	to.Set("left", logviz.StringValue("over"))
	view(t, "ecs").Apply(from, &to)
	if got, want := string(to.AppendJSON(nil)), string(from.AppendJSON(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Every view keeps every value, whatever the fields are: under a name of its own or as what it is.
func FuzzNothingIsLost(f *testing.F) {
	f.Add("user.name=needle7 source.ip=192.0.2.1 event.category=authentication|")
	f.Add("email.to.address=needle7|needle8 email.from.address=needle9")
	f.Add("http.response.body.bytes=77777 http.request.method=GETX source.port=1 url.domain=needle1")
	f.Add("source.address=needle1 source.ip=192.0.2.1 client.ip=192.0.2.2 user_name=needle2 user=needle3")
	f.Add("dns.question.type=needle4 dns.answers.data=needle5| destination.port=53")
	f.Add("event.outcome=needle6 process.name=needle2 event.duration=77777 host.ip=needle9")
	f.Fuzz(func(t *testing.T, pairs string) {
		if strings.Contains(pairs, "@timestamp") || len(pairs) > 2000 {
			return
		}
		from := event(t, pairs)
		for _, name := range Names() {
			var to logviz.Event
			view(t, name).Apply(from, &to)
			left := map[string]int{}
			for _, v := range to.All() {
				for _, s := range texts(v) {
					left[s]++
				}
			}
			for field, v := range from.All() {
				if field == "event.category" && name == "legacy" { // becomes the taxonomy
					continue
				}
				for _, s := range texts(v) {
					// An address that is said twice, and an outcome, which has a number.
					if left[s] == 0 && field != "event.outcome" {
						t.Errorf("%s: %s=%q is lost: %s", name, field, s, to.AppendJSON(nil))
					}
				}
			}
		}
	})
}

func texts(v logviz.Value) []string {
	if v.Kind() == logviz.List {
		return v.List()
	}
	return []string{v.String()}
}
