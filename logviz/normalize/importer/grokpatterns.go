package importer

// standardPatterns returns the pattern names that grok files take for granted, with expressions of ours for what they
// are documented to match.
func standardPatterns() map[string]string {
	return map[string]string{
		"USERNAME": `[0-9A-Za-z._-]+`, "USER": `%{USERNAME}`,
		"EMAILLOCALPART": `[0-9A-Za-z!#$%&'*+/=?^_{|}~.-]+`, "EMAILADDRESS": `%{EMAILLOCALPART}@%{HOSTNAME}`,
		"INT": `[+-]?[0-9]+`, "BASE10NUM": `[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)`, "NUMBER": `%{BASE10NUM}`,
		"BASE16NUM": `[+-]?(?:0x)?[0-9A-Fa-f]+`, "BASE16FLOAT": `[+-]?(?:0x)?[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?`,
		"POSINT": `[1-9][0-9]*`, "NONNEGINT": `[0-9]+`,
		"WORD": `\b\w+\b`, "NOTSPACE": `\S+`, "SPACE": `\s*`, "DATA": `.*?`, "GREEDYDATA": `.*`,
		"QUOTEDSTRING": `(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')`, "QS": `%{QUOTEDSTRING}`,
		"UUID": `[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}`,
		"URN":  `urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:\S+`,
		"MAC":  `(?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})`, "CISCOMAC": `(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}`,
		"WINDOWSMAC": `(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}`, "COMMONMAC": `(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}`,
		"IPV4": reIPv4, "IPV6": reIPv6 + `(?:%[0-9A-Za-z]+)?`, "IP": `(?:%{IPV6}|%{IPV4})`,
		"HOSTNAME": `[0-9A-Za-z](?:[0-9A-Za-z_.-]*[0-9A-Za-z])?\.?`, "HOST": `%{HOSTNAME}`, "IPORHOST": `(?:%{IP}|%{HOSTNAME})`,
		"HOSTPORT": `%{IPORHOST}:%{POSINT}`,
		"PATH":     `(?:%{UNIXPATH}|%{WINPATH})`, "UNIXPATH": `(?:/[0-9A-Za-z_%!$@:.,+~-]*)+`, "TTY": `/dev/(?:pts|tty[pq]?)\w*/?[0-9]*`,
		"WINPATH":  `(?:[A-Za-z]+:|\\)(?:\\[^\\?*]*)+`,
		"URIPROTO": `[A-Za-z][0-9A-Za-z+.-]*`, "URIHOST": `%{IPORHOST}(?::%{POSINT})?`,
		"URIPATH": `(?:/[^?#\s"]*)+`, "URIQUERY": `[^#\s"]*`, "URIPARAM": `\?%{URIQUERY}`, "URIPATHPARAM": `%{URIPATH}(?:\?%{URIQUERY})?`,
		"URI":   `%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?`,
		"MONTH": `(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:tember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)`,
		"DAY":   `(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)`,
		"YEAR":  `[0-9]{2}(?:[0-9]{2})?`, "MONTHNUM": `(?:0?[1-9]|1[0-2])`, "MONTHNUM2": `(?:0[1-9]|1[0-2])`,
		"MONTHDAY": `(?:0[1-9]|[12][0-9]|3[01]|[1-9])`, "HOUR": `(?:2[0-3]|[01]?[0-9])`, "MINUTE": `[0-5][0-9]`,
		"SECOND": `(?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?`, "TIME": `%{HOUR}:%{MINUTE}(?::%{SECOND})?`,
		"DATE_US": `%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}`, "DATE_EU": `%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}`, "DATE": `(?:%{DATE_US}|%{DATE_EU})`,
		"ISO8601_TIMEZONE": `(?:Z|[+-]%{HOUR}(?::?%{MINUTE}))`, "ISO8601_SECOND": `%{SECOND}`,
		"TIMESTAMP_ISO8601": `%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?`,
		"TZ":                `[A-Z]{3,4}`, "DATESTAMP": `%{DATE}[ -]%{TIME}`,
		"DATESTAMP_RFC822": `%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}`, "DATESTAMP_OTHER": `%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}`,
		"DATESTAMP_RFC2822":  `%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}`,
		"DATESTAMP_EVENTLOG": `%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}`,
		"HTTPDATE":           `%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}`, "HTTPDERROR_DATE": `%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR}`,
		"SYSLOGTIMESTAMP": `%{MONTH} +%{MONTHDAY} %{TIME}`, "PROG": `[\x21-\x5a\x5c\x5e-\x7e]+`,
		"SYSLOGPROG": `%{PROG:program}(?:\[%{POSINT:pid}\])?`, "SYSLOGHOST": `%{IPORHOST}`, "SYSLOGFACILITY": `<%{NONNEGINT:facility}.%{NONNEGINT:priority}>`,
		"SYSLOGBASE": `%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:`,
		"LOGLEVEL":   `(?i:trace|debug|info(?:rmation)?|notice|warn(?:ing)?|err(?:or)?|crit(?:ical)?|alert|fatal|severe|emerg(?:ency)?)`,
		"HTTPDUSER":  `(?:%{EMAILADDRESS}|%{USER})`,
		"COMMONAPACHELOG": `%{IPORHOST:clientip} %{HTTPDUSER:ident} %{HTTPDUSER:auth} \[%{HTTPDATE:timestamp}\] ` +
			`"(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" %{INT:response} (?:%{INT:bytes}|-)`,
		"COMBINEDAPACHELOG": `%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent}`,
		"HTTPD_COMMONLOG":   `%{COMMONAPACHELOG}`, "HTTPD_COMBINEDLOG": `%{COMBINEDAPACHELOG}`,
	}
}

// nativeTypes returns the types of ours that stand for whole standard patterns. Where ours takes a little more, as name
// for WORD, what follows it in the line decides all the same.
func nativeTypes() map[string]string {
	return map[string]string{
		"IP": "ip", "IPV4": "ip", "IPV6": "ip", "IPORHOST": "host", "HOST": "host", "HOSTNAME": "host", "SYSLOGHOST": "host",
		"INT": "int", "POSINT": "int", "NONNEGINT": "int", "NUMBER": "float", "BASE10NUM": "float",
		"WORD": "name", "USER": "name", "USERNAME": "name", "LOGLEVEL": "name", "NOTSPACE": "word", "DATA": "text", "GREEDYDATA": "text",
		"SYSLOGTIMESTAMP": "rfc3164", "TIMESTAMP_ISO8601": "rfc3339", "COMMONMAC": "mac", "WINDOWSMAC": "mac", "PROG": "program",
		"EMAILADDRESS": "word", "UNIXPATH": "word", "URIPATHPARAM": "word", "URIPATH": "word", "URI": "word",
	}
}

// wellKnown returns the names of ECS for those that grok's own patterns give.
func wellKnown() map[string]string {
	return map[string]string{
		"clientip": "source.address", "auth": "user.name", "verb": "http.request.method", "request": "url.original",
		"httpversion": "http.version", "response": "http.response.status_code", "bytes": "http.response.body.bytes",
		"referrer": "http.request.referrer", "agent": "user_agent.original", "program": "process.name", "pid": "process.pid",
		"logsource": "host.hostname", "facility": "log.syslog.facility.code", "priority": "log.syslog.severity.code",
	}
}
