package logviz

import (
	"net/netip"
	"strings"
	"time"

	"ops/logviz/geo"
)

// Statistics is what a log says in numbers; its JSON is the stable form, described by the schema "statistics".
// "Attempts" in a list are failed attempts to log in, "sources" the addresses that made them. Lists are whole, largest
// first, equal ones in order of their names; hours, days and logins are in order of time. The order of the lines in the
// log, and into which files they were split, changes nothing, unless a limit was reached (see [Tally]).
type Statistics struct {
	// Filter says which attempts were chosen, as in "country=CN"; without it, all. What was read (Lines, Events,
	// Unparsed, UnparsedBy) is told of the whole log all the same.
	Filter []string `json:"filter,omitempty"`

	Lines    int `json:"lines"`    // records read: events and unparsed
	Events   int `json:"events"`   // records that a definition understood
	Unparsed int `json:"unparsed"` // records that no definition understood
	// UnparsedBy tells the unparsed records by the program that wrote them, "" where there is none.
	UnparsedBy []ProgramCount `json:"unparsed_by"`
	Attempts   struct {
		Failed   int `json:"failed"`
		Accepted int `json:"accepted"`
	} `json:"attempts"`
	// Users tells the failed attempts by whether the log says that the system does not know the account ("invalid user");
	// the sum is attempts.failed.
	Users struct {
		Known   int `json:"known"`
		Unknown int `json:"unknown"`
	} `json:"users"`
	Sources          int `json:"sources"`           // addresses with a failed attempt
	ReturningSources int `json:"returning_sources"` // of these, those with failed attempts in two or more hours
	// LoginsAfterFailures is how many of all logins came from an address that had failed before: someone who mistyped,
	// or an attack that succeeded.
	LoginsAfterFailures int            `json:"logins_after_failures"`
	Countries           []CountryCount `json:"countries"`
	Accounts            []AccountCount `json:"accounts"`
	Addresses           []AddressCount `json:"addresses"`
	Networks            []NetworkCount `json:"networks"`
	Methods             []MethodCount  `json:"methods"` // those of accepted attempts too
	Hours               []HourCount    `json:"hours"`   // hours with attempts, in order
	Days                []DayCount     `json:"days"`    // days with attempts, in order
	Logins              []Login        `json:"logins"`
	Located             Located        `json:"located"`
	NotListed           NotListed      `json:"not_listed"`
	First               *time.Time     `json:"first"` // earliest event, null without one
	Last                *time.Time     `json:"last"`
	Geo                 GeoSource      `json:"geo"`
}

// Located tells the failed attempts by how far their source could be located; the sum is attempts.failed.
type Located struct {
	Country  int `json:"country"`
	Private  int `json:"private"`
	Reserved int `json:"reserved"`
	Unknown  int `json:"unknown"` // not in the table, or logged without an address
}

// NotListed counts what the lists leave out: because they had reached their limits, or because the log does not say it.
// Together with it, each list adds up to attempts.failed.
type NotListed struct {
	Accounts  int `json:"accounts"`  // failed attempts
	Addresses int `json:"addresses"` // failed attempts; networks lack them too
	Methods   int `json:"methods"`   // failed attempts
	Hours     int `json:"hours"`     // failed attempts; days lack them too
	// History is how many failed attempts of listed addresses are missing where sources of hours, days and accounts were
	// counted, which are too low for it, and count as failures before a login whether they were or not.
	History        int `json:"history"`
	Logins         int `json:"logins"`
	WithoutAddress int `json:"without_address"` // failed attempts that were logged without an address
	WithoutTime    int `json:"without_time"`    // failed attempts that were logged without a time
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
	Course   Course `json:"-"`
}

// Course is failed attempts by the hour of the day, 0 to 23, of all days together.
type Course [24]int

// AccountCount is the share of an account that was tried.
type AccountCount struct {
	Name     string         `json:"name"`
	Attempts int            `json:"attempts"`
	Unknown  int            `json:"unknown"` // of Attempts, those when the system did not know the account
	Sources  int            `json:"sources"`
	Methods  map[string]int `json:"methods"` // Attempts by method, at most 16 of them
	Course   Course         `json:"-"`
}

// AddressCount is an address's share.
type AddressCount struct {
	IP       netip.Addr `json:"ip"`
	Attempts int        `json:"attempts"`
	Country  string     `json:"country"` // "" if it has none
}

// NetworkCount is the share of a /24 of IPv4 or a /48 of IPv6, the usual sizes that one owner has.
type NetworkCount struct {
	Prefix   netip.Prefix `json:"prefix"`
	Attempts int          `json:"attempts"`
	Sources  int          `json:"sources"`
	Country  string       `json:"country"` // of the address with the most attempts, "" if that has none
}

// MethodCount is the share of a way to log in.
type MethodCount struct {
	Name     string `json:"name"`
	Attempts int    `json:"attempts"`
	Accepted int    `json:"accepted"`
}

// ProgramCount is a number of lines of a program.
type ProgramCount struct {
	Program string `json:"program"`
	Lines   int    `json:"lines"`
}

// HourCount is an hour's share. The two hours of one name in autumn are two.
type HourCount struct {
	Start    time.Time `json:"start"`
	Attempts int       `json:"attempts"`
	Accepted int       `json:"accepted"`
	Sources  int       `json:"sources"`
	// NewSources are those whose first failed attempt in the log is in this hour.
	NewSources int `json:"new_sources"`
}

// DayCount is the share of a day in the zone of the statistics.
type DayCount struct {
	Date       string `json:"date"` // 2026-03-14
	Attempts   int    `json:"attempts"`
	Accepted   int    `json:"accepted"`
	Sources    int    `json:"sources"`
	NewSources int    `json:"new_sources"`
}

// Login is an accepted attempt. Of more than a thousand, those after the most failures are listed, then the earliest.
type Login struct {
	Time    time.Time  `json:"time"` // 0001-01-01T00:00:00Z if it was logged without one
	Account string     `json:"account"`
	Method  string     `json:"method"`
	IP      netip.Addr `json:"ip"` // "" if it was logged without one
	Country string     `json:"country"`
	// FailuresBefore counts the failed attempts from the same address that were not later, by the time of the log and
	// not the order of its lines. What was logged without a time counts as well. 0 if there is no address.
	FailuresBefore    int `json:"failures_before"`
	SameAccountBefore int `json:"same_account_before"` // of FailuresBefore, those on the same account
}

func newLogin(e *Event, place geo.Place, zone *time.Location) Login {
	at := e.Time()
	if !at.IsZero() {
		at = at.In(zone)
	}
	return Login{
		Time: at, Account: strings.Clone(e.account()), Method: strings.Clone(clip(e.Text(FieldMethod))),
		IP: e.Source(), Country: place.Code,
	}
}

// fillEmpty makes absent lists empty ones, so that they are [] in JSON.
func (s *Statistics) fillEmpty() {
	fill(&s.UnparsedBy)
	fill(&s.Countries)
	fill(&s.Accounts)
	fill(&s.Addresses)
	fill(&s.Networks)
	fill(&s.Methods)
	fill(&s.Hours)
	fill(&s.Days)
	fill(&s.Logins)
}

func fill[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
