// Command pack makes the built-in table of countries from the text files of Debian's package tor-geoipdb:
//
//	go run ./logviz/geo/pack -v4 /usr/share/tor/geoip -v6 /usr/share/tor/geoip6 -o logviz/geo/data
//
// It writes ipfire.geo into the folder and prints what was lost on the way. LICENSE and NOTICE beside it are kept by hand.
// Equal input gives equal output.
package main

import (
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"ops/internal/durable"
	"ops/logviz/geo"
	"ops/logviz/geo/internal/blob"
	"ops/logviz/geo/internal/torgeoip"
)

func main() {
	v4 := flag.String("v4", "/usr/share/tor/geoip", "IPv4 `file` of tor-geoipdb")
	v6 := flag.String("v6", "/usr/share/tor/geoip6", "IPv6 `file` of tor-geoipdb")
	out := flag.String("o", "logviz/geo/data", "`folder` to write ipfire.geo to")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*v4, *v6, *out, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func run(v4, v6, folder string, talk io.Writer) error {
	file4, err := read(v4)
	if err != nil {
		return err
	}
	file6, err := read(v6)
	if err != nil {
		return err
	}
	data, report, err := torgeoip.Pack(file4, file6, geo.Canonical)
	if err != nil {
		return fmt.Errorf("pack %s and %s: %w", v4, v6, err)
	}
	packed, err := blob.Encode(data)
	if err != nil {
		return err
	}
	name := filepath.Join(folder, "ipfire.geo")
	if err := durable.WriteFile(name, packed, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(talk, "%s: %s, %s, %s; %d bytes\n", name, data.Source, data.Date.Format("2006-01-02"), data.Licence, len(packed))
	fmt.Fprintf(talk, "%d countries, %d IPv4 ranges, %d IPv6 ranges\n", len(data.Codes), len(data.V4.Starts), len(data.V6.Starts))
	fmt.Fprintf(talk, "unknown because the source splits a /64 between countries: %d networks\n", report.Split)
	for _, code := range slices.Sorted(maps.Keys(report.NoCountry)) {
		fmt.Fprintf(talk, "unknown because %q is no country: %d source ranges\n", code, report.NoCountry[code])
	}
	return nil
}

func read(name string) (*torgeoip.File, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%w (the Debian package tor-geoipdb has it)", err)
	}
	defer f.Close()
	file, err := torgeoip.Read(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return file, nil
}
