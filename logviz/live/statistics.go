package live

import (
	"time"

	"ops/logviz"
	"ops/logviz/geo"
)

// Statistics returns the numbers of the ring as 'ops logviz stats' tells them, to the minute: an attempt that failed counts
// as one at the start of its minute. Those that the ring has no room or no time for are in none of them.
func (s *Snapshot) Statistics(info geo.Info) *logviz.Statistics {
	t := logviz.NewTally(s.zone)
	exact := make(map[cell]int) // accepted attempts that are told with their moment
	for _, l := range s.logins {
		t.Add(s.event(l.Time, l.cell, l.n), s.placeOf(l.cell))
		exact[l.cell] += l.n
	}
	for _, k := range s.rows {
		n := k.n
		if k.accepted() {
			told := min(n, exact[k.cell])
			exact[k.cell] -= told
			n -= told
		}
		if n > 0 {
			t.Add(s.event(time.Unix(k.at, 0), k.cell, n), s.placeOf(k.cell))
		}
	}
	out := t.Statistics(info)
	out.Lines, out.Events, out.Unparsed = s.totals.lines, s.totals.events, s.totals.lines-s.totals.events
	out.UnparsedBy = s.unparsedBy()
	out.First, out.Last = nil, nil
	if !s.first.IsZero() {
		out.First, out.Last = new(s.first.In(s.zone)), new(s.last.In(s.zone))
	}
	return out
}

// event is an event of attempts with the fields that are counted, until the next one.
func (s *Snapshot) event(at time.Time, c cell, n int) *logviz.Event {
	e := &s.scratch
	e.Reset()
	if v, ok := logviz.TimestampValue(at); ok {
		e.Set(logviz.FieldTimestamp, v)
	}
	outcome := "failure"
	if c.accepted() {
		outcome = "success"
	}
	e.Set(logviz.FieldAction, logviz.StringValue("ssh_login"))
	e.Set(logviz.FieldOutcome, logviz.StringValue(outcome))
	e.Set(logviz.FieldUser, logviz.StringValue(s.names.accounts[c.account]))
	e.Set(logviz.FieldMethod, logviz.StringValue(s.names.methods[c.name()]))
	e.Set(logviz.FieldCount, logviz.IntegerValue(int64(n)))
	if c.unknown() {
		e.Set(logviz.FieldUserUnknown, logviz.BoolValue(true))
	}
	if source := s.names.sources[c.source]; source.IsValid() {
		e.Set(logviz.FieldSourceIP, logviz.IPValue(source))
	}
	return e
}

func (s *Snapshot) placeOf(c cell) geo.Place {
	return placeNamed(s.names.places[s.sources[c.source].place])
}

// placeNamed is the place that placeName was given.
func placeNamed(name string) geo.Place {
	kind := kindOf(name)
	if kind != geo.Country {
		return geo.Place{Kind: kind}
	}
	return geo.Place{Kind: kind, Code: name}
}

// Table returns the attempts of the ring as a ledger has them, except that names stand in the order in which they came, so
// that later updates can go on with their numbers.
func (s *Snapshot) Table() *logviz.LedgerTable {
	t := &logviz.LedgerTable{
		From: time.Unix(s.from, 0).In(s.zone), Step: stepSeconds * time.Second, Steps: int(s.end-s.from) / stepSeconds,
		Methods: s.names.methods, Rows: make([]logviz.LedgerRow, 0, len(s.rows)),
		Sources: make([]logviz.LedgerSource, len(s.sources)), Accounts: make([]logviz.LedgerAccount, len(s.names.accounts)),
	}
	for _, name := range s.names.places {
		t.Places = append(t.Places, placeNamed(name))
	}
	for i, from := range s.sources {
		t.Sources[i].Addr, t.Sources[i].Place = s.names.sources[i], int(from.place)
	}
	for i, name := range s.names.accounts {
		t.Accounts[i].Name = name
	}
	for _, k := range s.rows {
		row := logviz.LedgerRow{
			Step: int(k.at-s.from) / stepSeconds, Source: int(k.source), Account: int(k.account), Method: int(k.name()),
			Accepted: k.accepted(), N: k.n,
		}
		for _, of := range []*logviz.Totals{&t.Sources[row.Source].Totals, &t.Accounts[row.Account].Totals} {
			if row.Accepted {
				of.Accepted += row.N
			} else {
				of.Failed += row.N
			}
		}
		if n := len(t.Rows); n > 0 && sameCell(t.Rows[n-1], row) { // of accounts known and unknown
			t.Rows[n-1].N += row.N
			continue
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func sameCell(a, b logviz.LedgerRow) bool {
	b.N = a.N
	return a == b
}
