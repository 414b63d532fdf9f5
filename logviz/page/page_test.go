package page

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"ops/logviz/geo"
	"ops/logviz/worldmap"
)

func TestPayload(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	china := geo.Place{Kind: geo.Country, Code: "CN"}
	d := newDay(paris)
	at := time.Date(2026, 3, 29, 0, 30, 0, 0, paris)
	d.attempt(at, "root", "203.0.113.7", "failure", china)
	d.attempt(at.Add(2*time.Hour), "root", "203.0.113.7", "failure", china)
	d.attempt(at.Add(2*time.Hour), "", "10.0.0.1", "failure", geo.Place{Kind: geo.Private})
	d.attempt(at.Add(2*time.Hour), "\x1b\u202e</script>", "", "success", geo.Place{})
	data := d.data(1000)
	data.Zone, data.Target, data.Lang = paris, &worldmap.Landmark{Name: "nas", Place: worldmap.Point{Lon: 2.35, Lat: 48.85}}, "fr"
	packed, err := data.Payload()
	if err != nil {
		t.Fatal(err)
	}
	h, rows := decoded(t, packed)
	got, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	got = regexp.MustCompile(`"statistics":\{.*\},"places"`).ReplaceAll(got, []byte(`"statistics":{},"places"`))
	const want = `{"version":1,"title":"","generator":"ops test","lang":"fr","theme":"auto",` +
		`"from":1774738800,"step":60,"steps":1380,"zone":"Europe/Paris",` +
		`"offsets":[[1774738800,3600,"CET"],[1774746000,7200,"CEST"]],"statistics":{},"places":["CN","-private","-unknown"],` +
		`"sources":["203.0.113.7","10.0.0.1",""],"source_place":[0,1,2],"source_others":{},` +
		`"accounts":["root","","\u001b\u202e\u003c/script\u003e"],"account_others":{},"methods":["password","publickey"],` +
		`"notes":["IP locations: a table"],"target":{"name":"nas","x":485,"y":68}}`
	if string(got) != strings.Replace(want, `\u202e`, "\u202e", 1) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if !reflect.DeepEqual(rows, data.Table.Rows) {
		t.Errorf("rows %v, want %v", rows, data.Table.Rows)
	}
}

// A page without any attempt is a page too.
func TestEmptyPage(t *testing.T) {
	data := newDay(time.UTC).data(1000)
	data.Zone = time.Local
	h, rows := decoded(t, dataBlock(t, data.html(t)))
	if h.Zone == "Local" {
		t.Error("the machine's zone has no name")
	}
	if h.Steps != 1440 || h.Step != 60 || len(rows) != 0 || h.Sources == nil || len(h.Offsets) != 1 {
		t.Errorf("%+v, %v", h, rows)
	}
}

// Attempts without a time are behind the last step, also if there is no time at all.
func TestPageWithoutTime(t *testing.T) {
	d := newDay(time.UTC)
	d.attempt(time.Time{}, "root", "203.0.113.7", "failure", geo.Place{})
	packed, err := d.data(1000).Payload()
	if err != nil {
		t.Fatal(err)
	}
	if h, rows := decoded(t, packed); len(rows) != 1 || rows[0].Step != h.Steps {
		t.Errorf("%d steps, rows %v", h.Steps, rows)
	}
}

// A count that the script's 32 bits cannot hold becomes several rows.
func TestPayloadOfLargeCounts(t *testing.T) {
	d := newDay(time.UTC)
	d.attempt(start(), "root", "203.0.113.7", "failure", geo.Place{})
	data := d.data(1000)
	data.Table.Rows[0].N = 1<<33 + 5
	packed, err := data.Payload()
	if err != nil {
		t.Fatal(err)
	}
	_, rows := decoded(t, packed)
	sum := 0
	for _, r := range rows {
		if r.N <= 0 || r.N >= 1<<32 {
			t.Errorf("row of %d", r.N)
		}
		sum += r.N
	}
	if sum != 1<<33+5 {
		t.Errorf("rows make %d", sum)
	}
}

// A day of 30,000 events makes at most 250 KB, twice the same ones, with the statistics in it.
func TestPageOfADay(t *testing.T) {
	d := variedDay(30_000)
	data := d.data(DefaultRows)
	page := data.html(t)
	t.Logf("%d bytes, %d rows, %d addresses, %d accounts, data %d bytes", len(page), len(data.Table.Rows),
		len(data.Table.Sources), len(data.Table.Accounts), len(dataBlock(t, page)))
	if len(page) > 250_000 {
		t.Errorf("%d bytes, want at most 250,000", len(page))
	}
	if n := len(noisyDay(30_000).data(DefaultRows).html(t)); n > 300_000 {
		t.Errorf("%d bytes of noise, want at most 300,000", n)
	} else {
		t.Logf("%d bytes of noise", n)
	}
	if page != variedDay(30_000).data(DefaultRows).html(t) {
		t.Error("the same day made another page")
	}
	h, rows := decoded(t, dataBlock(t, page))
	sum := 0
	for _, r := range rows {
		sum += r.N
	}
	s := data.Statistics
	if sum != s.Attempts.Failed+s.Attempts.Accepted {
		t.Errorf("rows make %d", sum)
	}
	if got := h.Statistics; got.Lines != s.Lines || got.Events != s.Events || got.Unparsed != s.Unparsed || len(got.Logins) != min(len(s.Logins), maxLogins) {
		t.Errorf("the statistics of the page, %+v, are not those of the log", got)
	}
}

// The policy in the page lets run just what is in it.
func TestPolicy(t *testing.T) {
	data := variedDay(10).data(1000)
	page := data.html(t)
	element := func(pattern string) string {
		m := regexp.MustCompile(`(?s)` + pattern).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no %s", pattern)
		}
		return m[1]
	}
	want := "default-src 'none'; script-src '" + digest(element(`<script type="module">(.*?)</script>`)) + "'; style-src '" +
		digest(element(`<style>(.*?)</style>`)) + "'; img-src blob: data:; base-uri 'none'; form-action 'none'"
	if got := element(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`); got != want {
		t.Errorf("policy %s\nwant   %s", got, want)
	}
	for _, word := range []string{"http:", "https:", "src=", " style=", "@import", "url("} {
		// What the script does is seen in a browser; see the policy, which lets it reach nothing.
		text := strings.ReplaceAll(page, script, "")
		if strings.Contains(text, word) {
			t.Errorf("the page has %q", word)
		}
	}
	var live strings.Builder
	if err := data.WriteLive(&live); err != nil {
		t.Fatal(err)
	}
	if p := live.String(); !strings.Contains(p, `<meta name="ops-live" content="1">`) || strings.Contains(p, `id="data"`) ||
		strings.Contains(p, "Content-Security-Policy") || !strings.Contains(p, `id="map"`) || !strings.Contains(Policy(true), "connect-src 'self'") {
		t.Error("the live page is another one")
	}
}
