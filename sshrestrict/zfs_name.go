package sshrestrict

import "strings"

// dataset is a name as in zfs(8), without a snapshot.
type dataset string

func (d *dataset) UnmarshalText(text []byte) error {
	if !isDataset(string(text)) || strings.ContainsAny(string(text), "@#") {
		return refuse("zfs", "%s is no dataset such as tank/backup", quote(string(text)))
	}
	*d = dataset(text)
	return nil
}

// isDataset is true for names by zfs(8), "Dataset names", perhaps with a snapshot or bookmark behind them.
func isDataset(name string) bool {
	base, snapshot, found := strings.Cut(name, "@")
	if !found {
		base, snapshot, found = strings.Cut(name, "#")
	}
	if found && !isComponent(snapshot) {
		return false
	}
	for part := range strings.SplitSeq(base, "/") {
		if !isComponent(part) {
			return false
		}
	}
	return len(name) <= 255
}

func isComponent(part string) bool {
	for i, c := range []byte(part) {
		alnum := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !alnum && strings.IndexByte("_.: -", c) < 0 || i == 0 && (c == '-' || c == ' ' || c == '.') {
			return false
		}
	}
	return part != ""
}
