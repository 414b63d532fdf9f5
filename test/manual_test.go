package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict"
	"ops/sshrestrict/schema"
)

const manual = "../doc/ssh-restrict.md"

// block is a fenced block of a Markdown file.
type block struct {
	line int
	kind string // behind the fence: "yaml", "answers from=10.20.0.7", "sh"
	text string
}

func readManual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func blocks(text string) []block {
	var all []block
	var open *block
	for i, line := range strings.Split(text, "\n") {
		kind, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &block{line: i + 1, kind: kind}
		case fence:
			all = append(all, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	return all
}

// asPolicy wraps a list of rules, which is how rules are shown.
func asPolicy(text string) string {
	if strings.HasPrefix(text, "- ") {
		return "allow:\n" + text
	}
	return text
}

// Every policy of the manual loads, and answers as the block below it says: the code that the client is told, "ok" for none,
// and the command.
func TestManualAnswers(t *testing.T) {
	var policy *sshrestrict.Policy
	policies, answers := 0, 0
	for _, b := range blocks(readManual(t)) {
		name := fmt.Sprintf("%s:%d", manual, b.line)
		kind, conditions, _ := strings.Cut(b.kind, " ")
		switch kind {
		case "yaml":
			var err error
			if policy, err = sshrestrict.Parse("manual", name, []byte(asPolicy(b.text))); err != nil {
				t.Fatal(err)
			}
			policies++
		case "answers":
			for line := range strings.Lines(b.text) {
				want, command, _ := strings.Cut(strings.TrimSpace(line), " ")
				q := sshrestrict.NewRequest(sshrestrict.KindCommand, strings.TrimSpace(command), sshrestrict.MaxCommand)
				q.Now = time.Now()
				if err := q.SetAccount("", os.Geteuid()); err != nil {
					t.Fatal(err)
				}
				for condition := range strings.FieldsSeq(conditions) {
					key, value, _ := strings.Cut(condition, "=")
					var err error
					switch key {
					case "from":
						q.Address, err = netip.ParseAddr(value)
					case "at":
						q.Now, err = time.Parse(time.RFC3339, value)
					default:
						t.Fatalf("%s: the condition %s", name, condition)
					}
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
				}
				if d := policy.Decide(q); d.Code != want {
					t.Errorf("%s: %s: %s, not %s (%s)", name, command, d.Code, want, d.Reason)
				}
				answers++
			}
		}
	}
	if policies < 25 || answers < 100 {
		t.Errorf("only %d policies and %d answers were found", policies, answers)
	}
}

// Every rule and every section that stands in a table, in a list or in a sentence can be put into a policy.
func TestManualRules(t *testing.T) {
	s := policySchema(t)
	spans := regexp.MustCompile("`([a-z-]+): ?([^`]+)`")
	found := 0
	migration := false
	for i, line := range strings.Split(readManual(t), "\n") {
		if strings.HasPrefix(line, "### ") {
			migration = slices.Contains([]string{"### rrsync", "### sshdo", "### authprogs", "### lshell", "### Others"}, line)
		}
		cells := []string{line}
		if migration && strings.HasPrefix(line, "| ") { // what stands on the left is another program's
			_, right, _ := strings.Cut(line[2:], " | ")
			cells = []string{right}
		}
		for _, cell := range cells {
			for _, span := range spans.FindAllStringSubmatch(cell, -1) {
				key, text := span[1], span[1]+": "+span[2]
				switch {
				case strings.Contains(text, "…"):
					continue
				case key == "command":
					for variable := range strings.SplitSeq(text, "{") { // their types stand beside it
						if name, _, ok := strings.Cut(variable, "}"); ok {
							text = "{" + text + ", where: {" + name + ": {integer: 1-9}}}"
						}
					}
					text = "allow:\n  - " + text
				case s.Defs["rule"].Else.Properties.has(key):
					text = "allow:\n  - " + text
				case !s.Properties.has(key):
					continue // a key of a rule
				}
				found++
				if _, err := sshrestrict.Parse("manual", fmt.Sprintf("%s:%d", manual, i+1), []byte(text)); err != nil {
					t.Errorf("%s: %v", text, err)
				}
			}
		}
	}
	if found < 30 {
		t.Errorf("only %d rules were found", found)
	}
}

// Every command of the manual has the flags that it uses.
func TestManualCommands(t *testing.T) {
	programs := buildPrograms(t)
	commands := map[string]bool{}
	text := readManual(t)
	for _, b := range blocks(text) {
		if b.kind != "sh" {
			continue
		}
		for line := range strings.Lines(b.text) {
			commands[strings.TrimSpace(line)] = true
		}
	}
	for _, span := range regexp.MustCompile("`(ops [a-z][^`…]*)`").FindAllStringSubmatch(text, -1) {
		if !strings.ContainsAny(span[1], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			commands[span[1]] = true
		}
	}
	if len(commands) < 20 {
		t.Fatalf("only %d commands were found", len(commands))
	}
	for command := range commands {
		if strings.HasPrefix(command, "ops ssh-restrict init") { // which changes nothing
			command, _, _ = strings.Cut(command, ">")
			if out, err := exec.Command(programs+"/ops", strings.Fields(command)[1:]...).CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", command, err, out)
			}
			continue
		}
		command, _, _ = strings.Cut(command, " -- ")
		command, _, _ = strings.Cut(command, ">")
		args := strings.Fields(command)
		out, err := exec.Command(programs+"/ops", append(args[1:], "--help")...).CombinedOutput()
		if last := args[len(args)-1]; err != nil || !strings.Contains(string(out), "Usage:\n  ops") || last == "--help" {
			t.Errorf("%s: %v\n%s", command, err, out)
		}
	}
}

// properties keep the order of the file.
type properties []struct {
	name string
	property
}

type property struct {
	Ref         string     `json:"$ref"`
	Type        string     `json:"type"`
	Description string     `json:"description"`
	Default     any        `json:"default"`
	Enum        []string   `json:"enum"`
	Const       any        `json:"const"`
	AnyOf       []property `json:"anyOf"`
	Items       *property  `json:"items"`
	Properties  properties `json:"properties"`
	Required    []string   `json:"required"`
	Else        *property  `json:"else"`
	Defs        properties `json:"$defs"`
}

func (p *properties) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := d.Token(); err != nil { // {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value property
		if err := d.Decode(&value); err != nil {
			return err
		}
		*p = append(*p, struct {
			name string
			property
		}{name.(string), value})
	}
	return nil
}

func (p properties) has(name string) bool { return p.get(name) != nil }

func (p properties) get(name string) *property {
	for i := range p {
		if p[i].name == name {
			return &p[i].property
		}
	}
	return nil
}

// rootSchema is the whole schema.
type rootSchema struct {
	property
	Defs map[string]property `json:"$defs"`
}

func policySchema(t *testing.T) rootSchema {
	t.Helper()
	var s rootSchema
	if err := json.Unmarshal(schema.Policy(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// table renders the keys of one part of the schema as Markdown.
func (s rootSchema) table(t *testing.T, name string) string {
	t.Helper()
	p, known := s.Defs[name]
	switch {
	case name == "policy":
		p = s.property
	case !known:
		section := s.Properties.get(name)
		if section == nil {
			t.Fatalf("the schema has no part that is called %s", name)
		}
		p = *section
	}
	var b strings.Builder
	b.WriteString("| key | value | default | |\n|---|---|---|---|\n")
	for _, each := range p.Properties {
		def := s.Defs[strings.TrimPrefix(each.Ref, "#/$defs/")]
		text, value := each.Description, each.Default
		if text == "" {
			text = def.Description
		}
		if value == nil {
			value = def.Default
		}
		shown := ""
		switch {
		case slices.Contains(p.Required, each.name):
			shown = "needed"
		case value != nil:
			shown = "`" + strings.ReplaceAll(strings.ReplaceAll(fmt.Sprint(value), "[", ""), "]", "") + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", each.name, s.takes(each.property), shown, strings.NewReplacer("|", `\|`, "*", `\*`).Replace(text))
	}
	return b.String()
}

// takes says in a word or two what a key's value is.
func (s rootSchema) takes(p property) string {
	name := strings.TrimPrefix(p.Ref, "#/$defs/")
	def := s.Defs[name]
	switch {
	case len(p.Enum) > 0:
		return "`" + strings.Join(p.Enum, "`, `") + "`"
	case p.Const != nil:
		return fmt.Sprintf("`%v`", p.Const)
	case len(def.Enum) > 0 || def.Type == "boolean":
		return s.takes(def)
	case name == "root" || name == "path":
		return "path"
	case name != "":
		return name
	case p.Type == "boolean":
		return "`true`, `false`"
	case p.Type == "array" || p.Type == "string":
		return map[string]string{"array": "list", "string": "text"}[p.Type]
	case p.Type == "integer":
		return "number"
	case p.Type == "object":
		return "section"
	}
	return "path, or list"
}

// The tables of keys are those of the schema, which another test compares with the code. UPDATE_MANUAL=1 writes them anew.
func TestManualTellsEveryKey(t *testing.T) {
	s := policySchema(t)
	text := readManual(t)
	marks := regexp.MustCompile(`(?s)<!-- keys: ([a-z-]+) -->\n.*?<!-- /keys -->`)
	told := map[string]bool{}
	fresh := marks.ReplaceAllStringFunc(text, func(part string) string {
		name := marks.FindStringSubmatch(part)[1]
		told[name] = true
		return "<!-- keys: " + name + " -->\n" + s.table(t, name) + "<!-- /keys -->"
	})
	if fresh != text {
		if os.Getenv("UPDATE_MANUAL") == "" {
			t.Errorf("the tables of keys in %s are not those of the schema; run: UPDATE_MANUAL=1 go test ./test -run Manual", manual)
		} else if err := os.WriteFile(manual, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	wanted := []string{"policy", "command", "value"}
	for _, each := range s.Properties {
		if len(each.Properties) > 0 {
			wanted = append(wanted, each.name)
		}
	}
	for _, each := range s.Defs["rule"].Else.Properties {
		if each.name != "power" { // a list of verbs
			wanted = append(wanted, each.name)
		}
	}
	for _, name := range wanted {
		if !told[name] {
			t.Errorf("the manual has no table of the keys of %s", name)
		}
	}
}
