package pylogsparser

import (
	"maps"
	"slices"
	"strings"

	"ops/logviz/legacy"
)

// ECS gives the tags of an event as fields of the Elastic Common Schema. Of several tags that say the same the first in
// the order of their names gets the field; the others, like all that the schema has no field for, keep their name under
// "legacy.".
func ECS(tags map[string]any) map[string]any {
	out := make(map[string]any, len(tags)+2)
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		value := tags[name]
		field := legacy.ECS(name)
		switch name {
		case "tags":
			field = "tags"
		case "taxonomy":
			out["legacy.taxonomy"] = value
			categories := category(value)
			if categories == nil {
				continue
			}
			value = categories
		case "protocol":
			if s, ok := value.(string); ok {
				value = strings.ToLower(s)
			}
		}
		if _, taken := out[field]; taken {
			field = "legacy." + name
		}
		out[field] = value
	}
	return out
}

// category is what the schema calls a taxonomy; nil if it has no word for it.
func category(taxonomy any) []any {
	words := map[string][]any{
		"access control":      {"authentication"},
		"antivirus":           {"malware"},
		"database":            {"database"},
		"address assignation": {"network"},
		"name resolution":     {"network"},
		"firewall":            {"network"},
		"file transfer":       {"file"},
		"hypervisor":          {"host"},
		"mail":                {"email"},
		"web proxy":           {"network", "web"},
		"web server":          {"web"},
		"directory":           {"iam"},
	}
	name, _ := taxonomy.(string)
	return words[strings.ToLower(strings.TrimSpace(name))]
}
