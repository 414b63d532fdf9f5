package sshrestrict

import (
	"slices"
	"strings"
)

// zfsRule lets a client send to or receive into a dataset and those below it, as syncoid does (sanoid, syncoid's source):
// questions, snapshots and pipes of zfs send or receive with compressors and buffers, each rebuilt from what was understood.
type zfsRule struct {
	Receive dataset `yaml:"receive"`
	Send    dataset `yaml:"send"`

	Snapshot bool   `yaml:"snapshot"` // make, hold and bookmark snapshots
	Rollback bool   `yaml:"rollback"` // zfs rollback, and receive -F is granted with receive
	Destroy  bool   `yaml:"destroy"`  // snapshots only, never a dataset
	Program  folder `yaml:"program"`  // /usr/sbin/zfs
	Pool     folder `yaml:"zpool"`    // /usr/sbin/zpool
}

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

func (r *zfsRule) complete() error {
	if r.Receive == "" && r.Send == "" {
		return refuse("zfs", "give receive or send, and the dataset")
	}
	if r.Program == "" {
		r.Program = "/usr/sbin/zfs"
	}
	if r.Pool == "" {
		r.Pool = "/usr/sbin/zpool"
	}
	return nil
}

func (r *zfsRule) decide(q *Request) answer {
	pieces, err := pipeline(q.Tokens)
	if err != nil {
		for _, t := range q.Tokens {
			if isTool(t.Text, "zfs") {
				return denied("zfs", err)
			}
		}
		return answer{}
	}
	if len(pieces) == 1 {
		// syncoid looks for a running receive. What else runs here is none of its business.
		if slices.Equal(pieces[0].words, []string{"ps", "-Ao", "args="}) {
			return allow(&Start{Stages: []Stage{{Program: "/usr/bin/ps", Args: []string{"ps", "-C", "zfs", "-o", "args="}}}, Open: true})
		}
		if stage, ok := probe(pieces[0].words, append(streamTools(), "zfs", "zpool")...); ok {
			stage.Stderr = pieces[0].stderr
			return allow(&Start{Stages: []Stage{stage}, Open: true})
		}
	}
	s := &Start{Open: true} // zfs speaks to the kernel through a device that no sandbox of ours divides
	ours := false
	for i, p := range pieces {
		last := i == len(pieces)-1
		var stage Stage
		switch {
		case isTool(p.words[0], "zpool") && len(pieces) == 1:
			ours = true
			stage, err = r.zpool(p.words[1:])
		case isTool(p.words[0], "zfs"):
			ours = true
			stage, err = r.zfs(p.words[1:], i == 0, last)
		default:
			stage, err = filter(p)
		}
		if err != nil {
			break
		}
		stage.Stderr = p.stderr
		s.Stages = append(s.Stages, stage)
	}
	switch {
	case !ours:
		return answer{}
	case err != nil:
		return denied("zfs", err)
	}
	return allow(s)
}

// isTool is true for a program's name with or without the folders that distributions put it into.
func isTool(word, name string) bool {
	switch word {
	case name, "/sbin/" + name, "/usr/sbin/" + name, "/usr/bin/" + name, "/bin/" + name, "/usr/local/sbin/" + name:
		return true
	}
	return false
}

// zpool answers "zpool get -o value -H PROPERTY POOL".
func (r *zfsRule) zpool(words []string) (Stage, error) {
	if len(words) == 6 && words[5] != "" && strings.Join(words[:4], " ") == "get -o value -H" && isProperty(words[4]) {
		if pool := words[5]; pool == poolOf(r.Receive) || pool == poolOf(r.Send) {
			return Stage{Program: string(r.Pool), Args: append([]string{"zpool"}, words...)}, nil
		}
	}
	return Stage{}, refuse("zfs-zpool", "zpool %s", quote(strings.Join(words, " ")))
}

func poolOf(d dataset) string {
	pool, _, _ := strings.Cut(string(d), "/")
	return pool
}

func isProperty(text string) bool {
	return isPlainName(strings.ReplaceAll(strings.ReplaceAll(text, "@", "_"), ",", "_")) && len(text) < 200
}

// zfsVerb describes the options of one subcommand.
type zfsVerb struct {
	flags    string // letters of options without a value
	valued   string // and with one
	first    bool   // may stand at the start of a pipe
	last     bool   // at its end
	operands int    // at most, at least one
	snapshot bool   // the operands are snapshots
	property bool   // the first operand is a list of properties
	tag      bool   // the first operand is a hold's tag
}

func (r *zfsRule) verb(name string) (zfsVerb, bool) {
	sends, receives := r.Send != "", r.Receive != ""
	switch name {
	case "get":
		return zfsVerb{flags: "Hpr", valued: "odts", first: true, last: true, operands: 2, property: true}, true
	case "list":
		return zfsVerb{flags: "Hpr", valued: "odts", first: true, last: true, operands: 1}, true
	case "send":
		return zfsVerb{flags: "RDpnPvLecwbhs", valued: "iI", first: true, operands: 1, snapshot: true, last: true}, sends
	case "receive", "recv":
		return zfsVerb{flags: "suFvnMA", valued: "xo", first: true, last: true, operands: 1}, receives
	case "snapshot", "snap":
		return zfsVerb{flags: "r", first: true, last: true, operands: 1, snapshot: true}, r.Snapshot
	case "bookmark":
		return zfsVerb{first: true, last: true, operands: 2, snapshot: true}, r.Snapshot
	case "hold", "release":
		return zfsVerb{flags: "r", first: true, last: true, operands: 2, snapshot: true, tag: true}, r.Snapshot
	case "rollback":
		return zfsVerb{flags: "rR", first: true, last: true, operands: 1, snapshot: true}, r.Rollback
	case "destroy":
		return zfsVerb{flags: "d", first: true, last: true, operands: 1, snapshot: true}, r.Destroy
	}
	return zfsVerb{}, false
}

// zfs renders one zfs command. Resuming by token (send -t) is not granted: the token names the dataset, and any could be in
// it.
func (r *zfsRule) zfs(words []string, first, last bool) (Stage, error) {
	if len(words) == 0 {
		return Stage{}, refuse("zfs-command", "zfs without a command")
	}
	v, granted := r.verb(words[0])
	switch {
	case !granted:
		return Stage{}, refuse("zfs-command", "zfs %s is not granted", quote(words[0]))
	case words[0] == "send" && !first, words[0] != "send" && !last, (words[0] == "receive" || words[0] == "recv") && !last:
		return Stage{}, refuse("zfs-command", "zfs %s at that place of a pipe", words[0])
	}
	args := []string{"zfs", words[0]}
	rest := words[1:]
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		letters := rest[0][1:]
		rest = rest[1:]
		if letters == "" || letters[0] == '-' {
			return Stage{}, refuse("zfs-option", "the option -%s", letters)
		}
		for ; letters != ""; letters = letters[1:] {
			letter := letters[:1]
			if strings.Contains(v.flags, letter) {
				args = append(args, "-"+letter)
				continue
			}
			if !strings.Contains(v.valued, letter) {
				return Stage{}, refuse("zfs-option", "the option -%s of zfs %s", letter, words[0])
			}
			value := letters[1:]
			if value == "" {
				if len(rest) == 0 {
					return Stage{}, refuse("zfs-option", "-%s without a value", letter)
				}
				value, rest = rest[0], rest[1:]
			}
			if err := r.zfsValue(words[0], letter, value); err != nil {
				return Stage{}, err
			}
			args = append(args, "-"+letter, value)
			break
		}
	}
	if len(rest) > v.operands || len(rest) == 0 {
		return Stage{}, refuse("zfs-operands", "%d operands of zfs %s", len(rest), words[0])
	}
	for i, operand := range rest {
		if i == 0 && len(rest) > 1 && (v.property && isProperty(operand) || v.tag && isComponent(operand)) {
			continue
		}
		if err := r.zfsOperand(words[0], operand, v.snapshot); err != nil {
			return Stage{}, err
		}
	}
	return Stage{Program: string(r.Program), Args: append(args, rest...)}, nil
}

// zfsValue checks the value of an option.
func (r *zfsRule) zfsValue(verb, letter, value string) error {
	ok := false
	switch {
	case verb == "send": // -i and -I: a snapshot or bookmark of the same dataset, perhaps without its name
		if strings.HasPrefix(value, "@") || strings.HasPrefix(value, "#") {
			ok = isComponent(value[1:])
		} else {
			return r.zfsOperand(verb, value, true)
		}
	case letter == "x":
		ok = isProperty(value)
	case verb == "receive" || verb == "recv": // -o: only what decides nothing about where data appear or what runs
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

// zfsOperand wants the granted dataset or one below it.
func (r *zfsRule) zfsOperand(verb, operand string, snapshot bool) error {
	if !isDataset(operand) || snapshot && !strings.ContainsAny(operand, "@#") && verb != "send" {
		return refuse("zfs-dataset", "%s is not such a name", quote(operand))
	}
	name := strings.FieldsFunc(operand, func(c rune) bool { return c == '@' || c == '#' })[0]
	granted := []dataset{r.Receive, r.Send}
	switch verb {
	case "send", "snapshot", "snap", "bookmark":
		granted = []dataset{r.Send}
	case "receive", "recv", "rollback":
		granted = []dataset{r.Receive}
	}
	for _, g := range granted {
		if g != "" && (name == string(g) || strings.HasPrefix(name, string(g)+"/")) {
			return nil
		}
	}
	return refuse("zfs-dataset", "the dataset %s is not granted", quote(operand))
}
