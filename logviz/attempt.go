package logviz

import "unicode/utf8"

// Attempts says how many attempts to log in the event stands for, and whether they got in. An attempt is one answer of
// sshd to one try, "Failed METHOD for …" or "Accepted METHOD for …", times its repetitions. What surrounds it (an
// invalid user, PAM's own report, a closed connection) is told in other events and counts as none, so that one try is
// never counted twice.
func (e *Event) Attempts() (n int, accepted bool) {
	if e.Text(FieldAction) != "ssh_login" {
		return 0, false
	}
	switch e.Text(FieldOutcome) {
	case "failure":
		return e.Count(), false
	case "success":
		return e.Count(), true
	}
	return 0, false
}

// maxNameBytes is how much of a name counts keep: longer ones are hostile, and memory is bounded.
const maxNameBytes = 256

// account returns the account of an attempt as counts name it.
func (e *Event) account() string { return clip(e.Text(FieldUser)) }

// clip cuts between characters: half of one would be another character to everybody who reads the name.
func clip(name string) string {
	if len(name) <= maxNameBytes {
		return name
	}
	end := maxNameBytes
	for end > maxNameBytes-utf8.UTFMax && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end] + "…"
}
