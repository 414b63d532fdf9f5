package geo

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ops/logviz/geo/internal/mmdbtest"
)

func iso(code string) map[string]any { return map[string]any{"iso_code": code} }

// nested is a record as MaxMind writes it.
func nested(code string) map[string]any {
	return map[string]any{
		"continent":          map[string]any{"code": "EU", "names": map[string]any{"en": "Europe"}},
		"country":            map[string]any{"iso_code": code, "geoname_id": uint32(1), "names": map[string]any{"en": "Name"}},
		"registered_country": iso("US"),
	}
}

func city(code string) map[string]any {
	r := nested(code)
	r["city"] = map[string]any{"names": map[string]any{"en": "Town"}}
	r["location"] = map[string]any{"latitude": 1.5, "longitude": 2.5, "time_zone": "Europe/Berlin"}
	r["subdivisions"] = []any{iso("BE")}
	return r
}

// database has Germany in two networks, China under an old name's code, a network without a country, and one that is only
// registered somewhere.
func database(kind string, record func(code string) map[string]any) mmdbtest.Database {
	networks := []mmdbtest.Network{
		{Prefix: netip.MustParsePrefix("5.0.0.0/8"), Record: record("DE")},
		{Prefix: netip.MustParsePrefix("5.1.0.0/16"), Record: record("uk")},
		{Prefix: netip.MustParsePrefix("6.0.0.0/8"), Record: record("EU")},
		{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Record: record("US")},
		{Prefix: netip.MustParsePrefix("7.0.0.0/8"), Record: map[string]any{"registered_country": iso("FR")}},
		{Prefix: netip.MustParsePrefix("2a00::/16"), Record: record("DE")},
	}
	return mmdbtest.Database{Type: kind, Description: "for tests", Epoch: 1_780_000_000, Networks: networks}
}

func TestMMDBSchemas(t *testing.T) {
	for name, c := range map[string]struct {
		kind   string
		record func(code string) map[string]any
		known  bool // to geoip2-golang
	}{
		"country":          {"GeoLite2-Country", nested, true},
		"paid country":     {"GeoIP2-Country", nested, true},
		"city":             {"GeoLite2-City", city, true},
		"enterprise":       {"GeoIP2-Enterprise", city, true},
		"insights":         {"GeoIP2-Precision-Insights", city, false},
		"DB-IP":            {"DBIP-Country-Lite", nested, true},
		"DB-IP other":      {"DBIP-City", city, false},
		"ip-location-db":   {"country ipvAll", func(c string) map[string]any { return map[string]any{"country_code": c} }, false},
		"IPinfo":           {"ipinfo country.mmdb", func(c string) map[string]any { return map[string]any{"country": c} }, false},
		"IPinfo with name": {"ipinfo lite.mmdb", func(c string) map[string]any { return map[string]any{"country": "Somewhere", "country_code": c} }, false},
		"ISP with country": {"GeoIP2-ISP", nested, false},
	} {
		for _, size := range []int{24, 28, 32} {
			d := database(c.kind, c.record)
			d.RecordSize = size
			m, err := openBytes(d.Bytes())
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if (m.geoip != nil) != c.known {
				t.Errorf("%s: read by geoip2-golang: %t, want %t", name, m.geoip != nil, c.known)
			}
			checkPlaces(t, name, m)
		}
	}
}

func checkPlaces(t *testing.T, name string, m *MMDB) {
	t.Helper()
	for range 2 { // the second time from the cache
		for text, want := range map[string]Place{
			"5.0.0.1":            {Country, "DE"},
			"5.1.2.3":            {Country, "GB"},
			"::ffff:5.1.2.3":     {Country, "GB"},
			"2002:501:203::1":    {Country, "GB"},
			"6.1.1.1":            {}, // EU is no country
			"7.1.1.1":            {Country, "FR"},
			"8.8.8.8":            {}, // not in the file
			"10.1.1.1":           {Kind: Private},
			"127.0.0.1":          {Kind: Reserved},
			"2a00::1%eth0":       {Country, "DE"},
			"2b00::1":            {},
			"fe80::1":            {Kind: Reserved},
			"64:ff9b::5.255.1.1": {Country, "DE"},
		} {
			if got := m.Lookup(netip.MustParseAddr(text)); got != want {
				t.Errorf("%s: %s is %v, want %v", name, text, got, want)
			}
		}
		if got := m.Lookup(netip.Addr{}); got != (Place{}) {
			t.Errorf("%s: the zero Addr is %v", name, got)
		}
	}
}

func TestMMDBOnlyIPv4(t *testing.T) {
	d := database("GeoLite2-Country", nested)
	d.IPVersion = 4
	d.Networks = d.Networks[:5]
	m, err := openBytes(d.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Lookup(netip.MustParseAddr("5.0.0.1")); got != (Place{Country, "DE"}) {
		t.Errorf("5.0.0.1 is %v", got)
	}
	a := netip.MustParseAddr("2a00::1")
	if got := m.Lookup(a); got != (Place{}) {
		t.Errorf("an IPv6 address is %v in an IPv4 database", got)
	}
	if n := testing.AllocsPerRun(100, func() { m.Lookup(a) }); n != 0 {
		t.Errorf("a look-up that cannot succeed allocates %v times", n)
	}
}

func TestMMDBInfo(t *testing.T) {
	date := time.Unix(1_780_000_000, 0).UTC()
	for want, d := range map[Info]mmdbtest.Database{
		{"GeoLite2-Country", date, "GeoLite2 EULA"}:                      {Type: "GeoLite2-Country", Description: "GeoLite2 Country database", Epoch: 1_780_000_000},
		{"GeoIP2-City", date, "MaxMind EULA"}:                            {Type: "GeoIP2-City", Description: "x", Epoch: 1_780_000_000},
		{"DBIP-Country-Lite", date, "CC BY 4.0, https://db-ip.com"}:      {Type: "DBIP-Country-Lite", Description: "x", Epoch: 1_780_000_000},
		{Source: "country ipvAll (whois of all registries)", Date: date}: {Type: "country ipvAll", Description: "whois of all registries", Epoch: 1_780_000_000},
		{Source: "mine"}: {Type: "mine"},
		{Source: "old?[31m (a?b" + strings.Repeat("c", 77) + ")"}: {Type: "old\x1b[31m", Description: "a\nb" + strings.Repeat("c", 99), Epoch: 1 << 62},
	} {
		d.Networks = database("", nested).Networks
		m, err := openBytes(d.Bytes())
		if err != nil {
			t.Errorf("%s: %v", d.Type, err)
			continue
		}
		if m.Info() != want {
			t.Errorf("info is %+v, want %+v", m.Info(), want)
		}
	}
}

func TestMMDBBadFiles(t *testing.T) {
	good := database("GeoLite2-Country", nested).Bytes()
	marker := bytes.LastIndex(good, []byte("\xab\xcd\xefMaxMind.com"))
	asn := func(string) map[string]any {
		return map[string]any{"autonomous_system_number": uint32(1), "autonomous_system_organization": "one"}
	}
	noCountry := database("GeoLite2-ASN", asn)
	noCountry.Networks = slicesWithout(noCountry.Networks, "7.0.0.0/8")
	notMaps := mmdbtest.Database{Type: "list", Networks: []mmdbtest.Network{{Prefix: netip.MustParsePrefix("5.0.0.0/8"), Record: "DE"}}}
	wrongTypes := mmdbtest.Database{Type: "GeoLite2-Country", Networks: []mmdbtest.Network{
		{Prefix: netip.MustParsePrefix("5.0.0.0/8"), Record: map[string]any{"country": "DE"}},
	}}
	cycle := bytes.Clone(good)
	copy(cycle, make([]byte, 7)) // both children of the root are the root

	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"empty.mmdb":            {nil, "the file is empty"},
		"text.mmdb":             {[]byte("<html>404 Not Found</html>\n"), "not a MaxMind DB file, or cut short"},
		"packed.mmdb.gz":        {[]byte("\x1f\x8b\x08\x00"), "unpack it first"},
		"cut-in-tree.mmdb":      {good[:100], "cut short"},
		"cut-in-data.mmdb":      {good[:marker-20], "cut short"},
		"cut-in-marker.mmdb":    {good[:marker+5], "cut short"},
		"cut-at-metadata.mmdb":  {good[:marker+14], "damaged"},
		"cut-in-metadata.mmdb":  {good[:len(good)-30], "damaged"},
		"hole-in-tree.mmdb":     {append(bytes.Clone(good[:100]), good[200:]...), "damaged"},
		"hole-in-data.mmdb":     {append(bytes.Clone(good[:marker-60]), good[marker:]...), "damaged"},
		"front-missing.mmdb":    {good[marker:], "damaged"},
		"cycle.mmdb":            {cycle, "damaged"},
		"asn.mmdb":              {noCountry.Bytes(), "no countries in this database of type \"GeoLite2-ASN\" (its records have autonomous_system_number, autonomous_system_organization); use a Country or City database"},
		"records-are-text.mmdb": {notMaps.Bytes(), "its records have no fields"},
		"wrong-types.mmdb":      {wrongTypes.Bytes(), "its records have country"},
		"no-records.mmdb":       {mmdbtest.Database{Type: "none"}.Bytes(), "there are no records"},
		"only-eu.mmdb":          {mmdbtest.Database{Type: "eu", Networks: []mmdbtest.Network{{Prefix: netip.MustParsePrefix("5.0.0.0/8"), Record: nested("EU")}}}.Bytes(), "no countries"},
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		if err == nil || !strings.HasPrefix(err.Error(), "open "+path+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func slicesWithout(networks []mmdbtest.Network, prefix string) []mmdbtest.Network {
	var kept []mmdbtest.Network
	for _, n := range networks {
		if n.Prefix.String() != prefix {
			kept = append(kept, n)
		}
	}
	return kept
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "good.mmdb")
	if err := os.WriteFile(path, database("GeoLite2-Country", nested).Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	// What another process does to the file later changes nothing.
	if err := os.Truncate(path, 0); err != nil {
		t.Fatal(err)
	}
	checkPlaces(t, "cut after Open", m)

	large := filepath.Join(t.TempDir(), "large.mmdb")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, maxFile+1); err != nil { // takes no room on the disk
		t.Fatal(err)
	}
	for _, path := range []string{large, filepath.Join(t.TempDir(), "missing.mmdb"), t.TempDir()} {
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("open %s says %v", path, err)
		}
	}
}

// TestMMDBDamageNeverPanics flips and cuts a good file everywhere: each result is an error at Open or a database that works.
func TestMMDBDamageNeverPanics(t *testing.T) {
	good := database("GeoLite2-City", city).Bytes()
	r := rand.New(rand.NewPCG(3, 4))
	for n := range good {
		if n%2 == 0 {
			useMMDB(good[:n])
			continue
		}
		data := bytes.Clone(good)
		data[n] ^= 1 << r.IntN(8)
		useMMDB(data)
	}
}

// useMMDB opens data and, if that works, looks up addresses outside of openBytes' guard.
func useMMDB(data []byte) {
	m, err := openBytes(data)
	if err != nil {
		return
	}
	for _, a := range []string{"5.0.0.1", "5.1.0.1", "6.0.0.1", "7.0.0.1", "223.255.255.255", "2a00::1", "3ffe:ffff::1", "2002:501:203::1"} {
		m.Lookup(netip.MustParseAddr(a))
	}
}

// TestMMDBHostileTree opens trees of 98 nodes that have 2^98 networks, because both children of a node are the next one. The 2^96
// ways to node 96 are aliases of the IPv4 tree at that, in a tree so small that it ends at once.
func TestMMDBHostileTree(t *testing.T) {
	const nodes = 98
	for name, leaf := range map[string]uint32{"empty": nodes, "a record": nodes + 16} {
		data := mmdbtest.Database{Type: "hostile", RecordSize: 32, Networks: []mmdbtest.Network{
			{Prefix: netip.MustParsePrefix("::/98"), Record: map[string]any{"x": "y"}},
		}}.Bytes()
		for i := range uint32(nodes) {
			left, right := i+1, i+1
			if i == nodes-1 {
				left, right = nodes+16, leaf
			}
			binary.BigEndian.PutUint32(data[i*8:], left)
			binary.BigEndian.PutUint32(data[i*8+4:], right)
		}
		if _, err := openBytes(data); err == nil || !strings.Contains(err.Error(), "no countries") {
			t.Errorf("half of the leaves are %s: %v", name, err)
		}
	}
}

func TestCodeCacheCollisions(t *testing.T) {
	c := newCodeCache()
	r := rand.New(rand.NewPCG(5, 6))
	offsets := map[uint64]string{}
	for range 4 << cacheBits {
		offset, code := r.Uint64N(maxFile), []string{"DE", "CN", "", "uk"}[r.IntN(4)]
		if _, ok := offsets[offset]; ok {
			continue
		}
		offsets[offset] = code
		c.put(offset, code)
	}
	kept := 0
	for offset, code := range offsets {
		place, ok := c.get(offset)
		if !ok {
			continue
		}
		kept++
		if want, _ := Canonical(code); place.Code != want {
			t.Fatalf("offset %d is %v, want %q", offset, place, want)
		}
	}
	if kept < 1<<(cacheBits-1) {
		t.Errorf("the cache keeps only %d places", kept)
	}
}

func TestMMDBConcurrent(t *testing.T) {
	m, err := openBytes(database("country ipvAll", nested).Bytes())
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { checkPlaces(t, "concurrent", m) })
	}
	group.Wait()
}

func TestMMDBAllocatesNothingWarm(t *testing.T) {
	m, err := openBytes(database("GeoLite2-City", city).Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"5.0.0.1", "2a00::1", "9.9.9.9"} {
		a := netip.MustParseAddr(text)
		if n := testing.AllocsPerRun(100, func() { m.Lookup(a) }); n != 0 {
			t.Errorf("a look-up of %s allocates %v times", text, n)
		}
	}
}

// FuzzMMDB: any bytes are an error or a database that answers without a panic.
func FuzzMMDB(f *testing.F) {
	for _, kind := range []string{"GeoLite2-Country", "GeoIP2-Enterprise", "country ipvAll"} {
		for _, size := range []int{24, 28, 32} {
			d := database(kind, city)
			d.RecordSize = size
			d.Networks = d.Networks[4:] // short ones are found out about faster
			f.Add(d.Bytes())
		}
	}
	f.Add(database("flat", func(c string) map[string]any { return map[string]any{"country_code": c} }).Bytes())
	f.Add([]byte("\xab\xcd\xefMaxMind.com"))
	f.Fuzz(func(_ *testing.T, data []byte) { useMMDB(data) })
}
