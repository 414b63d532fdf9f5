package page

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"ops/logviz/geo"
)

func TestPrivacy(t *testing.T) {
	d := newDay(time.UTC)
	china, france := geo.Place{Kind: geo.Country, Code: "CN"}, geo.Place{Kind: geo.Country, Code: "FR"}
	d.attempt(start(), "root", "203.0.113.7", "failure", china)
	d.attempt(start(), "root", "203.0.113.9", "failure", china)
	d.attempt(start(), "admin", "198.51.100.3", "failure", france)
	d.attempt(start(), "admin", "2001:db8:1:2::3", "failure", china)
	d.attempt(start(), "alice", "198.51.100.3", "success", france)
	d.attempt(start(), "alice", "", "failure", geo.Place{})
	d.attempt(start(), "alice", "203.0.113.200", "success", china) // no source of attacks, and not counted as one
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
		{"none", Privacy{}, []string{"198.51.100.3", "203.0.113.7", "203.0.113.9", "2001:db8:1:2::3", "203.0.113.200", ""}, map[string]int{}, 7, nil},
		{
			"network", Networks(),
			[]string{"203.0.113.0/24", "198.51.100.0/24", "2001:db8:1::/48", ""},
			map[string]int{"0": 2},
			6,
			[]string{"203.0.113.7", "198.51.100.3", "2001:db8:1:2"},
		},
		{
			"country", CountriesOnly(),
			[]string{"", "", ""},
			map[string]int{"0": 3, "1": 1},
			6,
			[]string{"203.0.113", "198.51.100", "2001:db8"},
		},
		{
			"hash", hidden,
			[]string{"address-x3", "address-x7", "address-x9", "address-xxxx3", "address-x0", ""},
			map[string]int{},
			7,
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
