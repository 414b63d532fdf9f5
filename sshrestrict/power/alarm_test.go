package power

import (
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// clockOf is a clock as the kernel's drivers/rtc/sysfs.c lets it be seen: an alarm in force must be cleared first, "+N"
// counts from the clock's own time, and a time in the past clears it. It runs an hour ahead, as in local time.
type clockOf struct {
	now    int64
	alarm  int64
	writes []string
	fail   func(text string) error
	forget bool
	drift  int64
}

func newClock() *clockOf { return &clockOf{now: noon().Unix() + 3600} }

func (c *clockOf) device() alarmClock {
	return alarmClock{
		read: func() (string, string, error) {
			if c.alarm == 0 || c.forget {
				return "", strconv.FormatInt(c.now, 10), nil
			}
			return strconv.FormatInt(c.alarm+c.drift, 10), strconv.FormatInt(c.now, 10), nil
		},
		write: c.write,
		may:   func() bool { return true },
	}
}

func (c *clockOf) write(text string) error {
	c.writes = append(c.writes, text)
	if c.fail != nil {
		if err := c.fail(text); err != nil {
			return err
		}
	}
	relative := strings.HasPrefix(text, "+")
	n, err := strconv.ParseInt(strings.TrimPrefix(text, "+"), 10, 64)
	if err != nil {
		return unix.EINVAL
	}
	if relative {
		n += c.now
	}
	switch {
	case n <= c.now:
		c.alarm = 0
	case c.alarm > c.now:
		return unix.EBUSY
	default:
		c.alarm = n
	}
	return nil
}

func TestWakeAt(t *testing.T) {
	for _, words := range [][]string{
		{"suspend", "--wake-at=+3600"}, {"poweroff", "--wake-at", "2027-01-15T13:00:00Z"}, {"hibernate", "--wake-at=2027-01-15T14:00:00+01:00"},
	} {
		for _, before := range []int64{0, 60, 7200} { // another alarm is in force
			w, clock := newWorld(t), newClock()
			w.alarm = clock.device()
			if before > 0 {
				clock.alarm = clock.now + before
			}
			code, results, talk := w.serve(t, words...)
			want := noon().Add(time.Hour)
			if code != 0 || outcomes(results) != "requested accepted" || results[1].WakeAt == nil || !results[1].WakeAt.Equal(want) {
				t.Errorf("%q: exit %d, %+v, %s", words, code, results, talk)
			}
			if clock.alarm-clock.now != 3600 {
				t.Errorf("%q: the alarm is in %d s", words, clock.alarm-clock.now)
			}
			if len(w.fake.acted()) != 1 {
				t.Errorf("did %q", w.fake.acted())
			}
			s := w.Status(t.Context())
			if s.RTC == nil || s.RTC.Alarm == nil || !s.RTC.Alarm.Equal(want) || !s.RTC.Writable {
				t.Errorf("%q: the status says %+v", words, s.RTC)
			}
		}
	}
}

// If the machine could not be woken again, it is not put to sleep.
func TestWakeAtFails(t *testing.T) {
	onSet := func(err error) func(string) error {
		return func(text string) error {
			if text != "0" {
				return err
			}
			return nil
		}
	}
	for name, c := range map[string]struct {
		words string
		set   func(*clockOf)
		no    bool // there is no clock
	}{
		"may not write":      {"suspend --wake-at=+60", func(c *clockOf) { c.fail = func(string) error { return fs.ErrPermission } }, false},
		"may only clear":     {"suspend --wake-at=+60", func(c *clockOf) { c.fail = onSet(unix.EIO) }, false},
		"too far for it":     {"suspend --wake-at=+60", func(c *clockOf) { c.fail = onSet(unix.EINVAL) }, false},
		"does not stay":      {"suspend --wake-at=+60", func(c *clockOf) { c.forget = true }, false},
		"becomes another":    {"suspend --wake-at=+60", func(c *clockOf) { c.drift = 3600 }, false},
		"no clock":           {"suspend --wake-at=+60", nil, true},
		"time has passed":    {"suspend --wake-at=2027-01-15T11:59:00Z", nil, false},
		"time is now":        {"suspend --wake-at=2027-01-15T12:00:30Z", nil, false},
		"time is years away": {"suspend --wake-at=2037-01-15T12:00:00Z", nil, false},
	} {
		w, clock := newWorld(t), newClock()
		if !c.no {
			w.alarm = clock.device()
		}
		if c.set != nil {
			c.set(clock)
		}
		code, results, talk := w.serve(t, strings.Fields(c.words)...)
		if code != ExitLater || outcomes(results) != "refused" || codes(results[0].Reasons) != CodeWakeAlarm || results[0].WakeAt != nil {
			t.Errorf("%s: exit %d, %+v, %s", name, code, results, talk)
		}
		if acted := w.fake.acted(); len(acted) > 0 {
			t.Errorf("%s: did %q", name, acted)
		}
	}
}

// What is refused leaves the alarm as it was; a busy machine does not even have it touched.
func TestAlarmIsPutBack(t *testing.T) {
	for _, before := range []int64{0, 7200} {
		w, clock := newWorld(t), newClock()
		w.alarm = clock.device()
		if before > 0 {
			clock.alarm = clock.now + before
		}
		was := clock.alarm
		w.fake.on("SuspendWithFlags", fails("org.freedesktop.DBus.Error.AccessDenied", "no"))
		if code, results, _ := w.serve(t, "suspend", "--wake-at=+3600"); code != ExitDenied || results[1].WakeAt != nil {
			t.Errorf("exit %d, %+v", code, results)
		}
		if clock.alarm != was {
			t.Errorf("the alarm was %d and is %d: %q", was, clock.alarm, clock.writes)
		}
		if w.Serve(t.Context(), []string{"suspend", "--wake-at=+3600"}, &brokenPipe{0}, io.Discard); clock.alarm != was {
			t.Errorf("the client left; the alarm was %d and is %d: %q", was, clock.alarm, clock.writes)
		}
		clock.writes = nil
		w.fake.on("ListInhibitors", ok([]lock{{"sleep", "a", "b", "block", 1, 1}}))
		if code, _, _ := w.serve(t, "suspend", "--wake-at=+3600"); code != ExitLater || len(clock.writes) > 0 {
			t.Errorf("exit %d, wrote %q", code, clock.writes)
		}
	}
}

// In doubt whether logind acts, the alarm stays: it is what wakes the machine.
func TestAlarmStaysInDoubt(t *testing.T) {
	w, clock := newWorld(t), newClock()
	w.alarm, w.Act = clock.device(), 300*time.Millisecond
	w.fake.on("SuspendWithFlags", never())
	code, results, _ := w.serve(t, "suspend", "--wake-at=+3600")
	if code != ExitLater || outcomes(results) != "requested unsure" || results[1].WakeAt == nil || clock.alarm-clock.now != 3600 {
		t.Errorf("exit %d, %+v, alarm in %d s", code, results, clock.alarm-clock.now)
	}
}

// The file of the kernel is written as it is and never made.
func TestAlarmFile(t *testing.T) {
	w := newWorld(t)
	if err := w.alarm.write("0"); err == nil {
		t.Error("wrote to a clock that is not there")
	}
	w.put(t, "sys/class/rtc/rtc0/wakealarm", "")
	w.put(t, "sys/class/rtc/rtc0/since_epoch", "100\n")
	if err := w.alarm.write("+60"); err != nil {
		t.Error(err)
	}
	if alarm, clock, err := w.alarm.read(); alarm != "+60" || clock != "100" || err != nil {
		t.Errorf("%q %q %v", alarm, clock, err)
	}
	if s := w.Status(t.Context()); !slices.ContainsFunc(s.Unknown, func(u Unknown) bool { return u.Field == "rtc" }) {
		t.Errorf("+60 was taken for a time: %s", fmt.Sprint(s.RTC))
	}
}
