package cldr_test

import (
	"testing"

	"ops/logviz/geo"
	"ops/logviz/geo/cldr"
)

func TestName(t *testing.T) {
	for _, test := range []struct{ code, language, want string }{
		{"DE", "fr", "Allemagne"},
		{"CN", "de", "China"},
		{"VN", "es", "Vietnam"},
		{"MK", "fr", "Macédoine du Nord"},
		{"HK", "de", "Hongkong"},
		{"US", "de", "Vereinigte Staaten"},
		{"XK", "es", "Kosovo"},
		{"ZW", "fr", "Zimbabwe"},
	} {
		if got, ok := cldr.Name(test.code, test.language); got != test.want || !ok {
			t.Errorf("Name(%s, %s) = %q, %v, want %q", test.code, test.language, got, ok, test.want)
		}
	}
	for _, bad := range [][2]string{{"DE", "en"}, {"DE", ""}, {"", "de"}, {"co", "de"}, {"code", "de"}, {"??", "fr"}, {"\tA", "fr"}} {
		if got, ok := cldr.Name(bad[0], bad[1]); ok {
			t.Errorf("Name(%q, %q) = %q", bad[0], bad[1], got)
		}
	}
}

func TestEveryCountryHasANameInEveryLanguage(t *testing.T) {
	for _, c := range geo.Countries() {
		for _, language := range cldr.Languages() {
			if name, ok := cldr.Name(c.Code, language); !ok || len(name) < 3 {
				t.Errorf("%s in %s is %q", c.Code, language, name)
			}
		}
	}
}
