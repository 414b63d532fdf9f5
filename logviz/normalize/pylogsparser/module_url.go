package pylogsparser

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// parseURL takes an address apart as Python's urlparse does: whatever it is, no part is refused.
func parseURL(_ *starlark.Thread, s string) (starlark.Value, error) {
	rest := s
	scheme, host := "", ""
	if name, after, ok := strings.Cut(rest, ":"); ok && regexp.MustCompile(`\A[A-Za-z][A-Za-z0-9+.-]*\z`).MatchString(name) {
		if strings.HasPrefix(after, "//") || after == "" || strings.Trim(after, "0123456789") != "" {
			scheme, rest = strings.ToLower(name), after
		}
	}
	if strings.HasPrefix(rest, "//") {
		end := strings.IndexAny(rest[2:], "/?#")
		if end < 0 {
			end = len(rest) - 2
		}
		host, rest = rest[2:2+end], rest[2+end:]
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	hostname := host[strings.LastIndexByte(host, '@')+1:]
	port := ""
	if inner, after, ok := strings.Cut(strings.TrimPrefix(hostname, "["), "]"); ok && strings.HasPrefix(hostname, "[") {
		hostname, port = inner, strings.TrimPrefix(after, ":")
	} else {
		hostname, port, _ = strings.Cut(hostname, ":")
	}
	orNone := func(s string) starlark.Value {
		if s == "" {
			return starlark.None
		}
		return starlark.String(s)
	}
	return starlarkstruct.FromStringDict(starlarkstruct.Default, starlark.StringDict{
		"scheme": starlark.String(scheme), "netloc": starlark.String(host), "path": starlark.String(path),
		"query": starlark.String(query), "fragment": starlark.String(fragment), "params": starlark.String(""),
		"hostname": orNone(strings.ToLower(hostname)), "port": orNone(port),
	}), nil
}

func extrasModule() *starlarkstruct.Module {
	m := module("extras",
		text("get_domain", func(_ *starlark.Thread, s string) (starlark.Value, error) { return starlark.String(registered(s)), nil }),
		unary("winUTC2UnixTimestamp", filetime),
		function("to_naive_utc", toNaiveUTC),
		text("iso_to_utc", isoDate),
	)
	m.Members["robot_regex"] = newExpression(regexp.MustCompile(`(?i)[a-z]*(?:bot|crawler|spider)\b|slurp|ia_archiver|mediapartners-google|teoma|scooter|wget|curl|libwww-perl`))
	return m
}

// registered is the name under which somebody registered a host: two labels, three below the shared
// second levels of countries.
func registered(host string) string {
	labels := strings.Split(host, ".")
	if len(labels) == 4 && strings.Trim(host, "0123456789.") == "" || len(labels) < 3 {
		return host
	}
	keep := 2
	if last := labels[len(labels)-1]; utf8.RuneCountInString(last) == 2 {
		switch labels[len(labels)-2] {
		case "co", "com", "org", "net", "gov", "gob", "gouv", "edu", "ac", "mil", "or", "ne", "go", "nom", "sch", "ltd", "plc", "asso", "tm":
			keep = 3
		}
	}
	return strings.Join(labels[max(0, len(labels)-keep):], ".")
}
