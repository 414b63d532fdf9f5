package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"ops/logviz"
)

// statsLists are what --by knows.
func statsLists() []string {
	return []string{"country", "account", "address", "network", "method", "hour", "day", "weekday", "login", "program"}
}

// statsList is one list of the statistics, for people and as CSV.
type statsList struct {
	columns []statsColumn
	rows    []statsRow
	note    string // what the list lacks
	latest  bool   // of a part, the last rows are more interesting than the first
}

type statsColumn struct {
	title  string // for people; "" for a column of CSV only
	name   string // in CSV; "" for a column for people only
	number bool
}

// statsRow is a row; a bar of n and the course of the day stand beside it for people.
type statsRow struct {
	cells  []statsCell
	n      int
	course []int
}

// statsCell is a cell as it is shown, and as it stands in CSV.
type statsCell struct{ shown, raw string }

func wordCell(s string) statsCell { return statsCell{s, s} }
func numberCell(n int) statsCell  { return statsCell{count(n), strconv.Itoa(n)} }
func nameCell(s string) statsCell { return statsCell{cmp.Or(s, "(empty)"), s} }

func shareCell(n, all int) statsCell {
	if all == 0 {
		return statsCell{}
	}
	return statsCell{shown: fmt.Sprintf("%.1f %%", 100*float64(n)/float64(all))}
}

func (l *statsList) add(n int, course []int, cells ...statsCell) {
	l.rows = append(l.rows, statsRow{cells, n, course})
}

// columns of numbers that several lists have.
func attemptsColumn() statsColumn  { return statsColumn{"Attempts", "attempts", true} }
func sharesColumn() statsColumn    { return statsColumn{"Share", "", true} }
func addressesColumn() statsColumn { return statsColumn{"Addresses", "sources", true} }
func acceptedColumn() statsColumn  { return statsColumn{"Accepted", "accepted", true} }

func listOf(by string, s *logviz.Statistics) *statsList {
	switch by {
	case "country":
		return countryList(s)
	case "account":
		return accountList(s)
	case "address":
		return addressList(s)
	case "network":
		return networkList(s)
	case "method":
		return methodList(s)
	case "hour":
		return hourList(s)
	case "day":
		return dayList(s)
	case "weekday":
		return weekdayList(s)
	case "login":
		return loginList(s.Logins, s.NotListed.Logins)
	}
	return programList(s)
}

func countryList(s *logviz.Statistics) *statsList {
	l := &statsList{columns: []statsColumn{{"Country", "country", false}, {"Code", "code", false}, attemptsColumn(), sharesColumn(), addressesColumn()}}
	for _, c := range s.Countries {
		l.add(c.Attempts, c.Course[:], wordCell(c.Name), wordCell(c.Code), numberCell(c.Attempts), shareCell(c.Attempts, s.Attempts.Failed), numberCell(c.Sources))
	}
	l.lacks(s.Located.Private, "from private addresses")
	l.lacks(s.Located.Reserved, "from reserved addresses")
	l.lacks(s.Located.Unknown, "from unknown places")
	return l
}

func accountList(s *logviz.Statistics) *statsList {
	l := &statsList{columns: []statsColumn{{"Account", "account", false}, attemptsColumn(), sharesColumn(), {"Unknown", "unknown", true}, addressesColumn(), {"", "methods", false}}}
	for _, a := range s.Accounts {
		var methods []string
		for _, name := range slices.SortedFunc(maps.Keys(a.Methods), func(x, y string) int {
			return cmp.Or(cmp.Compare(a.Methods[y], a.Methods[x]), strings.Compare(x, y))
		}) {
			methods = append(methods, name+" "+strconv.Itoa(a.Methods[name]))
		}
		l.add(a.Attempts, a.Course[:], nameCell(a.Name), numberCell(a.Attempts), shareCell(a.Attempts, s.Attempts.Failed), numberCell(a.Unknown),
			numberCell(a.Sources), wordCell(strings.Join(methods, "; ")))
	}
	l.lacks(s.NotListed.Accounts, "on further accounts")
	return l
}

func addressList(s *logviz.Statistics) *statsList {
	l := &statsList{columns: []statsColumn{{"Address", "address", false}, {"Country", "country", false}, attemptsColumn(), sharesColumn()}}
	for _, a := range s.Addresses {
		l.add(a.Attempts, nil, wordCell(a.IP.String()), wordCell(a.Country), numberCell(a.Attempts), shareCell(a.Attempts, s.Attempts.Failed))
	}
	l.lacks(s.NotListed.WithoutAddress, "logged without an address")
	l.lacks(s.NotListed.Addresses, "from further addresses")
	return l
}

func networkList(s *logviz.Statistics) *statsList {
	l := &statsList{columns: []statsColumn{{"Network", "network", false}, {"Country", "country", false}, attemptsColumn(), sharesColumn(), addressesColumn()}}
	for _, n := range s.Networks {
		l.add(n.Attempts, nil, wordCell(n.Prefix.String()), wordCell(n.Country), numberCell(n.Attempts), shareCell(n.Attempts, s.Attempts.Failed), numberCell(n.Sources))
	}
	l.lacks(s.NotListed.WithoutAddress, "logged without an address")
	l.lacks(s.NotListed.Addresses, "from further addresses")
	return l
}

func methodList(s *logviz.Statistics) *statsList {
	l := &statsList{columns: []statsColumn{{"Method", "method", false}, attemptsColumn(), sharesColumn(), acceptedColumn()}}
	for _, m := range s.Methods {
		l.add(m.Attempts, nil, nameCell(m.Name), numberCell(m.Attempts), shareCell(m.Attempts, s.Attempts.Failed), numberCell(m.Accepted))
	}
	l.lacks(s.NotListed.Methods, "by further methods")
	return l
}

func loginList(logins []logviz.Login, notListed int) *statsList {
	l := &statsList{columns: []statsColumn{
		{"Accepted", "time", false},
		{"Account", "account", false},
		{"Method", "method", false},
		{"Address", "address", false},
		{"Country", "country", false},
		{"Failures", "failures_before", true},
		{"Same user", "same_account_before", true},
	}}
	for _, login := range logins {
		ip, at := statsCell{"not logged", ""}, statsCell{"not logged", ""}
		if login.IP.IsValid() {
			ip = wordCell(login.IP.String())
		}
		if login.Time.Year() > 1 {
			at = statsCell{login.Time.Format(time.DateTime), login.Time.Format(time.RFC3339)}
		}
		l.add(0, nil, at, nameCell(login.Account), wordCell(login.Method), ip, wordCell(login.Country), numberCell(login.FailuresBefore), numberCell(login.SameAccountBefore))
	}
	if notListed > 0 {
		l.note = count(notListed) + " more accepted attempts are not listed"
	}
	return l
}

func programList(s *logviz.Statistics) *statsList {
	l := &statsList{columns: []statsColumn{{"Program", "program", false}, {"Lines not understood", "unparsed", true}}}
	for _, p := range s.UnparsedBy {
		l.add(p.Lines, nil, statsCell{cmp.Or(p.Program, "(none)"), p.Program}, numberCell(p.Lines))
	}
	return l
}

// lacks notes failed attempts that no row has.
func (l *statsList) lacks(n int, what string) {
	if n > 0 {
		if l.note != "" {
			l.note += "; "
		}
		l.note += count(n) + " more " + what
	}
}

// part returns the first rows, or the last where these are more interesting; all for a negative number.
func (l *statsList) part(top int) []statsRow {
	switch {
	case top < 0 || top >= len(l.rows):
		return l.rows
	case l.latest:
		return l.rows[len(l.rows)-top:]
	}
	return l.rows[:top]
}
