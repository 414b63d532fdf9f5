package sshrestrict

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict/internal/passwd"
)

// Cases change who asks, from where and when, as explain --batch reads them.
func TestAdmission(t *testing.T) {
	policies := t.TempDir()
	if err := os.WriteFile(policies+"/p.yaml", []byte("allow: [{command: [uptime]}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, modifiers, want string }{
		{"nothing", "", "ok"},

		// From where.
		{"inside", "from=192.168.1.0/24+SSH_CONNECTION=192.168.1.5 5 10.0.0.1 22", "ok"},
		{"the first address", "from=192.168.1.0/24+SSH_CONNECTION=192.168.1.0 5 10.0.0.1 22", "ok"},
		{"the last address", "from=192.168.1.0/24+SSH_CONNECTION=192.168.1.255 5 10.0.0.1 22", "ok"},
		{"one behind", "from=192.168.1.0/24+SSH_CONNECTION=192.168.2.0 5 10.0.0.1 22", "from"},
		{"one before", "from=192.168.1.0/24+SSH_CONNECTION=192.168.0.255 5 10.0.0.1 22", "from"},
		{"a single address", "from=192.168.1.5+SSH_CONNECTION=192.168.1.5 5 10.0.0.1 22", "ok"},
		{"another single address", "from=192.168.1.5+SSH_CONNECTION=192.168.1.50 5 10.0.0.1 22", "from"},
		{"the second of two", "from=10.0.0.0/8,192.168.1.0/24+SSH_CONNECTION=192.168.1.5 5 10.0.0.1 22", "ok"},
		{"IPv4 in IPv6", "from=192.168.1.0/24+SSH_CONNECTION=::ffff:192.168.1.5 5 ::1 22", "ok"},
		{"IPv4 in IPv6, another", "from=192.168.1.0/24+SSH_CONNECTION=::ffff:203.0.113.9 5 ::1 22", "from"},
		{"IPv6", "from=2001:db8::/32+SSH_CONNECTION=2001:db8:1::5 5 2001:db8::1 22", "ok"},
		{"IPv6, another", "from=2001:db8::/32+SSH_CONNECTION=2001:db9::5 5 2001:db8::1 22", "from"},
		{"IPv6 in upper case", "from=2001:db8::/32+SSH_CONNECTION=2001:DB8::5 5 2001:db8::1 22", "ok"},
		{"everything of IPv4 is not IPv6", "from=0.0.0.0/0+SSH_CONNECTION=2001:db8::5 5 2001:db8::1 22", "from"},
		{"a zone", "from=fe80::/10+SSH_CONNECTION=fe80::1%eth0 5 fe80::2%eth0 22", "from"},
		{"the server's address", "from=10.0.0.0/8+SSH_CONNECTION=203.0.113.9 5 10.0.0.1 22", "from"},
		{"no address", "from=192.168.1.0/24+SSH_CONNECTION=", "from"},
		{"blanks", "from=192.168.1.0/24+SSH_CONNECTION=   ", "from"},
		{"a name", "from=192.168.1.0/24+SSH_CONNECTION=localhost 5 10.0.0.1 22", "from"},
		{"an address with zeros in front", "from=192.168.1.0/24+SSH_CONNECTION=192.168.001.005 5 10.0.0.1 22", "from"},
		{"an address as one number", "from=192.168.1.0/24+SSH_CONNECTION=3232235781 5 10.0.0.1 22", "from"},
		{"an address with a port", "from=192.168.1.0/24+SSH_CONNECTION=192.168.1.5:5 5 10.0.0.1 22", "from"},
		{"an address of three parts", "from=192.168.1.0/24+SSH_CONNECTION=192.168.261 5 10.0.0.1 22", "from"},
		{"proxies' words", "from=192.168.1.0/24+SSH_CONNECTION=203.0.113.9,192.168.1.5 5 10.0.0.1 22", "from"},
		{"the UNKNOWN of sshd", "from=192.168.1.0/24+SSH_CONNECTION=UNKNOWN 65535 UNKNOWN 65535", "from"},
		{"no rule about it", "SSH_CONNECTION=", "ok"},

		// Until when.
		{"before", "expires=2027-06-30+now=2026-11-23", "ok"},
		{"the last minute", "expires=2027-06-30+now=2027-06-29T23:59", "ok"},
		{"the day itself", "expires=2027-06-30+now=2027-06-30", "expired"},
		{"behind", "expires=2025-01-01+now=2026-11-23", "expired"},
		{"a moment", "expires=2027-06-30T12:00:00Z+now=2027-06-30T11:59:59Z", "ok"},
		{"that moment", "expires=2027-06-30T12:00:00Z+now=2027-06-30T12:00:00Z", "expired"},
		{"a moment elsewhere", "expires=2027-06-30T12:00:00Z+now=2027-06-30T13:30:00+02:00", "ok"},
		{"that moment elsewhere", "expires=2027-06-30T12:00:00Z+now=2027-06-30T14:30:00+02:00", "expired"},

		// At what time.
		{"within the hours", "time=08:00-18:00+now=12:00", "ok"},
		{"the first minute", "time=08:00-18:00+now=08:00", "ok"},
		{"the minute before", "time=08:00-18:00+now=07:59", "hours"},
		{"the last", "time=08:00-18:00+now=17:59", "ok"},
		{"the end", "time=08:00-18:00+now=18:00", "hours"},
		{"before midnight", "time=22:00-06:00+now=23:30", "ok"},
		{"behind midnight", "time=22:00-06:00+now=05:59", "ok"},
		{"the morning", "time=22:00-06:00+now=06:00", "hours"},
		{"noon", "time=22:00-06:00+now=12:00", "hours"},
		{"until midnight", "time=22:00-24:00+now=23:59", "ok"},
		{"until midnight, behind it", "time=22:00-24:00+now=00:00", "hours"},
		{"a day", "days=mon-fri+now=2026-11-23T12:00", "ok"},
		{"another day", "days=mon-fri+now=2026-11-22T12:00", "hours"},
		{"the weekend over its end", "days=sat-mon+now=2026-11-23T12:00", "ok"},
		{"a night belongs to the day it begins on", "days=sun+time=22:00-06:00+now=2026-11-23T03:00", "ok"},
		{"the night before that day does not", "days=mon+time=22:00-06:00+now=2026-11-23T03:00", "hours"},
		{"another zone", "time=08:00-18:00+zone=Asia/Tokyo+now=2026-11-23T23:30:00Z", "ok"},
		{"another zone, its evening", "time=08:00-18:00+zone=Asia/Tokyo+now=2026-11-23T12:00:00Z", "hours"},
		{"another zone, its day", "days=tue+zone=Asia/Tokyo+now=2026-11-23T16:00:00Z", "ok"},

		// All of it.
		{"all", "from=192.168.1.0/24+SSH_CONNECTION=192.168.1.5 5 10.0.0.1 22+expires=2027-01-01+time=22:00-06:00+now=2026-11-23T23:00", "ok"},
		{"all but the time", "from=192.168.1.0/24+SSH_CONNECTION=192.168.1.5 5 10.0.0.1 22+expires=2027-01-01+time=22:00-06:00+now=2026-11-23T21:00", "hours"},
	} {
		line := c.name + "\tP"
		if c.modifiers != "" {
			line += "+" + c.modifiers
		}
		cases, err := ReadCases("x", strings.NewReader(line+"\t\"uptime\"\tallow\n"))
		if err != nil {
			t.Fatal(err)
		}
		d, err := cases[0].Judge(policies, Request{Now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.Local)})
		if err != nil || d.Code != c.want {
			t.Errorf("%s: %v %+v, want %s", c.name, err, d, c.want)
		}
	}
}

func TestMalformedAdmission(t *testing.T) {
	for _, text := range []string{
		"from: [192.168.1.5/24]", "from: [192.168.1]", "from: [localhost]", "from: ['::ffff:192.168.1.5']", "from: ['::ffff:192.168.1.0/120']",
		"from: ['fe80::1%eth0']", "from: ['']", "from: [192.168.1.0/33]", "expires: 30.6.2027", "expires: 2027-02-30", "expires: 2027-6-30",
		"hours: {between: '8-18'}", "hours: {between: '25:00-26:00'}", "hours: {between: '24:00-06:00'}", "hours: {between: '08:00-08:00'}",
		"hours: {between: '08:00-18:00x'}", "hours: {days: monday}", "hours: {days: ''}", "hours: {zone: Nowhere/Land}", "hours: {zone: ''}",
	} {
		if _, err := Parse("x", "x.yaml", []byte(text+"\n")); err == nil {
			t.Errorf("%s is accepted", text)
		}
	}
}

// The environment of a start is made from nothing: of the client's variables those pass that the policy names, if their
// values are harmless.
func TestClientVariables(t *testing.T) {
	for _, c := range []struct {
		name, policy, variable string
		passes                 bool
	}{
		{"a locale", "", "LC_ALL=C.UTF-8", true},
		{"a language", "", "LANG=de_DE.UTF-8", true},
		{"languages", "", "LANGUAGE=de:en", true},
		{"a locale that is a path", "", "LC_ALL=/tmp/x", false},
		{"a locale with a format", "", "LC_ALL=%n", false},
		{"a locale with a command", "", "LC_ALL=$(id)", false},
		{"a locale with a line feed", "", "LC_ALL=C\nX=y", false},
		{"a locale that is a function", "", "LC_X=() { :; }; id", false},
		{"a long locale", "", "LC_ALL=" + strings.Repeat("x", 129), false},
		{"a name that is none", "", "LC_A B=C", false},
		{"a name with a function", "", "LC_X()=C", false},
		{"a library", "", "LD_PRELOAD=x", false},
		{"a path", "", "PATH=x", false},
		{"a home", "", "HOME=x", false},
		{"a file for the shell", "", "BASH_ENV=x", false},
		{"git's folder", "", "GIT_DIR=x", false},
		{"a terminal", "", "TERM=xterm", false},
		{"a zone", "", "TZ=UTC", false},
		{"a zone that the policy passes", "environment: {pass: [TZ]}", "TZ=UTC", true},
		{"a zone that is a file", "environment: {pass: [TZ]}", "TZ=:/tmp/x", false},
		{"a locale that the policy does not pass", "environment: {pass: [TZ]}", "LC_ALL=C", false},
		{"no variables at all", "environment: {pass: []}", "LANG=C", false},
		{"a locale that the policy sets", "environment: {set: {LC_ALL: C}}", "LC_ALL=de_DE.UTF-8", false},
		{"no name", "", "=x", false},
		{"no equals sign", "", "LANG", false},
	} {
		p := mustParse(t, "allow: [{command: [uptime]}]\n"+c.policy+"\n")
		env := p.Environment.build(passwd.Account{Name: "carol", Home: "/home/carol"}, []string{c.variable}, false, nil)
		if slices.Contains(env, c.variable) != c.passes {
			t.Errorf("%s: %q in %q", c.name, c.variable, env)
		}
		for _, entry := range env {
			if strings.HasPrefix(entry, "PATH=") && entry != "PATH="+searchPath || strings.HasPrefix(entry, "HOME=") && entry != "HOME=/home/carol" {
				t.Errorf("%s: %s", c.name, entry)
			}
		}
	}
}
