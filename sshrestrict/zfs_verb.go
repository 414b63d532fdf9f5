package sshrestrict

import (
	"slices"
	"strings"
)

// zfsVerb describes the options of one subcommand, which may stand first and last in a pipe unless it says otherwise.
type zfsVerb struct {
	flags    string // letters of options without a value
	valued   string // and with one
	operands int    // at most; one more may be a property or a tag in front
	question bool   // asked without a dataset, it is about the granted one
	snapshot bool   // the operands are snapshots
	property bool   // the first operand is a list of properties
	tag      bool   // the first operand is a hold's tag
}

// verb tells what zfs(8) takes for a subcommand that is granted.
func (r *zfsRule) verb(name string) (zfsVerb, bool) {
	sends, receives := r.Send != "", r.Receive != ""
	switch name {
	case "get":
		return zfsVerb{flags: "Hpr", valued: "odts", operands: 1, property: true, question: true}, true
	case "list":
		return zfsVerb{flags: "Hpr", valued: "odtsS", operands: 1, question: true}, true
	case "holds":
		return zfsVerb{flags: "Hpr", operands: 1, snapshot: true}, true
	case "send":
		return zfsVerb{flags: "RDpnPvVLecwbhs", valued: "iIX", operands: 1, snapshot: true}, sends
	case "receive", "recv":
		return zfsVerb{flags: "suFvnMAh", valued: "xo", operands: 1}, receives
	case "create":
		return zfsVerb{flags: "pu", valued: "o", operands: 1}, receives
	case "snapshot", "snap":
		return zfsVerb{flags: "r", operands: 1, snapshot: true}, r.Snapshot
	case "bookmark":
		return zfsVerb{operands: 2, snapshot: true}, r.Snapshot
	case "hold", "release":
		return zfsVerb{flags: "r", operands: 1, snapshot: true, tag: true}, r.Snapshot
	case "rollback":
		return zfsVerb{flags: "rR", operands: 1, snapshot: true}, r.Rollback
	case "destroy":
		return zfsVerb{flags: "d", operands: 1, snapshot: true}, r.Destroy
	}
	return zfsVerb{}, false
}

// zfsLetter returns the letter of a long option of zfs send, which scripts use instead, empty if there is none.
func zfsLetter(option string) string {
	switch option {
	case "--raw":
		return "w"
	case "--large-block":
		return "L"
	case "--embed":
		return "e"
	case "--compressed":
		return "c"
	case "--props":
		return "p"
	case "--replicate":
		return "R"
	case "--dryrun":
		return "n"
	case "--parsable":
		return "P"
	case "--verbose":
		return "v"
	}
	return ""
}

// zfs renders one zfs command. Resuming by token (send -t) is not granted: the token names the dataset, and any could be in
// it.
func (r *zfsRule) zfs(words []string, first, last bool) (Stage, error) {
	if len(words) == 0 {
		return Stage{}, refuse("zfs-command", "zfs without a command")
	}
	name := words[0]
	v, granted := r.verb(name)
	switch {
	case !granted:
		return Stage{}, refuse("zfs-command", "zfs %s is not granted", quote(name))
	case name == "send" && !first, name != "send" && !last:
		return Stage{}, refuse("zfs-command", "zfs %s at that place of a pipe", name)
	}
	args, rest, err := r.zfsOptions(name, v, words[1:])
	if err != nil {
		return Stage{}, err
	}
	if len(rest) > 0 && (v.property && isProperty(rest[0]) || v.tag && len(rest) > 1 && isComponent(rest[0])) {
		args, rest = append(args, rest[0]), rest[1:]
	}
	if v.question && len(rest) == 0 {
		rest = []string{string(r.granted(name)[0])}
	}
	if len(rest) > v.operands || len(rest) == 0 {
		return Stage{}, refuse("zfs-operands", "%d operands of zfs %s", len(rest), name)
	}
	for _, operand := range rest {
		if err := r.zfsOperand(name, operand, v.snapshot); err != nil {
			return Stage{}, err
		}
	}
	args = append([]string{"zfs", name}, append(args, rest...)...)
	return Stage{Program: string(r.Program), Args: args}.behindSudo(r.Sudo), nil
}

// zfsOptions reads the options in front and renders them one by one.
func (r *zfsRule) zfsOptions(name string, v zfsVerb, words []string) (args, rest []string, err error) {
	rest = words
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		letters := rest[0][1:]
		if long := zfsLetter(rest[0]); long != "" && name == "send" {
			letters = long
		}
		rest = rest[1:]
		if letters == "" {
			return nil, nil, refuse("zfs-option", "a dash alone")
		}
		for ; letters != ""; letters = letters[1:] {
			letter := letters[:1]
			if strings.Contains(v.flags, letter) {
				args = append(args, "-"+letter)
				continue
			}
			if !strings.Contains(v.valued, letter) {
				return nil, nil, refuse("zfs-option", "the option -%s of zfs %s", letter, name)
			}
			value := letters[1:]
			if value == "" {
				if len(rest) == 0 {
					return nil, nil, refuse("zfs-option", "-%s without a value", letter)
				}
				value, rest = rest[0], rest[1:]
			}
			if err := r.zfsValue(name, letter, value); err != nil {
				return nil, nil, err
			}
			args = append(args, "-"+letter, value)
			break
		}
	}
	return args, rest, nil
}

// zfsValue checks the value of an option.
func (r *zfsRule) zfsValue(verb, letter, value string) error {
	ok := false
	switch {
	case verb == "send" && letter == "X": // datasets that are left out
		ok = isDataset(value)
	case verb == "send": // -i and -I: a snapshot or bookmark of the same dataset, perhaps without its name
		if !strings.HasPrefix(value, "@") && !strings.HasPrefix(value, "#") {
			return r.zfsOperand(verb, value, true)
		}
		ok = isComponent(value[1:])
	case letter == "x":
		ok = isProperty(value)
	case verb == "receive" || verb == "recv" || verb == "create": // -o: only what decides nothing about where data appear or what runs
		name, setting, found := strings.Cut(value, "=")
		ok = found && harmless(setting) && (name == "readonly" || name == "canmount" && setting != "on" || name == "compression" ||
			name == "atime" || name == "recordsize" || name == "mountpoint" && setting == "none")
	default:
		ok = isProperty(value)
	}
	if !ok {
		return refuse("zfs-option", "the value %s of -%s", quote(value), letter)
	}
	return nil
}

// granted lists the datasets that a subcommand may work on, below which all are meant too.
func (r *zfsRule) granted(verb string) []dataset {
	all := []dataset{r.Receive, r.Send}
	switch verb {
	case "send", "snapshot", "snap", "bookmark":
		all = []dataset{r.Send}
	case "receive", "recv", "rollback", "create":
		all = []dataset{r.Receive}
	}
	return slices.DeleteFunc(all, func(d dataset) bool { return d == "" })
}

// zfsOperand wants a granted dataset or one below it.
func (r *zfsRule) zfsOperand(verb, operand string, snapshot bool) error {
	name, list, _ := strings.Cut(operand, "@")
	if verb == "destroy" && name != "" { // of several snapshots, each is a name
		for each := range strings.SplitSeq(list, ",") {
			if !isDataset(name + "@" + each) {
				return refuse("zfs-dataset", "%s is not such a name", quote(operand))
			}
		}
	} else if !isDataset(operand) || snapshot && !strings.ContainsAny(operand, "@#") {
		return refuse("zfs-dataset", "%s is not such a name", quote(operand))
	}
	name = strings.FieldsFunc(operand, func(c rune) bool { return c == '@' || c == '#' })[0]
	for _, g := range r.granted(verb) {
		if name == string(g) || strings.HasPrefix(name, string(g)+"/") {
			return nil
		}
	}
	return refuse("zfs-dataset", "the dataset %s is not granted", quote(operand))
}
