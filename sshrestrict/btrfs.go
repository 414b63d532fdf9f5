package sshrestrict

import (
	"path"
	"slices"
	"strings"
)

// btrfsRule lets a client send or receive snapshots below a folder, as btrbk does (its ssh_filter_btrbk.sh names the
// commands): questions, and pipes of btrfs send or receive with compressors and buffers, rebuilt from what was understood.
type btrfsRule struct {
	Receive  folder `yaml:"receive"`
	Send     folder `yaml:"send"`
	Snapshot bool   `yaml:"snapshot"` // make snapshots below send
	Delete   bool   `yaml:"delete"`   // delete subvolumes below receive and send
	Program  folder `yaml:"program"`  // /usr/bin/btrfs
}

func (r *btrfsRule) complete() error {
	if r.Receive == "" && r.Send == "" {
		return refuse("btrfs", "give receive or send, and the folder")
	}
	if r.Program == "" {
		r.Program = "/usr/bin/btrfs"
	}
	for _, f := range []folder{r.Receive, r.Send} {
		if f != "" {
			if err := completeRoot(f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *btrfsRule) decide(q *Request) answer {
	tokens := q.Tokens
	pieces, err := pipeline(tokens)
	if err != nil {
		for _, t := range tokens {
			if isTool(t.Text, "btrfs") {
				return denied("btrfs", err)
			}
		}
		return answer{}
	}
	s := &Start{Open: true} // the ioctls of btrfs need rights over whole file systems
	ours := false
	for i, p := range pieces {
		first, last := i == 0, i == len(pieces)-1
		alone := first && last
		var stage Stage
		switch {
		case isTool(p.words[0], "btrfs"):
			ours = true
			stage, err = r.btrfs(p.words[1:], first, last)
		case alone && r.question(p.words):
			ours = true
			stage, err = r.answer(p.words)
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
		if stage, ok := probe(pieces[0].words, append(streamTools(), "btrfs")...); ok && len(pieces) == 1 {
			return allow(&Start{Stages: []Stage{stage}, Open: true})
		}
		return answer{}
	case err != nil:
		return denied("btrfs", err)
	}
	return allow(s)
}

// question is true for what btrbk asks other programs.
func (r *btrfsRule) question(words []string) bool {
	switch words[0] {
	case "readlink", "test", "mkdir", "cat":
		return true
	}
	return false
}

// answer renders "readlink [-v] -e|-f PATH", "test -d PATH", "mkdir -p PATH", "cat /proc/self/mountinfo".
func (r *btrfsRule) answer(words []string) (Stage, error) {
	operand := words[len(words)-1]
	options := strings.Join(words[1:max(1, len(words)-1)], " ")
	known := map[string]string{"readlink": "-v -e|-e|-f|-v -f", "test": "-d|-e", "mkdir": "-p"}[words[0]]
	if words[0] == "cat" {
		if len(words) == 2 && (operand == "/proc/self/mountinfo" || operand == "/proc/self/mounts") {
			return Stage{Program: "/usr/bin/cat", Args: words}, nil
		}
		return Stage{}, refuse("btrfs-path", "the path %s", quote(operand))
	}
	for form := range strings.SplitSeq(known, "|") {
		if form == options {
			granted := []folder{r.Receive, r.Send}
			if words[0] == "mkdir" {
				granted = []folder{r.Receive}
			}
			located, err := locateIn(operand, granted...)
			args := append([]string{words[0]}, strings.Fields(options)...)
			if words[0] != "test" {
				args = append(args, "--")
			}
			return Stage{Program: "/usr/bin/" + words[0], Args: append(args, located)}, err
		}
	}
	return Stage{}, refuse("btrfs-option", "the options %s of %s", quote(options), words[0])
}

// locateIn returns the path if it lies in one of the folders; empty ones are passed over.
func locateIn(p string, folders ...folder) (string, error) {
	err := refuse("btrfs-path", "the path %s is not granted", quote(p))
	if !path.IsAbs(p) {
		return "", err
	}
	for _, f := range folders {
		if f == "" {
			continue
		}
		located, inside := f.locate(p, PathsAbsolute)
		if inside == nil {
			return located, nil
		}
		err = inside
	}
	return "", err
}

// btrfs renders one btrfs command.
func (r *btrfsRule) btrfs(words []string, first, last bool) (Stage, error) {
	group := ""
	if len(words) > 1 && (words[0] == "subvolume" || words[0] == "filesystem" || words[0] == "property") {
		group, words = words[0], words[1:]
	}
	if len(words) == 0 {
		return Stage{}, refuse("btrfs-command", "btrfs without a command")
	}
	name := strings.TrimSpace(group + " " + words[0])
	var flags, valued []string // options without a value, and with a path
	granted := []folder{r.Receive, r.Send}
	operands := 1
	switch {
	case name == "subvolume show", name == "subvolume list", name == "filesystem usage", name == "subvolume find-new":
		flags = []string{"-a", "-c", "-u", "-q", "-R", "-r", "-o", "-b", "-s", "-t", "--raw"}
		if name == "subvolume find-new" {
			operands = 2
		}
	case name == "send" && first && r.Send != "":
		granted = []folder{r.Send}
		flags, valued = []string{"-v", "-q", "-e", "--quiet", "--compressed-data"}, []string{"-p", "-c"}
		operands = 8
	case name == "receive" && last && r.Receive != "":
		granted = []folder{r.Receive}
		flags = []string{"-v", "-q", "-e", "--force-decompress"}
	case name == "subvolume snapshot" && r.Snapshot && r.Send != "":
		granted, flags, operands = []folder{r.Send}, []string{"-r"}, 2
	case name == "subvolume delete" && r.Delete:
		flags, operands = []string{"--commit-after", "--commit-each", "-c", "-C", "-v"}, 32
	case name == "property get", name == "property set" && r.Delete:
		operands = 3
	default:
		return Stage{}, refuse("btrfs-command", "btrfs %s is not granted here", quote(name))
	}
	args := append([]string{"btrfs"}, strings.Fields(name)...)
	rest := words[1:]
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		option := rest[0]
		rest = rest[1:]
		switch {
		case slices.Contains(flags, option):
			args = append(args, option)
		case slices.Contains(valued, option) && len(rest) > 0:
			located, err := locateIn(rest[0], granted...)
			if err != nil {
				return Stage{}, err
			}
			args, rest = append(args, option, located), rest[1:]
		default:
			return Stage{}, refuse("btrfs-option", "the option %s of btrfs %s", quote(option), name)
		}
	}
	if len(rest) == 0 || len(rest) > operands {
		return Stage{}, refuse("btrfs-operands", "%d operands of btrfs %s", len(rest), name)
	}
	args = append(args, "--")
	for i, operand := range rest {
		if i > 0 && name == "subvolume find-new" && isQuantity(operand) ||
			i > 0 && group == "property" && (operand == "ro" || i == 2 && (operand == "true" || operand == "false")) {
			args = append(args, operand)
			continue
		}
		located, err := locateIn(operand, granted...)
		if err != nil {
			return Stage{}, err
		}
		args = append(args, located)
	}
	return Stage{Program: string(r.Program), Args: args}, nil
}
