package page

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"ops/logviz"
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
	h, rows := decoded(t, dataBlock(t, data.html(t)))
	if h.Steps != 1440 || h.Step != 60 || len(rows) != 0 || h.Sources == nil || len(h.Offsets) != 1 {
		t.Errorf("%+v, %v", h, rows)
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
	var got struct {
		logviz.Statistics
		AddressesTotal int `json:"addresses_total"`
	}
	if err := json.Unmarshal(h.Statistics, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Addresses) != 100 || got.AddressesTotal != len(s.Addresses) || !reflect.DeepEqual(got.Addresses, s.Addresses[:100]) ||
		got.Attempts != s.Attempts || got.Sources != s.Sources || len(got.Countries) != len(s.Countries) {
		t.Errorf("the statistics of the page are not those of the log")
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

// hostile are names that attackers would like to see as markup, or as something else than they are.
func hostile() []string {
	return []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'><svg/onload=alert(1)>`, `</main></script><script>alert(1)//`,
		`javascript:alert(1)`, `<!--`, `]]>`, `{{.}}`, "\x1b[31mred\x00\r\n", "\u202eevil", "a\u200bb", "\xff\xfe", `" onmouseover="alert(1)`,
		`<iframe srcdoc="&lt;script&gt;">`, `&lt;b&gt;`, strings.Repeat("A", 1<<20), `<style>*{display:none}</style>`, "‮", "💥<b>",
	}
}

func TestHostileNamesStayText(t *testing.T) {
	d := newDay(time.UTC)
	for i, name := range hostile() {
		for range 3 {
			d.attempt(start(), name, "203.0.113.7", []string{"failure", "success"}[i%2], geo.Place{})
		}
	}
	data := d.data(1000)
	for _, name := range hostile() {
		data.Title, data.Notes = name, append(data.Notes, name)
		var mail bytes.Buffer
		if err := data.WriteMail(&mail, nil); err != nil {
			t.Fatal(err)
		}
		static, err := data.static()
		if err != nil {
			t.Fatal(err)
		}
		checkMarkup(t, string(static))
		checkMarkup(t, mail.String())
	}
	checkMarkup(t, data.html(t))
}

// checkMarkup finds elements, attributes and characters that we did not write.
func checkMarkup(t *testing.T, page string) {
	t.Helper()
	page = regexp.MustCompile(`(?s)<style>.*?</style>|<script type="[a-z/-]*"( id="[a-z]*")?>.*?</script>`).ReplaceAllString(page, "")
	known := regexp.MustCompile(`^<(!doctype html|/?(html|head|body|title|main|noscript|h1|h2|bdi|p|dl|div|dt|dd|section|table|thead|tbody|tr|th|td|footer)|meta|img)` +
		`( (lang|class|tabindex|name|content|http-equiv|charset|id|scope|width|align|valign|bgcolor|style|role|cellpadding|cellspacing|border|alt)="[^"<>]*"| src="cid:map")*>$`)
	for _, tag := range regexp.MustCompile(`<[^>]*>?`).FindAllString(page, -1) {
		if !known.MatchString(tag) {
			t.Fatalf("the page has %.80q", tag)
		}
	}
	for _, r := range page {
		if r < ' ' && r != '\n' || r == 0x7f || r == '\u202e' || r == '\u200b' {
			t.Fatalf("the page has %q", r)
		}
	}
}

// Networks in the statistics have the attempts of all of their addresses, also of those that a list has no room for.
func TestPrivacyOfLongLists(t *testing.T) {
	d := newDay(time.UTC)
	for i := range 400 {
		for range 1 + i%2 {
			d.attempt(start(), "root", netip.AddrFrom4([4]byte{192, 0, byte(i / 200), byte(i)}).String(), "failure", geo.Place{})
		}
	}
	data := d.data(DefaultRows)
	data.Privacy = Networks()
	var s struct {
		Addresses []struct {
			IP       string `json:"ip"`
			Attempts int    `json:"attempts"`
		} `json:"addresses"`
		Total int `json:"addresses_total"`
	}
	if err := json.Unmarshal(data.statistics(), &s); err != nil {
		t.Fatal(err)
	}
	if s.Total != 400 || len(s.Addresses) != 2 || s.Addresses[0].Attempts != 300 || s.Addresses[1].Attempts != 300 {
		t.Errorf("%+v", s)
	}
}

func TestPrivacy(t *testing.T) {
	d := newDay(time.UTC)
	china, france := geo.Place{Kind: geo.Country, Code: "CN"}, geo.Place{Kind: geo.Country, Code: "FR"}
	d.attempt(start(), "root", "203.0.113.7", "failure", china)
	d.attempt(start(), "root", "203.0.113.9", "failure", china)
	d.attempt(start(), "admin", "198.51.100.3", "failure", france)
	d.attempt(start(), "admin", "2001:db8:1:2::3", "failure", china)
	d.attempt(start(), "alice", "198.51.100.3", "success", france)
	d.attempt(start(), "alice", "", "failure", geo.Place{})
	hidden := Privacy{
		Address: func(a netip.Addr) string {
			return "address-" + strings.Repeat("x", a.BitLen()/32) + a.String()[len(a.String())-1:]
		},
		HideNetworks: true, Account: func(string) string { return "user-z" }, // all the same
	}
	for _, tt := range []struct {
		name    string
		privacy Privacy
		sources []string
		others  map[string]int
		rows    int
		secrets []string
	}{
		{"none", Privacy{}, []string{"198.51.100.3", "203.0.113.7", "203.0.113.9", "2001:db8:1:2::3", ""}, map[string]int{}, 6, nil},
		{
			"network", Networks(),
			[]string{"203.0.113.0/24", "198.51.100.0/24", "2001:db8:1::/48", ""},
			map[string]int{"0": 2},
			5,
			[]string{"203.0.113.7", "198.51.100.3", "2001:db8:1:2"},
		},
		{
			"country", CountriesOnly(),
			[]string{"", "", ""},
			map[string]int{"0": 3, "1": 1},
			5,
			[]string{"203.0.113", "198.51.100", "2001:db8"},
		},
		{
			"hash", hidden,
			[]string{"address-x3", "address-x7", "address-x9", "address-xxxx3", ""},
			map[string]int{},
			6,
			[]string{"203.0.113", "198.51.100", "2001:db8", "root", "admin", "alice"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data := d.data(1000)
			data.Privacy = tt.privacy
			page := strings.NewReplacer(script, "", style, "").Replace(data.html(t))
			h, rows := decoded(t, dataBlock(t, page))
			if !reflect.DeepEqual(h.Sources, tt.sources) || !reflect.DeepEqual(h.SourceOthers, tt.others) || len(rows) != tt.rows {
				t.Errorf("sources %q, others %v, rows %v", h.Sources, h.SourceOthers, rows)
			}
			var s struct {
				Sources   int `json:"sources"`
				Addresses int `json:"addresses_total"`
				List      []struct {
					IP       string `json:"ip"`
					Attempts int    `json:"attempts"`
				} `json:"addresses"`
			}
			if err := json.Unmarshal(h.Statistics, &s); err != nil || s.Sources != 4 || s.Addresses != 4 {
				t.Errorf("%+v, want 4 addresses (%v)", s, err)
			}
			if tt.name == "network" && (len(s.List) != 3 || s.List[0].IP != "203.0.113.0/24" || s.List[0].Attempts != 2) {
				t.Errorf("networks %+v", s.List)
			}
			plain, err := json.Marshal(h)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range tt.secrets {
				if strings.Contains(string(plain), secret) || strings.Contains(page, secret) {
					t.Errorf("the page tells %s", secret)
				}
			}
		})
	}
}
