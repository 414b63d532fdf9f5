package power

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ops/sshrestrict/power/request"
)

const goldenRule = `// Written by ops ssh-restrict power install. Changes are lost when it runs again.
polkit.addRule(function(action, subject) {
    if (subject.user !== "opspower") {
        return polkit.Result.NOT_HANDLED;
    }
    switch (action.id) {
    case "org.freedesktop.login1.suspend":
    case "org.freedesktop.login1.power-off":
        return polkit.Result.YES;
    }
    return polkit.Result.NOT_HANDLED;
});
`

func TestRule(t *testing.T) {
	got, err := Rule(Grant{User: "opspower", Verbs: []request.Verb{request.PowerOff, request.Status, request.Suspend, request.PowerOff}})
	if err != nil || got != goldenRule {
		t.Errorf("%v\n%s", err, got)
	}
	all, err := Rule(Grant{User: "_ops-power$", Verbs: request.Verbs(), Sessions: true})
	if err != nil || strings.Count(all, "case ") != 8 || strings.Count(all, "-multiple-sessions") != 4 || !strings.Contains(all, `"_ops-power$"`) {
		t.Errorf("%v\n%s", err, all)
	}
	for _, text := range []string{got, all} {
		if strings.Contains(text, "ignore-inhibit") || strings.Contains(text, "inhibit-") || strings.Contains(text, "halt") {
			t.Errorf("too much:\n%s", text)
		}
	}
	if strings.Contains(got, "multiple-sessions") {
		t.Errorf("not asked for:\n%s", got)
	}
	pkla, err := LocalAuthority(Grant{User: "opspower", Verbs: []request.Verb{request.Suspend, request.Reboot}})
	const want = "[ops ssh-restrict power]\nIdentity=unix-user:opspower\n" +
		"Action=org.freedesktop.login1.suspend;org.freedesktop.login1.reboot\nResultAny=yes\nResultInactive=yes\nResultActive=yes\n"
	if err != nil || pkla != want {
		t.Errorf("%v\n%s", err, pkla)
	}
}

// Each name is bad for one reason.
func TestRuleRefuses(t *testing.T) {
	for name, user := range map[string]string{
		"empty": "", "dollar alone": "$", "two dollars": "ops$$", "dollar inside": "o$ps", "dash first": "-ops", "digit first": "1ops",
		"upper case": "Ops", "blank": "ops power", "blank behind": "ops ", "line end": "ops\n", "carriage return": "ops\r", "NUL": "ops\x00",
		"double quote": `ops"`, "single quote": "ops'", "backslash": `ops\`, "backtick": "ops`", "semicolon": "ops;", "comment": "ops//",
		"comment of C": "ops/*", "end of script": "ops</script>", "quote and code": `x") { return polkit.Result.YES; } if ("`,
		"escape of JavaScript": `ops\u0022`, "line separator": "ops\u2028", "paragraph separator": "ops\u2029", "accent": "opé", "homoglyph": "о\u0440s",
		"not UTF-8": "ops\xff", "colon": "ops:", "comma": "ops,root", "star": "unix-user:*", "slash": "a/b", "dots": "..", "dot": "o.ps",
		"domain": `DOM\ann`, "at": "ann@dom", "long": strings.Repeat("a", 33), "equals": "a=b", "brackets": "a[0]", "percent": "%u", "template": "${x}",
	} {
		verbs := []request.Verb{request.Suspend}
		if text, err := Rule(Grant{User: user, Verbs: verbs}); err == nil || text != "" {
			t.Errorf("%s: %q is in\n%s", name, user, text)
		}
		if text, err := LocalAuthority(Grant{User: user, Verbs: verbs}); err == nil || text != "" {
			t.Errorf("%s: %q is in\n%s", name, user, text)
		}
	}
	for name, verbs := range map[string][]request.Verb{
		"none": nil, "status alone": {request.Status}, "unknown": {"halt"}, "unknown among others": {request.Suspend, `x":`},
		"action for a verb": {"power-off"}, "in upper case": {"SUSPEND"},
	} {
		if text, err := Rule(Grant{User: "ops", Verbs: verbs}); err == nil || text != "" {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

// Whatever the name is, a rule with it differs from a rule with another name in that name only: it stays in its string.
func FuzzRuleUser(f *testing.F) {
	for _, name := range []string{"ops", "_a-1$", `x"`, "a\nb", strings.Repeat("a", 32)} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		grant := Grant{User: name, Verbs: []request.Verb{request.PowerOff, request.Suspend}}
		text, err := Rule(grant)
		pkla, err2 := LocalAuthority(grant)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("%v, %v", err, err2)
		}
		if err != nil {
			if text != "" || pkla != "" || strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Fatalf("%q with %q", text, err)
			}
			return
		}
		if want := strings.Replace(goldenRule, `"opspower"`, `"`+name+`"`, 1); text != want {
			t.Fatalf("%q gives\n%s", name, text)
		}
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_-$") != "" || strings.Count(pkla, "\n") != 6 {
			t.Fatalf("%q is admitted", name)
		}
	})
}

func TestInstall(t *testing.T) {
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "50-power.rules")
	install := func(rule string, dry bool) Installed {
		t.Helper()
		done, err := Install(path, rule, dry)
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	if done := install(goldenRule, true); !done.Changed || done.Path != path || done.Note == "" {
		t.Errorf("dry run: %+v", done)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a dry run wrote")
	}
	if done := install(goldenRule, false); !done.Changed {
		t.Errorf("%+v", done)
	}
	if done := install(goldenRule, false); done.Changed {
		t.Errorf("once more: %+v", done)
	}
	// A file of ours with other content, rights and owner becomes right again.
	put(t, path, goldenRule+"// more\n")
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(path, 0, 1); err != nil {
		t.Fatalf("%v; this test needs root", err)
	}
	if done := install(goldenRule, false); !done.Changed {
		t.Errorf("%+v", done)
	}
	text, err := os.ReadFile(path)
	st, err2 := os.Stat(path)
	if err != nil || err2 != nil || string(text) != goldenRule || st.Mode() != 0o644 {
		t.Errorf("%v %v %v %q", err, err2, st.Mode(), text)
	}
	if done := install(goldenRule, true); done.Changed {
		t.Errorf("not as it should be: %+v", done)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
		t.Errorf("left: %v %v", entries, err)
	}
}

func TestInstallRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(t *testing.T, folder string)
		path string
		rule string
		text string
	}{
		"no folder":           {nil, "none/50-x.rules", goldenRule, LocalAuthorityPath},
		"folder is a file":    {func(t *testing.T, f string) { put(t, f+"/none", "") }, "none/50-x.rules", goldenRule, "folder"},
		"folder is a link":    {func(t *testing.T, f string) { os.Symlink(f, f+"/none") }, "none/50-x.rules", goldenRule, "folder"},
		"folder for all":      {func(t *testing.T, f string) { os.Chmod(f, 0o777) }, "50-x.rules", goldenRule, "chmod"},
		"folder for a group":  {func(t *testing.T, f string) { os.Chmod(f, 0o775) }, "50-x.rules", goldenRule, "chmod"},
		"folder of a user":    {func(t *testing.T, f string) { os.Chown(f, 1, 0) }, "50-x.rules", goldenRule, "belongs"},
		"other name":          {nil, "50-x.rules.bak", goldenRule, ".rules"},
		"other text":          {nil, "50-x.rules", "polkit.addRule(function() { return 'yes'; });", "not one of ours"},
		"no text":             {nil, "50-x.rules", "", "not one of ours"},
		"file of somebody":    {func(t *testing.T, f string) { put(t, f+"/50-x.rules", "// mine\n") }, "50-x.rules", goldenRule, "did not write"},
		"empty file":          {func(t *testing.T, f string) { put(t, f+"/50-x.rules", "") }, "50-x.rules", goldenRule, "did not write"},
		"link":                {func(t *testing.T, f string) { os.Symlink("/etc/passwd", f+"/50-x.rules") }, "50-x.rules", goldenRule, "regular"},
		"link to nothing":     {func(t *testing.T, f string) { os.Symlink("nothing", f+"/50-x.rules") }, "50-x.rules", goldenRule, "regular"},
		"folder for the file": {func(t *testing.T, f string) { os.Mkdir(f+"/50-x.rules", 0o755) }, "50-x.rules", goldenRule, "regular"},
	} {
		for _, dry := range []bool{true, false} {
			folder := t.TempDir()
			if err := os.Chmod(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if c.set != nil {
				c.set(t, folder)
			}
			path := filepath.Join(folder, c.path)
			before, _ := os.ReadFile(path)
			done, err := Install(path, c.rule, dry)
			if err == nil || !strings.Contains(err.Error(), c.text) || done.Changed {
				t.Errorf("%s: %+v %v", name, done, err)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Errorf("%s: wrote", name)
			}
		}
	}
	if _, err := Install("50-x.rules", goldenRule, false); err == nil {
		t.Error("took a relative path")
	}
}
