package learn

import "strings"

// zfs reads zfs and zpool as syncoid and its like call them.
func (c *classifier) zfs(program string, args []string) (finding, refusal) {
	if len(args) < 2 {
		return finding{}, unknown
	}
	last := args[len(args)-1]
	dataset := strings.FieldsFunc(last, func(r rune) bool { return r == '@' || r == '#' })
	if len(dataset) == 0 || !isDataset(dataset[0]) {
		return finding{}, unknown
	}
	f := finding{kind: "zfs", root: "/" + dataset[0], follows: true}
	if program == "zpool" {
		if args[0] != "get" || strings.Contains(dataset[0], "/") {
			return finding{}, unknown
		}
		return f, ""
	}
	switch args[0] {
	case "receive", "recv":
		f.follows, f.writes = false, true
	case "send":
		f.follows, f.reads = false, true
	case "get", "list":
	case "snapshot", "snap", "hold", "release", "bookmark":
		f.grant, f.reads = "snapshot", true
	case "rollback":
		f.grant, f.writes = "rollback", true
	case "destroy":
		if !strings.Contains(last, "@") {
			return finding{}, "zfs destroy of a whole dataset"
		}
		f.grant = "destroy"
	default:
		return finding{}, unknown
	}
	return f, ""
}

// isDataset is true for names of datasets as zfs(8) has them.
func isDataset(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || part[0] == '-' || part[0] == '.' ||
			strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-") != "" {
			return false
		}
	}
	return len(name) <= 255
}

// btrfs reads btrfs as btrbk calls it.
func (c *classifier) btrfs(args []string) (finding, refusal) {
	f := finding{kind: "btrfs"}
	verb := ""
	for len(args) > 0 && !strings.HasPrefix(args[0], "-") && !strings.HasPrefix(args[0], "/") && strings.Count(verb, " ") < 2 {
		verb = strings.TrimSpace(verb + " " + args[0])
		args = args[1:]
	}
	switch verb {
	case "receive":
		f.writes = true
	case "send":
		f.reads = true
	case "subvolume show", "subvolume list", "filesystem usage":
		f.follows = true
	case "subvolume snapshot":
		f.follows, f.grant, f.reads = true, "snapshot", true
	case "subvolume delete":
		f.follows, f.grant = true, "delete"
	default:
		return finding{}, unknown
	}
	var found []string
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		case arg == "-p" || arg == "-c" && verb == "send": // a parent or a clone source, a path
		case strings.HasPrefix(arg, "-f"), strings.HasPrefix(arg, "--"):
			return finding{}, unknown
		case strings.HasPrefix(arg, "-"):
		default:
			made, why := c.rooted(f, arg, f.reads && !f.follows)
			if why != "" {
				return finding{}, why
			}
			found = append(found, made.root)
		}
	}
	if len(found) == 0 {
		return finding{}, unknown
	}
	f.root = commonRoot(found)
	if why := refuseRoot(f.root, f.writes, c.homes); why != "" {
		return finding{}, why
	}
	return f, ""
}
