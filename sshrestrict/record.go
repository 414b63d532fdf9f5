package sshrestrict

import (
	"golang.org/x/sys/unix"

	"ops/sshrestrict/audit"
	"ops/sshrestrict/launch"
)

// open prepares the audit and fills in what is known of the session. Without a destination in the policy records go to
// the journal.
func (s *forced) open() error {
	to, required := []string{"journal"}, false
	if s.policy != nil {
		required = s.policy.Audit.Required
		if len(s.policy.Audit.To) > 0 {
			to = s.policy.Audit.To
		}
		s.record.PolicyHash = s.policy.Hash
	}
	var err error
	if s.journal, err = audit.Open(to, audit.Options{Required: required, PID: s.PID, Zone: s.Now.Location()}); err != nil {
		return err
	}
	if s.record.ID, err = audit.NewID(); err != nil {
		return err
	}
	s.record.Event, s.record.Key, s.record.Account = audit.EventIntent, s.key, s.account.Name
	if q := s.request; q != nil {
		if q.Kind != KindLogin {
			s.record.Requested = &q.Text
		}
		if q.Address.IsValid() {
			s.record.Address, s.record.Port = q.Address.String(), int(q.Port)
		}
		s.record.TTY, s.record.Fingerprint = q.env("SSH_TTY"), q.Fingerprint
	}
	return nil
}

func (s *forced) write(r audit.Record) error {
	r.Time = s.Clock()
	return s.journal.Write(r)
}

// intend records what is about to be started. Its error means that it must not be.
func (s *forced) intend(plan *launch.Plan, sandbox launch.Sandbox) error {
	s.record.Decision, s.record.Code, s.record.Sandbox = audit.Allow, "ok", sandbox.String()
	s.record.Program = plan.Stages[0].Program
	for _, stage := range plan.Stages {
		s.record.Argv = append(s.record.Argv, stage.Args)
	}
	if err := s.write(s.record); err != nil && s.policy.Audit.Required {
		return err
	}
	return nil
}

// refused records why nothing was started. There is nobody left to tell if that fails.
func (s *forced) refused(decision, code, reason string) {
	if s.journal == nil {
		if s.open() != nil {
			return
		}
	}
	r := s.record
	r.Decision, r.Code, r.Reason = decision, code, reason
	if r.Argv != nil { // the intent was recorded: this is how it ended
		r.Event = audit.EventResult
	}
	_ = s.write(r)
}

// ended records how the program ended, and returns the exit code for the client.
func (s *forced) ended(result launch.Result, observed *observer) int {
	r := s.record
	r.Event = audit.EventResult
	r.Argv, r.Requested = nil, nil
	r.Result = &audit.Result{
		Exit: result.ExitCode, Duration: result.Duration, BytesIn: result.BytesIn, BytesOut: result.BytesOut,
	}
	if result.Signal != 0 {
		r.Result.Signal = unix.SignalName(result.Signal)
	}
	if result.TimedOut {
		r.Code, r.Reason = "time-limit", "the policy's time limit ended the session"
	} else if remarks := observed.remarks(); remarks != "" {
		r.Reason = remarks
	}
	exit := result.ExitCode
	if observed != nil && observed.err != nil {
		r.Code, r.Reason, exit = "audit", observed.err.Error(), ExitBroken
	}
	_ = s.write(r)
	return exit
}

func (s *forced) close() {
	if s.journal != nil {
		_ = s.journal.Close()
	}
}
