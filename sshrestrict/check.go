package sshrestrict

import (
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	"ops/sshrestrict/internal/passwd"
	"ops/sshrestrict/launch"
)

// Finding is something in a policy that is wrong, or likely not what was meant.
type Finding struct {
	Severity string `json:"severity"` // "error", "warning" or "note"
	Code     string `json:"code"`     // stable, such as "runs-others"
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"`
	Rule     string `json:"rule,omitempty"`
	Message  string `json:"message"`
	Remedy   string `json:"remedy"`
}

// checker collects findings about one policy.
type checker struct {
	policy   *Policy
	account  *passwd.Account // nil if it is not known who uses the policy
	achieved func(launch.Confinement) (launch.Sandbox, error)
	findings []Finding
}

func (c *checker) add(severity, code string, entry *ruleEntry, remedy, format string, args ...any) {
	f := Finding{Severity: severity, Code: code, File: c.policy.File, Message: fmt.Sprintf(format, args...), Remedy: remedy}
	if entry != nil {
		f.Line, f.Rule = entry.line, entry.String()
	}
	c.findings = append(c.findings, f)
}

// Check looks for what a policy allows without its author having meant it. account, which may be empty, is who uses it; now
// is the time of the check. It reads the file system and changes nothing.
func (p *Policy) Check(account string, now time.Time) ([]Finding, error) {
	c := &checker{policy: p, achieved: launch.Achieved}
	if account != "" {
		a, err := passwd.ByName(account)
		if err != nil {
			return nil, err
		}
		c.account = &a
	}
	c.all(now)
	return c.findings, nil
}

func (c *checker) all(now time.Time) {
	c.whole(now)
	c.sandbox()
	c.audit()
	c.roots()
	if c.account != nil {
		c.login()
		c.counters()
	}
	for i := range c.policy.rules {
		entry := &c.policy.rules[i]
		for j := range i {
			if shadows(c.policy.rules[j].rule, entry.rule) {
				c.add("warning", "shadowed", entry, "delete one of them, or put the narrower one first",
					"%s answers everything that this rule would", c.policy.rules[j].String())
				break
			}
		}
		c.rule(entry)
	}
}

// whole looks at what concerns no single rule.
func (c *checker) whole(now time.Time) {
	p := c.policy
	if len(p.rules) == 0 && (p.Interactive == nil || !p.Interactive.Menu) {
		c.add("warning", "empty", nil, "add rules to allow", "the policy allows nothing")
	}
	if !p.Expires.IsZero() && !now.Before(p.Expires) {
		c.add("warning", "expired", nil, "set expires to a later day, or remove the policy", "the policy has expired")
	}
	if p.Limits.Processes > 0 && c.account != nil && c.account.UID == 0 {
		c.add("warning", "processes", nil, "restrict an account of its own, or leave processes out",
			"the kernel does not limit the processes of root, see RLIMIT_NPROC in setrlimit(2)")
	}
	if p.Interactive != nil && p.Interactive.Menu && p.Audit.Record == RecordNever {
		c.add("note", "recording", nil, "add record: interactive to audit", "interactive sessions are not recorded")
	}
}

// sandbox looks at what the kernel can enforce.
func (c *checker) sandbox() {
	s := c.policy.Sandbox
	if s == nil {
		c.add("note", "sandbox", nil, "add sandbox: {level: required}",
			"without a sandbox section, rules for commands run unconfined, and the others where the kernel cannot do it")
	}
	if got, err := c.achieved(launch.Confinement{}); err == nil && got.ABI > 0 || s != nil && launch.Level(s.Level) == launch.LevelOff {
		return
	}
	if s != nil && launch.Level(s.Level) == launch.LevelRequired {
		c.add("error", "landlock", nil, "boot with landlock in the kernel's list lsm=", "this kernel has no Landlock, so that nothing is started")
		return
	}
	c.add("warning", "landlock", nil, "boot with landlock in the kernel's list lsm=, or set sandbox: {level: required} to be sure",
		"this kernel has no Landlock: programs are kept in their roots by their own checks alone")
	for i := range c.policy.rules {
		if r, ok := c.policy.rules[i].rule.(*rsyncRule); ok && !knowsConfineRoot(string(r.Program)) {
			c.add("warning", "rsync-filters", &c.policy.rules[i], "install rsync 3.5, which has --confine-root, or a kernel with Landlock",
				"filter rules travel inside the protocol: without either, a client can have %s read files outside of the root for them",
				string(r.Program))
		}
	}
}

// audit looks at where records go.
func (c *checker) audit() {
	a := c.policy.Audit
	for _, to := range a.To {
		if !strings.HasPrefix(to, "/") {
			continue
		}
		severity, then := "warning", ""
		if a.Required {
			severity, then = "error", ", so that every session is denied"
		}
		if !isFolder(path.Dir(to)) {
			c.add(severity, "audit-folder", nil, "make the folder, writable for the account", "the audit's folder %s does not exist%s", path.Dir(to), then)
		}
	}
	if a.Record != RecordNever && !isFolder(string(a.Folder)) {
		c.add("error", "audit-folder", nil, "make the folder, writable for the account",
			"the folder of recordings %s does not exist, so that interactive sessions fail", string(a.Folder))
	}
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// counters looks at where sessions are counted.
func (c *checker) counters() {
	if (c.policy.Rate.Count > 0 || c.policy.Sessions > 0) && c.account.UID != 0 && !isFolder(c.account.Home) {
		c.add("error", "state-folder", nil, "make the home and give it to the account, or leave rate and sessions out",
			"sessions are counted below the home %s, which does not exist, so that every session is refused", c.account.Home)
	}
}
