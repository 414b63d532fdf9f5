package torgeoip

import (
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"ops/logviz/geo/internal/blob"
)

const head = "# text, with a comma\n# Generated: Thu, 25 Jun 2026 04:33:59 GMT\n# Vendor:    IPFire Project\n# License:   CC BY-SA 4.0\n"

func mustRead(t testing.TB, lines string) *File {
	t.Helper()
	f, err := Read(strings.NewReader(head + lines))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRead(t *testing.T) {
	got := mustRead(t, "16777216,16777471,AU\r\n\n16777472,16778239,??\n")
	want := &File{
		Date: time.Date(2026, 6, 25, 4, 33, 59, 0, time.UTC), Vendor: "IPFire Project", Licence: "CC BY-SA 4.0",
		Ranges: []Range{
			{netip.MustParseAddr("1.0.0.0"), netip.MustParseAddr("1.0.0.255"), "AU"},
			{netip.MustParseAddr("1.0.1.0"), netip.MustParseAddr("1.0.3.255"), "??"},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
}

func TestReadErrors(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":         {"", "no line \"# Generated"},
		"no vendor":     {"# Generated: Thu, 25 Jun 2026 04:33:59 GMT\n1,2,AU", "no line \"# Vendor"},
		"bad date":      {"# Generated: yesterday\n", "line 1: "},
		"no ranges":     {head, "no ranges"},
		"two fields":    {head + "1,2", "line 5: \"1,2\" is not FIRST,LAST,CODE"},
		"long code":     {head + "1,2,AUS", "not FIRST,LAST,CODE"},
		"no number":     {head + "a,2,AU", "\"a\" is not an IPv4 address"},
		"large number":  {head + "1,4294967296,AU", "not an IPv4 address"},
		"bad IPv6":      {head + "2001::g,2001::1,AU", "not a plain IPv6"},
		"zone":          {head + "fe80::1%a,fe80::2%a,AU", "not a plain IPv6"},
		"mapped":        {head + "::ffff:1.2.3.4,::ffff:1.2.3.5,AU", "not a plain IPv6"},
		"families":      {head + "1,2001::,AU", "upwards"},
		"families over": {head + "1,2,AU\n2001::,2002::,AU", "one file"},
		"downwards":     {head + "2,1,AU", "upwards"},
		"overlap":       {head + "1,5,AU\n5,6,AU", "line 6: \"5,6,AU\" overlaps"},
		"long line":     {head + strings.Repeat("1", 70_000), "too long"},
	} {
		if _, err := Read(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// plain keeps what looks like a country.
func plain(code string) (string, bool) { return code, code != "??" && code != "EU" }

func TestPack(t *testing.T) {
	v4 := mustRead(t, "0,9,CN\n10,19,CN\n20,29,??\n40,49,AU\n50,59,EU\n4294967290,4294967295,AU\n")
	v6 := mustRead(t, strings.Join([]string{
		"2001::,2001::7:ffff:ffff:ffff:ffff,AU", // whole /64s
		"2001:0:0:8::,2001:0:0:8::1,AU",         // a part alone stands for its /64
		"2001:0:0:9::,2001:0:0:9::1,AU",         // two parts that agree, and an unknown one
		"2001:0:0:9::2,2001:0:0:9::3,??",
		"2001:0:0:9::4,2001:0:0:9::5,AU",
		"2001:0:0:a::,2001:0:0:a::1,AU", // a split /64: unknown, even when the first comes back
		"2001:0:0:a::2,2001:0:0:a::3,CN",
		"2001:0:0:a::4,2001:0:0:b::4,AU", // reaches a part of the next one
		"2001:0:0:b::5,2001:0:0:d::5,AU", // a part, a whole and a part
		"2001:0:0:f::,2001:0:0:f:ffff:ffff:ffff:ffff,CN",
		"ffff:ffff:ffff:ffff::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,CN",
	}, "\n"))
	got, report, err := Pack(v4, v6, plain)
	if err != nil {
		t.Fatal(err)
	}
	const base = 0x2001 << 48
	want := &blob.Data{
		Date: v4.Date, Source: "IPFire Location", Licence: "CC BY-SA 4.0", Codes: []string{"AU", "CN"},
		V4: blob.List[uint32]{Starts: []uint32{0, 20, 40, 50, 4294967290}, Country: []uint8{2, 0, 1, 0, 1}},
		V6: blob.List[uint64]{
			Starts:  []uint64{0, base, base + 0xa, base + 0xb, base + 0xe, base + 0xf, base + 0x10, 1<<64 - 1},
			Country: []uint8{0, 1, 0, 1, 0, 2, 0, 2},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("packed %+v\nwant %+v", got, want)
	}
	if wantReport := (&Report{NoCountry: map[string]int{"??": 2, "EU": 1}, Split: 1}); !reflect.DeepEqual(report, wantReport) {
		t.Errorf("report %+v, want %+v", report, wantReport)
	}
}

func TestPackErrors(t *testing.T) {
	v4, v6 := mustRead(t, "0,9,CN\n"), mustRead(t, "2001::,2001::1,CN\n")
	if _, _, err := Pack(v6, v4, plain); err == nil {
		t.Error("no error for swapped files")
	}
	v6.Date = v6.Date.AddDate(0, 0, 1)
	if _, _, err := Pack(v4, v6, plain); err == nil || !strings.Contains(err.Error(), "different exports") {
		t.Errorf("files of different days: %v", err)
	}
}

// FuzzSource: any text is an error, or ranges in order that pack and survive the round trip through the file format.
func FuzzSource(f *testing.F) {
	f.Add(head + "16777216,16777471,AU\n16777472,16778239,??\n4294967295,4294967295,CN\n")
	f.Add(head + "2001::,2001::7:ffff:ffff:ffff:ffff,AU\n2001:0:0:8::1,2001:0:0:9::1,CN\n")
	f.Add(head + "ffff:ffff:ffff:ffff::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,CN\n")
	f.Add("# Generated: Thu, 25 Jun 2026 04:33:59 GMT")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Read(strings.NewReader(text))
		if err != nil {
			return
		}
		for i, r := range file.Ranges {
			if r.Last.Less(r.First) || i > 0 && !file.Ranges[i-1].Last.Less(r.First) {
				t.Fatalf("range %d is out of order: %v", i, r)
			}
		}
		other := *file
		v4, v6 := file, &other
		if file.Ranges[0].First.Is4() {
			other.Ranges = []Range{{netip.MustParseAddr("2001::"), netip.MustParseAddr("2001::1"), "AU"}}
		} else {
			other.Ranges = []Range{{netip.MustParseAddr("1.0.0.0"), netip.MustParseAddr("1.0.0.1"), "AU"}}
			v4, v6 = v6, v4
		}
		letters := func(code string) (string, bool) {
			return code, code[0] >= 'A' && code[0] <= 'C' && code[1] >= 'A' && code[1] <= 'Z'
		}
		d, _, err := Pack(v4, v6, letters)
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := blob.Encode(d)
		if err != nil {
			// Only what the text brought in can be wrong: a date before 1970, or a name too long.
			if d.Date.Unix() > 0 && len(d.Source) <= 200 && len(d.Licence) <= 200 {
				t.Fatal(err)
			}
			return
		}
		if decoded, err := blob.Decode(encoded); err != nil || !reflect.DeepEqual(decoded, d) {
			t.Fatalf("round trip: %v", err)
		}
	})
}
