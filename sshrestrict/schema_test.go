package sshrestrict

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// jsonSchema is the part of schema/policy.json that is compared with the code.
type jsonSchema struct {
	Ref         string                `json:"$ref"`
	Description string                `json:"description"`
	Type        string                `json:"type"`
	Enum        []string              `json:"enum"`
	Default     any                   `json:"default"`
	Examples    []any                 `json:"examples"`
	Properties  map[string]jsonSchema `json:"properties"`
	Required    []string              `json:"required"`
	Else        *jsonSchema           `json:"else"`
	Defs        map[string]jsonSchema `json:"$defs"`
}

func readSchema(t *testing.T) jsonSchema {
	t.Helper()
	text, err := os.ReadFile("schema/policy.json")
	if err != nil {
		t.Fatal(err)
	}
	var s jsonSchema
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// yamlKeys lists the keys of a struct, those of its inlined fields among them; true for those that are required.
func yamlKeys(of reflect.Type) map[string]bool {
	keys := map[string]bool{}
	for _, f := range reflect.VisibleFields(of) {
		if name, option, _ := strings.Cut(f.Tag.Get("yaml"), ","); name != "" {
			keys[name] = option == "required"
		}
	}
	return keys
}

// Every key of the code is in the schema with a description, and no other.
func TestSchemaHasEveryKey(t *testing.T) {
	s := readSchema(t)
	compare := func(name string, of reflect.Type, s jsonSchema) {
		keys := yamlKeys(of)
		if have, want := slices.Sorted(maps.Keys(s.Properties)), slices.Sorted(maps.Keys(keys)); !slices.Equal(have, want) {
			t.Errorf("%s: the schema has %v, the code %v", name, have, want)
		}
		for key, property := range s.Properties {
			if property.Description == "" && property.Ref == "" {
				t.Errorf("%s: %s has no description", name, key)
			}
			if slices.Contains(s.Required, key) != keys[key] {
				t.Errorf("%s: %s is required by the code: %v", name, key, keys[key])
			}
		}
	}
	compare("policy", reflect.TypeFor[written](), s)
	compare("hours", reflect.TypeFor[Hours](), s.Properties["hours"])
	compare("interactive", reflect.TypeFor[Interactive](), s.Properties["interactive"])
	compare("environment", reflect.TypeFor[Environment](), s.Properties["environment"])
	compare("sandbox", reflect.TypeFor[Sandbox](), s.Properties["sandbox"])
	compare("limits", reflect.TypeFor[limits](), s.Properties["limits"])
	compare("audit", reflect.TypeFor[Audit](), s.Properties["audit"])
	for _, kind := range kinds() {
		switch kind {
		case "command":
			compare(kind, reflect.TypeFor[commandRule](), s.Defs[kind])
		case "power": // a list of verbs
		default:
			compare(kind, reflect.TypeOf(newRule(kind)).Elem(), s.Defs[kind])
		}
	}
	want := slices.DeleteFunc(kinds(), func(kind string) bool { return kind == "command" })
	if have := slices.Sorted(maps.Keys(s.Defs["rule"].Else.Properties)); !slices.Equal(have, want) {
		t.Errorf("kinds of rules: the schema has %v, the code %v", have, want)
	}
}

// A default that is written out changes nothing, so it is the default. Pointers are left out: there nil tells something.
func TestSchemaTellsDefaults(t *testing.T) {
	s := readSchema(t)
	parse := func(document map[string]any) *Policy {
		t.Helper()
		text, err := json.Marshal(document) // which is YAML too
		if err != nil {
			t.Fatal(err)
		}
		p, err := Parse("p", "p.yaml", text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		p.Hash = ""
		return p
	}
	checked := 0
	compare := func(name string, short, long map[string]any) {
		t.Helper()
		checked++
		if a, b := fmt.Sprintf("%+v", show(parse(short))), fmt.Sprintf("%+v", show(parse(long))); a != b {
			t.Errorf("%s: with its default written out\n%s\nis\n%s", name, a, b)
		}
	}
	defaultOf := func(p jsonSchema) any {
		if def, ok := s.Defs[strings.TrimPrefix(p.Ref, "#/$defs/")]; ok && p.Default == nil {
			return def.Default
		}
		return p.Default
	}
	for _, section := range []string{"", "interactive", "sandbox", "limits", "audit", "environment"} {
		properties := s.Properties
		if section != "" {
			properties = s.Properties[section].Properties
		}
		for key, p := range properties {
			value := defaultOf(p)
			if value == nil || key == "no-new-privileges" {
				continue
			}
			if section == "" {
				compare(key, map[string]any{}, map[string]any{key: value})
			} else if key == "pass" || key == "recordings" {
				continue // filled in where they are used
			} else {
				compare(section+" "+key, map[string]any{section: map[string]any{}}, map[string]any{section: map[string]any{key: value}})
			}
		}
	}
	for _, kind := range kinds() {
		def := s.Defs[kind]
		if len(def.Examples) == 0 {
			t.Errorf("%s has no example", kind)
			continue
		}
		example, _ := def.Examples[0].(map[string]any)
		for key, p := range def.Properties {
			value := defaultOf(p)
			if value == nil || key == "hooks" && kind != "cvs" {
				continue
			}
			short, long := maps.Clone(example), maps.Clone(example)
			delete(short, key)
			long[key] = value
			wrap := func(rule map[string]any) map[string]any {
				if kind == "command" {
					return map[string]any{"allow": []any{rule}}
				}
				return map[string]any{"allow": []any{map[string]any{kind: rule}}}
			}
			if key == "repositories" {
				long["root"], short["root"] = "/srv/r", "/srv/r"
			}
			compare(kind+" "+key, wrap(short), wrap(long))
		}
	}
	if checked < 50 {
		t.Errorf("only %d defaults were looked at", checked)
	}
}

// show makes what a policy points to comparable.
func show(p *Policy) []any {
	all := []any{p.MaxCommand, p.Sessions, p.Limits, p.Umask, p.Audit}
	if p.Interactive != nil {
		all = append(all, *p.Interactive)
	}
	if p.Sandbox != nil {
		all = append(all, *p.Sandbox)
	}
	for _, entry := range p.rules {
		all = append(all, entry.kind, reflect.ValueOf(entry.rule).Elem().Interface())
	}
	return all
}
