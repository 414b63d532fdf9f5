package sshrestrict

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ops/sshrestrict/launch"
)

// Verdict is the outcome of a decision.
type Verdict int

const (
	Deny   Verdict = iota
	Allow          // Start tells what is started
	Later          // refused for now: rate, sessions
	Broken         // the policy cannot be read
)

func (v Verdict) String() string { return [...]string{"deny", "allow", "later", "broken"}[v] }

// Step is one check on the way to a decision.
type Step struct {
	Check  string `json:"check"`  // "from", "hours", "allow[0] rsync"
	Passed bool   `json:"passed"` //
	Detail string `json:"detail"`
}

// Decision is the answer to a request.
type Decision struct {
	Verdict Verdict
	Code    string // stable, for the client and the log: "ok", "from", "rsync-delete"
	Reason  string // one sentence for the log
	Rule    string // that allowed, or that knew the request best; empty if none
	Start   *Start // nil unless allowed
	Steps   []Step // the way to it, if the request asks for that

	explain bool
}

func (d *Decision) note(check string, passed bool, format string, args ...any) {
	if !d.explain {
		return
	}
	d.Steps = append(d.Steps, Step{check, passed, fmt.Sprintf(format, args...)})
}

func (d *Decision) deny(check, code, format string, args ...any) *Decision {
	reason := fmt.Sprintf(format, args...)
	d.note(check, false, "%s", reason)
	d.Verdict, d.Code, d.Reason = Deny, code, reason
	return d
}

func (d *Decision) allow(rule string, s *Start) *Decision {
	d.Verdict, d.Code, d.Rule, d.Start = Allow, "ok", rule, s
	d.note(rule, true, "starts %s", s)
	if s.Pending != "" {
		d.note(rule, true, "to be checked in the session: %s", s.Pending)
	}
	return d
}

// Decide answers a request. It starts nothing and changes nothing; the same code decides for the forced command, for
// explain and for the menu. The first rule that allows wins; if none does, the denial is that of the first rule of the
// request's kind.
func (p *Policy) Decide(q *Request) *Decision {
	d := &Decision{explain: q.Explain}
	if !p.admits(q, d) {
		return d
	}
	switch q.Kind {
	case KindLogin:
		return p.login(q, d)
	case KindEmpty:
		return d.deny("command", "command-empty", "the command is empty")
	}
	if q.Err != nil {
		for i := range p.rules {
			if r, ok := p.rules[i].rule.(verbatim); ok {
				if a := r.decideText(q.Text); a.start != nil {
					return d.allow(p.rules[i].String(), a.start)
				}
			}
		}
		code := "command-syntax"
		if syntax, ok := errors.AsType[*SyntaxError](q.Err); ok {
			code = syntax.Code
		}
		return d.deny("command", code, "%v", q.Err)
	}
	d.note("command", true, "%d words and operators", len(q.Tokens))
	var best *answer
	for i := range p.rules {
		entry := &p.rules[i]
		a := entry.rule.decide(q)
		if a.start != nil && q.Asked && !a.start.asked(q) {
			a = deny("rewritten", "what would be started is not what was asked for, word for word")
		}
		switch {
		case a.start != nil:
			return d.allow(entry.String(), a.start)
		case a.code != "":
			if q.Explain { // a client that is refused often makes all rules of its kind speak
				d.note(entry.String(), false, "%s (%s)", a.reason, a.code)
			}
			if best == nil {
				best = &a
				d.Rule = entry.String()
			}
		}
	}
	if best != nil {
		d.Verdict, d.Code, d.Reason = Deny, best.code, best.reason
		return d
	}
	if isAnsible(q) {
		return d.deny("allow", "command-shell", ansibleAnswer)
	}
	return d.deny("allow", "command-unknown", "no rule is for this command")
}

// admits checks who asks, from where and when.
func (p *Policy) admits(q *Request, d *Decision) bool {
	if len(p.From) > 0 {
		inside := func(prefix Prefix) bool { return prefix.Contains(q.Address) }
		switch {
		case !q.Address.IsValid():
			d.deny("from", "from", "the client's address is not known, and the policy asks for one")
			return false
		case !slices.ContainsFunc(p.From, inside):
			d.deny("from", "from", "the address %s is not within the policy's", q.Address)
			return false
		}
		d.note("from", true, "%s", q.Address)
	}
	if !p.Expires.IsZero() {
		if !q.Now.Before(p.Expires) {
			d.deny("expires", "expired", "the policy expired at %s", p.Expires.Format("2006-01-02 15:04 MST"))
			return false
		}
		d.note("expires", true, "at %s", p.Expires.Format("2006-01-02 15:04 MST"))
	}
	if p.Hours != nil {
		if !p.Hours.Contains(q.Now) {
			d.deny("hours", "hours", "%s is outside of the policy's hours", q.Now.Format("Mon 15:04 MST"))
			return false
		}
		d.note("hours", true, "%s", q.Now.Format("Mon 15:04 MST"))
	}
	return true
}

func (p *Policy) login(q *Request, d *Decision) *Decision {
	if p.Interactive == nil || !p.Interactive.Menu {
		return d.deny("interactive", "interactive", "no command was given, and the policy has no menu")
	}
	d.Verdict, d.Code, d.Rule = Allow, "ok", "interactive"
	args := []string{"menu", "--policy-file", p.File}
	if q.Key != "" {
		args = append(args, "--key", q.Key)
	}
	d.Start = &Start{Stages: []Stage{session(args...)}, Menu: true}
	for _, name := range []string{"SSH_CONNECTION", "SSH_TTY", "SSH_USER_AUTH"} { // the menu decides anew for each line
		if value := q.env(name); value != "" {
			d.Start.Env = append(d.Start.Env, name+"="+value)
		}
	}
	d.note("interactive", true, "the menu")
	return d
}

// asked is true if one program is started with just the words of the client.
func (s *Start) asked(q *Request) bool {
	words, ok := q.words()
	if !ok || len(s.Stages) != 1 || s.Stages[0].Program == companion {
		return false
	}
	texts, ok := literals(words)
	return ok && slices.Equal(texts[1:], s.Stages[0].Args[1:])
}

// String shows the programs as a shell would write them. It is for reading: no shell ever sees it.
func (s *Start) String() string {
	var b strings.Builder
	for i, stage := range s.Stages {
		if i > 0 {
			b.WriteString(" | ")
		}
		b.WriteString(shellQuote(stage.Program))
		for _, arg := range stage.Args[1:] {
			b.WriteByte(' ')
			b.WriteString(shellQuote(arg))
		}
	}
	return b.String()
}

// Rendered returns the argument list of each program.
func (s *Start) Rendered() [][]string {
	all := make([][]string, len(s.Stages))
	for i, stage := range s.Stages {
		all[i] = append([]string{stage.Program}, stage.Args[1:]...)
	}
	return all
}

func shellQuote(word string) string {
	plain := word != ""
	for _, c := range []byte(word) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_./:=@%+,-", c) >= 0) {
			plain = false
		}
	}
	if plain {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// plan completes what a rule wants started with what the policy adds; tools is the path of the companion.
func (p *Policy) plan(q *Request, s *Start, tools string) *launch.Plan {
	plan := &launch.Plan{
		Limits: p.Limits, Umask: p.Umask, Result: p.Audit.Result, Keep: s.Keep,
		Confinement: p.confinement(s),
	}
	env := p.Environment.build(q.Account, q.Env, q.TTY, s.Env)
	dir := s.Dir
	if dir == "" {
		dir = q.Account.Home
	}
	for _, stage := range s.Stages {
		program := stage.Program
		if program == companion {
			program = tools
		}
		plan.Stages = append(plan.Stages, launch.Command{
			Program: program, Args: stage.Args, Env: env, Dir: dir, Stderr: stage.Stderr,
		})
	}
	return plan
}

// confinement is the sandbox of one start. Without a sandbox section, programs whose needs we know are confined as far as
// the kernel can; programs that the policy's author chose are not.
func (p *Policy) confinement(s *Start) launch.Confinement {
	if s.Menu {
		return launch.Confinement{Level: launch.LevelOff}
	}
	if p.Sandbox == nil {
		if s.Open {
			return launch.Confinement{Level: launch.LevelOff}
		}
		c := launch.Confinement{Read: s.Read, Write: s.Write, Execute: s.Execute, Network: s.Network, NoNewPrivileges: true}
		if s.Confine {
			c.Level = launch.LevelRequired
		}
		return c
	}
	c := launch.Confinement{
		Level: launch.Level(p.Sandbox.Level), Network: s.Network, NoNewPrivileges: true,
		Read:    slices.Concat(s.Read, texts(p.Sandbox.Read)),
		Write:   slices.Concat(s.Write, texts(p.Sandbox.Write)),
		Execute: slices.Concat(s.Execute, texts(p.Sandbox.Execute)),
	}
	if s.Confine {
		c.Level = launch.LevelRequired
	}
	if p.Sandbox.Network != nil {
		c.Network = *p.Sandbox.Network
	}
	if p.Sandbox.NoNewPrivileges != nil {
		c.NoNewPrivileges = *p.Sandbox.NoNewPrivileges
	}
	return c
}

func texts(folders []folder) []string {
	list := make([]string, len(folders))
	for i, f := range folders {
		list[i] = string(f)
	}
	return list
}
