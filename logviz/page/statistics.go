package page

import (
	"time"

	"ops/logviz"
)

// Limits of what a page lists beside its rows.
const (
	maxLogins   = 100
	maxPrograms = 10
)

// Statistics is what the rows of a page cannot tell, under the names that 'ops logviz stats --json' gives it.
type Statistics struct {
	Lines            int                   `json:"lines"`
	Events           int                   `json:"events"`
	Unparsed         int                   `json:"unparsed"`
	UnparsedBy       []logviz.ProgramCount `json:"unparsed_by"`       // the first ones
	UnparsedPrograms int                   `json:"unparsed_programs"` // how many there are in all
	Logins           []Login               `json:"logins"`            // the first ones; the rows have all
}

// Login is a login that succeeded, with the names that are told.
type Login struct {
	Time           *time.Time `json:"time"` // null if it was logged without one
	Account        string     `json:"account"`
	Method         string     `json:"method"`
	IP             string     `json:"ip"` // "" if none was logged, or none is told
	Country        string     `json:"country"`
	FailuresBefore int        `json:"failures_before"`
}

func (d *Data) statistics() *Statistics {
	s := d.Statistics
	out := &Statistics{
		Lines: s.Lines, Events: s.Events, Unparsed: s.Unparsed,
		UnparsedBy: append([]logviz.ProgramCount{}, s.UnparsedBy[:min(len(s.UnparsedBy), maxPrograms)]...), UnparsedPrograms: len(s.UnparsedBy),
		Logins: []Login{},
	}
	for _, l := range s.Logins[:min(len(s.Logins), maxLogins)] {
		out.Logins = append(out.Logins, d.Privacy.login(l))
	}
	return out
}

// login gives a login the names that are told.
func (p Privacy) login(l logviz.Login) Login {
	out := Login{Account: l.Account, Method: l.Method, Country: l.Country, FailuresBefore: l.FailuresBefore}
	if !l.Time.IsZero() {
		out.Time = &l.Time
	}
	if l.IP.IsValid() {
		out.IP = l.IP.String()
		if p.Address != nil {
			out.IP = p.Address(l.IP)
		}
	}
	if p.Account != nil {
		out.Account = p.Account(l.Account)
	}
	return out
}
