// Package legacy translates between the tag names of pylogsparser and the field names of the
// Elastic Common Schema (ECS).
//
// The names of pylogsparser are flat (source_ip), those of ECS are paths (source.ip). Most have one
// partner on the other side; where several tags mean the same field, as action and method of an
// e-mail log do not but user_agent and useragent do, the first of the list is the one written back.
package legacy

import "strings"

// pair is one tag and the field that says the same.
type pair struct{ tag, field string }

// pairs lists every tag that ECS has a field for. The first tag of a field is the one Tag answers.
func pairs() []pair {
	return []pair{
		// The event itself.
		{"date", "@timestamp"},
		{"raw", "event.original"},
		{"body", "message"},
		{"uuid", "event.id"},
		{"action", "event.action"},
		{"status", "event.outcome"},
		{"reason", "event.reason"},
		{"event_id", "event.code"},
		{"taxonomy", "event.category"},
		{"duration", "event.duration"},
		{"severity_code", "log.syslog.severity.code"},
		{"severity", "log.syslog.severity.name"},
		{"facility_code", "log.syslog.facility.code"},
		{"facility", "log.syslog.facility.name"},
		{"priority", "log.syslog.priority"},

		// Who wrote it.
		{"program", "process.name"},
		{"pid", "process.pid"},
		{"process_name", "process.executable"},
		{"creator_pid", "process.parent.pid"},
		{"source", "host.hostname"},
		{"local_ip", "observer.ip"},
		{"local_host", "observer.hostname"},
		{"local_mac", "observer.mac"},
		{"local_port", "observer.port"},
		{"inbound_int", "observer.ingress.interface.name"},
		{"outbound_int", "observer.egress.interface.name"},

		// Who did it.
		{"user", "user.name"},
		{"username", "user.name"},
		{"uid", "user.id"},
		{"user_id", "user.id"},
		{"domain", "user.domain"},
		{"user_domain", "user.domain"},
		{"security_id", "user.sid"},
		{"group", "group.name"},
		{"group_id", "group.id"},
		{"target_user", "user.target.name"},
		{"target_account", "user.target.name"},
		{"target_domain", "user.target.domain"},
		{"session_id", "session.id"},

		// From where to where.
		{"source_ip", "source.ip"},
		{"client_ip", "source.ip"},
		{"source_port", "source.port"},
		{"source_host", "source.domain"},
		{"source_mac", "source.mac"},
		{"source_country", "source.geo.country_iso_code"},
		{"source_os", "user_agent.os.name"},
		{"dest_ip", "destination.ip"},
		{"dest_port", "destination.port"},
		{"dest_host", "destination.domain"},
		{"dest_mac", "destination.mac"},
		{"dest_user", "destination.user.name"},
		{"dest_country", "destination.geo.country_iso_code"},
		{"protocol", "network.transport"},
		{"network_protocol", "network.protocol"},

		// The web.
		{"method", "http.request.method"},
		{"http_method", "http.request.method"},
		{"http_status", "http.response.status_code"},
		{"len", "http.response.body.bytes"},
		{"mime_type", "http.response.mime_type"},
		{"url", "url.original"},
		{"url_domain", "url.registered_domain"},
		{"url_hostname", "url.domain"},
		{"url_path", "url.path"},
		{"url_proto", "url.scheme"},
		{"useragent", "user_agent.original"},
		{"user_agent", "user_agent.original"},
		{"request_header_referer_contents", "http.request.referrer"},
		{"referer", "http.request.referrer"},

		// Mail.
		{"message_id", "email.message_id"},
		{"message_sender", "email.from.address"},
		{"message_recipient", "email.to.address"},
		{"message_recipients", "email.to.address"},
		{"message_subject", "email.subject"},
		{"internal_message_id", "email.local_id"},

		// Files and rules.
		{"file_name", "file.path"},
		{"filename", "file.path"},
		{"md5_checksum", "file.hash.md5"},
		{"rule", "rule.name"},
		{"service_name", "service.name"},
	}
}

// prefix marks the fields of tags that ECS has no name for.
const prefix = "legacy."

// ECS is the field that says what a tag says. A tag without a partner keeps its name under
// "legacy.", so that it cannot pass for a field of ECS.
func ECS(tag string) string {
	for _, p := range pairs() {
		if p.tag == tag {
			return p.field
		}
	}
	return prefix + tag
}

// Tag is the tag that says what a field says. A field without a partner has its dots written as
// underscores; one of ECS's that came from a tag gets that tag back.
func Tag(field string) string {
	for _, p := range pairs() {
		if p.field == field {
			return p.tag
		}
	}
	if tag, ours := strings.CutPrefix(field, prefix); ours {
		return tag
	}
	return strings.ReplaceAll(strings.TrimPrefix(field, "@"), ".", "_")
}
