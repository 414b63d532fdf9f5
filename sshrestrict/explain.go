package sshrestrict

import (
	"ops/sshrestrict/internal/passwd"
	"ops/sshrestrict/launch"
)

// Explanation is a decision with everything that would be started, for people and programs to read.
type Explanation struct {
	Policy  string       `json:"policy"`
	File    string       `json:"file"`
	Hash    string       `json:"hash"`
	Verdict string       `json:"verdict"` // allow or deny
	Code    string       `json:"code"`
	Reason  string       `json:"reason,omitempty"`
	Rule    string       `json:"rule,omitempty"`
	Steps   []Step       `json:"steps"`
	Start   *Explanatory `json:"start,omitempty"`
}

// Explanatory is what an allowed request starts.
type Explanatory struct {
	Argv        [][]string `json:"argv"` // of each stage of the pipe, the program's path first
	Environment []string   `json:"environment"`
	Folder      string     `json:"folder"`
	Sandbox     string     `json:"sandbox"` // what this machine's kernel would enforce, such as landlock-7
	Gaps        []string   `json:"gaps,omitempty"`
	Read        []string   `json:"read,omitempty"`
	Write       []string   `json:"write,omitempty"`
	Execute     []string   `json:"execute,omitempty"`
	Network     bool       `json:"network"`
	Problem     string     `json:"problem,omitempty"` // why the start would fail on this machine
}

// Explain decides a request by the code that decides for the forced command, and tells what would follow.
func (p *Policy) Explain(q *Request, companion string) Explanation {
	asked := *q
	asked.Explain = true
	d := p.Decide(&asked)
	e := Explanation{
		Policy: p.Name, File: p.File, Hash: p.Hash, Verdict: d.Verdict.String(), Code: d.Code, Reason: d.Reason, Rule: d.Rule,
		Steps: d.Steps,
	}
	if d.Verdict != Allow {
		return e
	}
	plan := p.plan(q, d.Start, companion)
	c := plan.Confinement
	e.Start = &Explanatory{
		Environment: plan.Stages[0].Env, Folder: plan.Stages[0].Dir,
		Read: c.Read, Write: c.Write, Execute: c.Execute, Network: c.Network,
	}
	for _, stage := range plan.Stages {
		e.Start.Argv = append(e.Start.Argv, append([]string{stage.Program}, stage.Args[1:]...))
	}
	achieved, err := launch.Achieved(c)
	e.Start.Sandbox, e.Start.Gaps = achieved.String(), achieved.Gaps
	if c.Level == launch.LevelOff {
		e.Start.Sandbox = "off"
	}
	if err != nil {
		e.Start.Problem = err.Error()
	}
	return e
}

// String shows the programs as a shell would write them. It is for reading: no shell ever sees it.
func (e *Explanatory) String() string {
	s := Start{}
	for _, argv := range e.Argv {
		s.Stages = append(s.Stages, Stage{Program: argv[0], Args: argv})
	}
	return s.String()
}

// SetAccount gives the request the account of a name, or of a numeric id if the name is empty.
func (q *Request) SetAccount(name string, uid int) (err error) {
	if name == "" {
		q.Account, err = passwd.ByUID(uid)
	} else {
		q.Account, err = passwd.ByName(name)
	}
	return err
}
