package test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict"
	"ops/sshrestrict/keys"
)

const examples = "../examples/ssh-restrict"

// trusted returns a copy of a folder's files that only root and the one who runs the tests can change, as policies have to be.
func trusted(t *testing.T, folder string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// judgeCases answers all cases of a file by the policies of a folder.
func judgeCases(t *testing.T, name, text, policies string, base sshrestrict.Request) {
	t.Helper()
	cases, err := sshrestrict.ReadCases(name, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatalf("%s has no cases", name)
	}
	answered := map[string][2]int{}
	for _, c := range cases {
		d, err := c.Judge(policies, base)
		if err != nil {
			t.Errorf("%s:%d: %s: %v", name, c.Line, c.Name, err)
			continue
		}
		if allowed := d.Verdict == sshrestrict.Allow; allowed != c.Allowed {
			t.Errorf("%s:%d: %s: %q: %s %s (%s)", name, c.Line, c.Name, c.Command, d.Verdict, d.Code, d.Reason)
		}
		count := answered[c.Policy]
		if c.Allowed {
			count[0]++
		} else {
			count[1]++
		}
		answered[c.Policy] = count
	}
	files, err := filepath.Glob(policies + "/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		policy := strings.TrimSuffix(filepath.Base(file), ".yaml")
		if count := answered[policy]; count[0] == 0 || count[1] == 0 {
			t.Errorf("%s: %d cases that %s allows and %d that it denies; at least one of each", name, count[0], policy, count[1])
		}
	}
}

func someone(t *testing.T) sshrestrict.Request {
	t.Helper()
	q := sshrestrict.NewRequest(sshrestrict.KindLogin, "", sshrestrict.MaxCommand)
	q.Now = time.Now()
	if err := q.SetAccount("", os.Geteuid()); err != nil {
		t.Fatal(err)
	}
	return *q
}

// The example policies load, check has nothing to say about them, and they answer as their table says.
func TestExamplePolicies(t *testing.T) {
	policies := trusted(t, examples)
	files, err := filepath.Glob(policies + "/*.yaml")
	if err != nil || len(files) < 8 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		p, err := sshrestrict.LoadFile(file, os.Geteuid())
		if err != nil {
			t.Error(err)
			continue
		}
		findings, err := p.Check("", time.Now())
		// Whether there is a folder for recordings is the machine's affair.
		findings = slices.DeleteFunc(findings, func(f sshrestrict.Finding) bool { return f.Code == "audit-folder" })
		if err != nil || len(findings) > 0 || p.Description == "" {
			t.Errorf("%s: %q, %v, %+v", file, p.Description, err, findings)
		}
	}
	text, err := os.ReadFile(policies + "/cases.tsv")
	if err != nil {
		t.Fatal(err)
	}
	judgeCases(t, "cases.tsv", string(text), policies, someone(t))
}

// What monitoring asks really runs in its sandbox.
func TestExampleMonitoringRuns(t *testing.T) {
	policies, programs, name := trusted(t, examples), buildPrograms(t), "monitoring-"+countedApart(t)
	if err := os.Rename(policies+"/monitoring.yaml", policies+"/"+name+".yaml"); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"uptime", "free -m", "df -P /"} {
		cmd := exec.Command(programs+"/ops", "ssh-restrict", "--policies", policies, "--policy", name)
		cmd.Env = []string{"SSH_ORIGINAL_COMMAND=" + command, "SSH_CONNECTION=10.20.0.5 40000 10.20.0.9 22"}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", command, err, out)
		}
	}
}

// sshd takes the snippet, and it does what its comments say.
func TestExampleServerConfiguration(t *testing.T) {
	dir := trusted(t, examples)
	run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", dir+"/host")
	config, err := os.ReadFile(dir + "/sshd_config")
	if err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(dir, "whole")
	makeFile(t, whole, "HostKey "+dir+"/host\n"+string(config))
	server := keys.Sshd{Config: whole}
	for account, forced := range map[string]string{
		"backup": "/usr/bin/ops ssh-restrict --user %u", "dropbox": "/usr/bin/ops ssh-restrict --user %u", "root": "",
	} {
		c, err := server.Effective(t.Context(), keys.Client{User: account})
		if err != nil {
			t.Fatal(err)
		}
		if c.ForceCommand != forced || c.DisableForwarding != (forced != "") || c.PermitTTY == (forced != "") {
			t.Errorf("%s: %+v", account, c)
		}
		if own, ok := keys.ParseOwn(c.ForceCommand); ok != (forced != "") || own.Fault != "" || own.Advice != "" {
			t.Errorf("%s: %+v", account, own)
		}
	}
	if out := run(t, "/usr/sbin/sshd", "-T", "-f", whole); !strings.Contains(out, "exposeauthinfo yes") {
		t.Error("ExposeAuthInfo is not set")
	}
}

// The lines of authorized_keys are fully restricted to policies that are there.
func TestExampleKeys(t *testing.T) {
	text, err := os.ReadFile(examples + "/authorized_keys")
	if err != nil {
		t.Fatal(err)
	}
	active := 0
	for _, e := range keys.Parse("authorized_keys", string(text), time.UTC).Entries {
		if !e.HasKey {
			continue
		}
		active++
		own, ok := keys.ParseOwn(*e.Options.Command)
		if !ok || own.Fault != "" || own.Advice != "" || own.Key == "" || !e.Options.Restrict {
			t.Errorf("line %d: %+v", e.Number, own)
		}
		if _, err := os.Stat(examples + "/" + own.Policy + ".yaml"); err != nil {
			t.Error(err)
		}
	}
	if active != 3 {
		t.Errorf("%d keys", active)
	}
}

// The recipe's certificate carries the forced command, the addresses and no permission beside.
func TestExampleCertificate(t *testing.T) {
	dir := trusted(t, examples)
	for _, name := range []string{"ca", "nas"} {
		run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name))
	}
	run(t, "/bin/sh", dir+"/certificate", dir+"/ca", "backup", "backup-pull", dir+"/nas.pub")
	shown := run(t, "ssh-keygen", "-L", "-f", dir+"/nas-cert.pub")
	for _, want := range []string{
		"Principals: \n                backup\n", "force-command /usr/bin/ops ssh-restrict --policy backup-pull --key nas",
		"source-address 10.20.0.0/16", "Extensions: (none)",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in\n%s", want, shown)
		}
	}
}

// The list in examples/README.md names each of the files.
func TestExamplesAreListed(t *testing.T) {
	readme, err := os.ReadFile("../examples/README.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(examples)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.Contains(string(readme), fmt.Sprintf("(ssh-restrict/%s)", file.Name())) {
			t.Errorf("%s is not linked", file.Name())
		}
	}
	if slices.IndexFunc(files, func(f os.DirEntry) bool { return f.Name() == "cases.tsv" }) < 0 {
		t.Error("no cases.tsv")
	}
}
