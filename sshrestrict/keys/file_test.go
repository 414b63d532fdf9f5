package keys

import (
	"strings"
	"testing"
	"time"
)

// ed25519A and the others are keys made for these tests; nobody has the private halves.
const (
	ed25519A = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICycZtFsRT7fW/Ye5I4wPAMXdXUWMsPgnESleVdbyJi4"
	ed25519B = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM/nrvJnGTr9OKVs9dB7gDYFaKibVEyDDZmcyWATjVMy"
)

// Lines that let nobody in, each for one cause.
func TestBadLines(t *testing.T) {
	body := strings.Fields(ed25519A)[1]
	cases := []struct{ name, line, reason string }{
		{"type alone", "ssh-ed25519", "no key"},
		{"type and a blank", "ssh-ed25519 ", "no key"},
		{"base64 alone", body, "no key"},
		{"unknown type", "ssh-ed448 " + body, "no type of key"},
		{"type of another key", "ssh-rsa " + body, "the line says ssh-rsa"},
		{"short name as type", "ED25519 " + body, "no type of key"},
		{"type in capitals", "SSH-ED25519 " + body, "no type of key"},
		{"type without a blank", "ssh-ed25519" + body, "no key"},
		{"no-break space", "ssh-ed25519\u00a0" + body, "no key"},
		{"form feed", "ssh-ed25519\f" + body, "no key"},
		{"byte order mark", "\ufeff" + ed25519A, "no type of key"},
		{"control character", "\x01" + ed25519A, "no type of key"},
		{"carriage return at the beginning", "\r" + ed25519A, "no type of key"},
		{"base64 cut", "ssh-ed25519 " + body[:len(body)-4], "ends too early"},
		{"base64 without its end", "ssh-ed25519 " + body[:len(body)-1], "not base64"},
		{"base64 of the web", "ssh-ed25519 " + strings.Replace(body, "/", "_", 1), "not base64"},
		{"padding too much", "ssh-ed25519 " + body + "=", "not base64"},
		{"junk behind the base64", "ssh-ed25519 " + body + "!", "not base64"},
		{"blank in the base64", "ssh-ed25519 " + body[:20] + " " + body[20:], "no key"},
		{"quotes around the key", `"` + ed25519A + `"`, "no key"},
		{"empty blob", "ssh-ed25519 AAAA", "ends too early"},
		{"blob with a huge length", "ssh-ed25519 /////w==", "ends too early"},
		{"blob of a type alone", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "ends too early"},
		{"point of 31 bytes", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAHwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "31 bytes"},
		{"bytes behind the key", "ssh-ed25519 " + body + "AAAA", "too many"},
		{"ECDSA off the curve", "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A=", "not on its curve"},
		{"private key", "-----BEGIN OPENSSH PRIVATE KEY-----", "no key"},
		{"unknown option", "unknown " + ed25519A, "unknown key option"},
		{"option misspelt", "restric " + ed25519A, "unknown key option"},
		{"option with a tail", "restricted " + ed25519A, "unknown key option"},
		{"negated restrict", "no-restrict " + ed25519A, "unknown key option"},
		{"negated authority", "no-cert-authority " + ed25519A, "unknown key option"},
		{"negated command", `no-command="x" ` + ed25519A, "unknown key option"},
		{"semicolon between options", "restrict;pty " + ed25519A, "unknown key option"},
		{"blank behind a comma", "restrict, pty " + ed25519A, "no"},
		{"blank before a comma", "restrict ,pty " + ed25519A, "no"},
		{"blank around =", `command ="x" ` + ed25519A, "no"},
		{"value of a flag", `pty="yes" ` + ed25519A, "unknown key option"},
		{"command without quotes", "command=x " + ed25519A, "missing start quote"},
		{"command in single quotes", "command='x' " + ed25519A, "missing start quote"},
		{"command without a value", "command= " + ed25519A, "missing start quote"},
		{"command without =", "command " + ed25519A, "unknown key option"},
		{"open quote", `command="x ` + ed25519A, "quote is not closed"},
		{"escaped quote leaves it open", `command="x\" ` + ed25519A, "quote is not closed"},
		{"text behind a quote", `command="x"y ` + ed25519A, "unknown key option"},
		{"two strings", `command="x""y" ` + ed25519A, "unknown key option"},
		{"command twice", `command="x",command="x" ` + ed25519A, `multiple "command"`},
		{"from twice", `from="a",from="b" ` + ed25519A, `multiple "from"`},
		{"principals twice", `principals="a",principals="b" ` + ed25519A, `multiple "principals"`},
		{"from without quotes", "from=10.0.0.1 " + ed25519A, "missing start quote"},
		{"expiry of a day in ISO form", `expiry-time="2030-01-01" ` + ed25519A, "invalid expires"},
		{"expiry of seven digits", `expiry-time="2030010" ` + ed25519A, "invalid expires"},
		{"expiry in month 13", `expiry-time="20301301" ` + ed25519A, "invalid expires"},
		{"expiry on day 0", `expiry-time="20300100" ` + ed25519A, "invalid expires"},
		{"expiry at hour 24", `expiry-time="203001012400" ` + ed25519A, "invalid expires"},
		{"expiry before 1970", `expiry-time="19691231Z" ` + ed25519A, "invalid expires"},
		{"expiry at the epoch", `expiry-time="19700101Z" ` + ed25519A, "invalid expires"},
		{"expiry with an offset", `expiry-time="20300101+0100" ` + ed25519A, "invalid expires"},
		{"empty expiry", `expiry-time="" ` + ed25519A, "invalid expires"},
		{"expiry never", `expiry-time="never" ` + ed25519A, "invalid expires"},
		{"environment without =", `environment="PATH" ` + ed25519A, "invalid environment"},
		{"environment without a name", `environment="=x" ` + ed25519A, "invalid environment"},
		{"environment with a dash", `environment="A-B=x" ` + ed25519A, "invalid environment"},
		{"permitopen without a port", `permitopen="h" ` + ed25519A, "invalid permission port"},
		{"permitopen of port 0", `permitopen="h:0" ` + ed25519A, "invalid permission port"},
		{"permitopen of port 65536", `permitopen="h:65536" ` + ed25519A, "invalid permission port"},
		{"permitopen with an open bracket", `permitopen="[::1:22" ` + ed25519A, "invalid permission hostname"},
		{"permitlisten of a name", `permitlisten="h:nosuch" ` + ed25519A, "invalid permission port"},
		{"tunnel of a name", `tunnel="tun0" ` + ed25519A, "invalid tun"},
		{"negative tunnel", `tunnel="-1" ` + ed25519A, "invalid tun"},
		{"two types", "ssh-ed25519 " + ed25519A, "unknown key option"},
		{"number of SSH 1", "1024 35 123456789 user@host", "no key"},
		{"known_hosts", "host.example,10.0.0.1 " + ed25519A, "unknown key option"},
		{"SSH 2 header", "---- BEGIN SSH2 PUBLIC KEY ----", "no key"},
		{"too many environments", strings.Repeat(`environment="A=1",environment="B=1",`, 1) + manyEnvironments() + " " + ed25519A, "too many environment"},
		{"too many permits", strings.TrimSuffix(strings.Repeat(`permitopen="h:1",`, 4098), ",") + " " + ed25519A, "too many permission"},
	}
	if len(cases) < 60 {
		t.Errorf("%d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := Parse("f", c.line+"\n", time.UTC)
			e := f.Entries[0]
			if e.State != Ignored || e.Reason == nil || !strings.Contains(e.Reason.Error(), c.reason) {
				t.Errorf("got %s: %v, want %q", e.State, e.Reason, c.reason)
			}
		})
	}
}

func manyEnvironments() string {
	var b strings.Builder
	for i := range 1025 {
		b.WriteString(`environment="V` + strings.Repeat("x", i) + `=1",`)
	}
	return b.String() + "pty"
}

func TestParse(t *testing.T) {
	content := "# head\n\n  \t\n" + ed25519A + " a b  c \r\n" +
		`  Restrict,PTY,command="say \"x, y\"",from="10.0.0.0/8",environment="A=\"1\"",expiry-time="20300102030405Z"` + "\t " + ed25519B
	f := Parse("keys", content, time.UTC)
	if f.String() != content {
		t.Error("what is written differs from what was read")
	}
	var states []State
	for _, e := range f.Entries {
		states = append(states, e.State)
	}
	if len(states) != 5 || states[0] != Comment || states[1] != Blank || states[2] != Blank || states[3] != Active || states[4] != Active {
		t.Fatalf("states %v", states)
	}
	first, second := f.Entries[3], f.Entries[4]
	if first.Note != "a b  c " || first.Text != "" || first.Options.Command != nil || !first.Options.PTY || first.Place() != "keys:4" {
		t.Errorf("first: %+v", first)
	}
	if first.Key.Fingerprint() != "SHA256:"+"" && !strings.HasPrefix(first.Key.Fingerprint(), "SHA256:") || first.Key.Bits != 256 {
		t.Errorf("first key: %+v", first.Key)
	}
	o := second.Options
	if *o.Command != `say "x, y"` || *o.From != "10.0.0.0/8" || !o.PTY || o.PortForwarding || !o.Restrict ||
		o.Environment[0] != `A="1"` || !o.Expires.Equal(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)) || o.ExpiresLocalTime {
		t.Errorf("second: %+v", o)
	}
	if !strings.HasPrefix(second.Text, "Restrict,") || strings.ContainsAny(second.Text, "\t") {
		t.Errorf("text %q", second.Text)
	}
}

// Whatever is parsed is written back the same, and no line changes its meaning by standing alone.
func FuzzParse(f *testing.F) {
	f.Add(ed25519A + "\n# x\r\n\x00\nrestrict,command=\"a\\\"\" " + ed25519B)
	f.Add("environment=\"A=1\",tunnel=\"any\",permitopen=\"[::1]:22\" " + ed25519A + " me")
	f.Add("\n\n ssh-rsa AAAA\n\"")
	for _, piece := range pieces() {
		f.Add(piece + "," + piece + " " + ed25519A)
	}
	f.Fuzz(func(t *testing.T, content string) {
		file := Parse("f", content, time.UTC)
		if file.String() != content {
			t.Fatalf("%q becomes %q", content, file.String())
		}
		for _, e := range file.Entries {
			if (e.State == Ignored) != (e.Reason != nil) || e.State == Active && !e.HasKey {
				t.Fatalf("%q: %+v", e.Raw, e)
			}
			if e.State == Active && (e.Options.Restrict && e.Text == "" || e.Key.Fingerprint() == "") {
				t.Fatalf("%q: %+v", e.Raw, e)
			}
			if e.HasKey {
				again, _, err := readKey(e.Key.String() + " ")
				if err != nil || !again.Equal(e.Key) {
					t.Fatalf("%q: the key reads back as %v, %v", e.Raw, again, err)
				}
			}
		}
	})
}

func TestExpiryInAZoneWithSummerTime(t *testing.T) {
	const zoneName = "Europe/Paris"
	zone, err := time.LoadLocation(zoneName)
	must(t, err)
	alice := home(t, "alice")
	s := startSshd(t, "", "TZ="+zoneName)
	key, mine := newKey(t, "ed25519")
	for _, value := range []string{
		"20300101", "20300701", "203007011200", "20300701120000", "20300331023000", "20301027023000", "20300701120000Z", "20300101UTC", "20990731235961",
	} {
		putKeys(t, alice, alice.Home+"/.ssh/authorized_keys", `expiry-time="`+value+`" `+mine+"\n")
		real := s.login(t, "alice", key, "127.0.0.1")
		_, said, ok := strings.Cut(real.log, "expires at ")
		if !real.in || !ok {
			t.Fatal(real.log)
		}
		said, _, _ = strings.Cut(strings.TrimSpace(said), "\r")
		said = strings.Fields(said)[0]
		at, _, ok := parseExpiry(value, zone)
		layout := "2006-01-02T15:04:05"
		if len(said) == len("2006-01-02") {
			layout = "2006-01-02"
		} else if len(said) == len("2006-01-02T15:04") {
			layout = "2006-01-02T15:04"
		}
		if got := at.In(zone).Format(layout); !ok || got != said {
			t.Errorf("%s: got %s, sshd says %s", value, got, said)
		}
	}
}
