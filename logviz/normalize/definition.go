package normalize

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"ops/internal/strictyaml"
)

// KindV1 is what a definition file says it is.
const KindV1 = "normalizer/v1"

// Stage is the place of a definition in the chain.
type Stage string

// The stages, in the order in which a record meets them. The first pattern that matches a record wins, whether of a
// header or a line, and so does the first that matches a message; every definition of the last stage has its turn.
const (
	Header Stage = "header" // reads the record: time, host, program, message
	// Line reads a record that says everything itself, as in a web server's own log; there is no body. With a guard for
	// process.name it reads the messages of these programs too, as a body does.
	Line   Stage = "line"
	Body   Stage = "body"   // reads the message, by program
	Enrich Stage = "enrich" // reads a field that an earlier stage set
)

// Definition is one YAML file as written. Patterns are tried in the order of the file.
type Definition struct {
	Kind        string `yaml:"kind"`        // "normalizer/v1"
	Name        string `yaml:"name"`        // one word, unique among the definitions in use
	Description string `yaml:"description"` // one sentence for people
	// Versions names the products and versions whose lines the patterns were written for. Optional.
	Versions []string `yaml:"versions"`
	Stage    Stage    `yaml:"stage"`
	// Field is the field that the patterns read. Default: the record in a header or line, message in a body; needed in
	// enrich.
	Field string `yaml:"field"`
	// When guards a definition: each field named must hold one of the values. Optional.
	When map[string][]string `yaml:"when"`
	// Set gives fields that every event of this definition has: a string, whole number, boolean or list of strings.
	Set map[string]any `yaml:"set"`
	// Zone is that of stamps without one, as in the IANA database. Default: the stream's.
	Zone strictyaml.Located[string] `yaml:"zone"`
	// Transform changes the event after every pattern of the definition. Optional.
	Transform []strictyaml.Located[Transform] `yaml:"transform"`
	// Patterns are lines with fields in them; see the file pattern.go for their language.
	Patterns []Pattern `yaml:"patterns"`
	// Decode is for records that are not lines of text; only in headers, instead of patterns.
	Decode *Decode `yaml:"decode"`
	// Accept names rules of the linter that this definition breaks knowingly, each with the reason. Optional.
	Accept map[string]string `yaml:"accept"`

	file    string // where it was read, for errors
	builtin bool   // it is a shipped one
}

// Pattern is one kind of line.
type Pattern struct {
	Name    string                     `yaml:"name"` // one word, unique in the file
	Pattern strictyaml.Located[string] `yaml:"pattern"`
	Set     map[string]any             `yaml:"set"` // as in Definition, and stronger
	// Transform is as in Definition, and runs before it.
	Transform []strictyaml.Located[Transform] `yaml:"transform"`
	// Next names a captured field whose text the same stage reads once more: "message repeated 5 times: [ … ]".
	Next string `yaml:"next"`
	// Accept is as in Definition, for this pattern alone.
	Accept map[string]string `yaml:"accept"`
	Tests  []Test            `yaml:"tests"`
}

// Decode maps the keys of a structured record.
type Decode struct {
	Format  string   `yaml:"format"`  // "json" (one object a line) or "journal-export"
	Require []string `yaml:"require"` // keys without which the record is not of this kind
	// Fields gives each key's pattern, in order; a field that is already set is kept.
	Fields []KeyPattern `yaml:"fields"`
	Tests  []Test       `yaml:"tests"`
}

// KeyPattern is the pattern that a key's value must match as a whole; if it does not, the key is left alone.
type KeyPattern struct {
	Key     string                     `yaml:"key"`
	Pattern strictyaml.Located[string] `yaml:"pattern"`
}

// Test says what a pattern must make of a line.
type Test struct {
	Line string `yaml:"line"` // what the pattern reads: a record in a header, a message in a body
	// Reference is the moment at which the line was read, RFC 3339, for stamps without a year. Default: 2026-12-31.
	Reference string `yaml:"reference"`
	Zone      string `yaml:"zone"` // for stamps without a zone, as in the IANA database. Default: UTC
	// Expect gives fields and their values as text; each must be so.
	Expect map[string]any `yaml:"expect"`
	Absent []string       `yaml:"absent"` // fields that must not be set
	// Exact says that the event has no other fields.
	Exact bool `yaml:"exact"`
	// NoMatch says that this pattern must not match the line; another one may.
	NoMatch bool `yaml:"no-match"`

	at int // the line of the file where it begins, 0 if it is from none
}

// UnmarshalYAML reads a test and keeps its place.
func (t *Test) UnmarshalYAML(n strictyaml.Node) error {
	type plain Test // without this method
	if err := n.Decode((*plain)(t)); err != nil {
		return err
	}
	t.at, _ = n.Place()
	return nil
}

// Parse reads one definition. The error names file, line and column.
func Parse(file string, data []byte) (*Definition, error) {
	d := &Definition{file: file}
	if err := strictyaml.Decode(file, data, d); err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return d, nil
}

func (d *Definition) check() error {
	if d.Kind != KindV1 {
		return fmt.Errorf("kind is %q, this program reads %q", d.Kind, KindV1)
	}
	if !isWord(d.Name) {
		return fmt.Errorf("name %q: must be lower-case letters, digits and hyphens", d.Name)
	}
	switch d.Stage {
	case Header, Body:
	case Line:
		if d.Field != "" {
			return fmt.Errorf("stage line reads the record, not a field")
		}
	case Enrich:
		if d.Field == "" {
			return fmt.Errorf("stage enrich needs a field to read")
		}
	default:
		return fmt.Errorf("stage is %q, must be header, line, body or enrich", d.Stage)
	}
	if err := checkAccept(d.Accept); err != nil {
		return err
	}
	if d.Decode != nil {
		if d.Stage != Header || len(d.Patterns) > 0 {
			return fmt.Errorf("decode stands in a header without patterns")
		}
		if d.Decode.Format != "json" && d.Decode.Format != "journal-export" {
			return fmt.Errorf("decode format is %q, must be json or journal-export", d.Decode.Format)
		}
		return nil
	}
	if len(d.Patterns) == 0 {
		return fmt.Errorf("no patterns")
	}
	names := make(map[string]bool)
	for _, p := range d.Patterns {
		if !isWord(p.Name) {
			return fmt.Errorf("pattern name %q: must be lower-case letters, digits and hyphens", p.Name)
		}
		if names[p.Name] {
			return fmt.Errorf("two patterns are named %q", p.Name)
		}
		names[p.Name] = true
		if err := checkAccept(p.Accept); err != nil {
			return fmt.Errorf("pattern %s: %w", p.Name, err)
		}
	}
	return nil
}

func checkAccept(accept map[string]string) error {
	for _, rule := range slices.Sorted(maps.Keys(accept)) {
		if !slices.Contains(lintRules(), rule) {
			return fmt.Errorf("accept: the linter has no rule %q; it has %s", rule, strings.Join(lintRules(), ", "))
		}
		if strings.TrimSpace(accept[rule]) == "" {
			return fmt.Errorf("accept: %s has no reason: write why it is well so", rule)
		}
	}
	return nil
}

func isWord(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// ReadDir reads every .yaml file of a folder of fsys, in order of the name.
func ReadDir(fsys fs.FS, dir string) ([]*Definition, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var out []*Definition
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, err
		}
		d, err := Parse(file, data)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
