package geo

import (
	"strings"
	"time"
	"unicode"

	"github.com/oschwald/maxminddb-golang/v2"
)

// mmdbInfo describes a database by its type, and by its description where the type alone says little ("country ipvAll").
func mmdbInfo(meta maxminddb.Metadata) Info {
	kind := oneLine(meta.DatabaseType)
	info := Info{Source: kind}
	switch {
	case strings.HasPrefix(kind, "GeoLite2-"):
		info.Licence = "GeoLite2 EULA"
	case strings.HasPrefix(kind, "GeoIP2-"), strings.HasPrefix(kind, "GeoIP-"):
		info.Licence = "MaxMind EULA"
	case strings.HasPrefix(kind, "DBIP-") && strings.Contains(kind, "-Lite"):
		info.Licence = "CC BY 4.0, https://db-ip.com" // the licence of DB-IP Lite asks for this link
	default:
		if about := oneLine(meta.Description["en"]); about != "" && about != kind {
			info.Source += " (" + about + ")"
		}
	}
	// 9999 is the last year that RFC 3339 can write; 0 means that the maker set no date.
	if date := time.Unix(int64(meta.BuildEpoch), 0).UTC(); meta.BuildEpoch > 0 && date.Year() >= 1970 && date.Year() <= 9999 {
		info.Date = date
	}
	return info
}

// oneLine makes text from a file fit to print: it goes to terminals and into pictures, so nothing invisible stays in it, and no
// more than 80 characters.
func oneLine(s string) string {
	out := make([]rune, 0, 80)
	for _, r := range strings.ToValidUTF8(s, "?") {
		if len(out) == cap(out) {
			break
		}
		if !unicode.IsGraphic(r) {
			r = '?'
		}
		out = append(out, r)
	}
	return strings.TrimSpace(string(out))
}
