// Package request is what a client may ask of the power rule: a verb and at most one option, both typed and bounded.
// Start with Parse; it has no dependencies worth a name, so that the program that only decides can use it, and Words
// gives back the one spelling in which an accepted request is passed on to the program that acts.
package request

// Verb is what is asked for.
type Verb string

// The verbs are the whole language; there is none that forces anything.
const (
	Status    Verb = "status"    // tell what the machine does and whether it may sleep; changes nothing
	Suspend   Verb = "suspend"   // to memory, ACPI S3 or s2idle
	Hibernate Verb = "hibernate" // to disk, ACPI S4
	PowerOff  Verb = "poweroff"  // ACPI S5
	Reboot    Verb = "reboot"
)

// Verbs lists all verbs, in the order of the help.
func Verbs() []Verb { return []Verb{Status, Suspend, Hibernate, PowerOff, Reboot} }

// ParseVerb returns the verb of that name. Names are exact: no abbreviation, no other case, no blanks.
func ParseVerb(name string) (Verb, bool) {
	switch v := Verb(name); v {
	case Status, Suspend, Hibernate, PowerOff, Reboot:
		return v, true
	}
	return "", false
}

// Acts is true for the verbs that change the state of the machine.
func (v Verb) Acts() bool { return v != Status }
