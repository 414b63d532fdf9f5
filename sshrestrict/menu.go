package sshrestrict

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/audit"
	"ops/sshrestrict/internal/passwd"
	"ops/sshrestrict/launch"
)

// Menu answers the lines of a person at a terminal by the rules of one policy, each as if it had been a command of its own.
type Menu struct {
	forced
	files *files
}

// OpenMenu reads the policy from its file, with the checks of [LoadFile], and the session from what sshd set. key is the name of
// the key that was used, or empty.
func OpenMenu(p Process, file, key string) (*Menu, error) {
	m := &Menu{forced: forced{Process: p, key: key}}
	var err error
	if m.account, err = passwd.ByUID(p.UID); err != nil {
		return nil, err
	}
	if m.policy, err = LoadFile(file, ownerOf(path.Dir(file), m.account)); err != nil {
		return nil, err
	}
	m.record.Policy = m.policy.Name
	m.files = newFiles(m.policy)
	if fields := strings.Fields((&Request{Env: p.Environment}).env("SSH_CONNECTION")); len(fields) == 4 {
		m.files.scp = fields[3] + " " + m.account.Name + "@" + fields[2]
	}
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
// Without a terminal, what follows a line with put is a file's content, and is never taken for lines, whatever became of it.
func (m *Menu) Do(ctx context.Context, text string) int {
	code := m.do(ctx, text)
	if first, _, _ := strings.Cut(text, " "); first == "put" && slices.Contains(m.Files(), putUsage) && !isTerminal(m.In) {
		_, _ = io.Copy(io.Discard, m.In)
	}
	return code
}

func isTerminal(f *os.File) bool {
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

func (m *Menu) do(ctx context.Context, text string) int {
	base := m.read()
	m.Now = m.Clock()
	q := NewRequest(KindCommand, text, m.policy.MaxCommand)
	q.Key, q.Account, q.Env, q.Now, q.TTY, q.Address, q.Port, q.Fingerprint = m.key, m.account, m.Environment, m.Now, base.TTY, base.Address, base.Port, base.Fingerprint
	m.request = q
	m.record = audit.Record{Policy: m.policy.Name}
	if err := m.open(); err != nil {
		return m.broken("audit", err)
	}
	defer m.close()
	line, at, d, mine := m.fileLine(q)
	if !mine {
		d = m.policy.Decide(q)
	}
	m.record.Rule = d.Rule
	switch {
	case d.Verdict != Allow:
		if mine { // where the person is and what the menu can do is no secret
			fmt.Fprintln(m.Err, d.Reason)
		}
		return m.refuse(audit.Deny, d.Code, d.Reason, ExitDenied)
	case mine && d.Start == nil:
		return m.own(line)
	}
	code := m.perform(ctx, q, d.Start)
	if mine && line.name == "cd" && code == 0 {
		_, below, _ := m.files.locate(line.path)
		m.files.now = path.Join("/", at.name, below)
	}
	return code
}

// perform starts what a line was allowed.
func (m *Menu) perform(ctx context.Context, q *Request, start *Start) int {
	plan, err := m.plan(q, start)
	if err != nil {
		return m.broken("start", err)
	}
	plan.Result = false // counting reads ahead, and what comes next without a terminal is the next line
	ctx, end := context.WithCancel(ctx)
	defer end()
	observed, err := m.observed(plan, start.Files, end)
	if err != nil {
		return m.failed(err)
	}
	defer observed.close()
	sandbox, err := launch.Achieved(plan.Confinement)
	if err != nil {
		return m.failed(err)
	}
	if err := m.intend(plan, sandbox); err != nil {
		return m.refuse(audit.Deny, "audit", err.Error(), ExitDenied)
	}
	return m.supervise(ctx, plan, observed)
}

// Commands lists what the rules for commands allow, as a person would type it. Those with ready have no words to fill in.
func (m *Menu) Commands() (lines []string, ready func(i int) bool) {
	var whole []bool
	for i := range m.policy.rules {
		if r, ok := m.policy.rules[i].rule.(*commandRule); ok {
			text, complete := r.typed()
			lines, whole = append(lines, text), append(whole, complete)
		}
	}
	return lines, func(i int) bool { return whole[i] }
}

// Files lists the menu's own commands for files, as a person would type them.
func (m *Menu) Files() []string {
	var lines []string
	for _, c := range m.files.usable(m.policy) {
		lines = append(lines, c.usage)
	}
	return lines
}

// typed is the rule as a person would type it, and whether that is all of it.
func (r *commandRule) typed() (text string, complete bool) {
	var b strings.Builder
	b.WriteString(shellQuote(r.Command[0]))
	for _, o := range r.Options {
		b.WriteString(" [" + o.names[0] + "]")
	}
	complete = len(r.Options) == 0
	for _, word := range r.Command[1:] {
		name, many, hole := variable(word)
		complete = complete && !hole
		switch {
		case !hole:
			b.WriteString(" " + shellQuote(word))
		case many:
			b.WriteString(" " + strings.ToUpper(name) + "…")
		default:
			b.WriteString(" " + strings.ToUpper(name))
		}
	}
	return b.String(), complete
}

// Complete returns what may stand in a line from line[start] on, in order: words of rules, values, paths inside the roots,
// with a backslash before what is not plain.
func (m *Menu) Complete(line string) (start int, found []string) {
	words, last, start := typedWords(line)
	for i := range m.policy.rules {
		if r, ok := m.policy.rules[i].rule.(*commandRule); ok {
			found = append(found, r.complement(words, last)...)
		}
	}
	found = append(found, m.files.complement(m.files.usable(m.policy), words, last)...)
	found = slices.DeleteFunc(found, func(c string) bool { return c == "" || precheck(c, MaxCommand) != nil })
	for i := range found {
		found[i] = escaped(found[i])
	}
	slices.Sort(found)
	return start, slices.Compact(found)
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
			candidates = r.Where.named(name).candidates(prefix)
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
		if rel, inside := f.relative(dir); inside {
			for _, name := range f.entries(rel) {
				list = append(list, path.Join(dir, name)+name[len(strings.TrimRight(name, "/")):])
			}
		}
	}
	return list
}
