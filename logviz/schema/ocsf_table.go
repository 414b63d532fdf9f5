package schema

import (
	"ops/logviz"
)

// ocsfVersion is the version of the schema whose rules the events follow; those for what we write are the same in 1.5.0
// to 1.8.0. See https://schema.ocsf.io/1.5.0/
const ocsfVersion = "1.5.0"

// class is an event class.
type class struct {
	bit          classes
	uid          int64
	name         string
	categoryUID  int64
	categoryName string
}

// classes is a set of them.
type classes uint8

const (
	baseEvent classes = 1 << iota
	authentication
	networkActivity
	httpActivity
	dnsActivity
	dhcpActivity
	emailActivity

	networks  = networkActivity | httpActivity | dnsActivity | dhcpActivity
	endpoints = networks | authentication | emailActivity
	anyClass  = endpoints | baseEvent
)

// ocsfClasses lists the classes in the order in which an event tries them.
func ocsfClasses() []class {
	return []class{
		{emailActivity, 4009, "Email Activity", 4, "Network Activity"},
		{dnsActivity, 4003, "DNS Activity", 4, "Network Activity"},
		{dhcpActivity, 4004, "DHCP Activity", 4, "Network Activity"},
		{httpActivity, 4002, "HTTP Activity", 4, "Network Activity"},
		{authentication, 3002, "Authentication", 3, "Identity & Access Management"},
		{networkActivity, 4001, "Network Activity", 4, "Network Activity"},
		{baseEvent, 0, "Base Event", 0, "Uncategorized"},
	}
}

// form is what an attribute's value is.
type form uint8

const (
	asText form = iota
	asNumber
	asAddress
	asMAC
	asList
	asMilliseconds
)

// attribute says where a field goes in some classes.
type attribute struct {
	field   string
	path    string
	form    form
	classes classes
}

// ocsfAttributes is the mapping. A field is in it once for each set of classes.
func ocsfAttributes() []attribute {
	all := []attribute{
		{"message", "message", asText, anyClass},
		{"event.original", "raw_data", asText, anyClass},
		{"event.count", "count", asNumber, anyClass},
		{"event.duration", "duration", asMilliseconds, anyClass},
		{"event.reason", "status_detail", asText, anyClass},
		{"event.code", "metadata.event_code", asText, anyClass},
		{"event.id", "metadata.uid", asText, anyClass},
		{"event.sequence", "metadata.sequence", asNumber, anyClass},
		{"event.provider", "metadata.log_provider", asText, anyClass},
		{"log.level", "metadata.log_level", asText, anyClass},
		{"log.file.path", "metadata.log_name", asText, anyClass},
		{"observer.vendor", "metadata.product.vendor_name", asText, anyClass},
		{"observer.product", "metadata.product.name", asText, anyClass},
		{"observer.version", "metadata.product.version", asText, anyClass},

		{"host.hostname", "device.hostname", asText, anyClass},
		{"host.name", "device.name", asText, anyClass},
		{"host.ip", "device.ip", asAddress, anyClass},
		{"host.mac", "device.mac", asMAC, anyClass},
		{"process.pid", "actor.process.pid", asNumber, anyClass},
		{"process.name", "actor.process.name", asText, anyClass},
		{"process.command_line", "actor.process.cmd_line", asText, anyClass},
		{"process.executable", "actor.process.path", asText, anyClass},

		{"user.name", "user.name", asText, authentication},
		{"user.id", "user.uid", asText, authentication},
		{"user.domain", "user.domain", asText, authentication},
		{"user.email", "user.email_addr", asText, authentication},
		{"user.name", "actor.user.name", asText, anyClass &^ authentication},
		{"user.id", "actor.user.uid", asText, anyClass &^ authentication},
		{"user.domain", "actor.user.domain", asText, anyClass &^ authentication},
		{"user.email", "actor.user.email_addr", asText, anyClass &^ authentication},
		{"ssh.method", "auth_protocol", asText, authentication},
		{"session.id", "session.uid", asText, authentication},

		{"network.transport", "connection_info.protocol_name", asText, networks},
		{"network.iana_number", "connection_info.protocol_num", asNumber, networks},
		{"network.community_id", "connection_info.community_uid", asText, networks},
		{"network.bytes", "traffic.bytes", asNumber, networks},
		{"network.packets", "traffic.packets", asNumber, networks},
		{"source.bytes", "traffic.bytes_out", asNumber, networks},
		{"source.packets", "traffic.packets_out", asNumber, networks},
		{"destination.bytes", "traffic.bytes_in", asNumber, networks},
		{"destination.packets", "traffic.packets_in", asNumber, networks},
		{"network.application", "app_name", asText, networks},

		{"http.request.method", "http_request.http_method", asText, httpActivity},
		{"http.request.referrer", "http_request.referrer", asText, httpActivity},
		{"http.request.id", "http_request.uid", asText, httpActivity},
		{"http.request.body.bytes", "http_request.body_length", asNumber, httpActivity},
		{"http.request.bytes", "http_request.length", asNumber, httpActivity},
		{"http.version", "http_request.version", asText, httpActivity},
		{"user_agent.original", "http_request.user_agent", asText, httpActivity},
		{"url.original", "http_request.url.url_string", asText, httpActivity},
		{"url.scheme", "http_request.url.scheme", asText, httpActivity},
		{"url.domain", "http_request.url.hostname", asText, httpActivity},
		{"url.port", "http_request.url.port", asNumber, httpActivity},
		{"url.path", "http_request.url.path", asText, httpActivity},
		{"url.query", "http_request.url.query_string", asText, httpActivity},
		{"http.response.status_code", "http_response.code", asNumber, httpActivity},
		{"http.response.body.bytes", "http_response.body_length", asNumber, httpActivity},
		{"http.response.bytes", "http_response.length", asNumber, httpActivity},
		{"http.response.mime_type", "http_response.content_type", asText, httpActivity},

		{"dns.question.name", "query.hostname", asText, dnsActivity},
		{"dns.question.type", "query.type", asText, dnsActivity},
		{"dns.question.class", "query.class", asText, dnsActivity},
		{"dns.op_code", "query.opcode", asText, dnsActivity},
		{"dns.response_code", "rcode", asText, dnsActivity},
		{"dns.answers.data", "answers[].rdata", asList, dnsActivity},
		{"dns.resolved_ip", "answers[].rdata", asList, dnsActivity},

		{"dhcp.transaction_id", "transaction_uid", asText, dhcpActivity},
		{"dhcp.lease_time", "lease_dur", asNumber, dhcpActivity},

		{"email.from.address", "email.from", asText, emailActivity},
		{"email.to.address", "email.to", asList, emailActivity},
		{"email.cc.address", "email.cc", asList, emailActivity},
		{"email.reply_to.address", "email.reply_to", asText, emailActivity},
		{"email.subject", "email.subject", asText, emailActivity},
		{"email.message_id", "email.message_uid", asText, emailActivity},
		{"email.local_id", "email.uid", asText, emailActivity},
	}
	for _, end := range [][2]string{{"source", "src"}, {"client", "src"}, {"destination", "dst"}, {"server", "dst"}} {
		for _, a := range []attribute{
			{".ip", "_endpoint.ip", asAddress, endpoints},
			{".port", "_endpoint.port", asNumber, endpoints},
			{".domain", "_endpoint.hostname", asText, endpoints},
			{".mac", "_endpoint.mac", asMAC, endpoints},
			{".geo.country_iso_code", "_endpoint.location.country", asText, endpoints},
			{".geo.city_name", "_endpoint.location.city", asText, endpoints},
			{".as.number", "_endpoint.autonomous_system.number", asNumber, endpoints},
			{".as.organization.name", "_endpoint.autonomous_system.name", asText, endpoints},
		} {
			all = append(all, attribute{end[0] + a.field, end[1] + a.path, a.form, a.classes})
		}
	}
	return all
}

// need is a rule of an object: it has at least one of some attributes, or does not exist.
type need struct {
	object string
	any    []string
}

// ocsfNeeds lists the rules of the objects that ocsfAttributes can give; those of an endpoint ask for less than 1.5.0
// would allow.
func ocsfNeeds() []need {
	return []need{
		{"actor.process.", []string{"actor.process.pid"}},
		{"actor.user.", []string{"actor.user.name", "actor.user.uid"}},
		{"user.", []string{"user.name", "user.uid"}},
		{"src_endpoint.", []string{"src_endpoint.ip", "src_endpoint.hostname"}},
		{"dst_endpoint.", []string{"dst_endpoint.ip", "dst_endpoint.hostname"}},
		{"http_request.url.", []string{"http_request.url.url_string", "http_request.url.path"}},
		{"http_response.", []string{"http_response.code"}},
		{"query.", []string{"query.hostname"}},
		{"email.", []string{"email.from", "email.to"}},
	}
}

// convert gives a value the form of its attribute; ok is false if it has none.
func (f form) convert(v logviz.Value) (w logviz.Value, ok bool) {
	k := v.Kind()
	switch f {
	case asText:
		switch k {
		case logviz.String:
			return v, true
		case logviz.IP, logviz.MAC, logviz.Integer:
			return logviz.StringValue(v.String()), true
		case logviz.List:
			if list := v.List(); len(list) == 1 {
				return logviz.StringValue(list[0]), true
			}
		}
	case asNumber:
		return logviz.IntegerValue(v.Int()), k == logviz.Integer || k == logviz.Bytes
	case asAddress:
		return v, k == logviz.IP
	case asMAC:
		return v, k == logviz.MAC
	case asList:
		switch k {
		case logviz.List:
			return v, true
		case logviz.String, logviz.IP:
			return logviz.ListValue(v.String()), true
		}
	case asMilliseconds:
		return logviz.IntegerValue(v.Int() / 1e6), k == logviz.Duration
	}
	return logviz.Value{}, false
}
