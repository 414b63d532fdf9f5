package geo

import (
	"regexp"
	"testing"
)

func TestCountries(t *testing.T) {
	list := Countries()
	if len(list) != 250 { // 249 of ISO 3166-1 and XK
		t.Errorf("%d countries, want 250", len(list))
	}
	line := regexp.MustCompile(`^[A-Z]{2} [A-Z]{3} ([0-9]{3})? .{4,36}$`)
	alpha3, numeric := map[string]bool{}, map[string]bool{}
	before := ""
	for _, c := range list {
		if s := c.Code + " " + c.Alpha3 + " " + c.Numeric + " " + c.Name; !line.MatchString(s) {
			t.Errorf("line of wrong shape: %q", s)
		}
		if c.Code <= before || alpha3[c.Alpha3] || numeric[c.Numeric] {
			t.Errorf("%s is out of order or shares its alpha-3 code or number", c.Code)
		}
		if (c.Numeric == "") != (c.Code == "XK") {
			t.Errorf("%s has number %q", c.Code, c.Numeric)
		}
		if Name(c.Code) != c.Name {
			t.Errorf("name of %s is %q in one place and %q in the other", c.Code, Name(c.Code), c.Name)
		}
		if got, ok := Canonical(c.Code); !ok || got != c.Code {
			t.Errorf("%s is not its own canonical code but %q", c.Code, got)
		}
		before, alpha3[c.Alpha3], numeric[c.Numeric] = c.Code, true, true
	}
}

func TestName(t *testing.T) {
	for code, want := range map[string]string{
		"CN": "China", "US": "United States", "KR": "South Korea", "RU": "Russia", "HK": "Hong Kong",
		"ZW": "Zimbabwe", "AD": "Andorra", // the last line and the first
		"ZZ": "ZZ", "": "", "us": "us", "USA": "USA", "\nA": "\nA", "A\n": "A\n",
	} {
		if got := Name(code); got != want {
			t.Errorf("name of %q is %q, want %q", code, got, want)
		}
	}
}

func TestCanonical(t *testing.T) {
	for code, want := range map[string]string{
		"de": "DE", "UK": "GB", "uk": "GB", "CS": "RS", "YU": "RS", "AN": "CW", "FX": "FR", "TP": "TL", "ZR": "CD", "BU": "MM", "XK": "XK",
		"??": "", "EU": "", "AP": "", "A1": "", "A2": "", "T1": "", "ZZ": "", "": "", "D": "", "DEU": "", "ſs": "", "\xff\xff": "",
	} {
		got, ok := Canonical(code)
		if got != want || ok != (want != "") {
			t.Errorf("canonical of %q is %q, %t, want %q", code, got, ok, want)
		}
	}
}
