package schema

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"ops/logviz"
	"ops/logviz/encode"
)

// rules restates, by hand, what OCSF 1.5.0 asks of the classes that we write: which attributes must be there, of which
// at least one must, and which numbers they may have. They were read in events/ and objects/ of github.com/ocsf/ocsf-schema.
type rules struct {
	category   int
	activities []int
	required   []string
	anyOf      []string
	attributes string // all that the class has, as far as we write them
}

const (
	commonAttributes = "activity_id activity_name actor category_name category_uid class_name class_uid count device duration message " +
		"metadata raw_data severity severity_id status status_detail status_id time timezone_offset type_name type_uid unmapped"
	networkAttributes = " app_name connection_info dst_endpoint src_endpoint traffic"
)

func ocsfRules() map[int]rules {
	return map[int]rules{
		0: {0, []int{0, 99}, nil, nil, commonAttributes},
		3002: {
			3,
			[]int{0, 1, 2, 3, 4, 5, 6, 99},
			[]string{"user"},
			[]string{"service", "dst_endpoint"},
			commonAttributes + " auth_protocol auth_protocol_id dst_endpoint is_remote service session src_endpoint user",
		},
		4001: {4, []int{0, 1, 2, 3, 4, 5, 6, 7, 99}, nil, []string{"src_endpoint", "dst_endpoint"}, commonAttributes + networkAttributes},
		4002: {
			4,
			[]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 99},
			nil,
			[]string{"http_request", "http_response"},
			commonAttributes + networkAttributes + " http_request http_response",
		},
		4003: {
			4,
			[]int{0, 1, 2, 6, 99},
			nil,
			[]string{"src_endpoint", "dst_endpoint"},
			commonAttributes + networkAttributes + " answers query rcode rcode_id",
		},
		4004: {
			4,
			[]int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 99},
			nil,
			[]string{"src_endpoint", "dst_endpoint"},
			commonAttributes + networkAttributes + " transaction_uid lease_dur",
		},
		4009: {4, []int{0, 1, 2, 3, 4, 99}, []string{"email", "direction_id"}, nil, commonAttributes + " direction_id dst_endpoint email src_endpoint"},
	}
}

// objectRules says what the objects must have: all of the first, one of the second, and nothing but all three.
func objectRules() map[string][3]string {
	endpoint := [3]string{"", "ip hostname", "port mac location autonomous_system"}
	return map[string][3]string{
		"actor":                          {"", "process user", ""},
		"actor.process":                  {"pid", "", "name cmd_line path"},
		"actor.user":                     {"", "name uid", "domain email_addr"},
		"user":                           {"", "name uid", "domain email_addr"},
		"device":                         {"type_id", "hostname name ip mac", ""},
		"metadata":                       {"version product", "", "profiles original_time event_code uid sequence log_provider log_level log_name"},
		"metadata.product":               {"name vendor_name", "", "version"},
		"src_endpoint":                   endpoint,
		"dst_endpoint":                   endpoint,
		"src_endpoint.location":          {"", "country city", ""},
		"dst_endpoint.location":          {"", "country city", ""},
		"connection_info":                {"direction_id", "", "protocol_name protocol_num community_uid"},
		"traffic":                        {"", "bytes packets bytes_in bytes_out packets_in packets_out", ""},
		"service":                        {"name", "", ""},
		"session":                        {"uid", "", ""},
		"http_request":                   {"", "", "http_method referrer uid body_length length version user_agent url"},
		"http_request.url":               {"", "url_string path", "scheme hostname port query_string"},
		"http_response":                  {"code", "", "body_length length content_type"},
		"query":                          {"hostname", "", "type class opcode"},
		"email":                          {"", "from to", "cc reply_to subject message_uid uid"},
		"src_endpoint.autonomous_system": {"", "number name", ""},
		"dst_endpoint.autonomous_system": {"", "number name", ""},
	}
}

// faults says where an event breaks the rules.
func faults(line []byte) []string {
	var e map[string]any
	if err := json.Unmarshal(line, &e); err != nil {
		return []string{err.Error()}
	}
	var found []string
	fault := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	number := func(name string) int {
		n, ok := e[name].(float64)
		if !ok {
			fault("%s is no number: %v", name, e[name])
		}
		return int(n)
	}
	class := number("class_uid")
	r, ok := ocsfRules()[class]
	if !ok {
		fault("class %d", class)
		return found
	}
	activity := number("activity_id")
	if number("category_uid") != r.category || number("type_uid") != 100*class+activity || !slices.Contains(r.activities, activity) {
		fault("category %v, type %v, activity %v", e["category_uid"], e["type_uid"], activity)
	}
	number("time")
	if s := number("severity_id"); s < 0 || s > 6 {
		fault("severity_id %d", s)
	}
	if _, ok := e["status_id"]; ok && (number("status_id") < 0 || number("status_id") > 2) {
		fault("status_id %v", e["status_id"])
	}
	if _, ok := e["direction_id"]; ok && !slices.Contains([]int{0, 1, 2, 3, 99}, number("direction_id")) {
		fault("direction_id %v", e["direction_id"])
	}
	found = append(found, memberFaults("event", e, [3]string{strings.Join(append(r.required, "metadata"), " "), strings.Join(r.anyOf, " "), r.attributes})...)
	return append(found, walk("", e)...)
}

// walk checks the objects in an object.
func walk(path string, object map[string]any) []string {
	var found []string
	for name, v := range object {
		inner, isObject := v.(map[string]any)
		full := strings.TrimPrefix(path+"."+name, ".")
		if !isObject || full == "unmapped" {
			switch {
			case name == "ip":
				if _, err := netip.ParseAddr(fmt.Sprint(v)); err != nil {
					found = append(found, fmt.Sprintf("%s: %v", full, v))
				}
			case name == "answers":
				for _, a := range v.([]any) {
					if a.(map[string]any)["rdata"] == nil {
						found = append(found, "an answer without rdata")
					}
				}
			}
			continue
		}
		rule, ok := objectRules()[full]
		if !ok {
			found = append(found, "unknown object "+full)
			continue
		}
		found = append(append(found, memberFaults(full, inner, rule)...), walk(full, inner)...)
	}
	return found
}

func memberFaults(path string, object map[string]any, rule [3]string) []string {
	var found []string
	for name := range strings.FieldsSeq(rule[0]) {
		if object[name] == nil {
			found = append(found, path+" lacks "+name)
		}
	}
	if one := strings.Fields(rule[1]); len(one) > 0 && !slices.ContainsFunc(one, func(name string) bool { return object[name] != nil }) {
		found = append(found, path+" has none of "+rule[1])
	}
	for name := range object {
		if !slices.Contains(strings.Fields(strings.Join(rule[:], " ")), name) {
			found = append(found, path+" has no attribute "+name)
		}
	}
	return found
}

func nested(t testing.TB, from *logviz.Event) []byte {
	t.Helper()
	var to logviz.Event
	view(t, "ocsf").Apply(from, &to)
	return encode.AppendNested(nil, &to)
}

func TestOCSF(t *testing.T) {
	const when = "@timestamp=2026-03-14T06:25:01.5+01:00 host.hostname=web1 "
	for _, c := range []struct{ name, from, want string }{
		{
			"logon",
			when + "process.name=sshd process.pid=8 event.category=authentication| event.action=ssh_login event.outcome=failure ssh.method=password " +
				"user.name=root source.address=192.0.2.7x source.ip=192.0.2.7 source.port=42 source.geo.country_iso_code=NL log.syslog.priority=38 event.original=o",
			`{"activity_id":1,"activity_name":"Logon","actor":{"process":{"name":"sshd","pid":8}},"auth_protocol":"password","auth_protocol_id":99,` +
				`"category_name":"Identity & Access Management","category_uid":3,"class_name":"Authentication","class_uid":3002,` +
				`"device":{"hostname":"web1","type_id":0},"dst_endpoint":{"hostname":"web1"},"is_remote":true,` +
				`"metadata":{"original_time":"2026-03-14T06:25:01.5+01:00","product":{"name":"sshd","vendor_name":"Unknown"},"profiles":["host"],"version":"1.5.0"},` +
				`"raw_data":"o","service":{"name":"sshd"},"severity":"Informational","severity_id":1,` +
				`"src_endpoint":{"ip":"192.0.2.7","location":{"country":"NL"},"port":42},"status":"Failure","status_id":2,` +
				`"time":1773465901500,"timezone_offset":60,"type_name":"Authentication: Logon","type_uid":300201,` +
				`"unmapped":{"event.action":"ssh_login","event.category":["authentication"],"log.syslog.priority":38,"source.address":"192.0.2.7x"},"user":{"name":"root"}}`,
		},
		{
			"base event",
			"message=m x.y=z x=w",
			`{"activity_id":0,"activity_name":"Unknown","category_name":"Uncategorized","category_uid":0,"class_name":"Base Event","class_uid":0,"message":"m",` +
				`"metadata":{"product":{"name":"Unknown","vendor_name":"Unknown"},"version":"1.5.0"},"severity":"Unknown","severity_id":0,"time":0,` +
				`"type_name":"Base Event: Unknown","type_uid":0,"unmapped":{"x":"w","x.y":"z"}}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(nested(t, event(t, c.from))); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Which class an event gets, and what it tells of there.
func TestOCSFClasses(t *testing.T) {
	for _, c := range []struct {
		from  string
		class int
		typ   string
		also  string // a part of the line
	}{
		{"event.category=session| event.action=session_closed event.type=end| user.name=a process.name=su", 3002, "Authentication: Logoff", `"is_remote":false`},
		{"event.category=authentication| event.action=ssh_invalid_user user.name=a process.name=sshd source.ip=192.0.2.1", 3002, "Authentication: ssh_invalid_user", ""},
		{"event.category=authentication| event.action=ssh_closed source.ip=192.0.2.1", 4001, "Network Activity: ssh_closed", ""},
		{"event.category=authentication| event.action=ssh_closed source.port=1", 0, "Base Event: ssh_closed", `"source.port":1`},
		{"event.category=network| event.type=denied| source.ip=192.0.2.1 destination.ip=192.0.2.2 network.transport=tcp network.direction=inbound", 4001, "Network Activity: Refuse", `"connection_info":{"direction_id":1,"protocol_name":"tcp"}`},
		{"event.category=network| source.ip=192.0.2.1 source.bytes=7", 4001, "Network Activity: Traffic", `"traffic":{"bytes_out":7}`},
		{"http.request.method=GET http.response.status_code=404 url.original=/a source.ip=192.0.2.1 http.response.body.bytes=9", 4002, "HTTP Activity: Get", `"http_response":{"body_length":9,"code":404}`},
		{"http.request.method=PROPFIND url.original=/a source.ip=192.0.2.1 http.response.body.bytes=9", 4002, "HTTP Activity: PROPFIND", `"http.response.body.bytes":9`},
		{"dns.question.name=example.com dns.question.type=A source.ip=192.0.2.1", 4003, "DNS Activity: Query", `"query":{"hostname":"example.com","type":"A"}`},
		{"dns.question.name=example.com dns.answers.data=192.0.2.9|192.0.2.8 dns.response_code=NXDOMAIN source.ip=192.0.2.1", 4003, "DNS Activity: Response", `"answers":[{"rdata":"192.0.2.9"},{"rdata":"192.0.2.8"}]`},
		{"dns.question.type=A source.ip=192.0.2.1 dns.response_code=odd", 4003, "DNS Activity: Response", `"rcode":"odd","rcode_id":99`},
		{"event.action=dhcp_ack client.ip=192.0.2.5 event.category=network|", 4004, "DHCP Activity: Ack", ""},
		{"event.action=dhcprequest source.ip=192.0.2.5", 4004, "DHCP Activity: Request", ""},
		{"email.from.address=a@example.com email.to.address=b@example.com|c@example.com event.action=mail_sent", 4009, "Email Activity: Send", `"to":["b@example.com","c@example.com"]`},
		{"email.message_id=x event.category=email|", 0, "Base Event: Unknown", `"email.message_id":"x"`},
		{"process.name=cron user.name=a", 0, "Base Event: Unknown", `"actor":{"user":{"name":"a"}}`},
	} {
		got := nested(t, event(t, c.from))
		var e struct {
			Class int    `json:"class_uid"`
			Type  string `json:"type_name"`
		}
		if err := json.Unmarshal(got, &e); err != nil {
			t.Fatal(err)
		}
		if e.Class != c.class || e.Type != c.typ || !strings.Contains(string(got), c.also) {
			t.Errorf("%s:\ngot  %d, %s\nwant %d, %s with %s\n%s", c.from, e.Class, e.Type, c.class, c.typ, c.also, got)
		}
		for _, f := range faults(got) {
			t.Errorf("%s: %s\n%s", c.from, f, got)
		}
	}
}

// A duration is in milliseconds, and what they cannot say is kept.
func TestOCSFDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		1500 * time.Millisecond: `"duration":1500,`, 1500 * time.Microsecond: `"unmapped":{"event.duration":0.0015}}`,
	} {
		var e logviz.Event
		e.Set("event.duration", logviz.DurationValue(d))
		if got := string(nested(t, &e)); !strings.Contains(got, want) || !strings.Contains(got, `"duration":1`) {
			t.Errorf("%v: %s", d, got)
		}
	}
}

// The check itself finds what is wrong.
func TestFaults(t *testing.T) {
	good := string(nested(t, event(t, "event.category=authentication| user.name=a process.name=su process.pid=1")))
	if f := faults([]byte(good)); f != nil {
		t.Fatal(f)
	}
	for _, c := range [][2]string{
		{`"user":{"name":"a"}`, `"user":{}`},
		{`"user":`, `"usr":`},
		{`"type_uid":300299`, `"type_uid":0`},
		{`"type_uid":300200`, `"type_uid":0`},
		{`"pid":1`, `"pd":1`},
		{`"vendor_name"`, `"vendor"`},
		{`"severity_id":0`, `"severity_id":7`},
		{`"service":{"name":"su"}`, `"service2":{"name":"su"}`},
	} {
		if bad := strings.Replace(good, c[0], c[1], 1); bad != good && faults([]byte(bad)) == nil {
			t.Errorf("nothing wrong with %s", bad)
		}
	}
}

// Whatever the fields are, an event keeps the rules.
func FuzzOCSF(f *testing.F) {
	var all []string
	for _, a := range ocsfAttributes() {
		all = append(all, a.field)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	f.Add([]byte{1, 2, 3}, "authentication")
	f.Add([]byte("the quick brown fox"), "network")
	f.Add([]byte("jumps over the lazy dog"), "email")
	f.Fuzz(func(t *testing.T, picks []byte, category string) {
		var e logviz.Event
		e.Set("event.category", logviz.ListValue(category))
		for i, p := range picks {
			name := all[int(p)%len(all)]
			switch {
			case i%4 == 3:
				e.Set(name, logviz.ListValue("a", "b"))
			case strings.HasSuffix(name, ".ip"):
				e.Set(name, logviz.IPValue(netip.AddrFrom4([4]byte{192, 0, 2, p})))
			case i%2 == 0:
				e.Set(name, logviz.IntegerValue(int64(p)))
			default:
				e.Set(name, logviz.StringValue("text"))
			}
		}
		line := nested(t, &e)
		for _, fault := range faults(line) {
			t.Errorf("%s\n%s\n%s", fault, e.AppendJSON(nil), line)
		}
	})
}
