package page

import "ops/logviz"

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
	ReturningSources int                   `json:"returning_sources"` // rows that stand for several addresses cannot tell
	Logins           []Login               `json:"logins"`            // those after failures, then the first ones; the rows have all
}

func (d *Data) statistics() *Statistics {
	s := d.Statistics
	out := &Statistics{
		Lines: s.Lines, Events: s.Events, Unparsed: s.Unparsed,
		UnparsedBy: append([]logviz.ProgramCount{}, s.UnparsedBy[:min(len(s.UnparsedBy), maxPrograms)]...), UnparsedPrograms: len(s.UnparsedBy),
		ReturningSources: s.ReturningSources, Logins: []Login{},
	}
	for _, l := range loudest(s.Logins, maxLogins) {
		out.Logins = append(out.Logins, d.Privacy.login(l))
	}
	return out
}
