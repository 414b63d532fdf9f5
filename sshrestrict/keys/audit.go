package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"
	"time"
)

// Severity orders findings.
type Severity string

// The severities: High lets somebody do more than the line says, Medium more than needed or less than meant, Low is untidy.
const (
	High   Severity = "high"
	Medium Severity = "medium"
	Low    Severity = "low"
)

// Finding is something to correct. Its Code is stable.
type Finding struct {
	Severity    Severity `json:"severity"`
	Code        string   `json:"code"`
	Account     string   `json:"account,omitempty"`
	File        string   `json:"file,omitempty"`
	Line        int      `json:"line,omitempty"`
	Fingerprint string   `json:"fingerprint,omitempty"`
	Text        string   `json:"text"`
	Remedy      string   `json:"remedy"`
}

// Level says how far a key is restricted.
type Level string

// The levels of restriction.
const (
	None   Level = "none"   // any command
	Partly Level = "partly" // one command, and forwarding or ~/.ssh/rc beside it
	Fully  Level = "fully"  // one command, and at most a terminal
)

// Audited is one key in one file of one account.
type Audited struct {
	Account     string `json:"account"`
	File        string `json:"file"`
	Line        int    `json:"line"`
	Type        string `json:"type"`
	Bits        int    `json:"bits"`
	Fingerprint string `json:"fingerprint"`
	Comment     string `json:"comment"`

	Active        bool       `json:"active"`                 // sshd looks at the line
	Ignored       string     `json:"ignored,omitempty"`      // why it does not
	Restricted    Level      `json:"restricted"`             // by the line itself
	Open          []string   `json:"open"`                   // of port-forwarding, agent-forwarding, x11-forwarding, pty, user-rc
	Command       *string    `json:"command,omitempty"`      // of command=
	Own           *Own       `json:"own,omitempty"`          // what it says, if it is ours
	ByConfig      string     `json:"by_config,omitempty"`    // the ForceCommand that wins over it
	From          *string    `json:"from,omitempty"`         //
	Expires       *time.Time `json:"expires,omitempty"`      //
	Expired       bool       `json:"expired"`                //
	Authority     bool       `json:"cert_authority"`         // the key signs certificates
	DuplicateOf   string     `json:"duplicate_of,omitempty"` // "file:line" of the first of the same account, which sshd tries first
	SharedWith    []string   `json:"shared_with,omitempty"`  // other accounts that the key opens
	VerifyPresent bool       `json:"verify_required"`
}

// Report is the result of an audit.
type Report struct {
	Keys     []Audited `json:"keys"`
	Findings []Finding `json:"findings"`
	Files    int       `json:"files"` // that exist and could be read
}

// Audit reads the files of all locations as sshd would and lists every key, with what is wrong about it. Locations of one
// account have to be in sshd's order, as Discover returns them.
func (m Machine) Audit(locations []Location) Report {
	r := &auditor{Machine: m, first: map[string]Entry{}, firstAt: map[string]int{}, owners: map[string][]string{}}
	for _, l := range locations {
		r.location(l)
	}
	r.shared()
	rank := map[Severity]int{High: 0, Medium: 1, Low: 2}
	slices.SortStableFunc(r.report.Findings, func(a, b Finding) int { return rank[a.Severity] - rank[b.Severity] })
	return r.report
}

type auditor struct {
	Machine
	report  Report
	first   map[string]Entry // by account and key
	firstAt map[string]int   // its index in report.Keys
	owners  map[string][]string
}

func (r *auditor) location(l Location) {
	a, err := r.Account(l.Account)
	if err != nil {
		r.find(Finding{Severity: Low, Code: "no-account", Account: l.Account, File: l.File, Text: err.Error(), Remedy: "name an account of /etc/passwd"})
		return
	}
	file, err := r.read(l, a)
	if file == nil && err == nil {
		return
	}
	if err != nil {
		r.fileFault(l, file, err)
	}
	if file == nil {
		return
	}
	r.report.Files++
	for _, e := range file.Entries {
		r.entry(l, a, e)
	}
}

// fileFault reports a file that sshd does not read, or reads although it should not.
func (r *auditor) fileFault(l Location, file *File, err error) {
	f := Finding{Severity: Medium, Account: l.Account, File: l.File, Text: err.Error()}
	switch {
	case file == nil && errors.Is(err, fs.ErrPermission):
		f.Code, f.Text = "unreadable-file", "sshd opens the file as the account, who may not read it: "+err.Error()
		f.Remedy = "give the file to the account, or let it be read"
	case file == nil && (errors.Is(err, errNotRegular) || errors.Is(err, syscall.ELOOP)):
		f.Code, f.Remedy = "not-a-file", "put a plain file in its place"
	case file == nil:
		f.Code, f.Remedy = "unreadable-file", "make it readable for the account"
	case l.Strict:
		f.Code, f.Text = "unsafe-file", "sshd ignores the file: "+err.Error()
		f.Remedy = "correct owner and mode; until then its keys are locked out"
	default:
		f.Severity, f.Code, f.Remedy = High, "unsafe-file", "correct owner and mode, and set StrictModes yes: others can add keys"
	}
	r.find(f)
}

func (r *auditor) find(f Finding) { r.report.Findings = append(r.report.Findings, f) }

func (r *auditor) entry(l Location, a Account, e Entry) {
	if e.State == Ignored && !e.HasKey {
		r.find(Finding{
			Severity: Low, Code: "no-key", Account: l.Account, File: e.File, Line: e.Number,
			Text: "sshd passes the line over: " + e.Reason.Error(), Remedy: "take the line out, or put the key right",
		})
	}
	if !e.HasKey {
		return
	}
	k := Audited{
		Account: l.Account, File: e.File, Line: e.Number, Type: e.Key.Kind, Bits: e.Key.Bits, Fingerprint: e.Key.Fingerprint(),
		Comment: e.Note, Active: e.State == Active, ByConfig: l.ForceCommand, Restricted: None, Open: []string{},
	}
	if e.Reason != nil {
		k.Ignored = e.Reason.Error()
	}
	if k.Active {
		k.fill(e.Options, r.now())
	}
	same := fmt.Sprint(l.Account, "\x00", e.Options.CertAuthority, "\x00", e.Key.whole)
	earlier, seen := r.first[same]
	if seen {
		k.DuplicateOf = earlier.Place()
	} else if k.Active {
		r.first[same], r.firstAt[same] = e, len(r.report.Keys)
		r.owners[k.Fingerprint] = append(r.owners[k.Fingerprint], l.Account)
	}
	r.report.Keys = append(r.report.Keys, k)
	add := func(severity Severity, code, text, remedy string) {
		r.find(Finding{severity, code, l.Account, e.File, e.Number, k.Fingerprint, text, remedy})
	}
	if seen && k.Active {
		judgeDuplicate(add, r.report.Keys[r.firstAt[same]], k)
	}
	judge(add, a, l, e, k)
}

// fill copies the options, which are read from left to right already.
func (k *Audited) fill(o Options, now time.Time) {
	k.Command, k.From, k.Authority, k.VerifyPresent = o.Command, o.From, o.CertAuthority, o.VerifyRequired
	if !o.Expires.IsZero() {
		at := o.Expires
		k.Expires, k.Expired = &at, at.Unix() < now.Unix()
	}
	closed := true
	for _, one := range []struct {
		name string
		open bool
	}{
		{"port-forwarding", o.PortForwarding},
		{"agent-forwarding", o.AgentForwarding},
		{"x11-forwarding", o.X11Forwarding},
		{"pty", o.PTY},
		{"user-rc", o.UserRC},
	} {
		if one.open {
			k.Open = append(k.Open, one.name)
			// A terminal is closed by restrict; who opens it again behind that wants it.
			closed = closed && one.name == "pty" && o.Restrict
		}
	}
	if o.Command != nil {
		k.Restricted = Partly
		if closed {
			k.Restricted = Fully
		}
		if own, ok := ParseOwn(*o.Command); ok {
			k.Own = &own
		}
	}
}

// shared notes the keys that open several accounts.
func (r *auditor) shared() {
	for i := range r.report.Keys {
		k := &r.report.Keys[i]
		for _, account := range r.owners[k.Fingerprint] {
			if account != k.Account && !slices.Contains(k.SharedWith, account) {
				k.SharedWith = append(k.SharedWith, account)
			}
		}
	}
}
