package main

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/geo"
	"ops/logviz/normalize"
	"ops/logviz/normalize/pylogsparser"
)

func isXML(path string) bool { return filepath.Ext(path) == ".xml" }

// foreign loads the XML definitions of pylogsparser among the paths. What of them cannot run is a problem, and the rest
// runs.
func (f *definitionFlags) foreign() (all []*pylogsparser.Library, problems []string, err error) {
	for _, path := range f.paths {
		files, err := definitionFiles(path)
		if err != nil {
			return nil, nil, err
		}
		files = slices.DeleteFunc(files, func(file string) bool { return !isXML(file) })
		if len(files) == 0 {
			continue
		}
		l, found, err := pylogsparser.Load(someXML{os.DirFS(filepath.Dir(files[0])), files})
		if err != nil {
			return nil, nil, withCode(exitConfig, fmt.Errorf("%s: %w", path, err))
		}
		for _, p := range found {
			problems = append(problems, filepath.Join(filepath.Dir(files[0]), p.String()))
		}
		all = append(all, l)
	}
	return all, problems, nil
}

func warn(talk io.Writer, problems []string) {
	for _, p := range problems {
		fmt.Fprintf(talk, "ops: warning: %s\n", terminal.Printable(p))
	}
}

// someXML is a folder of which only some definitions are seen, and what all definitions share.
type someXML struct {
	fs.FS
	files []string
}

func (s someXML) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		return e.IsDir() || !strings.HasPrefix(e.Name(), "common_") &&
			!slices.ContainsFunc(s.files, func(file string) bool { return filepath.Base(file) == e.Name() })
	}), err
}

// foreignReader makes readers of XML definitions with ECS names, nil if there are no such definitions.
func (s *logSource) foreignReader(r *rules, o normalize.Options) func() normalize.Foreign {
	if len(r.foreign) == 0 {
		return nil
	}
	return func() normalize.Foreign {
		var streams []*pylogsparser.Stream
		for _, l := range r.foreign {
			streams = append(streams, l.Stream(pylogsparser.Options{Reference: o.Reference, Zone: o.Zone, Country: s.country}))
		}
		return func(record string) ([]logviz.Field, bool) {
			for _, stream := range streams {
				if tags, ok := stream.Normalize(record); ok {
					return fieldsOfTags(tags), true
				}
			}
			return nil, false
		}
	}
}

func (s *logSource) country(address string) string {
	if a, err := netip.ParseAddr(address); err == nil {
		return s.locator.Lookup(a).Code
	}
	return ""
}

// fieldsOfTags gives tags of pylogsparser their ECS names. The line itself is left out.
func fieldsOfTags(tags map[string]any) []logviz.Field {
	delete(tags, "raw")
	fields := pylogsparser.ECS(tags)
	var out []logviz.Field
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if v, ok := valueOfTag(fields[name]); ok {
			out = append(out, logviz.Field{Name: name, Value: v})
		}
	}
	return out
}

func valueOfTag(x any) (logviz.Value, bool) {
	switch x := x.(type) {
	case string:
		return logviz.StringValue(x), true
	case int64:
		return logviz.IntegerValue(x), true
	case float64:
		return logviz.FloatValue(x), true
	case bool:
		return logviz.BoolValue(x), true
	case time.Time:
		return logviz.TimestampValue(x)
	case []any:
		var list []string
		for _, y := range x {
			list = append(list, fmt.Sprint(y))
		}
		return logviz.ListValue(list...), true
	}
	return logviz.Value{}, false
}

// holdsXML reports whether a path is an XML file or a folder with some.
func holdsXML(path string) bool {
	files, err := definitionFiles(path)
	return err == nil && slices.ContainsFunc(files, isXML)
}

// runForeignTest runs the examples inside XML definitions.
func runForeignTest(e *env, libraries []*pylogsparser.Library, asJSON bool) error {
	locator, err := geo.Builtin()
	if err != nil {
		return err
	}
	s := &logSource{env: e, locator: locator}
	failed := false
	for _, l := range libraries {
		r := l.Test(pylogsparser.Options{Reference: e.now(), Zone: e.zone, Country: s.country})
		failed = failed || len(r.Failed) > 0
		if asJSON {
			if err := printJSON(e.out, r); err != nil {
				return err
			}
			continue
		}
		for _, f := range r.Failed {
			fmt.Fprintln(e.out, terminal.Printable(f.String()))
		}
		fmt.Fprintf(e.out, "%s definitions, %s examples, %s failures\n", count(len(l.Normalizers())), count(r.Examples), count(len(r.Failed)))
	}
	if failed {
		return withCode(exitConfig, errSaid)
	}
	return nil
}
