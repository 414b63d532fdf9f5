package page

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/netip"
	"slices"
)

// listed is how many entries of a long list a page has; the rows hold all names that have one.
const listed = 100

// longLists are those of the statistics that can be as long as a log.
func longLists() []string {
	return []string{"accounts", "addresses", "networks", "account_methods", "hours", "days", "unparsed_by"}
}

// statistics returns the statistics as 'ops logviz stats --json' has them, but with the names that are told, and with
// long lists cut to their first entries; beside each, NAME_total tells how many entries the whole one has.
func (d *Data) statistics() json.RawMessage {
	s := d.plainStatistics()
	for _, name := range longLists() {
		if list, ok := s[name].([]any); ok {
			s[name+"_total"] = len(list)
		}
	}
	d.Privacy.statistics(s)
	for _, name := range longLists() {
		if list, ok := s[name].([]any); ok {
			s[name] = list[:min(len(list), listed)]
		}
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // it was JSON before
	}
	return b
}

// plainStatistics is the JSON of the statistics as maps and lists, numbers as they were written.
func (d *Data) plainStatistics() map[string]any {
	b, err := json.Marshal(d.Statistics)
	if err != nil {
		panic(err) // statistics are made of numbers and texts
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var s map[string]any
	if err := dec.Decode(&s); err != nil {
		panic(err) // we have just written it
	}
	return s
}

// statistics gives the entries of lists the names that are told.
func (p Privacy) statistics(s map[string]any) {
	if p.Address != nil {
		p.addresses(s)
	}
	if p.HideNetworks {
		s["networks"] = []any{}
	}
	if p.Account != nil {
		rename(s["accounts"], "name", p.Account)
		rename(s["account_methods"], "account", p.Account)
		rename(s["logins"], "account", p.Account)
	}
}

func (p Privacy) addresses(s map[string]any) {
	name := func(text string) string {
		a, err := netip.ParseAddr(text)
		if err != nil {
			return text // none was logged
		}
		return p.Address(a)
	}
	rename(s["logins"], "ip", name)
	rename(s["addresses"], "ip", name)
	list, _ := s["addresses"].([]any)
	kept := []any{}
	at := map[any]map[string]any{}
	for _, e := range list {
		entry := e.(map[string]any)
		if entry["ip"] == "" {
			continue
		}
		first, ok := at[entry["ip"]]
		if !ok {
			at[entry["ip"]] = entry
			kept = append(kept, entry)
			continue
		}
		first["attempts"] = number(first["attempts"]) + number(entry["attempts"])
	}
	slices.SortStableFunc(kept, func(a, b any) int {
		return cmp.Compare(number(b.(map[string]any)["attempts"]), number(a.(map[string]any)["attempts"]))
	})
	s["addresses"] = kept
}

func number(v any) int64 {
	switch v := v.(type) {
	case json.Number:
		n, _ := v.Int64() // it was written from an integer
		return n
	case int64:
		return v
	}
	return 0
}

// rename changes a text in each entry of a list.
func rename(list any, field string, name func(string) string) {
	entries, _ := list.([]any)
	for _, e := range entries {
		entry, _ := e.(map[string]any)
		if text, ok := entry[field].(string); ok {
			entry[field] = name(text)
		}
	}
}
