package power

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ops/sshrestrict/power/request"
)

// RulePath is where the rule belongs. Files there are read in the order of their names, the first answer wins, and
// polkitd notices a change by itself; see polkit(8).
const RulePath = "/etc/polkit-1/rules.d/50-ops-ssh-restrict-power.rules"

// ruleMark begins every rule of ours, so that a file of somebody else is not replaced.
const ruleMark = "// Written by ops ssh-restrict power install."

// Grant is what a polkit rule allows.
type Grant struct {
	User     string         // account that the forced command runs as
	Verbs    []request.Verb // status needs no grant and is passed over
	Sessions bool           // also while other users are logged in: for a Machine with IdleSessions
}

// Rule returns the text of a polkit rule in JavaScript, which polkit reads since version 0.106: Debian 12 and Ubuntu
// 23.04 and newer. Exactly this user may do exactly the actions for these verbs. The actions named …-ignore-inhibit are
// never in it, so that logind holds the user to every lock. To all else the rule has nothing to say.
func Rule(g Grant) (string, error) {
	if err := checkUser(g.User); err != nil {
		return "", err
	}
	actions, err := g.actions()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s Changes are lost when it runs again.\n", ruleMark)
	b.WriteString("polkit.addRule(function(action, subject) {\n")
	fmt.Fprintf(&b, "    if (subject.user !== %s) {\n        return polkit.Result.NOT_HANDLED;\n    }\n", strconv.QuoteToASCII(g.User))
	b.WriteString("    switch (action.id) {\n")
	for _, action := range actions {
		fmt.Fprintf(&b, "    case %s:\n", strconv.QuoteToASCII(action))
	}
	b.WriteString("        return polkit.Result.YES;\n    }\n    return polkit.Result.NOT_HANDLED;\n});\n")
	return b.String(), nil
}

// LocalAuthority is the same grant for polkit 0.105, which knows no JavaScript: Debian 11 and Ubuntu up to 22.10. It
// belongs into LocalAuthorityPath.
func LocalAuthority(g Grant) (string, error) {
	if err := checkUser(g.User); err != nil {
		return "", err
	}
	actions, err := g.actions()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("[ops ssh-restrict power]\nIdentity=unix-user:%s\nAction=%s\nResultAny=yes\nResultInactive=yes\nResultActive=yes\n",
		g.User, strings.Join(actions, ";")), nil
}

// LocalAuthorityPath is where polkit 0.105 looks; see pklocalauthority(8).
const LocalAuthorityPath = "/etc/polkit-1/localauthority/50-local.d/50-ops-ssh-restrict-power.pkla"

// actions lists the names of polkit's actions, each once, in the order of request.Verbs.
func (g Grant) actions() ([]string, error) {
	var out []string
	for _, v := range g.Verbs {
		if _, known := request.ParseVerb(string(v)); !known {
			return nil, fmt.Errorf("polkit rule: unknown verb %s", strconv.QuoteToASCII(clean(string(v))))
		}
	}
	for _, v := range request.Verbs() {
		if !v.Acts() || !slices.Contains(g.Verbs, v) {
			continue
		}
		action := "org.freedesktop.login1." + actionName(v)
		out = append(out, action)
		if g.Sessions {
			out = append(out, action+"-multiple-sessions")
		}
	}
	if len(out) == 0 {
		return nil, errors.New("polkit rule: no verb needs one; name suspend, hibernate, poweroff or reboot")
	}
	return out, nil
}

func actionName(v request.Verb) string {
	if v == request.PowerOff {
		return "power-off"
	}
	return string(v)
}

// checkUser admits the names that useradd(8) of Debian gives to system accounts, [a-z_][a-z0-9_-]*[$]? with at most 32
// bytes. No other name gets near a rule, so nothing can leave the string it stands in.
func checkUser(name string) error {
	body := strings.TrimSuffix(name, "$")
	bad := body == "" || len(name) > 32 || body[0] == '-' || body[0] >= '0' && body[0] <= '9'
	for i := range len(body) {
		c := body[i]
		bad = bad || !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-')
	}
	if bad {
		return fmt.Errorf("polkit rule: %s is not the name of a system account: use lower-case letters, digits, _ and -",
			strconv.QuoteToASCII(clean(name)))
	}
	return nil
}
