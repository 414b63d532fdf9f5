package schema

import (
	"strings"
	"testing"

	"ops/logviz"
)

func TestLegacy(t *testing.T) {
	for _, c := range []struct{ name, from, want string }{
		{
			"an attempt to log in",
			"@timestamp=2026-03-14T06:25:01+01:00 host.hostname=web1 process.name=sshd process.pid=8 log.syslog.priority=38 message=m event.original=o " +
				"ssh.method=password user.name=root source.ip=192.0.2.7 event.category=authentication| event.action=ssh_login event.outcome=failure",
			`{"date":"2026-03-14 06:25:01","source":"web1","program":"sshd","pid":8,"priority":38,"body":"m","raw":"o","method":"password",` +
				`"user":"root","source_ip":"192.0.2.7","taxonomy":"access control","action":"ssh_login","status":"failure",` +
				`"severity":"info","severity_code":6,"facility":"auth","facility_code":4}`,
		},
		{"microseconds", "@timestamp=2026-03-14T06:25:01.5Z", `{"date":"2026-03-14 06:25:01.500000"}`},
		{"nanoseconds are cut", "@timestamp=2026-03-14T06:25:01.000000999Z", `{"date":"2026-03-14 06:25:01"}`},
		{"codes of its own", "log.syslog.severity.code=3 log.syslog.facility.code=23", `{"severity_code":3,"facility_code":23,"severity":"error","facility":"local7"}`},
		{"no such codes", "log.syslog.severity.code=8 log.syslog.facility.code=24", `{"severity_code":8,"facility_code":24}`},
		{"names of products", "postfix.queue_id=A1 a.b=x a_b=y", `{"postfix_queue_id":"A1","a_b":"x","a_b_2":"y"}`},
		{"queries", "event.category=network| dns.question.name=example.com", `{"taxonomy":"name resolution","dns_question_name":"example.com"}`},
		{"leases", "event.category=network| dhcp.transaction_id=x", `{"taxonomy":"address assignation","dhcp_transaction_id":"x"}`},
		{"no word for it", "event.category=process|host", `{"taxonomy":"process, host"}`},
		{"its own word", "event.category=directory", `{"taxonomy":"directory"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			var to logviz.Event
			view(t, "legacy").Apply(event(t, c.from), &to)
			if got := string(to.AppendJSON(nil)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestTaxonomiesAreThoseOfPylogsparser(t *testing.T) {
	const known = "access control, antivirus, database, address assignation, name resolution, firewall, file transfer, hypervisor, mail, web proxy, web server, directory"
	for _, c := range taxonomies() {
		if !strings.Contains(known, c.taxonomy) {
			t.Errorf("%s: no taxonomy %q", c.category, c.taxonomy)
		}
	}
}
