package power

import (
	"time"

	"ops/sshrestrict/power/request"
)

// Schema is the version of the objects below. It changes when a field is taken away or changes its meaning; new fields
// may come at any time, so a reader ignores what it does not know.
const Schema = 1

// Status is what the verb status answers: one JSON object on one line. A field that could not be learnt is null and named
// in Unknown; an empty list means that there is nothing. Times are UTC with whole seconds. Strings from outside have
// control characters written out, as \x1b, and are cut after 200 bytes.
type Status struct {
	Schema       int         `json:"schema"`
	Time         time.Time   `json:"time"`          // when this was asked
	Hostname     *string     `json:"hostname"`      // as the kernel has it
	BootID       *string     `json:"boot_id"`       // changes with every boot and not with a resume
	BootTime     *time.Time  `json:"boot_time"`     //
	UptimeS      *int64      `json:"uptime_s"`      // seconds since boot, with the time asleep
	Load         []float64   `json:"load"`          // runnable processes over the last 1, 5 and 15 minutes
	Going        *string     `json:"going"`         // "shutdown" or "sleep" if logind is about to, "" if not
	Scheduled    *Scheduled  `json:"scheduled"`     // shutdown(8) with a time; its type is "" if there is none
	Sessions     []Session   `json:"sessions"`      // of logind
	Idle         *Idle       `json:"idle"`          // of the whole machine
	TTYIdleS     *int64      `json:"tty_idle_s"`    // seconds since the last key on any terminal; null if there is none
	Inhibitors   []Inhibitor `json:"inhibitors"`    // of logind
	Jobs         []Job       `json:"jobs"`          // in the queue of systemd
	PackageLocks []string    `json:"package_locks"` // lock files of dpkg and apt that somebody holds
	Work         []Process   `json:"work"`          // programs that copy, back up or install
	SSH          []Process   `json:"ssh"`           // ssh connections with a user, but this one
	Can          Can         `json:"can"`           // whether logind would let this account
	WakeOnLAN    []Interface `json:"wake_on_lan"`   // network cards
	RTC          *RTC        `json:"rtc"`           // the clock of the mainboard
	Busy         []Reason    `json:"busy"`          // what prevents every verb; empty if nothing is known to
	Unknown      []Unknown   `json:"unknown"`       // sorted by field

	sshParents map[int]int // of the processes in SSH
}

// Scheduled is a shutdown that somebody ordered for later.
type Scheduled struct {
	Type string     `json:"type"` // poweroff, reboot, halt, kexec, with "dry-" before in a rehearsal; "" for none
	At   *time.Time `json:"at"`
}

// Session is one session of logind.
type Session struct {
	ID        string     `json:"id"`
	UID       uint32     `json:"uid"`
	User      string     `json:"user"`
	Seat      string     `json:"seat"`    // "" for none, as for ssh
	TTY       string     `json:"tty"`     // "" for none
	Remote    bool       `json:"remote"`  //
	Service   string     `json:"service"` // of PAM: sshd, gdm-password
	Type      string     `json:"type"`    // tty, x11, wayland, unspecified
	Class     string     `json:"class"`   // user, greeter, lock-screen, background, manager
	State     string     `json:"state"`   // online, active, closing
	Idle      bool       `json:"idle"`
	IdleSince *time.Time `json:"idle_since"` // null if not idle, or not told
	Own       bool       `json:"own"`        // the one this answer is given in

	leader uint32 // process that opened it
}

// Idle tells since when nobody has used the machine, as far as logind knows.
type Idle struct {
	Hint  bool       `json:"hint"`  // logind's own word
	Since *time.Time `json:"since"` // of the hint
}

// Inhibitor is one lock of logind; see systemd-inhibit(1).
type Inhibitor struct {
	What string `json:"what"` // shutdown, sleep, idle, handle-…, joined by ":"
	Who  string `json:"who"`
	Why  string `json:"why"`
	Mode string `json:"mode"` // block, block-weak, delay
	UID  uint32 `json:"uid"`
	PID  uint32 `json:"pid"`

	holds bool // against every verb
}

// Job is something systemd is about to do, or is doing: a oneshot service is a job as long as it runs.
type Job struct {
	Unit  string `json:"unit"`
	Type  string `json:"type"`  // start, stop, restart
	State string `json:"state"` // waiting, running
}

// Process is a running program.
type Process struct {
	PID  int    `json:"pid"`
	Name string `json:"name"` // as the kernel has it, at most 15 bytes; of ssh the user and "@" and the terminal or notty
}

// Can holds the answers of logind's methods CanSuspend and so on: yes, no, challenge (a password would be needed: for
// this account the same as no), na (the machine cannot).
type Can struct {
	Suspend   *string `json:"suspend"`
	Hibernate *string `json:"hibernate"`
	PowerOff  *string `json:"poweroff"`
	Reboot    *string `json:"reboot"`
}

// Interface is a network card. The letters are those of ethtool(8): p link change, u unicast, m multicast, b broadcast,
// a ARP, g magic packet, s SecureOn password, f filter; "d" is none.
type Interface struct {
	Name         string  `json:"name"`
	MAC          string  `json:"mac"`
	Supported    *string `json:"supported"`     // null where the kernel does not tell this account: it wants CAP_NET_ADMIN
	Armed        *string `json:"armed"`         // likewise
	DeviceWakeup *string `json:"device_wakeup"` // "enabled" or "disabled": may the device wake the machine at all
}

// RTC is the clock of the mainboard, which can wake the machine.
type RTC struct {
	Alarm    *time.Time `json:"alarm"`    // null if none is set
	Writable bool       `json:"writable"` // this account may set it, so --wake-at can work
}

// Reason is one thing that speaks against acting.
type Reason struct {
	Code   string `json:"code"`   // see the package comment
	Detail string `json:"detail"` // for a person
}

// Unknown names a field and why it is not known.
type Unknown struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// Outcome is how a verb that acts ended.
type Outcome string

// The outcomes. Requested is always followed by another one, unless the connection ends first.
const (
	Requested Outcome = "requested" // nothing prevents; logind is being asked now
	Accepted  Outcome = "accepted"  // logind has begun
	Refused   Outcome = "refused"   // nothing was done; Reasons tell why
	Unsure    Outcome = "unsure"    // logind did not answer in time or the line to it broke: it may still act
)

// Result is what the verbs that act answer: one JSON object a line. The last line holds.
type Result struct {
	Schema  int          `json:"schema"`
	Time    time.Time    `json:"time"`
	Verb    request.Verb `json:"verb"`
	Result  Outcome      `json:"result"`
	Reasons []Reason     `json:"reasons"`
	WakeAt  *time.Time   `json:"wake_at"` // what the clock of the mainboard has been set to, null if nothing was asked
}
