package sshrestrict

import (
	"slices"
	"strings"

	"ops/internal/strictyaml"
)

// option is one that a client may give: "-a", "-n --lines" with a value.
type option struct {
	names []string // the first is the one that is rendered
	value value    // kind empty: the option takes none
}

// UnmarshalYAML reads "-l", or {"-n --lines": {integer: 1-1000}}.
func (o *option) UnmarshalYAML(n strictyaml.Node) error {
	names := n.Text()
	for key, node := range n.Entries() {
		if names != "" {
			return key.Errorf("one option for each element of the list")
		}
		names = key.Text()
		if err := node.Decode(&o.value); err != nil {
			return err
		}
	}
	o.names = strings.Fields(names)
	for _, name := range o.names {
		long := strings.HasPrefix(name, "--") && len(name) > 3 && isPlainName(name[2:])
		short := len(name) == 2 && name[0] == '-' && isPlainName(name[1:])
		if !long && !short {
			return n.Errorf("%s is no option such as -n or --lines", quote(name))
		}
	}
	if len(o.names) == 0 {
		return n.Errorf("expected an option such as -l, or \"-n --lines\": {integer: 1-1000}")
	}
	return nil
}

// readOptions takes the options out of a client's words, as getopt_long(3) would find them, but without abbreviations.
// fixed are words of the template that start with a dash and are left alone. It returns the options rendered anew and the
// words that are none.
func readOptions(words []Word, table []option, fixed []string) (rendered []string, rest []Word, err error) {
	find := func(name string) *option {
		for i := range table {
			if slices.Contains(table[i].names, name) {
				return &table[i]
			}
		}
		return nil
	}
	for i := 0; i < len(words); i++ {
		text := words[i].Text
		switch {
		case text == "--" && !slices.Contains(fixed, "--"):
			return rendered, append(rest, words[i+1:]...), nil
		case !strings.HasPrefix(text, "-") || text == "-" || slices.Contains(fixed, text):
			rest = append(rest, words[i])
			continue
		case !words[i].literal():
			return nil, nil, refuse("command-option", "the option %s would be expanded by a shell", quote(text))
		}
		name, attached, hasValue := text, "", false
		letters := "" // of a cluster, behind the one looked at
		if strings.HasPrefix(text, "--") {
			name, attached, hasValue = strings.Cut(text, "=")
		} else {
			name, letters = text[:2], text[2:]
		}
		for {
			o := find(name)
			if o == nil {
				return nil, nil, refuse("command-option", "the option %s in %s", quote(name), quote(text))
			}
			if o.value.kind == "" {
				if hasValue {
					return nil, nil, refuse("command-option", "the option %s takes no value", quote(name))
				}
				rendered = append(rendered, o.names[0])
				if letters == "" {
					break
				}
				name, letters = "-"+letters[:1], letters[1:]
				continue
			}
			given := Word{Text: attached}
			switch {
			case letters != "":
				given.Text = letters
			case !hasValue:
				if i++; i == len(words) {
					return nil, nil, refuse("command-option", "the option %s has no value", quote(name))
				}
				given = words[i]
			}
			text, err := o.value.accept(given)
			if err != nil {
				return nil, nil, err
			}
			if canonical := o.names[0]; strings.HasPrefix(canonical, "--") {
				rendered = append(rendered, canonical+"="+text)
			} else {
				rendered = append(rendered, canonical, text)
			}
			break
		}
	}
	return rendered, rest, nil
}
