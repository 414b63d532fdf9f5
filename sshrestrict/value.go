package sshrestrict

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"ops/internal/strictyaml"
)

// value is a type of the client's words.
type value struct {
	name    string // of the variable, under where
	kind    string
	oneOf   []string
	min     int64
	max     int64
	folders []folder
}

// variables are a rule's {variables} with their types.
type variables []value

// UnmarshalYAML reads {unit: {one-of: […]}, n: {integer: 1-1000}}.
func (v *variables) UnmarshalYAML(n strictyaml.Node) error {
	if n.Kind() != strictyaml.Mapping {
		return n.Errorf("expected the variables and what they may be, such as {n: {integer: 1-100}}")
	}
	*v = make(variables, n.Len())
	i := 0
	for key, node := range n.Entries() {
		if err := node.Decode(&(*v)[i]); err != nil {
			return err
		}
		(*v)[i].name = key.Text()
		i++
	}
	return nil
}

// named returns the type of a variable, nil if it has none.
func (v variables) named(name string) *value {
	for i := range v {
		if v[i].name == name {
			return &v[i]
		}
	}
	return nil
}

// UnmarshalYAML reads {one-of: […]}, {integer: 1-1000}, {file-in: DIR}, {path-in: DIR}, {pattern: true} or {name: LENGTH}.
func (v *value) UnmarshalYAML(n strictyaml.Node) error {
	const kinds = "one-of, integer, file-in, folder-in, path-in, pattern, name"
	for key, node := range n.Entries() {
		if v.kind != "" {
			return key.Errorf("a value has one type (%s)", kinds)
		}
		v.kind = key.Text()
		switch v.kind {
		case "one-of":
			if err := node.Decode(&v.oneOf); err != nil {
				return err
			}
			for _, text := range v.oneOf {
				if printable(text) != nil || strings.HasPrefix(text, "-") {
					return node.Errorf("%s starts with a dash or does not print", quote(text))
				}
			}
		case "integer":
			low, high, isRange := strings.Cut(node.Text(), "-")
			if !isRange {
				return node.Errorf("expected a range such as 1-1000")
			}
			var err1, err2 error
			v.min, err1 = strconv.ParseInt(low, 10, 64)
			v.max, err2 = strconv.ParseInt(high, 10, 64)
			if err1 != nil || err2 != nil || v.min > v.max {
				return node.Errorf("expected a range such as 1-1000, found %s", quote(node.Text()))
			}
		case "file-in", "folder-in", "path-in":
			if node.Kind() == strictyaml.Scalar {
				v.folders = make([]folder, 1)
				if err := node.Decode(&v.folders[0]); err != nil {
					return err
				}
			} else if err := node.Decode(&v.folders); err != nil {
				return err
			}
			if len(v.folders) == 0 {
				return node.Errorf("no folder")
			}
		case "pattern": // a pattern that the program itself expands, such as that of find -name
			yes := false
			if err := node.Decode(&yes); err != nil {
				return err
			}
			if !yes {
				return node.Errorf("write true, or take another type")
			}
		case "name": // letters, digits and . _ @ : + -, as units, hosts and databases are called
			var most int64
			if err := node.Decode(&most); err != nil {
				return err
			}
			v.max = most
		default:
			return key.Errorf("unknown type %s (known: %s)", quote(v.kind), kinds)
		}
	}
	if v.kind == "" {
		return n.Errorf("expected a type of value (%s)", kinds)
	}
	return nil
}

// accept checks a client's word and returns what is rendered for it. No value starts with a dash, so none can become an
// option.
func (v value) accept(w Word) (string, error) {
	if v.kind == "pattern" {
		return v.acceptPattern(w)
	}
	if !w.literal() {
		return "", refuse("value-expansion", "%s would be expanded by a shell", quote(w.Text))
	}
	if strings.HasPrefix(w.Text, "-") {
		return "", refuse("value-dash", "%s starts with a dash", quote(w.Text))
	}
	switch v.kind {
	case "one-of":
		if !slices.Contains(v.oneOf, w.Text) {
			return "", refuse("value", "%s is not one of %s", quote(w.Text), strings.Join(v.oneOf, ", "))
		}
		return w.Text, nil
	case "integer":
		n, err := strconv.ParseInt(w.Text, 10, 64)
		if err != nil || n < v.min || n > v.max || strings.HasPrefix(w.Text, "+") {
			return "", refuse("value", "%s is not a number from %d to %d", quote(w.Text), v.min, v.max)
		}
		return strconv.FormatInt(n, 10), nil
	case "name":
		if !isPlainName(w.Text) || int64(len(w.Text)) > v.max {
			return "", refuse("value", "%s is not a plain name of at most %d characters", quote(w.Text), v.max)
		}
		return w.Text, nil
	}
	return v.acceptPath(w.Text)
}

// acceptPath takes an absolute path inside one of the folders.
func (v value) acceptPath(text string) (string, error) {
	if !strings.HasPrefix(text, "/") {
		return "", refuse("path-relative", "the path %s is not absolute", quote(text))
	}
	var last error
	for _, f := range v.folders {
		located, err := f.locate(text, PathsAbsolute)
		if err != nil {
			if last == nil {
				last = err
			}
			if _, under := f.relative(text); under {
				last = err // the folder that is meant
			}
			continue
		}
		return located, v.checkForm(located)
	}
	return "", last
}

func (v value) checkForm(located string) error {
	if v.kind == "path-in" {
		return nil
	}
	form, err := formOf(located)
	switch {
	case err != nil: // does not exist: the program will say so
		return nil
	case v.kind == "file-in" && form != formFile:
		return refuse("path-form", "%s is no regular file", quote(located))
	case v.kind == "folder-in" && form != formFolder:
		return refuse("path-form", "%s is no folder", quote(located))
	}
	return nil
}

// acceptPattern takes a pattern for a program that expands it by itself and within what it is given, as find -name does.
// Unquoted wildcards are accepted as well: a shell would leave them alone where nothing matches.
func (v value) acceptPattern(w Word) (string, error) {
	if w.Tilde || w.Assignment || strings.HasPrefix(w.Text, "-") || strings.Contains(w.Text, "/") || w.Text == "" {
		return "", refuse("value", "%s is no pattern of names", quote(w.Text))
	}
	return w.Text, nil
}

// isPlainName is true for letters, digits and . _ @ : + -, starting with a letter or digit.
func isPlainName(text string) bool {
	for i, c := range []byte(text) {
		alnum := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !alnum && (i == 0 || strings.IndexByte("._@:+-", c) < 0) {
			return false
		}
	}
	return text != ""
}

type form int

const (
	formOther form = iota
	formFile
	formFolder
)

func formOf(p string) (form, error) {
	var st unix.Stat_t
	if err := unix.Stat(p, &st); err != nil {
		return formOther, err
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFREG:
		return formFile, nil
	case unix.S_IFDIR:
		return formFolder, nil
	}
	return formOther, nil
}
