package pylogsparser

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// The names of the files that definitions share.
const (
	typesFile     = "common_tagTypes.xml"
	callbacksFile = "common_callBacks.xml"
)

// Library is a set of definitions. It does not change while streams run on it.
type Library struct {
	normalizers []*Normalizer
}

// Load reads every definition in a file system, folders below included. A file that cannot be used is a problem,
// and the rest still loads. Only a file system that cannot be read is an error.
func Load(fsys fs.FS) (*Library, []Problem, error) {
	files, err := definitions(fsys)
	if err != nil {
		return nil, nil, err
	}
	l := &Library{}
	var problems []Problem
	roots := map[string]*element{}
	shared := commons{builtinTypes(), map[string]*step{}}
	for _, file := range files {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			problems = append(problems, Problem{file, 1, "not readable: " + err.Error()})
			continue
		}
		root, problem := parseXML(file, data)
		if problem != nil {
			problems = append(problems, *problem)
			continue
		}
		switch name := path.Base(file); {
		case strings.HasPrefix(name, strings.TrimSuffix(typesFile, ".xml")):
			readTypes(root, shared.types)
		case strings.HasPrefix(name, strings.TrimSuffix(callbacksFile, ".xml")):
			problems = append(problems, readSteps(file, root, true, shared.steps)...)
		default:
			roots[file] = root
		}
	}
	rules := grammar()
	for _, file := range files {
		root := roots[file]
		if root == nil {
			continue
		}
		if root.name != "normalizer" {
			problems = append(problems, Problem{file, root.line, fmt.Sprintf("<%s> is no definition: one is a <normalizer>", root.name)})
			continue
		}
		if invalid := validate(file, root, rules); len(invalid) > 0 {
			problems = append(problems, invalid...)
			continue
		}
		n, found := newNormalizer(file, root, shared)
		problems = append(problems, found...)
		if n != nil {
			l.normalizers = append(l.normalizers, n)
		}
	}
	slices.SortStableFunc(l.normalizers, func(a, b *Normalizer) int {
		if d := turn(a.AppliedTo) - turn(b.AppliedTo); d != 0 {
			return d
		}
		return strings.Compare(a.AppliedTo+"\x00"+a.File, b.AppliedTo+"\x00"+b.File)
	})
	return l, problems, nil
}

// turn is when the normalizers of a tag run.
func turn(appliedTo string) int {
	switch appliedTo {
	case "raw":
		return 0
	case "body":
		return 1
	}
	return 2
}

// definitions lists the XML files in the order of their names.
func definitions(fsys fs.FS) ([]string, error) {
	var files []string
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() && strings.HasSuffix(name, ".xml") {
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("definitions of pylogsparser: %w", err)
	}
	if len(files) == 0 {
		return nil, errors.New("definitions of pylogsparser: there is no .xml file: give the folder that holds them")
	}
	return files, nil
}

// builtinTypes are the tag types that definitions count on where common_tagTypes.xml is not beside them.
func builtinTypes() map[string]string {
	return map[string]string{
		"Anything":      `.*`,
		"Integer":       `[0-9]+`,
		"EpochTime":     `[0-9]+(?:[.][0-9]*)?`,
		"syslogDate":    `[A-Z][a-z]{2} [ 0-3][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}`,
		"syslogDateISO": `[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[tT][0-9:.]*)?(?:[zZ]|[+-][0-9]{2}:?[0-9]{2})?`,
		"URL":           `https?://[^ "']+`,
		"MACAddress":    `[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}`,
		"Email":         `[a-zA-Z0-9+_.-]+@[0-9a-zA-Z][0-9a-zA-Z.-]*[.][a-zA-Z]+`,
		"IP":            `[0-9]{1,3}(?:[.][0-9]{1,3}){3}`,
		"ZuluTime":      `[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,5})?)?)?`,
	}
}

// Normalizers lists the definitions in the order they run.
func (l *Library) Normalizers() []*Normalizer { return slices.Clone(l.normalizers) }

// Activate makes the normalizers of these IDs run and no others. Without it all of them do.
func (l *Library) Activate(ids ...string) error {
	for _, id := range ids {
		if !slices.ContainsFunc(l.normalizers, func(n *Normalizer) bool { return n.ID == id }) {
			var known []string
			for _, n := range l.normalizers {
				known = append(known, n.ID)
			}
			return fmt.Errorf("there is no normalizer %q: there are %s", id, strings.Join(known, ", "))
		}
	}
	for _, n := range l.normalizers {
		n.active = slices.Contains(ids, n.ID)
	}
	return nil
}
