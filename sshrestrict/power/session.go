package power

import (
	"context"
	"errors"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// atOnce is how many sessions are asked about at a time; dbus-daemon cuts off who waits for more than 128 answers.
const atOnce = 32

// sessions lists the sessions with what matters about them. One that ends while we look is left out.
func (m Machine) sessions(ctx context.Context, b *bus) (func(*Status), error) {
	var all []struct {
		ID   string
		UID  uint32
		User string
		Seat string
		Path dbus.ObjectPath
	}
	if err := b.call(ctx, login(), managerInterface+".ListSessions", nil, &all); err != nil {
		return nil, err
	}
	own := m.ownSession(ctx, b)
	shown := all[:min(len(all), maxList)]
	answers := make([]pending, len(shown))
	ask := func(i int) {
		answers[i] = b.ask(ctx, object{login().name, shown[i].Path}, propertiesGetAll, sessionInterface)
	}
	for i := range min(len(shown), atOnce) {
		ask(i)
	}
	out := make([]Session, 0, len(shown))
	var errs []error
	for i, s := range shown {
		session := Session{
			ID: clean(s.ID), UID: s.UID, User: clean(s.User), Seat: clean(s.Seat), Own: own != "" && s.Path == own,
		}
		err := session.fill(answers[i])
		if next := i + atOnce; next < len(shown) {
			ask(next)
		}
		if gone(err) {
			continue
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("session %s: %w", session.ID, err))
		}
		out = append(out, session)
	}
	if len(errs) > 3 {
		errs = append(errs[:3], fmt.Errorf("and %d more", len(errs)-3))
	}
	return func(s *Status) { s.Sessions = out }, errors.Join(append(errs, cut(len(all), len(shown)))...)
}

// ownSession asks for the session this process runs in. Without an answer there is none, and where the answer is only
// lost, our own session counts as somebody's.
func (m Machine) ownSession(ctx context.Context, b *bus) dbus.ObjectPath {
	ctx, cancel := context.WithTimeout(ctx, m.Collect/4)
	defer cancel()
	var own dbus.ObjectPath
	if err := b.call(ctx, login(), managerInterface+".GetSessionByPID", []any{uint32(0)}, &own); err != nil { // 0 is the caller
		return ""
	}
	return own
}

// fill reads the properties of one session.
func (s *Session) fill(answer pending) error {
	var all map[string]dbus.Variant
	if err := answer.store(&all); err != nil {
		return err
	}
	var errs [9]error
	var since uint64
	s.TTY, errs[0] = property[string](all, "TTY")
	s.Remote, errs[1] = property[bool](all, "Remote")
	s.Service, errs[2] = property[string](all, "Service")
	s.Type, errs[3] = property[string](all, "Type")
	s.Class, errs[4] = property[string](all, "Class")
	s.State, errs[5] = property[string](all, "State")
	s.Idle, errs[6] = property[bool](all, "IdleHint")
	since, errs[7] = property[uint64](all, "IdleSinceHint")
	s.leader, errs[8] = property[uint32](all, "Leader")
	s.TTY, s.Service, s.Type, s.Class, s.State = clean(s.TTY), clean(s.Service), clean(s.Type), clean(s.Class), clean(s.State)
	if s.Idle {
		s.IdleSince = moment(since)
	}
	return errors.Join(errs[:]...)
}

// gone is true for the answer about a session that has ended since it was listed.
func gone(err error) bool {
	e, ok := errors.AsType[dbus.Error](err)
	return ok && (e.Name == "org.freedesktop.DBus.Error.UnknownObject" || e.Name == "org.freedesktop.login1.NoSuchSession")
}
