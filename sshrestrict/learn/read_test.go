package learn

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"ops/sshrestrict/audit"
)

func evidence(t *testing.T, log string) []Evidence {
	t.Helper()
	var all []Evidence
	for e, err := range Read(strings.NewReader(log)) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func TestReadLine(t *testing.T) {
	const head = "Nov 24 01:02:03 host "
	for name, c := range map[string]struct {
		line string
		want *Evidence // nil for none
	}{
		"sshdo training": {
			head + `sshdo[5757]: type="training" user="root" remoteip="10.0.0.1" label="nas" command="uptime" group="staff" config="/etc/x"`,
			&Evidence{Text: "uptime", Account: "root", Key: "nas"},
		},
		"sshdo allowed":    {head + `sshdo[1]: type="allowed" user="a" command="uptime"`, &Evidence{Text: "uptime", Account: "a"}},
		"sshdo disallowed": {head + `sshdo: type="disallowed" user="a" command="id"`, &Evidence{Text: "id", Account: "a", Denied: true}},
		"sshdo login":      {head + `sshdo[1]: type="allowed" user="a" command="<interactive>"`, &Evidence{Kind: Login, Account: "a"}},
		"sshdo escapes":    {head + `sshdo[1]: type="allowed" user="a" command="say \"a\\b\" \x0a\x1B"`, &Evidence{Text: "say \"a\\b\" \n\x1b", Account: "a"}},
		"sshdo on one line with a forgery": {
			head + `sshdo[1]: type="disallowed" user="a" command="x\" type=\"allowed\" command=\"id"`,
			&Evidence{Text: `x" type="allowed" command="id`, Account: "a", Denied: true},
		},
		"sshdo error":            {head + `sshdo[1]: type="configerror" filename="x" error="y"`, nil},
		"sshdo without command":  {head + `sshdo[1]: type="allowed" user="a"`, nil},
		"sshdo two commands":     {head + `sshdo[1]: type="allowed" command="a" command="b"`, nil},
		"sshdo without an end":   {head + `sshdo[1]: type="allowed" command="a`, nil},
		"sshdo bad escape":       {head + `sshdo[1]: type="allowed" command="a\z"`, nil},
		"sshdo cut escape":       {head + `sshdo[1]: type="allowed" command="a\x0"`, nil},
		"sshdo bad digits":       {head + `sshdo[1]: type="allowed" command="a\xzz"`, nil},
		"another program":        {head + `app[1]: sshdo[1]: type="allowed" user="a" command="id"`, nil},
		"RFC 3339 time":          {`2026-11-24T01:02:03.5+01:00 host sshdo[1]: type="allowed" user="a" command="id"`, &Evidence{Text: "id", Account: "a"}},
		"tag at a wrong place":   {`2026 host x sshdo[1]: type="allowed" user="a" command="id"`, nil},
		"sshd command":           {head + "sshd[9]: Starting session: command for root from 127.0.0.1 port 32850 id 0", &Evidence{Kind: Opaque, Account: "root"}},
		"sshd command, terminal": {head + "sshd[9]: Starting session: command on pts/0 for root from ::1 port 3 id 0", &Evidence{Kind: Opaque, Account: "root"}},
		"sshd-session":           {head + "sshd-session[9]: Starting session: shell on pts/0 for a from 127.0.0.1 port 32850 id 0", &Evidence{Kind: Login, Account: "a"}},
		"sshd -E":                {"Starting session: shell for a from 127.0.0.1 port 32850 id 0", &Evidence{Kind: Login, Account: "a"}},
		"sshd subsystem":         {head + "sshd[9]: Starting session: subsystem 'sftp' for a from 127.0.0.1 port 3 id 0", &Evidence{Kind: Subsystem, Text: "sftp", Account: "a"}},
		"sshd forced command": {
			head + "sshd[9]: Starting session: forced-command (key-option) 'rrsync -ro /srv/data' for a from 127.0.0.1 port 3 id 0",
			&Evidence{Kind: Forced, Text: "rrsync -ro /srv/data", Account: "a"},
		},
		"sshd forced command that looks like the end": {
			head + "sshd[9]: Starting session: forced-command (config) 'x' for root from 1.2.3.4 port 5 id 0' on pts/0 for a from 127.0.0.1 port 3 id 0",
			&Evidence{Kind: Forced, Text: "x' for root from 1.2.3.4 port 5 id 0", Account: "a"},
		},
		"sshd forced command that was cut": {
			head + "sshd[9]: Starting session: forced-command (config) '" + strings.Repeat("x", 900) + "' for a from ::1 port 3 id 0",
			&Evidence{Kind: Opaque, Account: "a"},
		},
		"sshd, another kind":                     {head + "sshd[9]: Starting session: dance for a from ::1 port 3 id 0", nil},
		"sshd, not a session":                    {head + "sshd[9]: Failed password for a from ::1 port 3 ssh2", nil},
		"sftp-server open":                       {head + `sftp-server[7]: open "/srv/a "b" flags WRITE,CREATE,TRUNCATE mode 0644`, &Evidence{Kind: Operation, Operation: "open", Path: `/srv/a "b`, Writes: true}},
		"sftp-server read":                       {head + `internal-sftp[7]: open "/srv/a" flags READ mode 0666`, &Evidence{Kind: Operation, Operation: "open", Path: "/srv/a"}},
		"sftp-server name that looks like flags": {head + `internal-sftp[7]: open "/srv/a" flags READ mode 0666" flags WRITE mode 0666`, nil},
		"sftp-server rename":                     {head + `internal-sftp[7]: posix-rename old "/srv/a" new "/srv/b"`, &Evidence{Kind: Operation, Operation: "posix-rename", Path: "/srv/a", Target: "/srv/b", Writes: true}},
		"sftp-server rename of two minds":        {head + `internal-sftp[7]: rename old "/srv/a" new "/x" new "/srv/b"`, nil},
		"sftp-server remove":                     {head + `internal-sftp[7]: remove name "/srv/a"`, &Evidence{Kind: Operation, Operation: "remove", Path: "/srv/a", Writes: true, Deletes: true}},
		"sftp-server status":                     {head + `internal-sftp[7]: sent status No such file`, nil},
		"nothing":                                {"", nil},
		"text":                                   {"hello", nil},
		"half a record":                          {`{"time":`, nil},
		"a long line":                            {strings.Repeat("x", maxLine+10), nil},
	} {
		t.Run(name, func(t *testing.T) {
			after := head + "sshdo[1]: type=\"allowed\" command=\"after\"\r\n"
			got := evidence(t, c.line+"\n"+after)
			if n := len(got); n == 0 || got[n-1].Text != "after" {
				t.Fatalf("the next line was lost: %+v", got)
			}
			got = got[:len(got)-1]
			if c.want == nil && len(got) != 0 || c.want != nil && (len(got) != 1 || got[0] != *c.want) {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// The key of a session stands in an earlier line, and so does the account of an sftp server.
func TestReadLogins(t *testing.T) {
	got := evidence(t, `Nov 24 01:02:03 host sshd[9]: Accepted publickey for a from 192.0.2.1 port 3 ssh2: ED25519 SHA256:abc
Nov 24 01:02:03 host sshd[9]: Accepted password for a from 192.0.2.1 port 4 ssh2
Nov 24 01:02:03 host sshd[9]: Starting session: shell for a from 192.0.2.1 port 3 id 0
Nov 24 01:02:03 host sshd[9]: Starting session: shell for a from 192.0.2.1 port 4 id 0
Nov 24 01:02:03 host internal-sftp[10]: session opened for local user b from [192.0.2.1]
Nov 24 01:02:03 host internal-sftp[10]: opendir "/srv"
Nov 24 01:02:03 host internal-sftp[11]: opendir "/srv"
`)
	want := []Evidence{
		{Kind: Login, Account: "a", Key: "SHA256:abc"},
		{Kind: Login, Account: "a"},
		{Kind: Operation, Operation: "opendir", Path: "/srv", Account: "b"},
		{Kind: Operation, Operation: "opendir", Path: "/srv"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestReadAudit(t *testing.T) {
	intent := audit.Record{Time: time.Now(), Event: audit.EventIntent, Decision: audit.Allow, Account: "a", Fingerprint: "SHA256:x"}
	with := func(change func(*audit.Record)) string {
		r := intent
		change(&r)
		return string(r.Append(nil))
	}
	log := with(func(r *audit.Record) { r.Requested = new("uptime\n"); r.Key = "nas" }) +
		with(func(r *audit.Record) {}) +
		"Nov 24 01:02:03 host ops-ssh-restrict[1]: @cee: " + with(func(r *audit.Record) { r.Requested, r.Decision = new("id"), audit.Deny }) +
		with(func(r *audit.Record) { r.Requested = new(strings.Repeat("x", 20_000)) }) +
		with(func(r *audit.Record) { r.Event, r.Result = audit.EventResult, &audit.Result{} }) +
		with(func(r *audit.Record) { r.Event, r.Operation, r.Path = audit.EventSession, "remove", "/srv/x" }) +
		with(func(r *audit.Record) {
			r.Event, r.Operation, r.Path, r.Result = audit.EventSession, "close", "/srv/y", &audit.Result{BytesIn: 5}
		}) +
		with(func(r *audit.Record) { r.Event, r.Operation, r.Path = audit.EventSession, "close", "/srv/z" }) +
		with(func(r *audit.Record) { r.Event, r.Operation, r.Path = audit.EventSession, "dance", "/srv/z" })
	got := evidence(t, log)
	want := []Evidence{
		{Text: "uptime\n", Account: "a", Key: "nas"},
		{Kind: Login, Account: "a", Key: "SHA256:x"},
		{Text: "id", Account: "a", Key: "SHA256:x", Denied: true},
		{Kind: Opaque, Account: "a", Key: "SHA256:x"},
		{Kind: Operation, Operation: "remove", Path: "/srv/x", Account: "a", Key: "SHA256:x", Writes: true, Deletes: true},
		{Kind: Operation, Operation: "close", Path: "/srv/y", Account: "a", Key: "SHA256:x", Writes: true},
		{Kind: Operation, Operation: "close", Path: "/srv/z", Account: "a", Key: "SHA256:x"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

func TestReadFails(t *testing.T) {
	broken := errors.New("broken")
	var errs []error
	for _, err := range Read(iotest.ErrReader(broken)) {
		errs = append(errs, err)
	}
	if len(errs) != 1 || !errors.Is(errs[0], broken) {
		t.Errorf("got %v", errs)
	}
	for range Read(strings.NewReader("Starting session: shell for a from ::1 port 3 id 0\n")) {
		break
	}
}

// Proposals from what is not a command.
func TestOtherEvidence(t *testing.T) {
	op := func(name, path string, writes, deletes bool) Evidence {
		return Evidence{Kind: Operation, Operation: name, Path: path, Writes: writes, Deletes: deletes}
	}
	forced := func(text string) Evidence { return Evidence{Kind: Forced, Text: text} }
	for name, c := range map[string]struct {
		all     []Evidence
		want    string
		refused int
	}{
		"sftp, reading": {
			[]Evidence{{Kind: Subsystem, Text: "sftp"}, op("opendir", "/srv/a/b", false, false), op("open", "/srv/a/b/x", false, false)},
			"sftp: {root: /srv/a/b, mode: read}", 0,
		},
		"sftp, writing": {
			[]Evidence{{Text: "internal-sftp -f AUTH -l INFO"}, op("open", "/srv/a/b/x", true, false), op("open", "/srv/a/b/y", false, false)},
			"sftp: {root: /srv/a/b, mode: read-write, delete: false}", 0,
		},
		"sftp, deleting": {
			[]Evidence{op("remove", "/srv/a/b/x", true, true), {Kind: Operation, Operation: "rename", Path: "/srv/a/b/x", Target: "/srv/a/b/c/y", Writes: true}},
			"sftp: {root: /srv/a/b, mode: write, delete: true}", 0,
		},
		"sftp, several folders":            {[]Evidence{op("open", "/srv/a/x", true, false), op("open", "/var/log/app/x", false, false), {Kind: Subsystem, Text: "sftp"}}, "", 3},
		"sftp, unknown":                    {[]Evidence{{Kind: Subsystem, Text: "sftp"}}, "", 1},
		"sftp, the root itself":            {[]Evidence{op("opendir", "/", false, false), op("open", "/x", false, false)}, "", 2},
		"another subsystem":                {[]Evidence{{Kind: Subsystem, Text: "netconf"}}, "", 1},
		"shell":                            {[]Evidence{{Kind: Login}}, "", 1},
		"unknown command":                  {[]Evidence{{Kind: Opaque}}, "", 1},
		"rrsync":                           {[]Evidence{forced("rrsync -ro /srv/data"), forced("/usr/bin/rrsync -wo -no-del -munge /srv/in")}, "rsync: {root: /srv/data, mode: read}\nrsync: {root: /srv/in, mode: write, delete: false}", 0},
		"rrsync, all":                      {[]Evidence{forced("rrsync /srv/data")}, "rsync: {root: /srv/data, mode: read-write, delete: true}", 0},
		"rrsync, unknown option":           {[]Evidence{forced("rrsync -x /srv/data"), forced("rrsync")}, "", 2},
		"borg":                             {[]Evidence{forced("borg serve --restrict-to-repository /srv/borg/a --append-only --storage-quota 500G")}, "borg: {repository: /srv/borg/a, append-only: true, quota: 500G}", 0},
		"borg, bad quota":                  {[]Evidence{forced("borg serve --restrict-to-repository /srv/borg/a --storage-quota '1, x: y'")}, "", 1},
		"svnserve":                         {[]Evidence{forced("svnserve -t -r /srv/svn")}, "svn: {root: /srv/svn, mode: read}", 0},
		"sftp-server":                      {[]Evidence{forced("internal-sftp -R -d /srv/data")}, "sftp: {root: /srv/data, mode: read}", 0},
		"sftp-server, writing":             {[]Evidence{forced("/usr/lib/openssh/sftp-server -d /srv/in")}, "sftp: {root: /srv/in, mode: read-write, delete: false}", 0},
		"ops, sshdo and others":            {[]Evidence{forced("ops ssh-restrict"), forced("sshdo"), forced("validate-rsync.sh"), forced("")}, "", 4},
		"a command that looks like rrsync": {[]Evidence{{Text: "rrsync /srv/data"}}, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Propose(func(yield func(Evidence, error) bool) {
				for _, e := range c.all {
					if !yield(e, nil) {
						return
					}
				}
			}, Options{Split: words})
			n := 0
			for _, r := range p.Refused {
				n += r.Count
			}
			if err != nil || rules(p) != c.want || n != c.refused || p.Covered+n != len(c.all) {
				t.Errorf("got %v\n%s\nrefused %+v", err, rules(p), p.Refused)
			}
			decoded(t, p)
		})
	}
}

// Any log is read to its end, in lines, and what it proposes is YAML.
func FuzzRead(f *testing.F) {
	f.Add([]byte("Nov 24 01:02:03 host sshdo[1]: type=\"allowed\" user=\"a\" command=\"rsync --server . /srv/a'b\"\n"))
	f.Add([]byte("Starting session: forced-command (x) 'rrsync /srv/a: b' for a from ::1 port 3 id 0\n"))
	f.Add([]byte("Nov 24 01:02:03 host sftp-server[1]: open \"/srv/#, a: b/x\" flags READ mode 1\n"))
	f.Add(fmt.Appendf(nil, "%s", (&audit.Record{Time: time.Unix(0, 0), Event: audit.EventIntent, Decision: audit.Allow, Requested: new("scp -t '/srv/a'")}).Append(nil)))
	f.Fuzz(func(t *testing.T, log []byte) {
		n := 0
		for range Read(bytes.NewReader(log)) {
			n++
		}
		if lines := bytes.Count(log, []byte("\n")) + 1; n > lines {
			t.Errorf("%d pieces of evidence of %d lines", n, lines)
		}
		p, err := Propose(Read(bytes.NewReader(log)), Options{Split: words, Denied: true})
		if err != nil {
			t.Fatal(err)
		}
		decoded(t, p)
	})
}
