// Package power lets a machine be put to sleep and asked about its state over ssh, without root and without passing over
// anybody who uses it. It is what the rule "power" of ops ssh-restrict runs, inside the companion program; start with
// Local and Machine.Serve, or with Rule and Install for the right that the account needs. It promises that a doubt is a
// refusal: whatever cannot be learnt about sessions, locks and running work counts as if somebody were at work.
//
// # Requests
//
//	status
//	suspend   [--wake-at=TIME]
//	hibernate [--wake-at=TIME]
//	poweroff  [--wake-at=TIME]
//	reboot
//
// TIME is an RFC 3339 time or "+" and seconds, from a minute to a year ahead. Package request reads them. There is no
// option that forces anything, and no way to ask for the flags of logind.
//
// # Answers
//
// On the standard output, one JSON object a line, of at most a few hundred kilobytes. The verb status prints one Status
// and exits with 0, whatever the state is. The others print one or two Results, and the last line holds:
//
//	requested, accepted   logind has begun; exit 0
//	refused               nothing was done; exit 75, 77 or 69, and Reasons tell why
//	requested, refused    logind or polkit said no; nothing was done
//	requested, unsure     logind did not answer within 10 s: it may act yet; exit 75
//	requested             and the end of the connection: the machine went down faster than the answer came out
//
// A status takes less than five seconds, whatever hangs; a verb that acts, at most twenty.
//
// After requested without a word behind it, and after unsure, look at the machine to learn what happened. Fields may be
// added under the same schema number; a reader passes over what it does not know. On the standard error there is one line
// for a person if a request was not carried out; it is not part of the contract.
//
// # Exit codes
//
//	 0  done
//	64  not a request: unknown verb, unknown option, time out of range
//	69  this machine cannot do that (no memory for hibernation, no S3, a logind before version 247): do not ask again
//	74  the answer could not be written
//	75  not now: somebody or something is busy, or it is in doubt; ask again later
//	77  polkit does not let this account; install the rule
//
// # Reasons
//
// These stand in the list busy of a status and prevent every verb:
//
//	going      logind is preparing for a shutdown or for sleep already
//	session    a session of logind, of any user, but the caller's own; greeters, screen lockers and background sessions
//	           do not count, and a session of this account that is closing does not; with Machine.IdleSessions, one
//	           does not count that logind calls idle for so long, if its terminal agrees
//	ssh        an ssh connection that belongs to no session, as with UsePAM no
//	inhibitor  a lock on shutdown, sleep or idle in any mode but "delay", also of this account or of root
//	job        a job in the queue of systemd, such as a oneshot service that runs
//	packages   a lock file of dpkg or apt is held
//	work       a program is running that copies, backs up or installs: rsync, borg, restic, dpkg and others
//	unknown    one of the above could not be learnt
//
// And these stand only in a Result:
//
//	unavailable  the machine or its logind cannot do it
//	denied       polkit does not let this account
//	wake_alarm   the clock could not be set to wake the machine, so it was not put to sleep
//	no_answer    logind did not answer
//	logind       logind or the bus failed
//
// # How logind is asked
//
// Over D-Bus and not by systemctl: without a terminal, systemctl looks at locks only with --check-inhibitors=yes, and
// where it cannot read the list of locks it goes on as if there were none (systemctl-logind.c in systemd 252). The method
// is SuspendWithFlags, HibernateWithFlags, PowerOffWithFlags or RebootWithFlags of org.freedesktop.login1(5) with the flag
// SD_LOGIND_ROOT_CHECK_INHIBITORS and without leave to ask for a password. So logind looks once more, in the step in
// which it acts: a lock of mode block needs the polkit action …-ignore-inhibit, sessions of other users need
// …-multiple-sessions, and Rule never gives the first. Before systemd 257 logind passes over the locks that the same user
// holds, and over every lock for root without the flag; our own look covers both.
//
// # What it cannot see
//
// A user without a session who computes something; a session of class background, as cron opens, but for the programs
// named above; the wish of a user who has a lock of mode "delay" only, which gives a job five seconds. Any local user can
// keep the machine awake, by a lock, a session or a program with the right name; that is their good right, and it
// appears in the answer. The modes of Wake-on-LAN are told to CAP_NET_ADMIN only; to other accounts the field
// device_wakeup tells whether the driver has armed the card in general.
//
// # Confinement
//
// The process needs to read /proc, /sys and the folders /dev and /dev/pts, to see the times of terminals and of the lock
// files of dpkg and apt, to connect to /run/dbus/system_bus_socket, and for --wake-at to write
// /sys/class/rtc/rtc0/wakealarm. That is a file of root: the line "z /sys/class/rtc/rtc0/wakealarm 0664 root GROUP" in a
// file of tmpfiles.d(5) gives it to a group.
package power
