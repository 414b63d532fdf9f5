package schema

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"ops/internal/strictyaml"
	"ops/sshrestrict"
	"ops/sshrestrict/profiles"
)

// validator returns a function that says whether a policy is as the schema wants it.
func validator(t *testing.T) func(policy string) error {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(Policy()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("policy.json", parsed); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("policy.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(policy string) error {
		var parsed any
		if err := strictyaml.Decode("policy.yaml", []byte(policy), &parsed); err != nil {
			return err
		}
		asJSON, err := json.Marshal(parsed)
		if err != nil {
			return err
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
		if err != nil {
			return err
		}
		return compiled.Validate(v)
	}
}

// The loader takes what the schema takes.
func TestPoliciesAreValid(t *testing.T) {
	validate := validator(t)
	policies := map[string]string{
		"editor": "# yaml-language-server: $schema=/etc/ops/policy.schema.json\nallow: []\n",
		"whole": `
description: every key of a policy
from: [10.20.0.0/16, "2001:db8::1"]
hours: {days: "mon-fri, sun", between: "22:00-05:00", zone: Europe/Paris}
expires: 2027-06-30T05:00:00Z
rate: 20/min
sessions: 2
max-command: 64K
allow:
  - command: [tail, "{log}"]
    options: [{"-n --lines": {integer: 1-1000}}, -f]
    run: [/usr/bin/tail, "{options}", --, "{log}"]
    where: {log: {file-in: [/var/log/app, /srv/log]}}
    confine: true
    network: true
  - power: [status]
interactive: {menu: true, prompt: "ops> ", banner: Welcome}
environment: {pass: [LANG, LC_*], set: {TZ: UTC}}
sandbox: {level: best-effort, network: false, no-new-privileges: true, read: [/usr/share/zoneinfo], write: [/srv/w], execute: [/usr/bin]}
limits: {time: 4h, cpu: 1h30m, memory: 1G, processes: 64, files: 1024, file-size: 10G, nice: 10}
umask: "077"
audit: {to: [journal, syslog, /var/log/ops/ssh-restrict.jsonl], result: true, required: true, record: interactive, recordings: /var/log/ops}
`,
	}
	files, err := filepath.Glob("../testdata/policies/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("policies: %v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		policies[file] = string(text)
	}
	for _, name := range profiles.Names() {
		if policies["profile "+name], err = profiles.Text(name); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range policies {
		if err := validate(text); err != nil {
			t.Errorf("%s: the schema says: %v", name, err)
		}
		if _, err := sshrestrict.Parse("p", "p.yaml", []byte(text)); err != nil {
			t.Errorf("%s: the loader says: %v", name, err)
		}
	}
}

// Both refuse the same mistakes.
func TestBrokenPolicies(t *testing.T) {
	validate := validator(t)
	rule := func(text string) string { return "allow:\n  - " + text + "\n" }
	for name, text := range map[string]string{
		"unknown key":                 "alow: []\n",
		"no list":                     "allow: {rsync: {root: /srv}}\n",
		"unknown kind":                rule("rsink: {root: /srv/data}"),
		"unknown key of a rule":       rule("rsync: {root: /srv/data, modes: read}"),
		"key of another rule":         rule("sftp: {root: /srv/data, munge-links: true}"),
		"two kinds":                   rule("{rsync: {root: /srv/data}, scp: {root: /srv/data}}"),
		"kind beside a command":       rule("{command: [uptime], sftp: {root: /srv/data}}"),
		"no kind":                     rule("{}"),
		"no root":                     rule("rsync: {mode: read}"),
		"relative root":               rule("rsync: {root: srv/data}"),
		"root with ..":                rule("rsync: {root: /srv/../etc}"),
		"root with .":                 rule("rsync: {root: /srv/./data}"),
		"root of all":                 rule("rsync: {root: /}"),
		"kernel's root":               rule("sftp: {root: /proc}"),
		"unknown mode":                rule("rsync: {root: /srv/data, mode: ro}"),
		"append for git":              rule("git: {root: /srv/git, mode: append}"),
		"write for rdiff-backup":      rule("rdiff-backup: {root: /srv/rdiff, mode: write}"),
		"text for a truth value":      rule(`rsync: {root: /srv/data, mode: write, delete: "yes"}`),
		"quota without a size":        rule("sftp: {root: /srv/data, quota: much}"),
		"quota of nothing":            rule("sftp: {root: /srv/data, quota: 0}"),
		"both repository and root":    rule("git: {root: /srv/git, repository: /srv/git/a.git}"),
		"neither":                     rule("borg: {append-only: true}"),
		"choice of one":               rule("hg: {repository: /srv/hg/a, except: [b]}"),
		"stream of nothing":           rule("stream: {mode: append}"),
		"zfs of a folder":             rule("zfs: {receive: /tank/backup}"),
		"power without verbs":         rule("power: []"),
		"power with another verb":     rule("power: [halt]"),
		"docker unaware":              rule("docker: {}"),
		"docker with another word":    rule(`docker: {grant: "yes"}`),
		"nix unaware":                 rule("nix: {daemon: true}"),
		"nix of nothing":              rule("nix: {serve: false}"),
		"mosh without a command":      rule("mosh: {ports: 60001-60010}"),
		"mosh with a relative one":    rule("mosh: {command: [ops]}"),
		"command without words":       rule("command: []"),
		"variable without a type":     rule(`{command: [tail, "{log}"], where: {log: {}}}`),
		"variable of two types":       rule(`{command: [tail, "{n}"], where: {n: {integer: 1-9, name: 4}}}`),
		"integer without a range":     rule(`{command: [tail, "{n}"], where: {n: {integer: 9}}}`),
		"one-of with a dash":          rule(`{command: [ls, "{o}"], where: {o: {one-of: [-l]}}}`),
		"option that is none":         rule("{command: [ls], options: [l]}"),
		"pattern: false":              rule(`{command: [ls, "{o}"], where: {o: {pattern: false}}}`),
		"from with a name":            "from: [backup.example]\n",
		"rate per week":               "rate: 20/week\n",
		"hours without minutes":       "hours: {between: 1-5}\n",
		"day that is none":            "hours: {days: monday}\n",
		"expires tomorrow":            "expires: tomorrow\n",
		"sandbox of another level":    "sandbox: {level: strict}\n",
		"limit without a unit":        `limits: {time: "30"}` + "\n",
		"nicer than nice":             "limits: {nice: 20}\n",
		"umask that is not octal":     `umask: "088"` + "\n",
		"audit to a relative file":    "audit: {to: [audit.jsonl]}\n",
		"recording of all":            "audit: {record: always}\n",
		"variable that is no name":    "environment: {set: {\"A-B\": x}}\n",
		"pattern inside of a name":    "environment: {pass: [\"L*G\"]}\n",
		"negative number of sessions": "sessions: -1\n",
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			if err := validate(text); err == nil {
				t.Errorf("the schema takes\n%s", text)
			}
			if _, err := sshrestrict.Parse("p", "p.yaml", []byte(text)); err == nil {
				t.Errorf("the loader takes\n%s", text)
			}
		})
	}
}
