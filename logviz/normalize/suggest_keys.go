package normalize

import (
	"slices"
	"strings"
)

// openKeys returns the clusters with those values of "key=value" open that are the same in all texts of a cluster, but
// not in all clusters of the program: that one cluster saw only one value of them says little.
func openKeys(clusters []*Cluster) []*Cluster {
	values := make(map[string]string) // of each key the first one; "" if there are several
	for _, c := range clusters {
		for i := range c.slots {
			key, value := c.slots[i].pair()
			if key == "" {
				continue
			}
			if first, ok := values[key]; ok && first != value {
				value = ""
			}
			values[key] = value
		}
	}
	out := make([]*Cluster, len(clusters))
	for i, c := range clusters {
		opened := *c
		opened.slots = slices.Clone(c.slots)
		for k := range opened.slots {
			s := &opened.slots[k]
			if key, _ := s.pair(); key != "" && values[key] == "" && s.constant() {
				s.openValue()
			}
		}
		out[i] = &opened
	}
	return out
}

// constant reports whether the slot is plain text.
func (s *slot) constant() bool {
	return !s.open && !s.invalid && len(s.token) == 1 && s.token[0].typ == ""
}

// pair returns the key of a slot that is one "key=value", and its value if all texts have the same.
func (s *slot) pair() (key, value string) {
	text := s.masked
	if s.open {
		text = s.prefix
	}
	key, value, ok := strings.Cut(text, "=")
	if at := strings.LastIndexFunc(key, func(r rune) bool { return r < 0x80 && isSeparator(byte(r)) }); at >= 0 {
		key = key[at+1:]
	}
	value = strings.TrimRightFunc(value, func(r rune) bool { return r < 0x80 && isSeparator(byte(r)) })
	switch {
	case !ok, key == "", strings.ContainsFunc(value, func(r rune) bool { return r < 0x80 && isSeparator(byte(r)) }):
		return "", ""
	case s.open:
		return key, ""
	case value == "": // nothing is a value too, but no field can hold it
		return "", ""
	}
	return key, value
}

// openValue makes a field of what stands behind the key.
func (s *slot) openValue() {
	text := s.token[0].text
	_, value := s.pair()
	at := strings.IndexByte(text, '=') + 1
	s.open, s.prefix, s.suffix = true, text[:at], text[at+len(value):]
}
