package learn

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Bounds of what one rule of the kind command takes in.
const (
	maxOneOf    = 24  // values that are listed; more are only proposed as files of a folder
	manyFiles   = 4   // files of one folder that stand for the folder
	maxVariants = 500 // different commands of one program with one number of words
)

// template checks the words of a command that may become a rule as they stand.
func (c *classifier) template(name string, words []string) (finding, refusal) {
	if why := risky(name, words[1:]); why != "" {
		return finding{}, why
	}
	for _, word := range words {
		switch {
		case strings.ContainsAny(word, "{}"):
			return finding{}, "braces in a word, which stand for variables in a rule"
		case strings.ContainsAny(word, `*?[]\~`):
			return finding{}, "a path with wildcards, braces or backslashes: write the rule by hand"
		}
		for part := range strings.SplitSeq(word, "/") {
			if part == ".." {
				return finding{}, "a path with .. in it"
			}
			if part == ".ssh" {
				return finding{}, "a path into a .ssh folder"
			}
		}
		if _, value, ok := strings.Cut(word, "="); isSecret(word) || ok && isSecret(value) {
			return finding{}, "a file that holds passwords or keys"
		}
	}
	// A rule that has only the name also takes the name in /bin and /usr/bin; any other folder has to stand there.
	if dir := path.Dir(words[0]); dir != "." && dir != "/bin" && dir != "/usr/bin" {
		name = words[0]
	}
	return finding{kind: "command", words: append([]string{name}, words[1:]...)}, ""
}

func isSecret(p string) bool {
	for _, secret := range []string{"/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssl/private", "/proc", "/dev/mem", "/dev/sd", "/dev/nvme"} {
		if strings.HasPrefix(p, secret) {
			return true
		}
	}
	return strings.HasPrefix(p, "/etc/ssh/") && strings.HasSuffix(p, "_key")
}

// variant is a set of commands: all that have one of the values at each place.
type variant struct {
	values [][]string // sorted, at least one at each place
}

func (v variant) key(without int) string {
	var b strings.Builder
	for i, values := range v.values {
		if i != without {
			for _, value := range values {
				b.WriteString(strconv.Quote(value))
			}
		}
		b.WriteByte('|')
	}
	return b.String()
}

// generalise turns commands of one program with one number of words into as few templates as describe them and nothing else,
// with two exceptions that are meant: where all have numbers at a place, each number goes with each of the other words, and
// the numbers become a range.
func generalise(commands [][]string) []variant {
	name := path.Base(commands[0][0])
	variants := make([]variant, len(commands))
	for i, words := range commands {
		for _, word := range words {
			variants[i].values = append(variants[i].values, []string{word})
		}
	}
	if !runsOthers(name) {
		for place := range commands[0] {
			if numbers := numbersAt(commands, place); len(numbers) > 1 {
				for i := range variants {
					variants[i].values[place] = numbers
				}
			}
		}
	}
	variants = distinct(variants)
	if runsOthers(name) && !subcommands(name) {
		return variants
	}
	// From the right: operands differ before verbs do. Two that differ in one place only are together exactly the one that
	// has both values there.
	for merged := true; merged; {
		merged = false
		for place := len(commands[0]) - 1; place > 0; place-- {
			before := len(variants)
			variants = mergeAt(variants, place)
			merged = merged || len(variants) < before
		}
	}
	return variants
}

// subcommands is true for programs that run others only by options, and whose operands can be listed without harm because
// no value of a list may be an option.
func subcommands(name string) bool {
	return name == "systemctl" || name == "service" || name == "journalctl"
}

// numbersAt returns the numbers at the place if there are only numbers.
func numbersAt(commands [][]string, place int) []string {
	var numbers []string
	for _, words := range commands {
		if !isNumber(words[place]) {
			return nil
		}
		numbers = append(numbers, words[place])
	}
	slices.SortFunc(numbers, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return slices.Compact(numbers)
}

// isNumber is true for a whole number as people write it.
func isNumber(word string) bool {
	return word != "" && len(word) <= 15 && strings.Trim(word, "0123456789") == "" && (word == "0" || word[0] != '0')
}

func distinct(variants []variant) []variant {
	slices.SortFunc(variants, func(a, b variant) int { return strings.Compare(a.key(-1), b.key(-1)) })
	return slices.CompactFunc(variants, func(a, b variant) bool { return a.key(-1) == b.key(-1) })
}

func mergeAt(variants []variant, place int) []variant {
	index := map[string]int{}
	var merged []variant
	for _, v := range variants {
		if slices.ContainsFunc(v.values[place], func(value string) bool { return value == "" || value[0] == '-' }) {
			merged = append(merged, v) // an option stays as it is: no variable takes one
			continue
		}
		key := v.key(place)
		i, found := index[key]
		if !found {
			index[key] = len(merged)
			merged = append(merged, v)
			continue
		}
		values := slices.Concat(merged[i].values[place], v.values[place])
		slices.Sort(values)
		merged[i].values = slices.Clone(merged[i].values)
		merged[i].values[place] = slices.Compact(values)
	}
	return distinct(merged)
}

// typeOf returns the type of a variable for the values as YAML, or why there is none.
func typeOf(values []string) (string, refusal) {
	if isNumber(values[0]) && !slices.ContainsFunc(values, func(v string) bool { return !isNumber(v) }) {
		low, high := values[0], values[0]
		for _, v := range values {
			if len(v) < len(low) || len(v) == len(low) && v < low {
				low = v
			}
			if len(v) > len(high) || len(v) == len(high) && v > high {
				high = v
			}
		}
		return "{integer: " + low + "-" + high + "}", ""
	}
	if dir := path.Dir(values[0]); len(values) >= manyFiles && strings.Count(dir, "/") >= 2 &&
		!slices.ContainsFunc(values, func(v string) bool { return path.Dir(v) != dir || path.Clean(v) != v || !path.IsAbs(v) }) {
		return "{file-in: " + yamlText(dir) + "}", ""
	}
	if len(values) > maxOneOf {
		return "", "too many different values at one place: write a template by hand"
	}
	return "{one-of: " + list(values) + "}", ""
}
