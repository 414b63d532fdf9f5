package power

import (
	"os"
	"path/filepath"
	"time"
)

// Machine says where to look and in whose name. Local returns the real one; a test fills in its own.
type Machine struct {
	Root         string           // folder that holds proc, sys, dev and var: "/"
	Bus          string           // path of the socket of the system bus
	Now          func() time.Time // wall clock
	PID          int              // of this process, to know its own ssh connection
	UID          int              // effective user of this process
	IdleSessions time.Duration    // a session idle for that long does not prevent; 0 means that every session does
	Collect      time.Duration    // how long to look before the rest is unknown; below 5 s
	Act          time.Duration    // how long to wait for logind's word

	wakeModes func(name string) (supported, armed uint32, err error)
	alarm     alarmClock
}

// Local is the machine this process runs on. Nothing of the environment counts: an address of another bus in it would
// let a client choose who answers.
func Local() Machine {
	m := Machine{
		Root: "/", Bus: "/run/dbus/system_bus_socket", Now: time.Now, PID: os.Getpid(), UID: os.Geteuid(),
		Collect: 4500 * time.Millisecond, Act: 10 * time.Second, wakeModes: ethtoolModes,
	}
	m.alarm = sysfsAlarm(m.path("sys/class/rtc/rtc0"))
	return m
}

func (m Machine) path(name string) string { return filepath.Join(m.Root, name) }

func (m Machine) now() time.Time { return m.Now().UTC().Truncate(time.Second) }
