package normalize

import (
	"fmt"
	"strconv"
	"strings"

	"ops/logviz"
)

// setURL takes a URL apart as RFC 3986 appendix B does, whatever stands in its parts; they stay as they are written. A
// path alone is taken too, anything else is none.
func setURL(t *turn, text string) error {
	set := func(name, value string) {
		if value != "" {
			t.set(name, logviz.StringValue(value))
		}
	}
	scheme, rest, ok := strings.Cut(text, "://")
	switch {
	case strings.HasPrefix(text, "/"):
		rest = text
	case ok && isScheme(scheme):
		set("url.scheme", strings.ToLower(scheme))
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		host := rest[:end]
		rest = rest[end:]
		host = host[strings.LastIndexByte(host, '@')+1:]
		if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
			if n, err := strconv.ParseUint(host[i+1:], 10, 16); err == nil {
				t.set("url.port", logviz.IntegerValue(int64(n)))
			}
			host = host[:i]
		}
		set("url.domain", strings.ToLower(strings.Trim(host, "[]")))
	default:
		return nil
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	path, query, _ := strings.Cut(rest, "?")
	set("url.path", path)
	set("url.query", query)
	set("url.fragment", fragment)
	return nil
}

func isScheme(s string) bool {
	for _, c := range []byte(s) {
		if (c|0x20)-'a' >= 26 && !isDigit(c) && c != '+' && c != '.' && c != '-' {
			return false
		}
	}
	return s != ""
}

// setPriority splits the number of RFC 5424 section 6.2.1.
func setPriority(t *turn, text string) error {
	n, err := strconv.ParseUint(text, 10, 8)
	if err != nil || n > 191 {
		return fmt.Errorf("%.20q is no priority, which goes from 0 to 191", text)
	}
	facilities := [...]string{
		"kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit",
		"alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
	}
	severities := [...]string{"emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"}
	t.set("log.syslog.facility.code", logviz.IntegerValue(int64(n/8)))
	t.set("log.syslog.facility.name", logviz.StringValue(facilities[n/8]))
	t.set("log.syslog.severity.code", logviz.IntegerValue(int64(n%8)))
	t.set("log.syslog.severity.name", logviz.StringValue(severities[n%8]))
	return nil
}

// agent is a program that says its name in User-Agent. Programs imitate others, so the first in the table counts.
type agent struct{ token, name string }

// robots are told by a token anywhere, in lower case.
func robots() []agent {
	return []agent{
		{"googlebot", "Googlebot"},
		{"bingbot", "Bingbot"},
		{"yandexbot", "YandexBot"},
		{"baiduspider", "Baiduspider"},
		{"duckduckbot", "DuckDuckBot"},
		{"applebot", "Applebot"},
		{"ahrefsbot", "AhrefsBot"},
		{"semrushbot", "SemrushBot"},
		{"mj12bot", "MJ12bot"},
		{"dotbot", "DotBot"},
		{"petalbot", "PetalBot"},
		{"bytespider", "Bytespider"},
		{"gptbot", "GPTBot"},
		{"claudebot", "ClaudeBot"},
		{"ccbot", "CCBot"},
		{"facebookexternalhit", "FacebookExternalHit"},
		{"twitterbot", "Twitterbot"},
		{"slurp", "Yahoo! Slurp"},
		{"archive.org_bot", "Archive.org Bot"},
		{"censysinspect", "CensysInspect"},
		{"zgrab", "zgrab"},
		{"masscan", "masscan"},
		{"nmap scripting engine", "Nmap"},
		{"nikto", "Nikto"},
		{"sqlmap", "sqlmap"},
		{"nuclei", "Nuclei"},
		{"wpscan", "WPScan"},
		{"gobuster", "gobuster"},
		{"headlesschrome", "HeadlessChrome"},
		{"uptimerobot", "UptimeRobot"},
		{"zabbix", "Zabbix"},
		{"python-requests", "Python Requests"},
		{"python-urllib", "Python-urllib"},
		{"aiohttp", "aiohttp"},
		{"scrapy", "Scrapy"},
		{"go-http-client", "Go-http-client"},
		{"curl", "curl"},
		{"wget", "Wget"},
		{"okhttp", "okhttp"},
		{"apache-httpclient", "Apache-HttpClient"},
		{"libwww-perl", "libwww-perl"},
		{"java", "Java"},
	}
}

// browsers are told by a token of the product list, case and all.
func browsers() []agent {
	return []agent{
		{"Edg/", "Edge"},
		{"EdgA/", "Edge"},
		{"EdgiOS/", "Edge"},
		{"Edge/", "Edge"},
		{"OPR/", "Opera"},
		{"Opera/", "Opera"},
		{"SamsungBrowser/", "Samsung Internet"},
		{"YaBrowser/", "Yandex Browser"},
		{"Vivaldi/", "Vivaldi"},
		{"UCBrowser/", "UC Browser"},
		{"FxiOS/", "Firefox"},
		{"Thunderbird/", "Thunderbird"},
		{"SeaMonkey/", "SeaMonkey"},
		{"Firefox/", "Firefox"},
		{"CriOS/", "Chrome"},
		{"Chromium/", "Chromium"},
		{"Chrome/", "Chrome"},
		{"MSIE ", "Internet Explorer"},
		{"Trident/", "Internet Explorer"},
		{"Version/", "Safari"},
		{"Safari/", "Safari"},
	}
}

// systems are told by a token in the comment.
func systems() []agent {
	return []agent{
		{"Windows Phone", "Windows Phone"},
		{"Windows NT", "Windows"},
		{"Windows", "Windows"},
		{"Android", "Android"},
		{"iPhone OS", "iOS"},
		{"iPad; CPU OS", "iPadOS"},
		{"CrOS", "Chrome OS"},
		{"Mac OS X", "macOS"},
		{"Macintosh", "macOS"},
		{"Ubuntu", "Ubuntu"},
		{"Fedora", "Fedora"},
		{"FreeBSD", "FreeBSD"},
		{"OpenBSD", "OpenBSD"},
		{"Linux", "Linux"},
	}
}

// maxAgent is how much of a user agent is looked at.
const maxAgent = 1024

// setUserAgent reads user_agent.name, .version, .os.name, .os.version and .device.name. A robot's or tool's device is
// "Spider"; what the tables do not know sets nothing.
func setUserAgent(t *turn, text string) error {
	text = text[:min(len(text), maxAgent)]
	set := func(name, value string) {
		if value != "" {
			t.set(name, logviz.StringValue(value))
		}
	}
	device, robot := "", true
	name, version := findAgent(asciiLower(text), text, robots())
	if name == "" {
		lower := asciiLower(text)
		if robot = strings.Contains(lower, "bot/") || strings.Contains(lower, "crawler") || strings.Contains(lower, "spider"); !robot {
			name, version = findAgent(text, text, browsers())
		} else {
			name = "Other robot"
		}
	}
	if name == "Internet Explorer" && strings.Contains(text, "rv:") {
		_, version = findAgent(text, text, []agent{{"rv:", name}})
	}
	if robot {
		device = "Spider"
	}
	os, osVersion := findAgent(text, text, systems())
	switch {
	case device != "":
	case strings.Contains(text, "iPhone"):
		device = "iPhone"
	case strings.Contains(text, "iPad"):
		device = "iPad"
	case os == "macOS":
		device = "Mac"
	case os == "Android":
		_, model, _ := strings.Cut(text, "Android")
		_, model, _ = strings.Cut(model, "; ")
		if end := strings.IndexAny(model, ";)"); end >= 0 {
			model, _, _ = strings.Cut(model[:end], " Build/")
			device = model
		}
	}
	set("user_agent.name", name)
	set("user_agent.version", version)
	set("user_agent.os.name", os)
	set("user_agent.os.version", strings.ReplaceAll(osVersion, "_", "."))
	set("user_agent.device.name", device)
	return nil
}

// asciiLower keeps every byte at its place, which strings.ToLower does not.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if isUpper(c) {
			b[i] = c | 0x20
		}
	}
	return string(b)
}

// findAgent returns the first of the table that s has, and the version behind it in text.
func findAgent(s, text string, table []agent) (name, version string) {
	for _, a := range table {
		at := strings.Index(s, a.token)
		if at < 0 {
			continue
		}
		rest := strings.TrimLeft(text[at+len(a.token):], "/ ")
		end := 0
		for end < len(rest) && (isDigit(rest[end]) || rest[end] == '.' || rest[end] == '_') {
			end++
		}
		return a.name, strings.Trim(rest[:end], "._")
	}
	return "", ""
}
