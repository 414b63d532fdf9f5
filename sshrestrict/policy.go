package sshrestrict

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ops/internal/strictyaml"
	"ops/sshrestrict/launch"
)

// Policy says what one key or account may do: the checked form of a policy file. The zero value allows nothing.
type Policy struct {
	Name        string // "backup" for backup.yaml
	File        string // where it was read
	Hash        string // "sha256:…" of the file's bytes
	Description string

	From    []Prefix  // empty for everywhere
	Hours   *Hours    // nil for always
	Expires time.Time // zero for never

	Rate     Rate // zero for no limit
	Sessions int  // at the same time; 0 for no limit

	MaxCommand  int // bytes of a client's command
	Interactive *Interactive
	Environment Environment
	Sandbox     *Sandbox // nil if the file has no such section
	Limits      launch.Limits
	Umask       int // -1 to leave it
	Audit       Audit

	rules []ruleEntry
}

// ruleEntry is one element of "allow".
type ruleEntry struct {
	kind  string // "rsync"
	index int    // among the rules
	line  int    // in the file
	rule  rule
}

// String is "allow[0] rsync".
func (e *ruleEntry) String() string { return "allow[" + strconv.Itoa(e.index) + "] " + e.kind }

// Interactive is what a client may do that asks for no command.
type Interactive struct {
	Menu   bool          `yaml:"menu"`
	Prompt string        `yaml:"prompt"`
	Banner string        `yaml:"banner"`
	Idle   time.Duration `yaml:"idle"` // without a key, after which the menu ends; 0 for never
}

// Sandbox is the section of that name.
type Sandbox struct {
	Level           Level    `yaml:"level"`
	Network         *bool    `yaml:"network"` // nil: as the rule needs
	NoNewPrivileges *bool    `yaml:"no-new-privileges"`
	Read            []folder `yaml:"read"`
	Write           []folder `yaml:"write"`
	Execute         []folder `yaml:"execute"`
}

// Level is how much the sandbox must achieve.
type Level launch.Level

// UnmarshalText reads "best-effort", "required" or "off".
func (l *Level) UnmarshalText(text []byte) error {
	return choose(l, string(text), "best-effort", "required", "off")
}

// Audit tells where records go and how much is recorded.
type Audit struct {
	To       []string `yaml:"to"` // journal, syslog, absolute paths
	Result   bool     `yaml:"result"`
	Required bool     `yaml:"required"`
	Record   Record   `yaml:"record"`
	Folder   folder   `yaml:"recordings"`
	Files    Files    `yaml:"files"` // of sftp, scp and the menu
}

// Files tells which operations of our own servers of files are recorded.
type Files int

const (
	FilesChanges Files = iota // what changes something, and what is refused
	FilesAll                  // and what is read
	FilesNever
)

// UnmarshalText reads "changes", "all" or "never".
func (f *Files) UnmarshalText(text []byte) error {
	return choose(f, string(text), "changes", "all", "never")
}

// Record tells which sessions are recorded.
type Record int

const (
	RecordNever       Record = iota
	RecordInteractive        // those with a terminal
)

// UnmarshalText reads "never" or "interactive".
func (r *Record) UnmarshalText(text []byte) error {
	return choose(r, string(text), "never", "interactive")
}

// written is the file as written.
type written struct {
	Description string       `yaml:"description"`
	From        []Prefix     `yaml:"from"`
	Hours       *Hours       `yaml:"hours"`
	Expires     Date         `yaml:"expires"`
	Rate        Rate         `yaml:"rate"`
	Sessions    int          `yaml:"sessions"`
	MaxCommand  size         `yaml:"max-command"`
	Allow       []ruleEntry  `yaml:"allow"`
	Interactive *Interactive `yaml:"interactive"`
	Environment Environment  `yaml:"environment"`
	Sandbox     *Sandbox     `yaml:"sandbox"`
	Limits      limits       `yaml:"limits"`
	Umask       *mode        `yaml:"umask"`
	Audit       Audit        `yaml:"audit"`
}

type limits struct {
	Time      time.Duration `yaml:"time"`
	CPU       time.Duration `yaml:"cpu"`
	Memory    size          `yaml:"memory"`
	Processes int64         `yaml:"processes"`
	Files     int64         `yaml:"files"`
	FileSize  size          `yaml:"file-size"`
	Nice      int           `yaml:"nice"`
}

// Parse reads a policy. name is the policy's name, file the file's for messages. Errors are those of strictyaml, with
// line and column, and all that were found.
func Parse(name, file string, data []byte) (*Policy, error) {
	var w written
	if err := strictyaml.Decode(file, data, &w); err != nil {
		return nil, err
	}
	hash := sha256.Sum256(data)
	p := &Policy{
		Name: name, File: file, Hash: "sha256:" + hex.EncodeToString(hash[:]), Description: w.Description,
		From: w.From, Hours: w.Hours, Expires: time.Time(w.Expires), Rate: w.Rate, Sessions: w.Sessions,
		MaxCommand: int(w.MaxCommand), Interactive: w.Interactive, Environment: w.Environment, Sandbox: w.Sandbox,
		Limits: launch.Limits{
			Time: w.Limits.Time, CPU: w.Limits.CPU, Memory: int64(w.Limits.Memory), Processes: w.Limits.Processes,
			OpenFiles: w.Limits.Files, FileSize: int64(w.Limits.FileSize), Nice: w.Limits.Nice,
		},
		Umask: -1, Audit: w.Audit, rules: w.Allow,
	}
	if w.Umask != nil {
		p.Umask = int(*w.Umask)
	}
	if p.MaxCommand == 0 {
		p.MaxCommand = MaxCommand
	}
	for i := range p.rules {
		p.rules[i].index = i
	}
	if err := p.consistent(); err != nil {
		return nil, &strictyaml.Error{Name: file, Line: 1, Column: 1, Msg: err.Error()}
	}
	return p, nil
}

// consistent refuses values that no single field can check.
func (p *Policy) consistent() error {
	switch l := p.Limits; {
	case p.MaxCommand > 1<<20:
		return errors.New("max-command is above 1M")
	case p.Sessions < 0:
		return errors.New("sessions is negative")
	case l.Nice < 0 || l.Nice > 19:
		return errors.New("limits: nice is not within 0 to 19")
	case p.Interactive != nil && p.Interactive.Idle < 0:
		return errors.New("interactive: idle is negative")
	case l.Time < 0 || l.CPU < 0 || l.Processes < 0 || l.OpenFiles < 0:
		return errors.New("limits: a limit is negative")
	case p.Audit.Record != RecordNever && p.Audit.Folder == "":
		p.Audit.Folder = "/var/log/ops/ssh-restrict"
	}
	for _, to := range p.Audit.To {
		if to != "journal" && to != "syslog" && !strings.HasPrefix(to, "/") {
			return fmt.Errorf("audit: to: expected journal, syslog or an absolute path, found %s", quote(to))
		}
	}
	return p.Environment.check()
}

// UnmarshalYAML reads "- rsync: {…}", "- power: [suspend]" or "- command: […]" with run, where and options beside it.
func (e *ruleEntry) UnmarshalYAML(n strictyaml.Node) error {
	if n.Kind() != strictyaml.Mapping {
		return errors.New(`expected a rule such as "rsync: {root: /srv/data, mode: read}"`)
	}
	e.line, _ = n.Place()
	count := 0
	for key, value := range n.Entries() {
		if key.Text() == "command" {
			e.kind = "command"
			made := new(commandRule)
			e.rule = made
			if err := n.Decode(made); err != nil {
				return err
			}
			return made.complete()
		}
		if count++; count > 1 {
			return key.Errorf("a rule has one kind; start a new \"- %s: …\"", key.Text())
		}
		made := newRule(key.Text())
		if made == nil {
			return key.Errorf("unknown kind of rule %s (known: %s)", quote(key.Text()), strings.Join(kinds(), ", "))
		}
		e.kind, e.rule = key.Text(), made
		if err := value.Decode(made); err != nil {
			return err
		}
		if err := made.complete(); err != nil {
			return value.Errorf("%s: %v", key.Text(), err)
		}
	}
	if count == 0 {
		return errors.New("an empty rule")
	}
	return nil
}

// Rules lists the rules' names in the file's order, such as "allow[0] rsync".
func (p *Policy) Rules() []string {
	names := make([]string, len(p.rules))
	for i := range p.rules {
		names[i] = p.rules[i].String()
	}
	return names
}

// choose sets *to to the index of text among the names.
func choose[T ~int](to *T, text string, names ...string) error {
	i := slices.Index(names, text)
	if i < 0 {
		return fmt.Errorf("expected %s, found %s", strings.Join(names, ", "), quote(text))
	}
	*to = T(i)
	return nil
}
