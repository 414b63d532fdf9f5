package normalize

import "strings"

// isECSName reports whether a field's name is in a field set of the Elastic Common Schema 8. It looks at the set only:
// which fields a set has grows from version to version.
func isECSName(name string) bool {
	set, _, dotted := strings.Cut(name, ".")
	if !dotted {
		switch name {
		case "@timestamp", "message", "tags", "labels":
			return true
		}
		return false
	}
	switch set {
	case "agent", "client", "cloud", "container", "data_stream", "destination", "device", "dll", "dns", "ecs", "email",
		"error", "event", "faas", "file", "group", "host", "http", "labels", "log", "network", "observer", "orchestrator",
		"organization", "package", "process", "registry", "related", "rule", "server", "service", "source", "span", "threat",
		"tls", "trace", "transaction", "url", "user", "user_agent", "volume", "vulnerability":
		return true
	}
	return false
}
