package sshrestrict

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"ops/sshrestrict/audit"
)

// place is the root of a rule for sftp under the name by which the menu shows it: "/incoming" for /srv/incoming.
type place struct {
	name string
	id   string // of the rule
	rule sftpRule
}

// placesOf lists the roots of a policy's rules for sftp. A name that comes a second time gets a number.
func placesOf(p *Policy) []place {
	var all []place
	for i := range p.rules {
		var rule sftpRule
		switch r := p.rules[i].rule.(type) {
		case *sftpRule:
			rule = *r
		case *rcloneRule:
			rule = r.sftpRule
		default:
			continue
		}
		name := path.Base(string(rule.Root))
		taken := func(name string) bool { return slices.ContainsFunc(all, func(p place) bool { return p.name == name }) }
		for n := 2; taken(name); n++ {
			name = path.Base(string(rule.Root)) + "-" + strconv.Itoa(n)
		}
		all = append(all, place{name, p.rules[i].String(), rule})
	}
	return all
}

// files is the menu's own part that has to do with files: where a person is, and what the lines ls, cat, less, get, put, cd
// and pwd start.
type files struct {
	places []place
	now    string // the folder: "/", or "/PLACE/…"
	idle   time.Duration
	scp    string // "-P PORT ACCOUNT@HOST", for hints
}

func newFiles(p *Policy) *files {
	f := &files{places: placesOf(p), now: "/"}
	if len(f.places) == 1 {
		f.now += f.places[0].name
	}
	if p.Interactive != nil {
		f.idle = p.Interactive.Idle
	}
	return f
}

// locate returns the place that a path leads to, nil for the folder of all places, and the path below it, which starts with
// a slash. A path that starts with no place's name may be one of the server's own, as sftp clients use them.
func (f *files) locate(p string) (*place, string, error) {
	clean := path.Join(f.now, p)
	if path.IsAbs(p) {
		clean = path.Clean(p)
	}
	if clean == "/" {
		return nil, "/", nil
	}
	name, rest, _ := strings.Cut(clean[1:], "/")
	for i := range f.places {
		if f.places[i].name == name {
			return &f.places[i], "/" + rest, nil
		}
	}
	for i := range f.places {
		if rule := &f.places[i].rule; rule.Paths != PathsRooted && path.IsAbs(p) {
			if inside, under := rule.Root.relative(clean); under {
				return &f.places[i], path.Join("/", inside), nil
			}
		}
	}
	return nil, "", refuse("path-outside", "the path %s is in none of the folders; ls / lists them", quote(p))
}

// fileCommand is one of the menu's own commands.
type fileCommand struct {
	name, usage string
	options     string // letters
	needed      bool   // a path must be given
	reads       bool
	writes      bool
}

const putUsage = "put FILE"

func fileCommands() []fileCommand {
	return []fileCommand{
		{name: "ls", usage: "ls [-l] [-a] [PATH]", options: "la"},
		{name: "cat", usage: "cat FILE", needed: true, reads: true},
		{name: "less", usage: "less FILE", needed: true, reads: true},
		{name: "get", usage: "get FILE", needed: true, reads: true},
		{name: "put", usage: putUsage, needed: true, writes: true},
		{name: "cd", usage: "cd [FOLDER]"},
		{name: "pwd", usage: "pwd"},
	}
}

// allows is true if the rule's mode does, see package rooted: append reads, write does not.
func (c *fileCommand) allows(m Mode) bool {
	return (!c.reads || m != ModeWrite) && (!c.writes || m.Writes())
}

// usable lists the commands that at least one place allows and whose names no rule for a command has taken.
func (f *files) usable(p *Policy) []fileCommand {
	return slices.DeleteFunc(fileCommands(), func(c fileCommand) bool {
		for i := range p.rules {
			if r, ok := p.rules[i].rule.(*commandRule); ok && r.callsMe(c.name) {
				return true
			}
		}
		return !slices.ContainsFunc(f.places, func(p place) bool { return c.allows(p.rule.Mode) })
	})
}

// fileLine is what a line means.
type fileLine struct {
	fileCommand
	letters string // the options that are given
	path    string // as typed; empty if none
}

// read takes the words of a line apart. Nothing in them is expanded.
func (c fileCommand) read(words []Word) (fileLine, error) {
	line := fileLine{fileCommand: c}
	var paths []string
	options := true
	for _, w := range words[1:] {
		switch {
		case !w.literal():
			return line, refuse("menu-pattern", "%s: nothing is expanded here; quote what is meant as it stands", quote(w.Text))
		case options && w.Text == "--":
			options = false
		case options && len(w.Text) > 1 && w.Text[0] == '-':
			if letters := w.Text[1:]; strings.Trim(letters, c.options) != "" {
				return line, refuse("menu-option", "%s has no option %s", c.name, quote(w.Text))
			}
			line.letters += w.Text[1:]
		default:
			paths = append(paths, w.Text)
		}
	}
	switch {
	case len(paths) > 1 || len(paths) > 0 && c.name == "pwd":
		return line, refuse("menu-usage", "too many words; usage: %s", c.usage)
	case len(paths) == 0 && c.needed || len(paths) == 1 && paths[0] == "":
		return line, refuse("menu-usage", "the path is missing; usage: %s", c.usage)
	case len(paths) == 1:
		line.path = paths[0]
	case c.name == "cd" && len(words) == 1:
		line.path = "/"
	}
	return line, nil
}

// start renders what a line starts: our own server of files, confined to the place. It is nil for what needs none: the
// folder of all places.
func (f *files) start(line fileLine) (*Start, *place, error) {
	at, below, err := f.locate(line.path)
	if err != nil {
		return nil, nil, err
	}
	if at == nil {
		if line.reads || line.writes {
			return nil, nil, refuse("menu-usage", "%s is the folder of all folders", quote(line.path))
		}
		return nil, nil, nil
	}
	if !line.allows(at.rule.Mode) {
		return nil, at, refuse("menu-mode", "%s is not in the mode %s of /%s", line.name, at.rule.Mode, at.name)
	}
	rule := at.rule
	rule.Paths = PathsRooted
	args := append(rule.arguments("files"), "--place", at.name)
	for _, letter := range []string{"l", "a"} {
		if strings.Contains(line.letters, letter) {
			args = append(args, "-"+letter)
		}
	}
	if f.idle > 0 {
		args = append(args, "--idle", f.idle.String())
	}
	if line.name == "get" || line.name == "put" {
		args = append(args, "--hint", f.hint(line.name, at, below))
	}
	return serve(rule.Root, rule.Mode, append(args, "--", line.name, below)...), at, nil
}

// hint is the scp command of a person's own machine that does the same.
func (f *files) hint(verb string, at *place, below string) string {
	remote := below
	if at.rule.Paths != PathsRooted {
		remote = path.Join(string(at.rule.Root), below)
	}
	port, host, _ := strings.Cut(f.scp, " ")
	if verb == "get" {
		return fmt.Sprintf("scp -P %s %s .", port, shellQuote(host+":"+remote))
	}
	return fmt.Sprintf("scp -P %s FILE %s", port, shellQuote(host+":"+remote))
}

// all lists the places, for ls of their folder.
func (f *files) all() string {
	var b strings.Builder
	for i := range f.places {
		fmt.Fprintf(&b, "%s/  %s\n", f.places[i].name, f.places[i].rule.Mode)
	}
	return b.String()
}

// fileLine returns what the line of a request means if it is one of the menu's own, with the decision on it.
func (m *Menu) fileLine(q *Request) (line fileLine, at *place, d *Decision, mine bool) {
	words, ok := q.words()
	if !ok || !words[0].literal() {
		return line, nil, nil, false
	}
	commands := m.files.usable(m.policy)
	i := slices.IndexFunc(commands, func(c fileCommand) bool { return c.name == words[0].Text })
	if i < 0 {
		return line, nil, nil, false
	}
	d = &Decision{}
	if !m.policy.admits(q, d) {
		return line, nil, d, true
	}
	line, err := commands[i].read(words)
	if err == nil && line.name != "pwd" {
		var start *Start
		start, at, err = m.files.start(line)
		d.Start = start
	}
	if at != nil {
		d.Rule = at.id
	}
	if err != nil {
		a := denied("menu", err)
		d.deny("menu", a.code, "%s", a.reason)
		return line, at, d, true
	}
	d.Verdict, d.Code = Allow, "ok"
	return line, at, d, true
}

// own answers what needs no program: pwd, and ls and cd of the folder of all places.
func (m *Menu) own(line fileLine) int {
	m.record.Decision, m.record.Code = audit.Allow, "ok"
	if err := m.write(m.record); err != nil && m.policy.Audit.Required {
		return m.refuse(audit.Deny, "audit", err.Error(), ExitDenied)
	}
	switch line.name {
	case "pwd":
		fmt.Fprintln(m.Out, m.files.now)
	case "ls":
		fmt.Fprint(m.Out, m.files.all())
	case "cd":
		m.files.now = "/"
	}
	return 0
}
