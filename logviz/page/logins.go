package page

import (
	"time"

	"ops/logviz"
)

// Login is a login that succeeded, with the names that are told.
type Login struct {
	Time           *time.Time `json:"time"` // null if it was logged without one
	Account        string     `json:"account"`
	Method         string     `json:"method"`
	IP             string     `json:"ip"` // "" if none was logged, or none is told
	Country        string     `json:"country"`
	FailuresBefore int        `json:"failures_before"`
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

// loudest returns n logins in the order of the list: those after failed attempts from the same address, and as many of the
// others, the first ones, as there is room for.
func loudest(list []logviz.Login, n int) []logviz.Login {
	after := 0
	for _, l := range list {
		if l.FailuresBefore > 0 {
			after++
		}
	}
	after = min(after, n)
	others := n - after
	var out []logviz.Login
	for _, l := range list {
		room := &others
		if l.FailuresBefore > 0 {
			room = &after
		}
		if *room > 0 {
			*room--
			out = append(out, l)
		}
	}
	return out
}

func (l *lister) logins() listing {
	s, h := l.data.Statistics, &l.heads
	t := listing{Title: l.tables.logins, Heads: heads(h.time, h.account, h.method, h.address, h.country, h.before+right), Alarm: true}
	for _, logged := range loudest(s.Logins, l.top) {
		told := l.data.Privacy.login(logged)
		when, address := l.notLogged, told.IP
		if told.Time != nil {
			when = told.Time.Format(time.DateTime)
		}
		if !logged.IP.IsValid() {
			address = l.notLogged
		}
		t.Rows = append(t.Rows, line{
			Cells: []string{
				when, l.accountName(told.Account), shortened(told.Method), address, l.countryName(told.Country),
				l.number(told.FailuresBefore),
			},
			Alarm: told.FailuresBefore > 0,
		})
	}
	t.More = l.rest(len(t.Rows), s.Attempts.Accepted)
	return t
}
