package sshrestrict

import (
	"slices"
	"strconv"
	"strings"
)

// btrfsVerb describes the options of one subcommand.
type btrfsVerb struct {
	flags   string   // options without a value
	paths   string   // with a path as the next word
	numbers string   // with a number as the next word or behind =
	words   string   // operands that are none: numbers, "ro" and the like come as these
	folders []folder // where operands may lie
	most    int      // operands at most
}

// verb tells what btrfs(8) takes for a subcommand that is granted at this place of a pipe.
func (r *btrfsRule) verb(name string, first, last bool) (btrfsVerb, bool) {
	both := []folder{r.Receive, r.Send}
	switch name {
	case "subvolume show", "subvolume list":
		return btrfsVerb{
			flags: "-a -c -d -g -o -p -q -r -R -s -t -u -b --raw", numbers: "--rootid", folders: append(both, r.Filesystem), most: 1,
		}, first
	case "filesystem usage", "filesystem df":
		return btrfsVerb{flags: "-b -h -H -k -m -g -t -T --raw", folders: append(both, r.Filesystem), most: 1}, first
	case "subvolume find-new":
		return btrfsVerb{words: "0-9", folders: both, most: 2}, first
	case "send":
		return btrfsVerb{
			flags: "-v -q -e --quiet --verbose --compressed-data --no-data", paths: "-p -c", numbers: "--proto",
			folders: []folder{r.Send}, most: 8,
		}, first && r.Send != ""
	case "receive":
		return btrfsVerb{flags: "-v -q -e --quiet --force-decompress", numbers: "-E --max-errors", folders: both[:1], most: 1}, last && r.Receive != ""
	case "subvolume snapshot":
		return btrfsVerb{flags: "-r", folders: []folder{r.Send}, most: 2}, r.Snapshot && r.Send != "" && first && last
	case "subvolume delete":
		return btrfsVerb{flags: "--commit-after --commit-each -c -C -v", folders: both, most: 32}, r.Delete && first && last
	case "qgroup destroy":
		return btrfsVerb{words: "0/", folders: both, most: 2}, r.Delete && first && last
	case "property get":
		return btrfsVerb{words: "ro", folders: both, most: 2}, first
	case "property set":
		return btrfsVerb{words: "ro true false", folders: both, most: 3}, r.Delete && first && last
	}
	return btrfsVerb{}, false
}

// btrfs renders one btrfs command.
func (r *btrfsRule) btrfs(words []string, first, last bool) (Stage, error) {
	count := 1
	if len(words) > 1 && slices.Contains([]string{"subvolume", "filesystem", "property", "qgroup"}, words[0]) {
		count = 2
	}
	name := strings.Join(words[:min(count, len(words))], " ")
	v, granted := r.verb(name, first, last)
	if !granted {
		return Stage{}, refuse("btrfs-command", "btrfs %s is not granted here", quote(name))
	}
	args := append([]string{"btrfs"}, words[:count]...)
	rest := words[count:]
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		option, value, attached := strings.Cut(rest[0], "=")
		rest = rest[1:]
		if slices.Contains(strings.Fields(v.flags), option) && !attached {
			args = append(args, option)
			continue
		}
		isPath := slices.Contains(strings.Fields(v.paths), option) && !attached
		if !isPath && !slices.Contains(strings.Fields(v.numbers), option) {
			return Stage{}, refuse("btrfs-option", "the option %s of btrfs %s", quote(option), name)
		}
		if !attached {
			if len(rest) == 0 {
				return Stage{}, refuse("btrfs-option", "%s without a value", option)
			}
			value, rest = rest[0], rest[1:]
		}
		switch {
		case isPath:
			located, err := locateIn(value, v.folders...)
			if err != nil {
				return Stage{}, err
			}
			args = append(args, option, located)
		case !isNumber(value):
			return Stage{}, refuse("btrfs-option", "%s is no number for %s", quote(value), option)
		case strings.HasPrefix(option, "--"):
			args = append(args, option+"="+value)
		default:
			args = append(args, option, value)
		}
	}
	if len(rest) == 0 || len(rest) > v.most {
		return Stage{}, refuse("btrfs-operands", "%d operands of btrfs %s", len(rest), name)
	}
	args = append(args, "--")
	for _, operand := range rest {
		if !v.isWord(operand) {
			located, err := locateIn(operand, v.folders...)
			if err != nil {
				return Stage{}, err
			}
			operand = located
		}
		args = append(args, operand)
	}
	return Stage{Program: string(r.Program), Args: args}.behindSudo(r.Sudo), nil
}

// isWord is true for an operand that is no path. No path is one, since those are absolute.
func (v btrfsVerb) isWord(operand string) bool {
	switch v.words {
	case "":
		return false
	case "0-9": // a generation
		return isNumber(operand)
	case "0/": // the group of one subvolume
		level, id, found := strings.Cut(operand, "/")
		return found && level == "0" && isNumber(id)
	}
	return slices.Contains(strings.Fields(v.words), operand)
}

// isNumber is true for a number in decimal digits without a sign.
func isNumber(text string) bool {
	n, err := strconv.ParseUint(text, 10, 63)
	return err == nil && text == strconv.FormatUint(n, 10)
}
