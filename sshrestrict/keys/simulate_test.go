package keys

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// A table of files and logins: sshd is asked by logging in with the real client, and Simulate by looking. Both have to agree
// on whether the key is let in, by which line, with which options and with which command.
func TestSimulateAgainstSshd(t *testing.T) {
	alice := home(t, "alice")
	s := startSshd(t, "PermitUserEnvironment yes\n")
	m := machine(t)
	m.Sshd = s.sshd()
	key, mine := newKey(t, "ed25519")
	_, other := newKey(t, "ed25519")
	_, rsa := newKey(t, "rsa", "-b", "2048")
	files := []string{alice.Home + "/.ssh/authorized_keys", alice.Home + "/.ssh/authorized_keys2"}
	long := strings.Repeat("long ", 4000)

	cases := []struct {
		name   string
		first  string // MINE, OTHER and RSA stand for keys
		second string
		from   string
		in     bool
	}{
		{name: "plain", first: "MINE", in: true},
		{name: "not there", first: "OTHER\nRSA"},
		{name: "no file"},
		{name: "empty file", first: "\n"},
		{name: "command", first: `command="one two" MINE`, in: true},
		{name: "command with quotes", first: `command="say \"a b\" and 'c'" MINE`, in: true},
		{name: "command with a backslash", first: `command="a\b \\ \\\"c" MINE`, in: true},
		{name: "command ends in a backslash", first: `command="a\",pty MINE`},
		{name: "empty command", first: `command="" MINE`, in: true},
		{name: "long command", first: `command="` + long + `" MINE`, in: true},
		{name: "ours", first: `restrict,command="/usr/bin/ops ssh-restrict --policy backup --key nas" MINE nas`, in: true},
		{name: "first wins", first: "command=\"a\" MINE\ncommand=\"b\" MINE", in: true},
		{name: "behind others", first: "OTHER\nRSA\n# MINE\n\ncommand=\"a\" MINE", in: true},
		{name: "second file", first: "OTHER", second: `command="second" MINE`, in: true},
		{name: "first file wins", first: `command="first" MINE`, second: `command="second" MINE`, in: true},
		{name: "unknown option", first: "frobnicate MINE"},
		{name: "unknown option, then a good line", first: "frobnicate,command=\"a\" MINE\ncommand=\"b\" MINE", in: true},
		{name: "empty option", first: ",pty MINE", in: true},
		{name: "two commas", first: "restrict,,pty MINE", in: true},
		{name: "trailing comma", first: "restrict, MINE", in: true},
		{name: "command without quotes", first: "command=a MINE"},
		{name: "command twice", first: `command="a",command="b" MINE`},
		{name: "open quote", first: `command="a MINE`},
		{name: "blank in options", first: `restrict, command="a" MINE`},
		{name: "tab between", first: "restrict\tMINE", in: true},
		{name: "blanks before", first: " \t restrict MINE", in: true},
		{name: "upper case", first: `RESTRICT,Command="a" MINE`, in: true},
		{name: "carriage return", first: "restrict MINE\r\ncommand=\"x\" OTHER\r", in: true},
		{name: "carriage return and comment", first: "MINE me\r", in: true},
		{name: "comment with a quote", first: `MINE it's "me`, in: true},
		{name: "wrong type", first: strings.Replace("MINE", "MINE", "ssh-rsa "+strings.Fields(mine)[1], 1)},
		{name: "type twice", first: "ssh-ed25519 MINE"},
		{name: "NUL in the line", first: "restrict MINE\x00,nonsense", in: true},
		{name: "NUL before the key", first: "restrict\x00 MINE"},
		{name: "restrict then open", first: `restrict,pty,agent-forwarding MINE`, in: true},
		{name: "open then restrict", first: `pty,restrict MINE`, in: true},
		{name: "no forms", first: `no-pty,no-port-forwarding,no-x11-forwarding,no-agent-forwarding,no-user-rc MINE`, in: true},
		{name: "no and again yes", first: `no-pty,PTY,no-user-rc MINE`, in: true},
		{name: "from matches", first: `from="127.0.0.0/8" MINE`, in: true},
		{name: "from another network", first: `from="10.0.0.0/8" MINE`},
		{name: "from another network, then open", first: "from=\"10.0.0.0/8\",command=\"a\" MINE\ncommand=\"b\" MINE", in: true},
		{name: "from negated", first: `from="127.0.0.0/8,!127.0.0.2" MINE`, from: "127.0.0.2"},
		{name: "from not negated", first: `from="127.0.0.0/8,!127.0.0.2" MINE`, from: "127.0.0.3", in: true},
		{name: "from negation alone", first: `from="!10.0.0.0/8" MINE`},
		{name: "from pattern", first: `from="127.0.0.?" MINE`, in: true},
		{name: "from star", first: `from="*" MINE`, in: true},
		{name: "from negated pattern", first: `from="*,!127.*" MINE`},
		{name: "from with wrong mask", first: `from="127.0.0.1/8" MINE`},
		{name: "from with wrong mask behind", first: `from="127.0.0.1,10.1.0.0/8" MINE`},
		{name: "from empty", first: `from="" MINE`},
		{name: "from with an empty item", first: `from="127.0.0.1,,::1" MINE`},
		{name: "from ends in a comma", first: `from="127.0.0.1," MINE`},
		{name: "from old form", first: `from="127.1" MINE`, in: true},
		{name: "from a number", first: `from="2130706433" MINE`, in: true},
		{name: "from hexadecimal", first: `from="0x7f.0.0.1/32" MINE`, in: true},
		{name: "from octal", first: `from="0177.0.0.1" MINE`, in: true},
		{name: "from mapped", first: `from="::ffff:127.0.0.1" MINE`},
		{name: "from everywhere", first: `from="0.0.0.0/0" MINE`, in: true},
		{name: "from a name", first: `from="localhost" MINE`},
		{name: "from with a blank", first: `from="10.0.0.1, 127.0.0.1" MINE`},
		{name: "from twice", first: `from="127.0.0.1",from="127.0.0.1" MINE`},
		{name: "expired", first: `expiry-time="20200101" MINE`},
		{name: "expired, then another", first: "expiry-time=\"20200101\",command=\"a\" MINE\ncommand=\"b\" MINE", in: true},
		{name: "not expired", first: `expiry-time="20990101Z" MINE`, in: true},
		{name: "earliest expiry", first: `expiry-time="20990101",expiry-time="20200101" MINE`},
		{name: "bad expiry", first: `expiry-time="2099-01-01" MINE`},
		{name: "impossible month", first: `expiry-time="20991301" MINE`},
		{name: "31st of February", first: `expiry-time="20990231" MINE`, in: true},
		{name: "expiry with blanks", first: `expiry-time="2099 1 1" MINE`, in: true},
		{name: "environment", first: `environment="A=b",environment="A=c" MINE`, in: true},
		{name: "bad environment", first: `environment="A-B=c" MINE`},
		{name: "permitopen", first: `permitopen="host:22",permitlisten="8080" MINE`, in: true},
		{name: "permitopen of a service", first: `permitopen="[::1]:ssh" MINE`, in: true},
		{name: "permitopen without a port", first: `permitopen="host" MINE`},
		{name: "tunnel", first: `tunnel="0" MINE`, in: true},
		{name: "bad tunnel", first: `tunnel="x" MINE`},
		{name: "authority", first: `cert-authority MINE`},
		{name: "principals", first: `principals="alice" MINE`},
		{name: "verify-required", first: `verify-required MINE`, in: true},
		{name: "no-touch-required", first: `no-touch-required MINE`, in: true},
		{name: "base64 with junk", first: "MINE" + "!"},
		{name: "no line end", first: "\x01MINE", in: false},
	}
	if len(cases) < 25 {
		t.Fatal("too few cases")
	}
	fill := strings.NewReplacer("MINE", mine, "OTHER", other, "RSA", rsa)
	public, err := ReadPublic("id.pub", mine)
	must(t, err)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			home(t, "alice")
			if c.first != "" {
				putKeys(t, alice, files[0], fill.Replace(c.first)+"\n")
			}
			if c.second != "" {
				putKeys(t, alice, files[1], fill.Replace(c.second))
			}
			from := c.from
			if from == "" {
				from = "127.0.0.1"
			}
			real := s.login(t, "alice", key, from)
			got, err := m.Simulate(t.Context(), Login{Account: "alice", Key: public[0].Key, Address: from})
			must(t, err)
			if real.in != c.in {
				t.Fatalf("sshd says %v, and the table %v:\n%s", real.in, c.in, real.log)
			}
			agree(t, real, got)
		})
	}
}

// agree compares what sshd did with what was foretold.
func agree(t *testing.T, real session, got *Outcome) {
	t.Helper()
	if got.Allowed != real.in {
		t.Fatalf("sshd says %v, and we say %v: %s %+v", real.in, got.Allowed, got.Reason, got.Steps)
	}
	if !real.in {
		return
	}
	if place := fmt.Sprintf("%s:%d", got.File, got.Line); place != real.place {
		t.Errorf("sshd took %q, and we %q", real.place, place)
	}
	want := "argc=2 command=[what the client wants] original=[unset]"
	if got.Forced {
		want = "argc=2 command=[" + strings.TrimSpace(got.Command) + "] original=[what the client wants]"
	}
	if trimmed := strings.ReplaceAll(real.out, " ]", "]"); trimmed != want {
		t.Errorf("the shell got %q, and we say %q", real.out, want)
	}
}

func TestSimulateOptionsAgainstSshd(t *testing.T) {
	alice := home(t, "alice")
	s := startSshd(t, "")
	key, mine := newKey(t, "ed25519")
	for _, options := range []string{
		"", "restrict ", "restrict,pty ", "pty,restrict ", "no-pty ", "no-pty,pty ", "no-port-forwarding,no-X11-forwarding ",
		"restrict,port-forwarding,x11-forwarding,agent-forwarding,user-rc ", "restrict,restrict,pty,no-pty,user-rc ",
		"no-touch-required ", "no-touch-required,touch-required ", "touch-required ", "verify-required ",
		"verify-required,no-verify-required ", `tunnel="3" `, `tunnel="any" `, `permitopen="a:1",permitopen="b:2" `, `permitlisten="1" `,
	} {
		t.Run(options, func(t *testing.T) {
			putKeys(t, alice, alice.Home+"/.ssh/authorized_keys", options+mine+"\n")
			real := s.login(t, "alice", key, "127.0.0.1")
			if !real.in {
				t.Fatal(real.log)
			}
			o, err := ParseOptions(options, time.UTC)
			must(t, err)
			if got := sshdWords(o); got != real.options {
				t.Errorf("got %q, sshd says %q", got, real.options)
			}
		})
	}
}

// sshdWords writes options as sshd logs them.
func sshdWords(o Options) string {
	var words []string
	add := func(on bool, word string) {
		if on {
			words = append(words, word)
		}
	}
	add(o.AgentForwarding, "agent-forwarding")
	add(o.Command != nil, "command")
	add(o.NoTouchRequired, "no-touch-required")
	add(len(o.PermitOpen) > 0, "permitopen")
	add(len(o.PermitListen) > 0, "permitlisten")
	add(o.PortForwarding, "port-forwarding")
	add(o.PTY, "pty")
	add(o.VerifyRequired, "uv")
	if o.Tunnel != nil {
		words = append(words, fmt.Sprintf("tun=%d", *o.Tunnel))
	}
	add(o.UserRC, "user-rc")
	add(o.X11Forwarding, "x11-forwarding")
	return strings.Join(words, " ")
}
