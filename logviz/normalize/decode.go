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
		keys = jsonKeys(line, d)
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
	return s.accept(d.rule, found, r)
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

// jsonKeys returns the wanted members of an object as text, nil if raw is not an object.
func jsonKeys(raw string, d *decoder) map[string]string {
	if !strings.HasPrefix(raw, "{") {
		return nil
	}
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(raw), &members) != nil {
		return nil
	}
	keys := make(map[string]string, len(d.keys))
	for key, value := range members {
		if !d.wants(key) {
			continue
		}
		if text, ok := jsonText(value); ok {
			keys[key] = text
		}
	}
	return keys
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
