package geo

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
)

// decode returns the country code of a record as it is written there, "" if there is none.
func (m *MMDB) decode(a netip.Addr, record maxminddb.Result) (string, error) {
	if m.geoip == nil {
		return decodeAny(record)
	}
	c, err := m.geoip.Country(a)
	if err != nil {
		return "", err
	}
	if c.Country.ISOCode != "" {
		return c.Country.ISOCode, nil
	}
	return c.RegisteredCountry.ISOCode, nil
}

// decodeAny reads the schemas that are about:
//
//	country_code: "DE"                       ip-location-db, IPinfo Lite (whose country is the name)
//	country: "DE"                            IPinfo
//	country: {iso_code: "DE"}                MaxMind, DB-IP, and most who copied them
//	registered_country: {iso_code: "DE"}     MaxMind, where the country is not known
func decodeAny(record maxminddb.Result) (string, error) {
	var r struct {
		Code       any `maxminddb:"country_code"`
		Country    any `maxminddb:"country"`
		Registered any `maxminddb:"registered_country"`
	}
	if err := record.Decode(&r); err != nil {
		return "", err
	}
	for _, field := range []any{r.Code, r.Country, r.Registered} {
		if m, ok := field.(map[string]any); ok {
			field = m["iso_code"]
		}
		// A longer text is the country's name.
		if code, ok := field.(string); ok && len(code) == 2 {
			return code, nil
		}
	}
	return "", nil
}

// maxSample is how many networks findCountry looks at. In a country database the first ones already answer. All networks count,
// also those without data and those seen under an alias: in a hostile tree, whose branches share nodes, there are more of any
// kind than could ever be stepped over.
const maxSample = 1 << 18

// findCountry reports an error unless some record has a country: otherwise a database of something else would make every
// address unknown without a word.
func (m *MMDB) findCountry() error {
	seen := map[uintptr]bool{}
	fields := ""
	n := 0
	for result := range m.reader.Networks(maxminddb.IncludeNetworksWithoutData(), maxminddb.IncludeAliasedNetworks()) {
		if err := result.Err(); err != nil {
			return fmt.Errorf("damaged: %w; download it again", err)
		}
		if n++; n > maxSample {
			break
		}
		if !result.Found() || seen[result.Offset()] {
			continue
		}
		seen[result.Offset()] = true
		code, err := m.decode(result.Prefix().Addr(), result)
		if _, ok := Canonical(code); err == nil && ok {
			return nil
		}
		if fields == "" {
			fields = describeFields(result)
		}
	}
	if len(seen) == 0 {
		fields = "there are no records"
	}
	return fmt.Errorf("no countries in this database of type %q (%s); use a Country or City database",
		oneLine(m.reader.Metadata.DatabaseType), fields)
}

func describeFields(record maxminddb.Result) string {
	var fields map[string]any
	if err := record.Decode(&fields); err != nil || len(fields) == 0 {
		return "its records have no fields"
	}
	names := slices.Sorted(maps.Keys(fields))
	if len(names) > 8 {
		names = append(names[:8], "…")
	}
	return "its records have " + oneLine(strings.Join(names, ", "))
}
