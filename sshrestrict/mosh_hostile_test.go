package sshrestrict

import (
	"net/netip"
	"slices"
	"testing"
)

func TestMosh(t *testing.T) {
	p := mustParse(t, "allow: [{mosh: {ports: 60001-60010, command: [/usr/bin/ops, ssh-restrict, --policy, menu]}}]")
	const inside = " -- /usr/bin/ops ssh-restrict --policy menu"
	const server = "/usr/bin/mosh-server new -s"
	checkVCS(t, p, "", []vcsCase{
		{"1.2", "mosh-server 'new' '-s' '-c' '8' '-l' 'LANG=en_US.UTF-8'", server + " -c 8 -l LANG=en_US.UTF-8 -p 60001:60010" + inside},
		{"1.3", "mosh-server 'new' '-c' '256' '-s' '-l' 'LANG=de_DE.UTF-8' '-l' 'LC_CTYPE=C.UTF-8'", server + " -c 256 -l LANG=de_DE.UTF-8 -l LC_CTYPE=C.UTF-8 -p 60001:60010" + inside},
		{"1.4 without colours", "mosh-server 'new' '-s'", server + " -p 60001:60010" + inside},
		{"one port", "mosh-server 'new' '-c' '256' '-s' '-p' '60003'", server + " -c 256 -p 60003:60003" + inside},
		{"a range of ports", "mosh-server 'new' '-s' '-p' '60002:60004'", server + " -p 60002:60004" + inside},
		{"any address", "mosh-server 'new' '-c' '8'", server + " -c 8 -p 60001:60010" + inside},
		{"one address", "mosh-server 'new' '-i' '192.0.2.7' '-c' '8'", "/usr/bin/mosh-server new -i 192.0.2.7 -c 8 -p 60001:60010" + inside},
		{"one address of IPv6", "mosh-server 'new' '-i' '2001:db8::7'", "/usr/bin/mosh-server new -i 2001:db8::7 -p 60001:60010" + inside},
		{"an empty variable", "mosh-server new -s -l LC_ALL=", server + " -l LC_ALL= -p 60001:60010" + inside},
		{"languages", "mosh-server new -s -l LANGUAGE=de_DE:en", server + " -l LANGUAGE=de_DE:en -p 60001:60010" + inside},
		{"words about itself", "mosh-server new -v -s", server + " -p 60001:60010" + inside},
		{"another folder of programs", "/usr/local/bin/mosh-server new -s", server + " -p 60001:60010" + inside},
	})
	checkVCS(t, p, "", disguises("mosh-server 'new' '-s'"))
}

// The server binds to the address that the client has reached, which only sshd knows.
func TestMoshAddress(t *testing.T) {
	p := mustParse(t, "allow: [{mosh: {command: [/bin/true]}}]")
	q := NewRequest(KindCommand, "mosh-server new -s", MaxCommand)
	q.Env = []string{"SSH_CONNECTION=192.0.2.1 5 192.0.2.2 22"}
	q.Address = netip.MustParseAddr("192.0.2.1")
	if d := p.Decide(q); d.Verdict != Allow || !slices.Contains(d.Start.Env, q.Env[0]) {
		t.Errorf("%v %v", d.Verdict, d.Start)
	}
}

func TestMoshMistakes(t *testing.T) {
	for _, rule := range []string{
		"mosh: {}", "mosh: {command: []}", "mosh: {command: [bash]}", "mosh: {command: [/bin/true], ports: 60001}",
		"mosh: {command: [/bin/true], ports: 22-23}", "mosh: {command: [/bin/true], ports: 60001-70000}",
		"mosh: {command: [/bin/true], ports: 60009-60001}", "mosh: {command: [/bin/true], ports: 60001-60009x}",
	} {
		if _, err := Parse("x", "x.yaml", []byte("allow:\n  - "+rule+"\n")); err == nil {
			t.Errorf("%s is accepted", rule)
		}
	}
}

func TestHostileMosh(t *testing.T) {
	checkHostile(t, mustParse(t, "allow: [{mosh: {ports: 60001-60010, command: [/bin/true]}}]"), "", []vcsCase{
		// What runs inside.
		{"a shell inside", "mosh-server 'new' '-s' '--' 'bash'", "mosh-option"},
		{"a command inside", "mosh-server new -s -- /bin/sh -c id", "mosh-option"},
		{"a command without --", "mosh-server new -s bash", "mosh-option"},
		{"a command and its argument", "mosh-server new bash -l", "mosh-option"},
		{"nothing inside", "mosh-server new -s --", "mosh-option"},
		{"a command in quotes", "mosh-server 'new -s -- bash'", "mosh-command"},

		// Ports.
		{"a port of the system", "mosh-server new -p 22", "mosh-port"},
		{"a port below", "mosh-server new -p 60000", "mosh-port"},
		{"a port above", "mosh-server new -p 60011", "mosh-port"},
		{"any port", "mosh-server new -p 0", "mosh-port"},
		{"a range that begins below", "mosh-server new -p 1:60010", "mosh-port"},
		{"a range that ends above", "mosh-server new -p 60001:65535", "mosh-port"},
		{"a range the wrong way round", "mosh-server new -p 60010:60001", "mosh-port"},
		{"a range without an end", "mosh-server new -p 60001:", "mosh-port"},
		{"a range without a beginning", "mosh-server new -p :60010", "mosh-port"},
		{"three ports", "mosh-server new -p 60001:60002:60003", "mosh-port"},
		{"a port that is no number", "mosh-server new -p http", "mosh-port"},
		{"a negative port", "mosh-server new -p -60001", "mosh-port"},
		{"a port that overflows", "mosh-server new -p 18446744073709611617", "mosh-port"},
		{"a port in another base", "mosh-server new -p 0xea61", "mosh-port"},
		{"a port, attached", "mosh-server new -p22", "mosh-option"},

		// Variables.
		{"a library to load", "mosh-server new -l LD_PRELOAD=/tmp/x.so", "mosh-option"},
		{"a path for programs", "mosh-server new -l PATH=/tmp", "mosh-option"},
		{"a file for the shell", "mosh-server new -l BASH_ENV=/tmp/x", "mosh-option"},
		{"a folder of locales", "mosh-server new -l LOCPATH=/tmp", "mosh-option"},
		{"a catalogue of messages", "mosh-server new -l NLSPATH=/tmp/%N", "mosh-option"},
		{"a name that begins like one", "mosh-server new -l LANGX=C", "mosh-option"},
		{"a name of another shape", "mosh-server new -l LC_A-B=C", "mosh-option"},
		{"a locale that is a path", "mosh-server new -l LC_ALL=/tmp/x", "mosh-option"},
		{"a locale with a blank", "mosh-server new -l 'LANG=C x'", "mosh-option"},
		{"a locale with a format", "mosh-server new -l LANG=%n", "mosh-option"},
		{"a locale that is long", "mosh-server new -l LANG=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "mosh-option"},
		{"no variable", "mosh-server new -l ''", "mosh-option"},

		// Addresses.
		{"every address", "mosh-server new -i 0.0.0.0", "mosh-address"},
		{"every address of IPv6", "mosh-server new -i ::", "mosh-address"},
		{"every address in another shape", "mosh-server new -i ::ffff:0.0.0.0", "mosh-address"},
		{"a group of machines", "mosh-server new -i 224.0.0.1", "mosh-address"},
		{"a name", "mosh-server new -i localhost", "mosh-address"},
		{"an address with a zone", "mosh-server new -i fe80::1%eth0", "mosh-address"},

		// Other options.
		{"colours that are no number", "mosh-server new -c many", "mosh-option"},
		{"negative colours", "mosh-server new -c -1", "mosh-option"},
		{"colours that overflow", "mosh-server new -c 99999999999", "mosh-option"},
		{"an option without its value", "mosh-server new -c", "mosh-option"},
		{"an unknown option", "mosh-server new -x 1", "mosh-option"},
		{"a cluster", "mosh-server new -sv", "mosh-option"},
		{"a long option", "mosh-server new --verbose 1", "mosh-option"},
		{"an empty word", "mosh-server new '' x", "mosh-option"},
		{"a pattern", "mosh-server new -[s]", "mosh-command"},
		{"a home", "mosh-server new ~ x", "mosh-command"},

		// Other ways to call it.
		{"the old way", "mosh-server 192.0.2.1 60001", "mosh-command"},
		{"nothing", "mosh-server", "mosh-command"},
		{"the version", "mosh-server --version", "mosh-command"},
		{"help", "mosh-server --help", "mosh-command"},
		{"in upper case", "mosh-server NEW -s", "mosh-command"},
		{"options before", "mosh-server -s new", "mosh-command"},
		{"the client", "mosh-client 192.0.2.1 60001", "command-unknown"},
		{"the script", "mosh user@localhost", "command-unknown"},
		{"a variable", "MOSH_SERVER_NETWORK_TMOUT=0 mosh-server new -s", "command-unknown"},
		{"the newest client's question", `sh -c '[ -n "$SSH_CONNECTION" ] && mosh-server new -s'`, "command-shell"},
	})
}
