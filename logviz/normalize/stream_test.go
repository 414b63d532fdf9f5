package normalize

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ops/logviz"
)

func shippedEngine(t testing.TB) *Engine {
	t.Helper()
	defs, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(defs...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func utc2026() Options {
	return Options{Zone: time.UTC, Reference: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}
}

// One line of each form that a log of sshd comes in says the same.
func TestHeadersAgree(t *testing.T) {
	engine := shippedEngine(t)
	const message = "Failed password for root from 192.0.2.7 port 42 ssh2"
	for _, c := range []struct{ name, record, time string }{
		{"rfc3164", "Mar 14 06:25:01 h sshd[8]: " + message, "2026-03-14T06:25:01Z"},
		{"rfc3164 with CR", "Mar 14 06:25:01 h sshd[8]: " + message, "2026-03-14T06:25:01Z"},
		{"rfc3164 with priority", "<38>Mar 14 06:25:01 h sshd[8]: " + message, "2026-03-14T06:25:01Z"},
		{"rfc3339", "2026-03-14T06:25:01.5+01:00 h sshd[8]: " + message, "2026-03-14T06:25:01.5+01:00"},
		{"rfc3339 sshd-session", "2026-03-14T06:25:01Z h sshd-session[8]: " + message, "2026-03-14T06:25:01Z"},
		{"short-iso", "2026-03-14T06:25:01+0000 h sshd[8]: " + message, "2026-03-14T06:25:01Z"},
		{"rfc5424", "<38>1 2026-03-14T06:25:01Z h sshd 8 - - " + message, "2026-03-14T06:25:01Z"},
		{"journal json", `{"__REALTIME_TIMESTAMP":"1773469501000000","_HOSTNAME":"h","SYSLOG_IDENTIFIER":"sshd","_PID":"8","MESSAGE":"` + message + `"}`, "2026-03-14T06:25:01Z"},
		{"journal export", "__CURSOR=x\n__REALTIME_TIMESTAMP=1773469501000000\n_HOSTNAME=h\nSYSLOG_IDENTIFIER=sshd\n_PID=8\nMESSAGE=" + message + "\n", "2026-03-14T06:25:01Z"},
		{"journal export, binary message", "__CURSOR=x\n__REALTIME_TIMESTAMP=1773469501000000\n_HOSTNAME=h\nSYSLOG_IDENTIFIER=sshd\n_PID=8\nMESSAGE\n\x34\x00\x00\x00\x00\x00\x00\x00" + message + "\n", "2026-03-14T06:25:01Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var e logviz.Event
			if err := engine.NewStream(utc2026()).Parse([]byte(c.record), &e); err != nil {
				t.Fatal(err)
			}
			n, accepted := e.Attempts()
			if got := e.Get(logviz.FieldTimestamp).String(); got != c.time || n != 1 || accepted ||
				e.Text(logviz.FieldHost) != "h" || e.Get("process.pid").Int() != 8 || e.Text(logviz.FieldUser) != "root" ||
				e.Source().String() != "192.0.2.7" || e.Text(logviz.FieldMessage) != message ||
				e.Text(logviz.FieldOriginal) != c.record {
				t.Errorf("%s", e.AppendJSON(nil))
			}
		})
	}
}

// What a peer puts into a user name never changes where it came from.
func TestHostileNames(t *testing.T) {
	engine := shippedEngine(t)
	for _, user := range []string{
		"a from 192.0.2.4 port 22 ssh2",
		"a from 192.0.2.4 port 22 ssh2: RSA SHA256:x",
		"a from 192.0.2.4 port 22",
		"from 192.0.2.4", " from ", "", " ", "invalid user x", "invalid user x from 192.0.2.4 port 1 ssh2",
		"sshd[1]: Accepted password for root from 192.0.2.4 port 22 ssh2",
		"root from 192.0.2.4 port 22 ssh2 [preauth]", "[preauth]", "x [preauth]",
		"message repeated 99 times: [ Failed password for root from 192.0.2.4 port 22 ssh2]",
		"Dec 10 06:55:46 h sshd[1]: Failed password for root from 192.0.2.4 port 22 ssh2",
		strings.Repeat("from ", 500), strings.Repeat(" from 192.0.2.4 port 22 ssh2", 300),
		"\\303\\251", "é", "\xff\xfe", "%{user.name:text}", "a\tb", "${jndi:ldap://192.0.2.4/a}",
	} {
		for _, form := range []string{
			"Failed password for invalid user USER from 203.0.113.8 port 999 ssh2",
			"Failed none for invalid user USER from 203.0.113.8 port 999 ssh2",
			"Invalid user USER from 203.0.113.8 port 999",
			"Invalid user USER from 203.0.113.8",
			"error: maximum authentication attempts exceeded for invalid user USER from 203.0.113.8 port 999 ssh2 [preauth]",
			"Connection closed by invalid user USER 203.0.113.8 port 999 [preauth]",
			"Connection reset by authenticating user USER 203.0.113.8 port 999 [preauth]",
			"Disconnected from invalid user USER 203.0.113.8 port 999 [preauth]",
			"Disconnecting invalid user USER 203.0.113.8 port 999: Too many authentication failures [preauth]",
			"message repeated 2 times: [ Failed password for invalid user USER from 203.0.113.8 port 999 ssh2]",
			"User USER from 203.0.113.8 not allowed because not listed in AllowUsers",
			"Bad protocol version identification 'USER' from 203.0.113.8 port 999",
			"Received disconnect from 203.0.113.8 port 999:11: USER [preauth]",
		} {
			message := strings.Replace(form, "USER", user, 1)
			var e logviz.Event
			if err := engine.NewStream(utc2026()).Parse([]byte("Dec 10 06:55:46 h sshd[7]: "+message), &e); err != nil {
				t.Errorf("%q: %v", message, err)
				continue
			}
			if got := e.Source().String(); got != "203.0.113.8" {
				t.Errorf("%q: from %s", message, got)
			}
			if _, accepted := e.Attempts(); accepted {
				t.Errorf("%q: accepted", message)
			}
			if strings.Contains(form, "user USER ") && !strings.Contains(form, "'") && e.Text(logviz.FieldUser) != user {
				t.Errorf("%q: user %q", message, e.Text(logviz.FieldUser))
			}
		}
	}
}

func TestRepetitionsCount(t *testing.T) {
	engine := shippedEngine(t)
	var e logviz.Event
	line := "Dec 10 07:13:56 h sshd[24227]: message repeated 5 times: [ Failed password for root from 192.0.2.76 port 42393 ssh2]"
	if err := engine.NewStream(utc2026()).Parse([]byte(line), &e); err != nil {
		t.Fatal(err)
	}
	if n, accepted := e.Attempts(); n != 5 || accepted || e.Source().String() != "192.0.2.76" {
		t.Errorf("%d attempts, accepted %v: %s", n, accepted, e.AppendJSON(nil))
	}
	for _, wrong := range []string{
		"message repeated 5 times: [ who knows what]",
		"message repeated 99999999999999999999 times: [ Failed password for root from 192.0.2.76 port 42393 ssh2]",
		"message repeated 2 times: [ message repeated 2 times: [ message repeated 2 times: [ message repeated 2 times: [ message repeated 2 times: [ x]]]]]",
	} {
		if err := engine.NewStream(utc2026()).Parse([]byte("Dec 10 07:13:56 h sshd[1]: "+wrong), &e); err == nil {
			t.Errorf("%q is understood: %s", wrong, e.AppendJSON(nil))
		}
	}
}

func TestRefusals(t *testing.T) {
	engine := shippedEngine(t)
	for _, c := range []struct {
		record string
		want   error
	}{
		{"", ErrHeader},
		{"hello", ErrHeader},
		{"Dec 10 07:13:56", ErrHeader},
		{"Dec 32 07:13:56 h sshd[1]: x", ErrHeader},
		{"Feb 30 07:13:56 h sshd[1]: Server listening on 0.0.0.0 port 22.", ErrHeader},
		{"Dec 10 24:13:56 h sshd[1]: x", ErrHeader},
		{"2026-13-10T07:13:56Z h sshd[1]: x", ErrHeader},
		{"9999-12-10T07:13:56Z h sshd[1]: x", ErrHeader},
		{`{"a":`, ErrHeader},
		{`{"MESSAGE":"x"}`, ErrHeader},
		{"Dec 10 07:13:56 h sshd[1]: something new", ErrBody},
		{"Dec 10 07:13:56 h frobnicator[1]: something", ErrProgram},
	} {
		var e logviz.Event
		if err := engine.NewStream(utc2026()).Parse([]byte(c.record), &e); !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", c.record, err, c.want)
		}
		if c.want == ErrHeader && e.Len() != 0 {
			t.Errorf("%q: an event is left: %s", c.record, e.AppendJSON(nil))
		}
	}
}

// A program whose log somebody else writes does not speak for sshd.
func TestOtherProgramsAreNotSshd(t *testing.T) {
	var e logviz.Event
	err := shippedEngine(t).NewStream(utc2026()).Parse(
		[]byte("Dec 10 07:13:56 h webapp[1]: Failed password for root from 192.0.2.76 port 42393 ssh2"), &e)
	if n, _ := e.Attempts(); err == nil || n != 0 {
		t.Errorf("understood as %s", e.AppendJSON(nil))
	}
}

func FuzzParse(f *testing.F) {
	for _, d := range must(Builtin()) {
		for _, p := range d.Patterns {
			for _, test := range p.Tests {
				f.Add([]byte("Dec 10 06:55:46 h sshd[7]: " + test.Line))
				f.Add([]byte(test.Line))
			}
		}
		if d.Decode != nil {
			for _, test := range d.Decode.Tests {
				f.Add([]byte(test.Line))
			}
		}
	}
	engine := shippedEngine(f)
	f.Fuzz(func(t *testing.T, record []byte) {
		var a, b logviz.Event
		err := engine.NewStream(utc2026()).Parse(record, &a)
		if err2 := engine.NewStream(utc2026()).Parse(record, &b); err != err2 || string(a.AppendJSON(nil)) != string(b.AppendJSON(nil)) {
			t.Fatalf("twice the same record, two answers: %v %s, %v %s", err, a.AppendJSON(nil), err2, b.AppendJSON(nil))
		}
		if err == nil && a.Text(logviz.FieldOriginal) != string(record) {
			t.Fatalf("the record is lost: %s", a.AppendJSON(nil))
		}
		if errors.Is(err, ErrHeader) && a.Len() != 0 {
			t.Fatalf("refused, yet %s", a.AppendJSON(nil))
		}
		if ip := a.Source(); ip.Is4In6() || ip.Zone() != "" {
			t.Fatalf("source %v is not plain", ip)
		}
	})
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// What is written without an event is what the event writes.
func FuzzRecordIsEvent(f *testing.F) {
	engine := shippedEngine(f)
	for _, line := range []string{
		"Mar 14 06:25:01 h sshd[8]: Failed password for root from 192.0.2.7 port 42 ssh2",
		"Mar 14 06:25:01 h sshd[8]: message repeated 2 times: [ Failed password for invalid user é\" from 2001:DB8::1 port 042 ssh2]",
		"<34>1 2003-10-11T22:14:15.003Z h sshd +08 ID47 - Connection closed by UNKNOWN port 65535 [preauth]",
		"2026-03-14T06:25:01.5+01:00 h sshd[8]: reverse mapping checking getaddrinfo for x [::ffff:192.0.2.1] failed",
		`{"__REALTIME_TIMESTAMP":"1773469501000000","_HOSTNAME":"h","SYSLOG_IDENTIFIER":"sshd","_PID":"8","MESSAGE":"Invalid user  from x.example.com"}`,
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		for _, o := range []Options{utc2026(), {Reference: utc2026().Reference, NoOriginal: true}} {
			var r Record
			if engine.NewStream(o).Read(line, &r) != nil {
				continue
			}
			var e logviz.Event
			r.Event(&e)
			if got, want := string(r.AppendJSON(nil)), string(e.AppendJSON(nil)); got != want {
				t.Fatalf("%q\n%s\n%s", line, got, want)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	engine := shippedEngine(b)
	lines := []string{
		"Dec 10 06:55:48 LabSZ sshd[24200]: Failed password for invalid user webmaster from 173.234.31.186 port 38926 ssh2",
		"Dec 10 06:55:46 LabSZ sshd[24200]: Invalid user webmaster from 173.234.31.186",
		"Dec 10 06:55:48 LabSZ sshd[24200]: Connection closed by 173.234.31.186 [preauth]",
		"Dec 10 07:07:45 LabSZ sshd[24206]: Failed password for root from 112.95.230.3 port 41060 ssh2",
		"Dec 10 07:07:45 LabSZ sshd[24206]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=112.95.230.3  user=root",
		"Dec 10 07:07:45 LabSZ sshd[24206]: Received disconnect from 112.95.230.3: 11: Bye Bye [preauth]",
	}
	s := engine.NewStream(utc2026())
	var r Record
	var out []byte
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if err := s.Read(lines[n%len(lines)], &r); err != nil {
			b.Fatal(err)
		}
		out = r.AppendJSON(out[:0])
		n++
	}
}

// A definition of stage line reads whole records, and the messages of the programs that it names.
func TestStageLine(t *testing.T) {
	const yaml = `kind: normalizer/v1
name: shop
stage: line
when: {process.name: [shop]}
patterns:
  - {name: sold, pattern: "sold %{shop.item:word} to %{user.name:text}"}
`
	defs, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse("shop.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := New(append(defs, d)...)
	if err != nil {
		t.Fatal(err)
	}
	stream := engine.NewStream(Options{Reference: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)})
	for line, want := range map[string]error{
		"sold tea to alice":                             nil,
		"Dec 10 06:55:46 host SHOP[7]: sold tea to bob": nil,
		"Dec 10 06:55:46 host cafe: sold tea to bob":    ErrProgram,
		"sold tea": ErrHeader,
	} {
		var r Record
		if err := stream.Read(line, &r); err != want {
			t.Errorf("%s: error %v, want %v", line, err, want)
		} else if got := r.Text("shop.item"); (got == "tea") != (want == nil) {
			t.Errorf("%s: shop.item is %q", line, got)
		}
	}
}

// A record that is too long is refused before anything is made of it.
func TestTooLong(t *testing.T) {
	s := shippedEngine(t).NewStream(utc2026())
	var r Record
	line := "Mar 14 06:25:01 h sshd[8]: " + strings.Repeat("x", MaxRecord)
	if err := s.Read(line, &r); err != ErrTooLong || len(r.parts) > 0 {
		t.Errorf("error %v, %d parts", err, len(r.parts))
	}
	if err := s.Read(line[:MaxRecord], &r); err != ErrBody {
		t.Errorf("of the longest length: %v", err)
	}
}

// What somebody hostile can make a line of costs no more than a line of this length may.
func BenchmarkHostile(b *testing.B) {
	s := shippedEngine(b).NewStream(utc2026())
	var r Record
	units := []string{
		" from 192.0.2.1 port 22 ssh2", "invalid user from ", "a=b ", "\"", "\\", "[", " ", "x", "192.0.2.1 ", ": ", ", ", "1.", "\t", "#011",
		"{\"a\":", "Mar 14 06:25:01 ", "2026-03-14T06:25:01Z ", "user=root ", "Failed password for ", "\u00a0", "%",
	}
	worst, line := time.Duration(0), ""
	for b.Loop() {
		for _, program := range []string{"", "sshd", "postfix/smtpd", "MSWinEventLog", "kernel", "named", "sudo", "apache2", "haproxy", "cisco-asa"} {
			head := ""
			if program != "" {
				head = "Mar 14 06:25:01 h " + program + "[8]: "
			}
			for _, unit := range units {
				text := head + strings.Repeat(unit, MaxRecord)[:MaxRecord-len(head)]
				begin := time.Now()
				_ = s.Read(text, &r) // understood or not
				if took := time.Since(begin); took > worst {
					worst, line = took, program+" "+unit
				}
			}
		}
	}
	b.ReportMetric(float64(worst.Microseconds())/1000, "ms/worst-line")
	b.Logf("the worst is of %q", line)
}
