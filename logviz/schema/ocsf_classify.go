package schema

import (
	"strings"

	"ops/logviz"
)

// activity is what an event of a class tells of.
type activity struct {
	id   int64
	name string
}

// classify sets the attributes that every event has.
func (o *ocsf) classify(c *class, from, to *logviz.Event) {
	number := func(path string, n int64) { to.Set(path, logviz.IntegerValue(n)) }
	text := func(path, s string) { to.Set(path, logviz.StringValue(s)) }
	act := activityOf(c.bit, from)
	number("category_uid", c.categoryUID)
	text("category_name", c.categoryName)
	number("class_uid", c.uid)
	text("class_name", c.name)
	number("activity_id", act.id)
	text("activity_name", act.name)
	number("type_uid", 100*c.uid+act.id)
	text("type_name", c.name+": "+act.name)
	severity := severityOf(from)
	number("severity_id", severity)
	text("severity", []string{"Unknown", "Informational", "Low", "Medium", "High", "Critical", "Fatal"}[severity])
	setStatus(from, to)
	setTime(from, to)
	text("metadata.version", ocsfVersion)
	defaults := func(path, s string) {
		if !to.Has(path) {
			text(path, s)
		}
	}
	program := from.Text(logviz.FieldProgram)
	if program == "" {
		program = "Unknown"
	}
	defaults("metadata.product.name", program)
	defaults("metadata.product.vendor_name", "Unknown")
	if anyField(to, "device.") {
		number("device.type_id", 0)
	}
	if anyField(to, "device.") || anyField(to, "actor.") { // these attributes are the profile's
		to.Set("metadata.profiles", logviz.ListValue("host"))
	}
}

// setTime sets what follows from @timestamp. An event must have a time: one without is of 1970, and has no
// metadata.original_time.
func setTime(from, to *logviz.Event) {
	v := from.Get(logviz.FieldTimestamp)
	if v.Kind() != logviz.Timestamp {
		to.Set("time", logviz.IntegerValue(0))
		return
	}
	t := v.Time()
	_, offset := t.Zone()
	to.Set("time", logviz.IntegerValue(t.UnixMilli()))
	to.Set("timezone_offset", logviz.IntegerValue(int64(offset/60)))
	to.Set("metadata.original_time", logviz.StringValue(v.String()))
}

func setStatus(from, to *logviz.Event) {
	if !from.Has(logviz.FieldOutcome) {
		return
	}
	id, name := int64(0), "Unknown"
	switch from.Text(logviz.FieldOutcome) {
	case "success":
		id, name = 1, "Success"
	case "failure":
		id, name = 2, "Failure"
	}
	to.Set("status_id", logviz.IntegerValue(id))
	to.Set("status", logviz.StringValue(name))
}

// severityOf returns a severity_id for syslog's severity; 0 where nothing says how severe the event is.
func severityOf(e *logviz.Event) int64 {
	v := e.Get("log.syslog.severity.code")
	if v.Kind() != logviz.Integer {
		if v = e.Get("log.syslog.priority"); v.Kind() != logviz.Integer {
			return 0
		}
	}
	if v.Int() < 0 {
		return 0
	}
	return [8]int64{6, 5, 5, 4, 3, 2, 1, 1}[v.Int()%8] // emergency to debug
}

// activityOf returns an activity of the class; one that the class has no number for is called what event.action says.
func activityOf(c classes, e *logviz.Event) activity {
	action := e.Text(logviz.FieldAction)
	switch c {
	case authentication:
		switch {
		case has(e, "event.type", "end") || contains(action, "logout", "logoff", "session_closed"):
			return activity{2, "Logoff"}
		case has(e, "event.type", "start") || contains(action, "login", "logon", "logged_in", "session_opened", "authentication"):
			return activity{1, "Logon"}
		}
	case networkActivity:
		switch {
		case contains(action, "reset"):
			return activity{3, "Reset"}
		case has(e, "event.type", "denied"):
			return activity{5, "Refuse"}
		case has(e, "event.type", "start"):
			return activity{1, "Open"}
		case has(e, "event.type", "end"):
			return activity{2, "Close"}
		case has(e, "event.category", "network"):
			return activity{6, "Traffic"}
		}
	case httpActivity:
		if a, ok := named(e.Text("http.request.method"), "Connect", "Delete", "Get", "Head", "Options", "Post", "Put", "Trace"); ok {
			return a
		}
		if method := e.Text("http.request.method"); method != "" {
			return activity{other, method}
		}
	case dnsActivity:
		if e.Has("dns.response_code") || e.Has("dns.answers.data") || e.Text("dns.type") == "answer" {
			return activity{2, "Response"}
		}
		return activity{1, "Query"}
	case dhcpActivity:
		kind := action[strings.LastIndexAny(action, "_ ")+1:]
		kind = strings.TrimPrefix(strings.ToLower(kind), "dhcp")
		if a, ok := named(kind, "Discover", "Offer", "Request", "Decline", "Ack", "Nak", "Release", "Inform", "Expire"); ok {
			return a
		}
	case emailActivity:
		switch {
		case contains(action, "send", "sent", "deliver", "relay"):
			return activity{1, "Send"}
		case contains(action, "receive", "accept", "queued", "connect"):
			return activity{2, "Receive"}
		case contains(action, "scan", "spam", "virus", "milter"):
			return activity{3, "Scan"}
		}
	}
	if action == "" {
		return activity{0, "Unknown"}
	}
	return activity{other, action}
}

// named returns the activity that is called so; the first has number 1.
func named(name string, activities ...string) (activity, bool) {
	for i, a := range activities {
		if strings.EqualFold(a, name) {
			return activity{int64(i + 1), a}, true
		}
	}
	return activity{}, false
}

func contains(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
