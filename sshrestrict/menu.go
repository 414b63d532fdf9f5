package sshrestrict

import (
	"context"
	"os"
	"path"
	"slices"
	"strings"

	"ops/sshrestrict/audit"
	"ops/sshrestrict/internal/passwd"
	"ops/sshrestrict/launch"
)

// Menu answers the lines of a person at a terminal by the rules of one policy, each as if it had been a command of its own.
type Menu struct {
	forced
}

// OpenMenu reads the policy from its file, with the checks of [LoadFile], and the session from what sshd set. key is the name of
// the key that was used, or empty.
func OpenMenu(p Process, file, key string) (*Menu, error) {
	m := &Menu{forced{Process: p, key: key}}
	var err error
	if m.account, err = passwd.ByUID(p.UID); err != nil {
		return nil, err
	}
	if m.policy, err = LoadFile(file, ownerOf(path.Dir(file), m.account)); err != nil {
		return nil, err
	}
	m.record.Policy = m.policy.Name
	return m, nil
}

// Settings returns what the policy says about the menu.
func (m *Menu) Settings() Interactive {
	s := Interactive{Prompt: "ops> "}
	if i := m.policy.Interactive; i != nil {
		s = *i
		if s.Prompt == "" {
			s.Prompt = "ops> "
		}
	}
	return s
}

// Do decides and runs one line, waits for its end and returns its exit code. What goes wrong is told on the error stream.
func (m *Menu) Do(ctx context.Context, line string) int {
	base := m.read()
	m.Now = m.Clock()
	q := NewRequest(KindCommand, line, m.policy.MaxCommand)
	q.Key, q.Account, q.Env, q.Now, q.TTY, q.Address, q.Port, q.Fingerprint = m.key, m.account, m.Environment, m.Now, base.TTY, base.Address, base.Port, base.Fingerprint
	m.request = q
	m.record = audit.Record{Policy: m.policy.Name}
	if err := m.open(); err != nil {
		return m.broken("audit", err)
	}
	defer m.close()
	d := m.policy.Decide(q)
	m.record.Rule = d.Rule
	if d.Verdict != Allow {
		return m.refuse(audit.Deny, d.Code, d.Reason, ExitDenied)
	}
	plan := m.policy.plan(q, d.Start, Companion(m.Own))
	sandbox, err := launch.Achieved(plan.Confinement)
	if err != nil {
		return m.failed(err)
	}
	if err := m.intend(plan, sandbox); err != nil {
		return m.refuse(audit.Deny, "audit", err.Error(), ExitDenied)
	}
	result, err := launch.Run(ctx, plan, launch.Streams{In: m.In, Out: m.Out, Err: m.Err})
	if err != nil {
		return m.failed(err)
	}
	if m.policy.Audit.Result {
		m.ended(result)
	}
	return result.ExitCode
}

// Commands lists what the rules for commands allow, as a person would type it.
func (m *Menu) Commands() []string {
	var list []string
	for i := range m.policy.rules {
		if r, ok := m.policy.rules[i].rule.(*commandRule); ok {
			var b strings.Builder
			b.WriteString(r.Command[0])
			for _, o := range r.Options {
				b.WriteString(" [" + o.names[0] + "]")
			}
			for _, word := range r.Command[1:] {
				name, many, hole := variable(word)
				switch {
				case !hole:
					b.WriteString(" " + shellQuote(word))
				case many:
					b.WriteString(" " + strings.ToUpper(name) + "…")
				default:
					b.WriteString(" " + strings.ToUpper(name))
				}
			}
			list = append(list, b.String())
		}
	}
	return list
}

// Complete returns what may stand for the last word of a line, in order: words of rules, values, paths inside the roots.
func (m *Menu) Complete(line string) []string {
	words := strings.Fields(line)
	last := ""
	if len(words) > 0 && !strings.HasSuffix(line, " ") {
		last, words = words[len(words)-1], words[:len(words)-1]
	}
	var found []string
	for i := range m.policy.rules {
		if r, ok := m.policy.rules[i].rule.(*commandRule); ok {
			found = append(found, r.complement(words, last)...)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// complement returns what the rule would take behind the words, of what starts with prefix.
func (r *commandRule) complement(words []string, prefix string) []string {
	at := 0
	for _, word := range words {
		if at > 0 && strings.HasPrefix(word, "-") && !slices.Contains(r.Command, word) {
			continue // an option
		}
		if at == len(r.Command) {
			return nil
		}
		_, many, hole := variable(r.Command[at])
		if !hole && r.Command[at] != word {
			return nil
		}
		if !many {
			at++
		}
	}
	var candidates []string
	if at < len(r.Command) {
		if name, _, hole := variable(r.Command[at]); !hole {
			candidates = append(candidates, r.Command[at])
		} else {
			candidates = r.Where[name].candidates(prefix)
		}
	}
	if at > 0 && strings.HasPrefix(prefix, "-") {
		for _, o := range r.Options {
			candidates = append(candidates, o.names...)
		}
	}
	return slices.DeleteFunc(candidates, func(c string) bool { return !strings.HasPrefix(c, prefix) })
}

// candidates returns values that start like prefix: those of one-of, and the paths one level below what is typed.
func (v value) candidates(prefix string) []string {
	list := slices.Clone(v.oneOf)
	for _, f := range v.folders {
		if !strings.HasPrefix(prefix, string(f)+"/") {
			list = append(list, string(f)+"/")
			continue
		}
		dir := path.Dir(prefix + "x")
		rel, inside := f.relative(dir)
		if !inside {
			continue
		}
		root, err := os.OpenRoot(string(f))
		if err != nil {
			continue
		}
		if opened, err := root.Open(rel); err == nil {
			entries, _ := opened.ReadDir(maxMatches)
			for _, e := range entries {
				name := path.Join(dir, e.Name())
				if e.IsDir() {
					name += "/"
				}
				if precheck(name, MaxCommand) == nil && !strings.ContainsAny(name, " '\"\\$`*?[(){};&|<>!~#") {
					list = append(list, name)
				}
			}
			opened.Close()
		}
		root.Close()
	}
	return list
}
