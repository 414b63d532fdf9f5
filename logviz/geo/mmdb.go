package geo

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"
)

// maxFile bounds what Open reads. The largest databases with a country (GeoIP2-Enterprise) have about half of it.
const maxFile = 1 << 30

// MMDB is a database in MaxMind's format, wholly in memory.
type MMDB struct {
	info   Info
	reader *maxminddb.Reader
	geoip  *geoip2.Reader // over the same bytes; nil if the package does not know this type of database
	cache  *codeCache
}

// Open reads a database that has countries: GeoLite2 or GeoIP2 Country, City, Enterprise, Insights; DB-IP; IPinfo; and others
// whose records have country_code, country (text), country.iso_code or registered_country.iso_code.
//
// The file is read, at most 1 GiB, and verified, which takes some seconds for the largest; it is never mapped, because another
// process may cut or rewrite it. What cannot answer (no MMDB, damaged, no countries in it) is an error that names the file.
func Open(path string) (*MMDB, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	m, err := openBytes(data)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return m, nil
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	tooLarge := fmt.Errorf("open %s: larger than %d MiB; use a Country or City database", path, maxFile>>20)
	var data bytes.Buffer
	if st, err := f.Stat(); err == nil && st.Mode().IsRegular() {
		if st.Size() > maxFile {
			return nil, tooLarge
		}
		data.Grow(int(st.Size()) + bytes.MinRead) // spares the copies of a growing buffer
	}
	// A pipe has no size, and a file may grow.
	if _, err := data.ReadFrom(io.LimitReader(f, maxFile+1)); err != nil {
		return nil, err
	}
	if data.Len() > maxFile {
		return nil, tooLarge
	}
	return data.Bytes(), nil
}

// openBytes keeps data; nobody may change it any more.
func openBytes(data []byte) (m *MMDB, err error) {
	switch {
	case len(data) == 0:
		return nil, errors.New("the file is empty; download it again")
	case bytes.HasPrefix(data, []byte("\x1f\x8b")):
		return nil, errors.New("the file is compressed; unpack it first (gunzip, or tar xzf for a .tar.gz)")
	case !bytes.Contains(data, []byte("\xab\xcd\xefMaxMind.com")):
		return nil, errors.New("not a MaxMind DB file, or cut short: it has no metadata at its end; download it again")
	}
	// The libraries are meant to return errors for damaged files, and all that we know of do. But the bytes come from outside
	// and the libraries are not ours: a bug there shall cost this one file, not the whole program. After Verify the same bytes
	// are only read, so look-ups need no such guard.
	defer func() {
		if p := recover(); p != nil {
			m, err = nil, fmt.Errorf("damaged: the reader gave up with %q; download it again", fmt.Sprint(p))
		}
	}()
	reader, err := maxminddb.OpenBytes(data, maxminddb.DisableStringCache())
	if err != nil {
		return nil, fmt.Errorf("damaged: %w; download it again", err)
	}
	info := mmdbInfo(reader.Metadata)
	// Verify insists on a description. Some makers leave it out, and nothing here depends on it.
	if len(reader.Metadata.Description) == 0 {
		reader.Metadata.Description = map[string]string{"en": "none"}
	}
	if err := reader.Verify(); err != nil {
		return nil, fmt.Errorf("damaged: %w; download it again", err)
	}
	m = &MMDB{info: info, reader: reader, geoip: openGeoIP(data), cache: newCodeCache()}
	if err := m.findCountry(); err != nil {
		return nil, err
	}
	return m, nil
}

// openGeoIP returns nil for a database that geoip2-golang does not know or that it gives no country for.
func openGeoIP(data []byte) *geoip2.Reader {
	g, err := geoip2.OpenBytes(data)
	if err != nil {
		return nil
	}
	var unsupported geoip2.InvalidMethodError
	if _, err := g.Country(netip.IPv4Unspecified()); errors.As(err, &unsupported) {
		return nil
	}
	return g
}

// Info is taken from the metadata of the file.
func (m *MMDB) Info() Info { return m.info }

// Lookup locates a; see [Locator]. Where a record has no country, the country that the network is registered in is taken.
func (m *MMDB) Lookup(a netip.Addr) Place {
	to, kind := classify(a)
	if kind != Country {
		return Place{Kind: kind}
	}
	switch {
	case to.is4:
		a = netip.AddrFrom4([4]byte{byte(to.ip4 >> 24), byte(to.ip4 >> 16), byte(to.ip4 >> 8), byte(to.ip4)})
	case m.reader.Metadata.IPVersion == 4:
		return Place{}
	}
	result := m.reader.Lookup(a)
	if !result.Found() {
		return Place{}
	}
	// Thousands of networks share a record, and decoding it is the slow part.
	key := uint64(result.Offset())
	if place, ok := m.cache.get(key); ok {
		return place
	}
	code, err := m.decode(a, result)
	if err != nil {
		code = "" // the record has other types than its database type promises; Open saw others that were right
	}
	return m.cache.put(key, code)
}
