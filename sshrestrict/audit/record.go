package audit

import "time"

// What a record is about.
const (
	EventIntent  = "intent"  // the decision, before anything is started
	EventResult  = "result"  // how the started program ended; it has the ID of its intent
	EventSession = "session" // one operation within a session, such as a removed file; it has the ID of its intent
)

// Decisions.
const (
	Allow  = "allow"
	Deny   = "deny"
	Later  = "later"  // refused for now: rate, number of sessions
	Broken = "broken" // the policy cannot be read, so nothing is allowed
)

// Record is one line of the audit. The comments name the field in JSON and its limit; what is longer is cut and ends in "…".
type Record struct {
	Time time.Time // "time": RFC 3339 in UTC, with six digits of the second
	ID   string    // "id": see NewID; ties the records of one session together

	Event    string // "event": one of the Event constants
	Decision string // "decision": Allow, Deny, Later or Broken
	Code     string // "code": the reason's stable name, such as rsync-path-outside
	Reason   string // "reason": one sentence

	Policy     string // "policy": its name
	PolicyHash string // "policy_hash": "sha256:…" of the file's bytes
	Rule       string // "rule": such as "allow[3] rsync"

	Key         string // "key": the name that authorized_keys gives it
	Fingerprint string // "fingerprint": "SHA256:…", see Fingerprints
	Account     string // "account": whose rights are used
	Address     string // "address": of the client
	Port        int    // "port": of the client
	TTY         string // "tty": the terminal's device, if any

	Requested          *string    // "requested": nil if the client asked for no command; at most 16 KiB
	RequestedTruncated int        // "requested_truncated": bytes that are left off; set when written
	Argv               [][]string // "argv": the rendered arguments of each program of a pipe; at most 1024 and 32 KiB in all
	ArgvTruncated      int        // "argv_truncated": arguments that are cut or left off; set when written
	Program            string     // "program": the path of the first program
	Sandbox            string     // "sandbox": what was achieved, such as "landlock-7"

	Operation string // "operation": of an EventSession, such as "remove"
	Path      string // "path": of the operation; at most 4 KiB
	Target    string // "target": its second path; at most 4 KiB

	Result *Result // of an EventResult; may stand in an EventSession
	Lost   int     // "lost": records that this process could not deliver to a sink until now; set when written
}

// Result is how something ended.
type Result struct {
	Exit     int           // "exit": the program's code; -1 if it was ended by a signal, or for an operation
	Signal   string        // "signal": such as SIGKILL
	Duration time.Duration // "duration_ms"
	BytesIn  int64         // "bytes_in": from the client; -1 if not counted
	BytesOut int64         // "bytes_out": to the client; -1 if not counted
}

// severity is the record's weight by RFC 5424, 6.2.1.
func (r *Record) severity() int {
	const failure, warning, notice, informational = 3, 4, 5, 6
	switch r.Decision {
	case Broken:
		return failure
	case Deny:
		return warning
	case Later:
		return notice
	}
	return informational
}

// summary is the record in a few words, for people who read the journal. It is printable.
func (r *Record) summary() string {
	b := make([]byte, 0, 256)
	word := func(before, text string) {
		if text != "" {
			b = append(append(b, before...), Escape(cut(text, 100))...)
		}
	}
	word("", r.Event)
	word(" ", r.Decision)
	word(" ", r.Code)
	word(" policy ", r.Policy)
	word(" rule ", r.Rule)
	word(" key ", r.Key)
	word(" from ", r.Address)
	word(" ", r.Operation)
	word(" ", r.Path)
	if r.Requested != nil {
		word(": ", cut(*r.Requested, 200))
	}
	return string(b)
}
