package power

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"ops/sshrestrict/power/request"
)

// checkInhibitors is SD_LOGIND_ROOT_CHECK_INHIBITORS of org.freedesktop.login1(5). For other users logind looks at the
// locks anyway; with it, root is held by them too. It is the only flag this program sends.
const checkInhibitors = uint64(1)

// method is the name of a verb in logind's methods, as in CanSuspend and SuspendWithFlags.
func method(v request.Verb) string {
	switch v {
	case request.Suspend:
		return "Suspend"
	case request.Hibernate:
		return "Hibernate"
	case request.PowerOff:
		return "PowerOff"
	case request.Reboot:
		return "Reboot"
	}
	panic("power: " + string(v) + " does not act")
}

// answer is logind's answer to whether we may.
func (c Can) answer(v request.Verb) *string {
	switch v {
	case request.Suspend:
		return c.Suspend
	case request.Hibernate:
		return c.Hibernate
	case request.PowerOff:
		return c.PowerOff
	case request.Reboot:
		return c.Reboot
	}
	return nil
}

// Do carries out a verb that acts, if nothing speaks against it, and returns the last Result; tell gets the one before,
// with the outcome Requested, when logind is about to be asked. If tell fails, nothing is done.
//
// What was seen may have changed by the time logind acts. It looks again itself, in the same step as it acts: at the
// sessions of other users and at the locks, which this account has no right to pass over.
func (m Machine) Do(ctx context.Context, r request.Request, tell func(Result) error) Result {
	wake, err := r.Wake(m.now())
	if err != nil {
		return m.refuse(r.Verb, Reason{CodeWakeAlarm, clean(err.Error())})
	}
	s := m.Status(ctx)
	if reasons := objections(&s, r.Verb); len(reasons) > 0 {
		return m.refuse(r.Verb, reasons...)
	}
	undo := func() {}
	done := m.result(r.Verb, Accepted)
	if !wake.IsZero() {
		if undo, err = m.setAlarm(wake); err != nil {
			return m.refuse(r.Verb, Reason{CodeWakeAlarm, clean(err.Error())})
		}
		done.WakeAt = &wake
	}
	asked := m.result(r.Verb, Requested)
	asked.WakeAt = done.WakeAt
	if err := tell(asked); err != nil {
		undo()
		return m.refuse(r.Verb, Reason{CodeLogind, "the client is gone: " + clean(err.Error())})
	}
	err = m.request(ctx, r.Verb)
	switch reason := explain(err); {
	case err == nil:
		done.Time = m.now()
		return done
	case reason.Code == CodeNoAnswer:
		unsure := m.result(r.Verb, Unsure, reason)
		unsure.WakeAt = done.WakeAt
		return unsure
	case reason.Code == CodeDenied:
		undo()
		// A lock or a login of the last moment looks the same as a missing rule.
		if s := m.Status(ctx); len(s.Busy) > 0 {
			return m.refuse(r.Verb, s.Busy...)
		}
		return m.refuse(r.Verb, reason)
	default:
		undo()
		return m.refuse(r.Verb, reason)
	}
}

// objections is everything that speaks against one verb now.
func objections(s *Status, v request.Verb) []Reason {
	if len(s.Busy) > 0 {
		return s.Busy
	}
	can := s.Can.answer(v)
	switch {
	case can == nil:
		return []Reason{{CodeUnknown, "can." + string(v) + " is not known"}}
	case *can == "yes":
		return nil
	case *can == "na":
		return []Reason{{CodeUnavailable, "this machine cannot " + string(v)}}
	case strings.Contains(*can, "inhibit"): // of newer logind: inhibited, inhibitor-blocked, challenge-inhibitor-blocked
		return []Reason{{CodeInhibitor, "logind says " + *can}}
	case *can == "no" || *can == "challenge":
		return []Reason{denied("logind says " + *can)}
	}
	return []Reason{{CodeUnknown, "can." + string(v) + " is " + *can}}
}

func denied(detail string) Reason {
	return Reason{CodeDenied, detail + "; see: ops ssh-restrict power install"}
}

// request asks logind. Its old methods without flags are not tried: they let root pass over every lock.
func (m Machine) request(ctx context.Context, v request.Verb) error {
	ctx, cancel := context.WithTimeout(ctx, m.Act)
	defer cancel()
	b, err := dial(ctx, m.Bus)
	if err != nil {
		return notAsked{err}
	}
	return b.call(ctx, login(), managerInterface+"."+method(v)+"WithFlags", []any{checkInhibitors})
}

// notAsked marks an error before logind was asked.
type notAsked struct{ error }

func (n notAsked) Unwrap() error { return n.error }

// explain turns the answer to a request into a reason. Only an error that came from the other side in words is a
// refusal: after anything else, a time-out or a broken line, logind may still be acting.
func explain(err error) Reason {
	if err == nil {
		return Reason{}
	}
	if n, ok := errors.AsType[notAsked](err); ok {
		return Reason{CodeLogind, clean(n.Error())}
	}
	e, ok := errors.AsType[dbus.Error](err)
	if !ok {
		return Reason{CodeNoAnswer, "no answer from logind, it may still act: " + clean(err.Error())}
	}
	text := clean(e.Error())
	switch e.Name {
	case "org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Timeout", "org.freedesktop.DBus.Error.TimedOut",
		"org.freedesktop.DBus.Error.Disconnected":
		return Reason{CodeNoAnswer, "no answer from logind, it may still act: " + text}
	case "org.freedesktop.DBus.Error.AccessDenied", "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
		"org.freedesktop.DBus.Error.AuthFailed":
		return denied(text)
	case "org.freedesktop.login1.BlockedByInhibitorLock":
		return Reason{CodeInhibitor, text}
	case "org.freedesktop.login1.OperationInProgress":
		return Reason{CodeGoing, text}
	case "org.freedesktop.login1.SleepVerbNotSupported", "org.freedesktop.DBus.Error.NotSupported",
		"org.freedesktop.DBus.Error.UnknownMethod":
		return Reason{CodeUnavailable, text}
	}
	return Reason{CodeLogind, fmt.Sprintf("%s: %s", clean(e.Name), text)}
}

func (m Machine) result(v request.Verb, o Outcome, reasons ...Reason) Result {
	if reasons == nil {
		reasons = []Reason{}
	}
	return Result{Schema: Schema, Time: m.now().Truncate(time.Second), Verb: v, Result: o, Reasons: reasons}
}

func (m Machine) refuse(v request.Verb, reasons ...Reason) Result {
	return m.result(v, Refused, reasons...)
}
