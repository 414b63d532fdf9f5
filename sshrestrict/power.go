package sshrestrict

import (
	"fmt"

	"ops/internal/strictyaml"
	"ops/sshrestrict/power/request"
)

// powerRule lets a client put the machine to sleep or ask how it is, through logind and never against its inhibitors.
type powerRule struct {
	verbs []request.Verb
}

// UnmarshalYAML reads "power: [suspend, poweroff, reboot, hibernate, status]".
func (r *powerRule) UnmarshalYAML(n strictyaml.Node) error {
	if n.Kind() != strictyaml.List {
		return n.Errorf("expected a list such as [suspend, status]")
	}
	for item := range n.Items() {
		verb, ok := request.ParseVerb(item.Text())
		if !ok {
			return item.Errorf("unknown verb %s (known: suspend, hibernate, poweroff, reboot, status)", quote(item.Text()))
		}
		r.verbs = append(r.verbs, verb)
	}
	return nil
}

func (r *powerRule) complete() error {
	if len(r.verbs) == 0 {
		return refuse("power", "no verbs")
	}
	return nil
}

// decide accepts "power VERB [--wake-at=TIME]" and what people and schedulers send to machines without this rule: VERB,
// "systemctl VERB", and either behind "sudo", which is dropped.
func (r *powerRule) decide(q *Request) answer {
	words, ok := q.words()
	if !ok {
		return answer{}
	}
	texts, ok := literals(words)
	if !ok {
		return answer{}
	}
	if texts[0] == "power" {
		texts = texts[1:]
	} else if texts = r.usual(unprivileged(texts)); texts == nil {
		return answer{} // of another rule, perhaps
	}
	if len(texts) == 0 {
		return deny("power-verb", "power without a verb")
	}
	wish, err := request.Parse(texts)
	if err != nil {
		return deny("power-request", "%v", err)
	}
	if !r.has(texts[0]) {
		return deny("power-verb", "the verb %s is not granted", quote(texts[0]))
	}
	// The kernel's files on interfaces, sessions and clocks are read by status; the bus is a socket, which Landlock does
	// not guard.
	s := &Start{
		Stages: []Stage{session(append([]string{"power"}, wish.Words()...)...)},
		Read:   []string{"/proc", "/sys", "/run", "/dev", "/etc/passwd", "/etc/machine-id", "/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock"},
	}
	if len(texts) > 1 {
		s.Write = []string{"/sys/class/rtc/rtc0/wakealarm"}
	}
	return allow(s)
}

// usual returns the granted verb in "poweroff" or "systemctl poweroff", nil if it is neither.
func (r *powerRule) usual(words []string) []string {
	systemctl := len(words) > 1 && isTool(words[0], "systemctl")
	if systemctl {
		words = words[1:]
	}
	for _, verb := range r.verbs {
		name := fmt.Sprint(verb)
		if len(words) == 1 && (words[0] == name || !systemctl && isTool(words[0], name)) {
			return []string{name}
		}
	}
	return nil
}

func (r *powerRule) has(name string) bool {
	for _, verb := range r.verbs {
		if fmt.Sprint(verb) == name {
			return true
		}
	}
	return false
}
