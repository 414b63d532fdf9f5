package sshrestrict

import "testing"

func TestPowerDenies(t *testing.T) {
	const one, all = "power: [suspend, status]", "power: [suspend, hibernate, poweroff, reboot, status]"
	checkDenied(t, []deniedCase{
		// Our own words.
		{"no verb", all, "power", "power-verb"},
		{"an unknown verb", all, "power explode", "power-request"},
		{"a verb that is not granted", one, "power reboot", "power-verb"},
		{"a verb that is not granted, with an alarm", one, "power poweroff --wake-at=+3600", "power-verb"},
		{"a verb in upper case", all, "power SUSPEND", "power-request"},
		{"a verb abbreviated", all, "power susp", "power-request"},
		{"an empty verb", all, "power ''", "power-request"},
		{"a verb that is an option", all, "power --force suspend", "power-request"},
		{"two verbs", all, "power suspend reboot", "power-request"},
		{"against inhibitors", all, "power suspend --force", "power-request"},
		{"against inhibitors, short", all, "power suspend -i", "power-request"},
		{"an alarm without a time", all, "power suspend --wake-at", "power-request"},
		{"an alarm of no time", all, "power suspend --wake-at=", "power-request"},
		{"two alarms", all, "power suspend --wake-at=+3600 --wake-at=+60", "power-request"},
		{"an alarm in the past", all, "power suspend --wake-at=+0", "power-request"},
		{"an alarm too soon", all, "power suspend --wake-at=+59", "power-request"},
		{"an alarm too late", all, "power suspend --wake-at=+99999999", "power-request"},
		{"an alarm before now", all, "power suspend --wake-at=-3600", "power-request"},
		{"an alarm that overflows", all, "power suspend --wake-at=+99999999999999999999", "power-request"},
		{"an alarm with a zero in front", all, "power suspend --wake-at=+03600", "power-request"},
		{"an alarm with a unit", all, "power suspend --wake-at=+1h", "power-request"},
		{"an alarm in another notation", all, "power suspend --wake-at=+6e3", "power-request"},
		{"an alarm without a zone", all, "power suspend --wake-at=2027-01-04T06:55:00", "power-request"},
		{"an alarm with parts of a second", all, "power suspend --wake-at=2027-01-04T06:55:00.5Z", "power-request"},
		{"an alarm of a day that is none", all, "power suspend --wake-at=2027-02-30T06:55:00Z", "power-request"},
		{"an alarm that is a path", all, "power suspend --wake-at=/etc/shadow", "power-request"},
		{"an alarm for a question", all, "power status --wake-at=+3600", "power-request"},
		{"an alarm for a reboot", all, "power reboot --wake-at=+3600", "power-request"},
		{"an alarm by another name", all, "power suspend --wakeat=+3600", "power-request"},
		{"an alarm that is a pattern", all, "power suspend --wake-at=+360?", "command-unknown"},

		// systemctl's.
		{"systemctl alone", all, "systemctl", "command-unknown"},
		{"systemctl against inhibitors", all, "systemctl -i suspend", "command-unknown"},
		{"systemctl against inhibitors, behind", all, "systemctl suspend --ignore-inhibitors", "command-unknown"},
		{"systemctl with force", all, "systemctl poweroff --force", "command-unknown"},
		{"systemctl with force twice", all, "systemctl reboot -ff", "command-unknown"},
		{"systemctl on another host", all, "systemctl -H root@h poweroff", "command-unknown"},
		{"systemctl in a container", all, "systemctl -M x poweroff", "command-unknown"},
		{"systemctl into the firmware", all, "systemctl reboot --firmware-setup", "command-unknown"},
		{"systemctl with a reboot's argument", all, "systemctl reboot x", "command-unknown"},
		{"systemctl halts", all, "systemctl halt", "command-unknown"},
		{"systemctl loads a kernel", all, "systemctl kexec", "command-unknown"},
		{"systemctl in rescue", all, "systemctl rescue", "command-unknown"},
		{"systemctl by target", all, "systemctl isolate poweroff.target", "command-unknown"},
		{"systemctl starts a unit", all, "systemctl start suspend.target", "command-unknown"},
		{"systemctl and a verb that is not granted", one, "systemctl poweroff", "command-unknown"},
		{"systemctl of a path", all, "systemctl /sbin/poweroff", "command-unknown"},
		{"systemctl twice", all, "systemctl systemctl suspend", "command-unknown"},
		{"another systemctl", all, "/tmp/systemctl suspend", "command-unknown"},

		// Others.
		{"a verb in another folder", all, "/tmp/poweroff", "command-unknown"},
		{"poweroff with force", all, "poweroff -f", "command-unknown"},
		{"a verb that is not granted, alone", one, "poweroff", "command-unknown"},
		{"shutdown", all, "shutdown -h now", "command-unknown"},
		{"halt", all, "halt -p", "command-unknown"},
		{"another runlevel", all, "init 0", "command-unknown"},
		{"the kernel's file", all, "echo mem > /sys/power/state", "command-unknown"},
		{"the kernel's request", all, "echo b > /proc/sysrq-trigger", "command-unknown"},
		{"the bus itself", all, "busctl call org.freedesktop.login1 /x y PowerOff b true", "command-unknown"},
		{"rtcwake", all, "rtcwake -m mem -s 60", "command-unknown"},
		{"sudo alone", all, "sudo", "command-unknown"},
		{"sudo with a user", all, "sudo -u x suspend", "command-unknown"},
		{"sudo with a password's program", all, "sudo -A suspend", "command-unknown"},
		{"sudo of our own word", all, "sudo power suspend", "command-unknown"},
		{"sudo of a shell", all, "sudo sh", "command-unknown"},
		{"a variable before it", all, "SYSTEMD_IGNORE_INHIBITORS=1 systemctl suspend", "command-unknown"},
		{"a second command", all, "systemctl suspend; id", "command-unknown"},
		{"a command behind", all, "suspend && id", "command-unknown"},
		{"later", all, "sleep 5; suspend", "command-unknown"},
		{"in the background", all, "suspend &", "command-unknown"},
		{"a line behind", all, "suspend\nid", "command-control"},
		{"a line feed at the end", all, "systemctl suspend\n", "command-control"},
	})
}

func TestPowerAllows(t *testing.T) {
	const all = "power: [suspend, hibernate, poweroff, reboot, status]"
	const act = "ops-tools session power "
	checkReal(t, []realCase{
		{"our own word", all, "power suspend", act + "suspend"},
		{"with an alarm", all, "power suspend --wake-at=+3600", act + "suspend --wake-at=+3600"},
		{"with an alarm at a moment", all, "power poweroff --wake-at 2027-01-04T07:55:00+01:00", act + "poweroff --wake-at=2027-01-04T06:55:00Z"},
		{"a question", all, "power status", act + "status"},
		{"systemctl", all, "systemctl suspend", act + "suspend"},
		{"systemctl by its path", all, "/usr/bin/systemctl hibernate", act + "hibernate"},
		{"systemctl with sudo", all, "sudo systemctl poweroff", act + "poweroff"},
		{"systemctl with sudo that asks nothing", all, "sudo -n /bin/systemctl suspend", act + "suspend"},
		{"a verb alone", all, "reboot", act + "reboot"},
		{"a verb by its path", all, "sudo /sbin/poweroff", act + "poweroff"},
	})
}
