package trail

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ops/sshrestrict/audit"
)

// line is a record as it stands in JSON.
type line struct {
	Time        string `json:"time"`
	ID          string `json:"id"`
	Event       string `json:"event"`
	Decision    string `json:"decision"`
	Code        string `json:"code"`
	Reason      string `json:"reason"`
	Policy      string `json:"policy"`
	PolicyHash  string `json:"policy_hash"`
	Rule        string `json:"rule"`
	Key         string `json:"key"`
	Fingerprint string `json:"fingerprint"`
	Account     string `json:"account"`
	Address     string `json:"address"`
	Port        int    `json:"port"`
	TTY         string `json:"tty"`

	Requested          *string    `json:"requested"`
	RequestedTruncated int        `json:"requested_truncated"`
	Argv               [][]string `json:"argv"`
	ArgvTruncated      int        `json:"argv_truncated"`
	Program            string     `json:"program"`
	Sandbox            string     `json:"sandbox"`

	Operation string `json:"operation"`
	Path      string `json:"path"`
	Target    string `json:"target"`

	Exit     *int   `json:"exit"`
	Signal   string `json:"signal"`
	Duration *int64 `json:"duration_ms"`
	BytesIn  *int64 `json:"bytes_in"`
	BytesOut *int64 `json:"bytes_out"`
	Lost     int    `json:"lost"`
}

// Parse reads one record from its JSON object. Fields that it does not know are passed over, so that records of a later
// version can be read; text that is not escaped as package audit does it is an error.
func Parse(object []byte) (audit.Record, error) {
	if len(object) > audit.MaxLine {
		return audit.Record{}, fmt.Errorf("a record of %d bytes; at most %d are written", len(object), audit.MaxLine)
	}
	var l line
	if err := json.Unmarshal(object, &l); err != nil {
		return audit.Record{}, fmt.Errorf("no record in JSON: %w", err)
	}
	moment, err := time.Parse(time.RFC3339Nano, l.Time)
	if err != nil {
		return audit.Record{}, errors.New("a record without a time in RFC 3339")
	}
	switch l.Event {
	case audit.EventIntent, audit.EventResult, audit.EventSession:
	default:
		return audit.Record{}, errors.New("a record whose event is not known")
	}
	r := audit.Record{
		Time: moment.UTC(), ID: l.ID, Event: l.Event, Decision: l.Decision, Code: l.Code, Reason: l.Reason, Policy: l.Policy,
		PolicyHash: l.PolicyHash, Rule: l.Rule, Key: l.Key, Fingerprint: l.Fingerprint, Account: l.Account, Address: l.Address,
		Port: l.Port, TTY: l.TTY, Requested: l.Requested, RequestedTruncated: l.RequestedTruncated, Argv: l.Argv,
		ArgvTruncated: l.ArgvTruncated, Program: l.Program, Sandbox: l.Sandbox, Operation: l.Operation, Path: l.Path,
		Target: l.Target, Lost: l.Lost,
	}
	if l.Exit != nil || l.Signal != "" || l.Duration != nil || l.BytesIn != nil || l.BytesOut != nil {
		r.Result = &audit.Result{Exit: orMissing(l.Exit), Signal: l.Signal, BytesIn: orMissing(l.BytesIn), BytesOut: orMissing(l.BytesOut)}
		if l.Duration != nil {
			r.Result.Duration = time.Duration(*l.Duration) * time.Millisecond
		}
	}
	return r, unescape(&r)
}

func orMissing[T int | int64](n *T) T {
	if n == nil {
		return -1
	}
	return *n
}

// unescape makes all texts of the record plain again.
func unescape(r *audit.Record) error {
	texts := []*string{
		&r.ID, &r.Decision, &r.Code, &r.Reason, &r.Policy, &r.PolicyHash, &r.Rule, &r.Key, &r.Fingerprint, &r.Account,
		&r.Address, &r.TTY, &r.Program, &r.Sandbox, &r.Operation, &r.Path, &r.Target,
	}
	if r.Requested != nil {
		texts = append(texts, r.Requested)
	}
	if r.Result != nil {
		texts = append(texts, &r.Result.Signal)
	}
	for _, program := range r.Argv {
		for i := range program {
			texts = append(texts, &program[i])
		}
	}
	for _, text := range texts {
		plain, err := audit.Unescape(*text)
		if err != nil {
			return err
		}
		*text = plain
	}
	return nil
}
