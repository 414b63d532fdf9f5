package normalize

import (
	"testing"

	"ops/logviz"
)

// Whole records of appliances find their way through all shipped definitions: the header does not take them for
// something else, and what a client writes into them does not become the source.
func TestApplianceRecords(t *testing.T) {
	engine := shippedEngine(t)
	const peer = "198.51.100.7"
	for _, c := range []struct{ name, record, action string }{
		{"asa", "<166>Mar 14 2026 06:25:01 asa1 : %ASA-4-106023: Deny tcp src outside:198.51.100.7/52000 dst inside:192.0.2.10/23 by access-group \"OUT\" [0x0, 0x0]", "connection_denied"},
		{"ios", "Mar 14 06:25:02 192.0.2.254 123: *Mar  1 18:46:11.5: %SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: admin] [Source: 198.51.100.7] [localport: 22] [Reason: Login Authentication Failed] at 06:25:01 UTC Sat Mar 14 2026", "management_login"},
		{"snare", "<13>Mar 14 06:25:01 dc1 MSWinEventLog\t1\tSecurity\t55\tSat Mar 14 06:25:00 2026\t529\tSecurity\tSYSTEM\tUser\tFailure Audit\tDC1\tLogon/Logoff\t\tLogon Failure:     Reason:  Unknown user name or bad password     User Name: a     Domain:  CORP     Logon Type: 10     Logon Process: User32       Authentication Package: Negotiate     Workstation Name: x Source Network Address: 192.0.2.4 Source Port: 1     Caller User Name: SRV1$     Caller Domain: CORP     Source Network Address: 198.51.100.7     Source Port: 52000    \t12", "logon_failed"},
		{"winlogbeat", `{"@timestamp":"2026-03-14T06:25:01Z","winlog":{"event_id":4625,"provider_name":"Microsoft-Windows-Security-Auditing","event_data":{"TargetUserName":"x","IpAddress":"198.51.100.7"}},"message":"Un texte."}`, "logon_failed"},
		{"cowrie json", `{"eventid":"cowrie.login.failed","username":"root","password":"x","timestamp":"2026-03-14T06:25:01Z","src_ip":"198.51.100.7","session":"a1","message":"login attempt"}`, "honeypot_login"},
		{"cowrie text", "2026-03-14T06:25:01.123456Z [HoneyPotSSHTransport,12,198.51.100.7] login attempt [b'root'/b'x'] failed", "honeypot_login"},
		{"cef behind syslog", "Mar 14 06:25:01 fw1 CEF:0|Example|Wall|1|100|scan|7|src=198.51.100.7 msg=x src\\=192.0.2.4", "cef_event"},
		{"cef", "CEF:0|Example|Wall|1|100|scan|7|src=198.51.100.7 msg=x", "cef_event"},
		{"leef", "Mar 14 06:25:01 fw1 LEEF:1.0|Example|Wall|1|deny|src=198.51.100.7\tusrName=x", "leef_event"},
		{"fortigate", `<189>date=2026-03-14 time=06:25:01 devname="F" type="traffic" user="x srcip=192.0.2.4" srcip=198.51.100.7 action="deny"`, "connection_denied"},
		{"lea", "loc=3|time=2026-03-14 06:25:01|action=drop|orig=fw1|src=198.51.100.7|dst=192.0.2.10", "connection_denied"},
		{"arkoon behind syslog", `<134>Mar 14 06:25:01 fw1 AKLOG - id=firewall time="2026-03-14 06:25:01" fw=fw1 src=198.51.100.7 dst=192.0.2.10`, "welf_event"},
		{"exchange", "2026-03-14T06:25:01.123Z,198.51.100.7,c,192.0.2.25,EXCH1,,,SMTP,RECEIVE,12,<m@example.net>,b@example.com,,2048,1,,,hello,a@example.net,,", "message_tracked"},
		{"palo alto", "<14>Mar 14 06:25:02 pa1 1,2026/03/14 06:25:01,001801000001,TRAFFIC,drop,2305,2026/03/14 06:25:01,198.51.100.7,192.0.2.10,,,r", "connection_logged"},
		{"esxi", "2026-03-14T06:25:01.123Z esx1 Hostd: info hostd[2099753] [Originator@6876 sub=Default] Rejected password for user a from 192.0.2.4 from 198.51.100.7", "vmware_login"},
		{"mikrotik", "Mar 14 06:25:01 rtr1 system,error,critical login failure for user a from 192.0.2.4 via ssh from 198.51.100.7 via ssh", "management_login"},
		{"filterlog", "<134>Mar 14 06:25:01 filterlog[123]: 5,,,1000000103,em0,match,block,in,4,0x0,,64,12345,0,DF,6,tcp,60,198.51.100.7,192.0.2.10,52000,23,0,S,1,,64240,,mss", "connection_denied"},
		{"sshguard", "Mar 14 06:25:01 h sshguard[1]: Blocking \"198.51.100.7/32\" for 120 secs (3 attacks in 2 secs, after 1 abuses over 2 secs.)", "address_blocked"},
		{"cloudtrail", `{"eventVersion":"1.08","userIdentity":{"userName":"alice"},"eventTime":"2026-03-14T06:25:01Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","sourceIPAddress":"198.51.100.7","responseElements":{"ConsoleLogin":"Failure"}}`, "console_login"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e logviz.Event
			if err := engine.NewStream(utc2026()).Parse([]byte(c.record), &e); err != nil {
				t.Fatalf("%v: %s", err, e.AppendJSON(nil))
			}
			if e.Source().String() != peer || e.Text(logviz.FieldAction) != c.action || e.Has("transform_error") {
				t.Errorf("%s", e.AppendJSON(nil))
			}
			if c.name != "cef" && !e.Has(logviz.FieldTimestamp) {
				t.Errorf("no time: %s", e.AppendJSON(nil))
			}
		})
	}
}
