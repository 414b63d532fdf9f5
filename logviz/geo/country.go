package geo

import "strings"

// Territory is one line of ISO 3166-1: a country or a dependent territory.
type Territory struct {
	Code    string // alpha-2, "DE"
	Alpha3  string // "DEU"
	Numeric string // three digits, "276"; "" for XK, which has no number
	Name    string // in English, as short as usual: "South Korea", not "Korea, the Republic of"
}

// Countries lists ISO 3166-1 in the order of the codes, and with it XK (Kosovo), a code that the standard leaves to its users
// and that all address tables use. Each call returns a new slice.
func Countries() []Territory {
	lines := strings.Split(strings.TrimSpace(iso3166), "\n")
	list := make([]Territory, 0, len(lines))
	for _, line := range lines {
		t := Territory{Code: line[:2], Alpha3: line[3:6], Numeric: line[7:10], Name: line[11:]}
		if t.Numeric == "---" {
			t.Numeric = ""
		}
		list = append(list, t)
	}
	return list
}

// Name is the English name of a country by its alpha-2 code, or the code itself if it is not in [Countries].
func Name(code string) string {
	line, ok := entry(code)
	if !ok {
		return code
	}
	return line[11:]
}

// Canonical turns a code as databases write it into a code of [Countries]: small letters become capitals, withdrawn and
// unofficial codes their successors (UK is GB, CS is RS, AN is CW). ok is false for what names no country, like "??",
// EU (Europe), AP (Asia and Pacific), A1 (proxies), A2 (satellites) or T1 (Tor).
//
// Where a withdrawn code fell apart into several countries, the successor is the one with most of the people.
func Canonical(code string) (canonical string, ok bool) {
	if len(code) != 2 { // before ToUpper, which makes two letters out of some longer texts
		return "", false
	}
	code = strings.ToUpper(code)
	switch code {
	case "UK": // never an ISO code, but used for GB
		code = "GB"
	case "FX": // metropolitan France, withdrawn 1997
		code = "FR"
	case "TP": // East Timor, renamed 2002
		code = "TL"
	case "YU", "CS": // Yugoslavia, Serbia and Montenegro; withdrawn 2003, 2006
		code = "RS"
	case "AN": // Netherlands Antilles, withdrawn 2011
		code = "CW"
	case "ZR": // Zaire, renamed 1997
		code = "CD"
	case "BU": // Burma, renamed 1989
		code = "MM"
	}
	_, ok = entry(code)
	if !ok {
		return "", false
	}
	return code, true
}

// entry is the line of iso3166 that begins with code.
func entry(code string) (string, bool) {
	if len(code) != 2 {
		return "", false
	}
	_, rest, ok := strings.Cut(iso3166, "\n"+code+" ")
	if !ok {
		return "", false
	}
	line, _, _ := strings.Cut(rest, "\n")
	return code + " " + line, true
}
