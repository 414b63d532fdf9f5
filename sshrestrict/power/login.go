package power

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/godbus/dbus/v5"
)

// manager reads the properties of logind itself; see org.freedesktop.login1(5).
func manager(ctx context.Context, b *bus) (func(*Status), error) {
	var all map[string]dbus.Variant
	if err := b.call(ctx, login(), propertiesGetAll, []any{managerInterface}, &all); err != nil {
		return nil, err
	}
	hint, err := property[bool](all, "IdleHint")
	since, err2 := property[uint64](all, "IdleSinceHint")
	down, err3 := property[bool](all, "PreparingForShutdown")
	asleep, err4 := property[bool](all, "PreparingForSleep")
	scheduled, err5 := scheduledShutdown(all)
	if err := errors.Join(err, err2, err3, err4, err5); err != nil {
		return nil, err
	}
	going := ""
	switch {
	case down:
		going = "shutdown"
	case asleep:
		going = "sleep"
	}
	idle := Idle{Hint: hint}
	if hint {
		idle.Since = moment(since)
	}
	return func(s *Status) { s.Idle, s.Going, s.Scheduled = &idle, &going, scheduled }, nil
}

func scheduledShutdown(all map[string]dbus.Variant) (*Scheduled, error) {
	var got struct {
		Type string
		At   uint64
	}
	if err := store(&got, all["ScheduledShutdown"].Value()); err != nil {
		return nil, fmt.Errorf("property ScheduledShutdown is missing or of another type: %w", err)
	}
	if got.At == math.MaxUint64 || got.Type == "" {
		return &Scheduled{}, nil
	}
	return &Scheduled{clean(got.Type), moment(got.At)}, nil
}

// inhibitors lists the locks. A list that is cut is reported as not known in full, and so prevents.
func inhibitors(ctx context.Context, b *bus) (func(*Status), error) {
	var all []struct {
		What, Who, Why, Mode string
		UID, PID             uint32
	}
	if err := b.call(ctx, login(), managerInterface+".ListInhibitors", nil, &all); err != nil {
		return nil, err
	}
	out := make([]Inhibitor, min(len(all), maxList))
	for i := range out {
		a := all[i]
		out[i] = Inhibitor{clean(a.What), clean(a.Who), clean(a.Why), clean(a.Mode), a.UID, a.PID, prevents(a.What, a.Mode)}
	}
	return func(s *Status) { s.Inhibitors = out }, cut(len(all), len(out))
}

// cut says that a list is longer than what is shown of it.
func cut(all, shown int) error {
	if all > shown {
		return fmt.Errorf("only %d of %d are listed", shown, all)
	}
	return nil
}

// can asks logind whether it would let us.
func can(method string, set func(*Can, *string)) func(context.Context, *bus) (func(*Status), error) {
	return func(ctx context.Context, b *bus) (func(*Status), error) {
		var answer string
		if err := b.call(ctx, login(), managerInterface+"."+method, nil, &answer); err != nil {
			return nil, err
		}
		answer = clean(answer)
		return func(s *Status) { set(&s.Can, &answer) }, nil
	}
}

// jobs lists the queue of systemd.
func jobs(ctx context.Context, b *bus) (func(*Status), error) {
	var all []struct {
		ID                uint32
		Unit, Type, State string
		Job, Object       dbus.ObjectPath
	}
	if err := b.call(ctx, systemd(), "org.freedesktop.systemd1.Manager.ListJobs", nil, &all); err != nil {
		return nil, err
	}
	out := make([]Job, min(len(all), maxList))
	for i := range out {
		out[i] = Job{clean(all[i].Unit), clean(all[i].Type), clean(all[i].State)}
	}
	return func(s *Status) { s.Jobs = out }, cut(len(all), len(out))
}
