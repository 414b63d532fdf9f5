package power

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// look learns one thing. It returns what to write into the status, nil if nothing is known, and why it is not all known.
type look func(ctx context.Context) (func(*Status), error)

// finding is the end of a look.
type finding struct {
	fields string
	set    func(*Status)
	err    error
}

// Status looks at everything at once and returns after Machine.Collect at the latest, with what it knows by then. A look
// that hangs in the kernel, as on a dead network file system, cannot be called back: its goroutine ends when the kernel
// lets it go, and what it finds then is dropped.
func (m Machine) Status(ctx context.Context) Status {
	ctx, cancel := context.WithTimeout(ctx, m.Collect)
	defer cancel() // closes the bus too
	s := Status{Schema: Schema, Time: m.now()}
	looks := m.looks(ctx)
	found := make(chan finding, len(looks)) // so that nobody is held up who comes late
	for fields, look := range looks {
		go func() {
			set, err := look(ctx)
			found <- finding{fields, set, err}
		}()
	}
	for len(looks) > 0 {
		select {
		case f := <-found:
			delete(looks, f.fields)
			if f.set != nil {
				f.set(&s)
			}
			if f.err != nil {
				s.miss(f.fields, clean(strings.ReplaceAll(f.err.Error(), "\n", "; ")))
			}
			continue
		case <-ctx.Done():
		}
		for fields := range looks {
			s.miss(fields, fmt.Sprintf("no answer within %v", m.Collect))
		}
		break
	}
	if s.Unknown == nil {
		s.Unknown = []Unknown{}
	}
	slices.SortFunc(s.Unknown, func(a, b Unknown) int { return strings.Compare(a.Field, b.Field) })
	s.Busy = m.busy(&s)
	return s
}

// miss notes that fields, separated by blanks, are not known.
func (s *Status) miss(fields, reason string) {
	for field := range strings.FieldsSeq(fields) {
		s.Unknown = append(s.Unknown, Unknown{field, reason})
	}
}

// looks lists all there is to learn, by the fields it fills.
func (m Machine) looks(ctx context.Context) map[string]look {
	connect := sync.OnceValues(func() (*bus, error) { return dial(ctx, m.Bus) })
	onBus := func(ask func(context.Context, *bus) (func(*Status), error)) look {
		return func(ctx context.Context) (func(*Status), error) {
			b, err := connect()
			if err != nil {
				return nil, err
			}
			// The rest of the time is for telling what is known by then, such as the names of sessions without details.
			ctx, cancel := context.WithTimeout(ctx, m.Collect/4*3)
			defer cancel()
			return ask(ctx, b)
		}
	}
	return map[string]look{
		"hostname":             m.hostname,
		"boot_id":              m.bootID,
		"boot_time":            m.bootTime,
		"uptime_s":             m.uptime,
		"load":                 m.load,
		"tty_idle_s":           m.ttyIdle,
		"package_locks":        m.packageLocks,
		"work ssh":             m.processes,
		"wake_on_lan":          m.interfaces,
		"rtc":                  m.rtc,
		"idle going scheduled": onBus(manager),
		"sessions":             onBus(m.sessions),
		"inhibitors":           onBus(inhibitors),
		"jobs":                 onBus(jobs),
		"can.suspend":          onBus(can("CanSuspend", func(c *Can, v *string) { c.Suspend = v })),
		"can.hibernate":        onBus(can("CanHibernate", func(c *Can, v *string) { c.Hibernate = v })),
		"can.poweroff":         onBus(can("CanPowerOff", func(c *Can, v *string) { c.PowerOff = v })),
		"can.reboot":           onBus(can("CanReboot", func(c *Can, v *string) { c.Reboot = v })),
	}
}

// seconds is a whole number of seconds, never below zero.
func seconds(d time.Duration) *int64 {
	n := max(int64(d/time.Second), 0)
	return &n
}
