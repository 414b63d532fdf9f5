// Package cldr has the names of countries in other languages than English, from Unicode's Common Locale Data Repository;
// data/NOTICE has its licence. Start with [Name]. It is small (13 KB): what golang.org/x/text/language/display knows takes
// near a megabyte and is of 2017, before North Macedonia and Eswatini.
package cldr

import (
	_ "embed"
	"slices"
	"strings"
)

// names has a line per code, in columns divided by tabs: the code, then a name per language.
//
//go:embed data/names.tsv
var names string

// Languages returns the languages in the order of the table's columns, as ISO 639-1 codes.
func Languages() []string { return []string{"de", "es", "fr"} }

// Name returns the name of a country (ISO 3166-1 alpha-2, or XK for Kosovo) in a language. ok is false for a language or code
// that the table lacks; English is among them, see [ops/logviz/geo.Name].
func Name(code, language string) (name string, ok bool) {
	column := slices.Index(Languages(), language)
	if column < 0 || len(code) != 2 {
		return "", false
	}
	_, rest, ok := strings.Cut(names, "\n"+code+"\t")
	if !ok {
		return "", false
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.Split(line, "\t")[column], true
}
