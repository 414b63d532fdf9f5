package schema

import (
	"fmt"
	"slices"
	"strings"

	"ops/logviz"
	"ops/logviz/legacy"
)

// newLegacy returns the view of pylogsparser's tags: flat names with underscores.
func newLegacy() *View {
	tags := map[string]string{logviz.FieldMethod: "method"} // as the sshd of pylogsparser has it
	for tag, field := range legacy.All() {
		if tags[field] == "" {
			tags[field] = tag
		}
	}
	return &View{
		Name: "legacy",
		Columns: kinds(`date program pid:i source source_ip:a source_host source_port:i source_mac:m source_country dest_ip:a
			dest_host dest_port:i dest_mac:m user domain action status reason method protocol taxonomy priority:i severity
			severity_code:i facility facility_code:i url http_status:i len:i useragent message_id message_sender
			message_recipient body raw`),
		Brief: strings.Fields("date source program pid action status user source_ip dest_ip method url body"),
		apply: func(from, to *logviz.Event) { applyLegacy(tags, from, to) },
	}
}

// applyLegacy renames fields; tags are those of the fields that have one.
func applyLegacy(tags map[string]string, from, to *logviz.Event) {
	for name, v := range from.All() {
		switch {
		case name == logviz.FieldTimestamp && v.Kind() == logviz.Timestamp:
			v = logviz.StringValue(legacyDate(v))
		case name == "event.category" && v.Kind() == logviz.List:
			v = logviz.StringValue(taxonomy(from, v.List()))
		}
		tag := tags[name]
		if tag == "" {
			tag = legacy.Tag(name)
		}
		setFree(to, tag, v)
	}
	setPriority(from, to)
}

// setFree sets a tag; one that has a value already gets a number, so that neither is lost.
func setFree(e *logviz.Event, tag string, v logviz.Value) {
	name := tag
	for n := 2; e.Has(name); n++ {
		name = fmt.Sprintf("%s_%d", tag, n)
	}
	e.Set(name, v)
}

// legacyDate writes a moment as Python's str(datetime) does, which has microseconds, or none if they are zero, and
// shows no zone here: pylogsparser keeps the time of the line as it is written there.
func legacyDate(v logviz.Value) string {
	t := v.Time()
	if t.Nanosecond()/1000 == 0 {
		return t.Format("2006-01-02 15:04:05")
	}
	return t.Format("2006-01-02 15:04:05.000000")
}

// legacySeverities and legacyFacilities are pylogsparser's words for the codes of syslog.
func legacySeverities() []string {
	return []string{"emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"}
}

func legacyFacilities() []string {
	return []string{
		"kernel", "user", "mail", "daemon", "auth", "syslog", "print", "news", "uucp", "ntp", "secure", "ftp", "ntp", "audit",
		"alert", "ntp", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
	}
}

// setPriority sets the words and codes of a syslog priority where the event does not have them itself.
func setPriority(from, to *logviz.Event) {
	severity, facility := from.Get("log.syslog.severity.code"), from.Get("log.syslog.facility.code")
	if p := from.Get("log.syslog.priority"); p.Kind() == logviz.Integer && p.Int() >= 0 {
		severity, facility = logviz.IntegerValue(p.Int()%8), logviz.IntegerValue(p.Int()/8)
	}
	set := func(tag string, code logviz.Value, words []string) {
		n := code.Int()
		if code.Kind() != logviz.Integer || n < 0 || n >= int64(len(words)) {
			return
		}
		if !to.Has(tag) {
			to.Set(tag, logviz.StringValue(words[n]))
		}
		if !to.Has(tag + "_code") {
			to.Set(tag+"_code", code)
		}
	}
	set("severity", severity, legacySeverities())
	set("facility", facility, legacyFacilities())
}

// categoryTaxonomy says what a category of ECS is called in pylogsparser.
type categoryTaxonomy struct{ category, taxonomy string }

func taxonomies() []categoryTaxonomy {
	return []categoryTaxonomy{
		{"authentication", "access control"},
		{"iam", "access control"},
		{"session", "access control"},
		{"web", "web server"},
		{"email", "mail"},
		{"database", "database"},
		{"malware", "antivirus"},
		{"intrusion_detection", "firewall"},
		{"network", "firewall"},
		{"file", "file transfer"},
	}
}

// taxonomy returns the one word that stands for the categories: what an event is about says more than its category, and
// a category without a word of pylogsparser's stays.
func taxonomy(e *logviz.Event, categories []string) string {
	for name := range e.All() {
		switch {
		case strings.HasPrefix(name, "dns."):
			return "name resolution"
		case strings.HasPrefix(name, "dhcp"):
			return "address assignation"
		}
	}
	for _, c := range taxonomies() {
		if slices.Contains(categories, c.category) {
			return c.taxonomy
		}
	}
	return strings.Join(categories, ", ")
}
