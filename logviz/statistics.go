package logviz

import (
	"net/netip"
	"time"

	"ops/logviz/geo"
)

// Statistics is what a log says in numbers; its JSON is the stable form, described by the schema "statistics".
// "Attempts" in a list are failed attempts to log in; accepted ones are told one by one in Logins. Lists are whole,
// largest first; equal ones are in order of their names.
type Statistics struct {
	Lines    int `json:"lines"`    // records read: events and unparsed
	Events   int `json:"events"`   // records that a definition understood
	Unparsed int `json:"unparsed"` // records that no definition understood
	// UnparsedBy tells the unparsed records by the program that wrote them, "" where there is none.
	UnparsedBy []ProgramCount `json:"unparsed_by"`
	Attempts   struct {
		Failed   int `json:"failed"`
		Accepted int `json:"accepted"`
	} `json:"attempts"`
	Sources   int            `json:"sources"` // addresses with a failed attempt
	Countries []CountryCount `json:"countries"`
	Accounts  []NameCount    `json:"accounts"`
	Addresses []AddressCount `json:"addresses"`
	Methods   []NameCount    `json:"methods"`
	Hours     []HourCount    `json:"hours"` // hours with failed attempts, in order
	Logins    []Login        `json:"logins"`
	Located   Located        `json:"located"`
	NotListed NotListed      `json:"not_listed"`
	First     *time.Time     `json:"first"` // earliest event, null without one
	Last      *time.Time     `json:"last"`
	Geo       GeoSource      `json:"geo"`
}

// Located tells the failed attempts by how far their source could be located; the sum is attempts.failed.
type Located struct {
	Country  int `json:"country"`
	Private  int `json:"private"`
	Reserved int `json:"reserved"`
	Unknown  int `json:"unknown"` // not in the table, or logged without an address
}

// NotListed counts what the lists leave out because they had reached their limits.
type NotListed struct {
	Accounts  int `json:"accounts"`  // failed attempts
	Addresses int `json:"addresses"` // failed attempts
	Logins    int `json:"logins"`
}

// GeoSource names the data that the countries come from.
type GeoSource struct {
	Source  string `json:"source"`
	Date    string `json:"date"` // of the data, 2026-06-25
	Licence string `json:"licence"`
}

// CountryCount is a country's share.
type CountryCount struct {
	Code     string `json:"code"` // ISO 3166-1 alpha-2
	Name     string `json:"name"`
	Attempts int    `json:"attempts"`
	Sources  int    `json:"sources"`
}

// AddressCount is an address's share.
type AddressCount struct {
	IP       netip.Addr `json:"ip"`
	Attempts int        `json:"attempts"`
	Country  string     `json:"country"` // "" if it has none
}

// NameCount is the share of an account or method.
type NameCount struct {
	Name     string `json:"name"`
	Attempts int    `json:"attempts"`
}

// ProgramCount is a number of lines of a program.
type ProgramCount struct {
	Program string `json:"program"`
	Lines   int    `json:"lines"`
}

// HourCount is an hour's share.
type HourCount struct {
	Start    time.Time `json:"start"`
	Attempts int       `json:"attempts"`
}

// Login is an accepted attempt.
type Login struct {
	Time    time.Time  `json:"time"`
	Account string     `json:"account"`
	Method  string     `json:"method"`
	IP      netip.Addr `json:"ip"` // "" if it was logged without one
	Country string     `json:"country"`
}

func newLogin(e *Event, place geo.Place, zone *time.Location) Login {
	return Login{
		Time: e.Time().In(zone), Account: e.account(), Method: e.Text(FieldMethod), IP: e.Source(), Country: place.Code,
	}
}

// fillEmpty makes absent lists empty ones, so that they are [] in JSON.
func (s *Statistics) fillEmpty() {
	fill(&s.UnparsedBy)
	fill(&s.Countries)
	fill(&s.Accounts)
	fill(&s.Addresses)
	fill(&s.Methods)
	fill(&s.Hours)
	fill(&s.Logins)
}

func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
