package normalize

import (
	"encoding/json"
	"slices"
	"strings"

	"ops/logviz/logfile"
)

// decode reads a structured record with a definition's keys. It reports false if the record is not of that kind.
func (s *Stream) decode(d *decoder, line string, r *Record) bool {
	var keys map[string]string
	switch d.Format {
	case "json":
		keys = s.jsonKeys(line, d)
	case "journal-export":
		keys = exportKeys(line, d)
	}
	if keys == nil {
		return false
	}
	for _, key := range d.Require {
		if _, ok := keys[key]; !ok {
			return false
		}
	}
	var found []capture
	for _, k := range d.keys {
		text, ok := keys[k.key]
		if !ok {
			continue
		}
		if _, captures, ok := s.machine.match(k.graph, text, nil); ok {
			for _, c := range captures {
				if s.sound(c) && !slices.ContainsFunc(found, func(f capture) bool { return f.field.name == c.field.name }) {
					found = append(found, c)
				}
			}
		}
	}
	r.within = false
	return s.adopt(d.rule, found, r)
}

// wants reports whether a definition reads the key.
func (d *decoder) wants(key string) bool {
	for _, k := range d.keys {
		if k.key == key {
			return true
		}
	}
	return slices.Contains(d.Require, key)
}

// object is a structured record taken apart once, for all the definitions that want some of it.
type object struct {
	raw     string
	members map[string]json.RawMessage            // nil if it is none
	inside  map[string]map[string]json.RawMessage // the objects in it that were asked for, by their path
}

func (o *object) read(raw string) {
	if o.raw == raw {
		return
	}
	*o = object{raw: raw, inside: make(map[string]map[string]json.RawMessage)}
	if json.Unmarshal([]byte(raw), &o.members) != nil {
		o.members = nil
	}
}

// jsonKeys returns the wanted members of an object as text, nil if raw is not an object.
func (s *Stream) jsonKeys(raw string, d *decoder) map[string]string {
	if !strings.HasPrefix(raw, "{") {
		return nil
	}
	s.object.read(raw)
	if s.object.members == nil {
		return nil
	}
	keys := make(map[string]string, len(d.keys))
	for key, value := range s.object.members {
		if d.wants(key) {
			if text, ok := jsonText(value); ok {
				keys[key] = text
			}
		}
	}
	for _, key := range d.nested {
		if _, ok := keys[key]; ok {
			continue
		}
		if value, ok := jsonMember(s.object.members, key, s.object.inside); ok {
			if text, ok := jsonText(value); ok {
				keys[key] = text
			}
		}
	}
	return keys
}

// jsonMember finds "a.b" in the object that the member "a" is. inside remembers the objects that were read, by their path.
func jsonMember(members map[string]json.RawMessage, path string, inside map[string]map[string]json.RawMessage) (json.RawMessage, bool) {
	for at := 0; ; {
		dot := strings.IndexByte(path[at:], '.')
		if dot < 0 {
			value, ok := members[path[at:]]
			return value, ok
		}
		value, ok := members[path[at:at+dot]]
		at += dot
		object, known := inside[path[:at]]
		if !known && ok {
			if json.Unmarshal(value, &object) != nil {
				object = nil
			}
			inside[path[:at]] = object
		}
		if object == nil {
			return nil, false
		}
		members = object
		at++
	}
}

// jsonText returns a member as text. The journal writes a value that is not UTF-8 as a list of its bytes, a key with
// several values as a list of those, and a value that is too long as null (journalctl(1), -o json). Of several values the
// first counts.
func jsonText(value json.RawMessage) (string, bool) {
	if value[0] == '[' {
		if text, ok := jsonOctets(value); ok {
			return text, true
		}
		var several []json.RawMessage
		if json.Unmarshal(value, &several) != nil || len(several) == 0 {
			return "", false
		}
		value = several[0]
	}
	switch value[0] {
	case '"':
		var s string
		err := json.Unmarshal(value, &s)
		return s, err == nil
	case '[': // deeper the journal does not go, and a hostile list may not either
		return jsonOctets(value)
	case 'n', '{':
		return "", false
	}
	return string(value), true // a number or a boolean
}

// jsonOctets reads a list of bytes.
func jsonOctets(value json.RawMessage) (string, bool) {
	var octets []uint16
	if json.Unmarshal(value, &octets) != nil {
		return "", false
	}
	b := make([]byte, len(octets))
	for i, o := range octets {
		if o > 255 {
			return "", false
		}
		b[i] = byte(o)
	}
	return string(b), true
}

// exportKeys returns the wanted fields of a journal export entry, the first where one comes several times.
func exportKeys(raw string, d *decoder) map[string]string {
	if !strings.HasPrefix(raw, "__CURSOR=") && !strings.HasPrefix(raw, "__REALTIME_TIMESTAMP=") {
		return nil
	}
	keys := make(map[string]string, len(d.keys))
	for name, value := range logfile.Fields([]byte(raw)) {
		key := string(name)
		if _, ok := keys[key]; !ok && d.wants(key) {
			keys[key] = string(value)
		}
	}
	return keys
}
