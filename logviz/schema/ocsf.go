package schema

import (
	"slices"
	"strings"

	"ops/logviz"
	"ops/logviz/encode"
)

// ocsf names fields as the Open Cybersecurity Schema Framework does. An event gets the first class that it says enough
// for; what the class has no attribute for is kept in the object unmapped.
type ocsf struct {
	classes    []class
	attributes map[classes]map[string]attribute // by class and field
	needs      []need
}

const unmapped = encode.Unmapped + "."

func newOCSF() *View {
	o := &ocsf{classes: ocsfClasses(), attributes: make(map[classes]map[string]attribute), needs: ocsfNeeds()}
	for _, c := range o.classes {
		o.attributes[c.bit] = make(map[string]attribute)
		for _, a := range ocsfAttributes() {
			if a.classes&c.bit != 0 {
				o.attributes[c.bit][a.field] = a
			}
		}
	}
	return &View{
		Name: "ocsf", Nested: true, apply: o.apply,
		Columns: kinds(`time:i timezone_offset:i category_uid:i category_name class_uid:i class_name activity_id:i activity_name
			type_uid:i type_name severity_id:i severity status_id:i status status_detail count:i duration:i message raw_data
			metadata.version metadata.product.name metadata.original_time device.hostname actor.process.name
			actor.process.pid:i actor.user.name user.name service.name auth_protocol is_remote:b
			src_endpoint.ip:a src_endpoint.port:i src_endpoint.hostname src_endpoint.location.country
			dst_endpoint.ip:a dst_endpoint.port:i dst_endpoint.hostname dst_endpoint.location.country
			connection_info.protocol_name connection_info.direction_id:i http_request.http_method http_request.url.url_string
			http_request.user_agent http_response.code:i http_response.body_length:i query.hostname query.type rcode
			email.from email.to:l email.message_uid`),
		Brief: strings.Fields(`time class_name activity_name status device.hostname user.name actor.user.name src_endpoint.ip
			src_endpoint.port dst_endpoint.ip dst_endpoint.port message`),
	}
}

func (o *ocsf) apply(from, to *logviz.Event) {
	for i := range o.classes {
		c := &o.classes[i]
		if c.bit == baseEvent || suits(c.bit, from) {
			if o.fill(c, from, to); valid(c.bit, to) {
				o.classify(c, from, to)
				return
			}
		}
	}
}

// suits reports whether an event is about what a class is for.
func suits(c classes, e *logviz.Event) bool {
	switch c {
	case emailActivity:
		return has(e, "event.category", "email") || anyField(e, "email.")
	case dnsActivity:
		return anyField(e, "dns.")
	case dhcpActivity:
		return anyField(e, "dhcp.") || strings.HasPrefix(e.Text(logviz.FieldAction), "dhcp") || e.Text("network.protocol") == "dhcp"
	case httpActivity:
		return anyField(e, "http.") || has(e, "event.category", "web") && e.Has("url.original")
	case authentication:
		return has(e, "event.category", "authentication") || has(e, "event.category", "session")
	}
	return true // network activity, if it has an endpoint
}

// valid reports whether an event has what its class must have besides what all have.
func valid(c classes, e *logviz.Event) bool {
	object := func(name string) bool { return anyField(e, name) }
	connected := object("src_endpoint.") || object("dst_endpoint.")
	switch c {
	case authentication:
		return object("user.") && (object("service.") || object("dst_endpoint."))
	case httpActivity:
		return connected && (object("http_request.") || object("http_response."))
	case networkActivity, dnsActivity, dhcpActivity:
		return connected
	case emailActivity:
		return object("email.")
	}
	return true
}

// anyField reports whether a field's name begins with prefix.
func anyField(e *logviz.Event, prefix string) bool {
	for name := range e.All() {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// has reports whether a field is the text, or a list with it.
func has(e *logviz.Event, field, text string) bool {
	v := e.Get(field)
	return v.Kind() == logviz.String && v.String() == text || slices.Contains(v.List(), text)
}

// fill gives the fields their attributes. An object that then lacks what it must have is not made.
func (o *ocsf) fill(c *class, from, to *logviz.Event) {
	var without []string
	for {
		to.Reset()
		o.place(c, from, to, without)
		o.imply(c, from, to)
		broken := slices.IndexFunc(o.needs, func(n need) bool {
			return !slices.Contains(without, n.object) && anyField(to, n.object) && !slices.ContainsFunc(n.any, to.Has)
		})
		if broken < 0 {
			return
		}
		without = append(without, o.needs[broken].object)
	}
}

// place maps each field, or keeps it as unmapped.
func (o *ocsf) place(c *class, from, to *logviz.Event, without []string) {
	for name, v := range from.All() {
		if a, ok := o.attributes[c.bit][name]; ok && !to.Has(a.path) && !hasPrefixOf(a.path, without) {
			if w, ok := a.form.convert(v); ok {
				to.Set(a.path, w)
				if a.form != asMilliseconds || v.Int()%1e6 == 0 { // else the whole is kept as well
					continue
				}
			}
		}
		if !said(name, v, from) {
			to.Set(unmapped+name, v)
		}
	}
}

func hasPrefixOf(path string, objects []string) bool {
	return slices.ContainsFunc(objects, func(object string) bool { return strings.HasPrefix(path, object) })
}

// said reports whether a field says nothing that the common attributes, or another field, do not say as well.
func said(name string, v logviz.Value, from *logviz.Event) bool {
	if owner, ok := strings.CutSuffix(name, ".address"); ok && v.Kind() == logviz.String {
		for _, other := range []string{owner + ".ip", owner + ".domain"} {
			if w := from.Get(other); w.Kind() != 0 && w.String() == v.String() {
				switch owner {
				case "source", "destination", "client", "server":
					return true
				}
			}
		}
		return false
	}
	switch name {
	case logviz.FieldTimestamp:
		return v.Kind() == logviz.Timestamp
	case logviz.FieldOutcome:
		switch v.String() {
		case "success", "failure", "unknown":
			return v.Kind() == logviz.String
		}
	}
	return false
}

// imply adds what follows from the fields in the class.
func (o *ocsf) imply(c *class, from, to *logviz.Event) {
	set := func(path, text string) {
		if text != "" && !to.Has(path) {
			to.Set(path, logviz.StringValue(text))
		}
	}
	switch c.bit {
	case authentication:
		set("service.name", from.Text(logviz.FieldProgram))
		if !anyField(to, "dst_endpoint.") { // somebody logs in where it is logged
			set("dst_endpoint.hostname", from.Text(logviz.FieldHost))
		}
		to.Set("is_remote", logviz.BoolValue(to.Has("src_endpoint.ip") || to.Has("src_endpoint.hostname")))
		if to.Has("auth_protocol") { // none of those that have a number
			to.Set("auth_protocol_id", logviz.IntegerValue(other))
		}
	case dnsActivity:
		if to.Has("rcode") {
			to.Set("rcode_id", logviz.IntegerValue(rcodeID(to.Text("rcode"))))
		}
	case emailActivity:
		to.Set("direction_id", logviz.IntegerValue(direction(from.Text("network.direction"))))
	}
	if anyField(to, "connection_info.") || c.bit&networks != 0 && from.Has("network.direction") {
		to.Set("connection_info.direction_id", logviz.IntegerValue(direction(from.Text("network.direction"))))
	}
}

// other is the number of what a list of numbers has none for.
const other = 99

// direction returns a direction_id: 3 is Lateral, and for mail Internal.
func direction(ecs string) int64 {
	switch ecs {
	case "inbound", "ingress":
		return 1
	case "outbound", "egress":
		return 2
	case "internal":
		return 3
	case "":
		return 0
	}
	return other
}

// rcodeID returns the number of a DNS response code (RFC 6895 section 2.3).
func rcodeID(name string) int64 {
	known := []string{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"}
	if i := slices.Index(known, strings.ToUpper(name)); i >= 0 {
		return int64(i)
	}
	return other
}
