package schema

import (
	"strings"

	"ops/logviz"
)

// newECS returns the view of the names that events have.
func newECS() *View {
	return &View{
		Name: "ecs",
		Columns: kinds(`@timestamp:t event.category:l event.type:l event.action event.outcome event.reason event.code event.count:i
			event.duration:d event.original message log.level log.syslog.priority:i log.syslog.severity.code:i
			log.syslog.facility.code:i host.hostname process.name process.pid:i user.name user.id user.domain
			source.address source.ip:a source.port:i source.domain source.mac:m source.geo.country_iso_code
			destination.address destination.ip:a destination.port:i destination.domain destination.mac:m
			network.transport network.protocol network.direction observer.ingress.interface.name
			observer.egress.interface.name url.original url.domain http.request.method http.request.referrer
			http.response.status_code:i http.response.body.bytes:i http.version user_agent.original
			dns.question.name dns.question.type dns.response_code
			email.from.address email.to.address email.message_id email.subject file.path rule.name tags:l
			ssh.method ssh.user_unknown:b`),
		Brief: strings.Fields(`@timestamp host.hostname process.name event.action event.outcome user.name source.ip
			source.port destination.ip destination.port http.request.method url.original http.response.status_code message`),
		apply: func(from, to *logviz.Event) {
			for name, v := range from.All() {
				to.Set(name, v)
			}
		},
	}
}
