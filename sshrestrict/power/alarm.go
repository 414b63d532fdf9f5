package power

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// alarmClock is the clock of the mainboard, as /sys/class/rtc/rtc0 shows it; see the kernel's documentation of rtc and
// rtcwake(8). Both numbers are seconds of that clock, which may run in local time: only their difference means something.
type alarmClock struct {
	read  func() (alarm, clock string, err error) // alarm is empty if none is set
	write func(string) error                      // to wakealarm
	may   func() bool                             // write would be let
}

func sysfsAlarm(folder string) alarmClock {
	alarmFile := filepath.Join(folder, "wakealarm")
	return alarmClock{
		read: func() (string, string, error) {
			alarm, err := read(alarmFile, maxFile)
			if err != nil {
				return "", "", err
			}
			clock, err := read(filepath.Join(folder, "since_epoch"), maxFile)
			return alarm, clock, err
		},
		write: func(text string) error {
			f, err := os.OpenFile(alarmFile, os.O_WRONLY, 0) // never makes a file
			if err != nil {
				return err
			}
			_, err = f.WriteString(text)
			return errors.Join(err, f.Close())
		},
		may: func() bool { return unix.Faccessat(unix.AT_FDCWD, alarmFile, unix.W_OK, unix.AT_EACCESS) == nil },
	}
}

// rtc tells when the clock wakes the machine.
func (m Machine) rtc(context.Context) (func(*Status), error) {
	at, err := m.alarmTime()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("this machine has no clock that can wake it")
	}
	if err != nil {
		return nil, err
	}
	clock := RTC{at, m.alarm.may()}
	return func(s *Status) { s.RTC = &clock }, nil
}

// farthest is the largest distance of an alarm that is believed, in seconds: ten years.
const farthest = 10 * 366 * 24 * 3600

// alarmTime is the moment of the alarm by our own clock, nil if none is set.
func (m Machine) alarmTime() (*time.Time, error) {
	alarm, clock, err := m.alarm.read()
	if err != nil || alarm == "" {
		return nil, err
	}
	a, err := number(alarm)
	if err != nil {
		return nil, fmt.Errorf("the alarm of the clock is not a number: %s", strconv.QuoteToASCII(clean(alarm)))
	}
	c, err := number(clock)
	if err != nil {
		return nil, fmt.Errorf("the time of the clock is not a number: %s", strconv.QuoteToASCII(clean(clock)))
	}
	if d := a - c; d > farthest || d < -farthest {
		return nil, fmt.Errorf("the alarm of the clock, %d, is far from its time, %d", a, c)
	}
	at := m.now().Add(time.Duration(a-c) * time.Second)
	return &at, nil
}

// setAlarm sets the alarm and reads it back. An alarm that was there is replaced, since there is only one; undo puts it
// back, as far as it goes.
func (m Machine) setAlarm(at time.Time) (undo func(), err error) {
	before, err := m.alarmTime()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("this machine has no clock that can wake it")
	}
	if err != nil {
		return nil, fmt.Errorf("read the alarm of the clock: %w", err)
	}
	undo = func() {
		_ = m.alarm.write("0")
		if before != nil && before.After(m.now()) {
			_ = m.writeAlarm(*before)
		}
	}
	if err := m.alarm.write("0"); err != nil { // an alarm in force would make the next step fail with EBUSY
		return nil, fmt.Errorf("clear the alarm of the clock: %w; let the account write wakealarm, or leave out --wake-at", err)
	}
	if err := m.writeAlarm(at); err != nil {
		undo()
		return nil, fmt.Errorf("set the alarm of the clock: %w", err)
	}
	got, err := m.alarmTime()
	switch {
	case err == nil && got == nil:
		err = errors.New("it does not stay")
	case err == nil && got.Sub(at).Abs() > 2*time.Second:
		err = fmt.Errorf("it became %s", got.Format(time.RFC3339))
	}
	if err != nil {
		undo()
		return nil, fmt.Errorf("set the alarm of the clock to %s: %w", at.Format(time.RFC3339), err)
	}
	return undo, nil
}

// writeAlarm gives the time from now on, so that the zone of the clock does not matter.
func (m Machine) writeAlarm(at time.Time) error {
	in := at.Sub(m.now())
	if in <= 0 {
		return errors.New("the time has come already")
	}
	return m.alarm.write("+" + strconv.FormatInt(int64(in/time.Second), 10))
}

// number reads seconds as the kernel writes them: digits only.
func number(text string) (int64, error) {
	n, err := strconv.ParseUint(text, 10, 40)
	return int64(n), err
}
