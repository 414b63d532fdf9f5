package test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// dependency is a module of somebody else that some of our packages may import.
type dependency struct {
	module string
	reason string
	users  []string // trees of our packages
}

// dependencies is the whole list. To add to it, see CONTRIBUTING.md; doc/design.md names each one as well.
func dependencies() []dependency {
	return []dependency{
		{
			"github.com/spf13/cobra", "command line: verbs, flags, help, completion; libraries must not know of it",
			[]string{"cmd"},
		},
		{"github.com/spf13/pflag", "the flags of cobra, where the manual pages list them", []string{"cmd"}},
		{
			"github.com/goccy/go-yaml", "lexer and parser of YAML that keep the position of every token",
			[]string{"internal/strictyaml"},
		},
		{
			"golang.org/x/sys", "system calls that the standard library lacks: flock, access as the effective user, mounts in tests",
			[]string{"internal", "logviz", "cmd", "test", "sshrestrict"},
		},
		{
			"golang.org/x/term", "whether a stream is a terminal, and how wide",
			[]string{"internal/terminal", "sshrestrict/menu"},
		},
		{"github.com/pkg/sftp", "the packets of the sftp protocol; and, as a client, the other side of its tests", []string{"sshrestrict/sftpserver", "test"}},
		{"golang.org/x/crypto", "checks in tests that keys are read as others read them", []string{"sshrestrict/keys"}},
		{"github.com/godbus/dbus", "speaks with logind over the system's bus", []string{"sshrestrict/power"}},
		{
			"golang.org/x/image", "reads the outlines of a font for the text of films and charts",
			[]string{"logviz"},
		},
		{"github.com/oschwald/maxminddb-golang", "reads users' own geo databases, flat ones too", []string{"logviz/geo"}},
		{"github.com/oschwald/geoip2-golang", "the known shapes of such databases", []string{"logviz/geo"}},
		{"go.starlark.net", "runs callbacks and scripts of definitions without files, network or end", []string{"logviz/normalize"}},
		{"github.com/klauspost/compress", "unpacks logs compressed with zstd, packs Parquet's pages", []string{"logviz"}},
		{"github.com/ulikunitz/xz", "unpacks logs compressed with xz", []string{"logviz"}},
		{"github.com/parquet-go/parquet-go", "writes and reads events as Parquet", []string{"logviz/encode"}},
		{"github.com/evanw/esbuild", "bundles the page's TypeScript when it was changed; in no binary of ours", []string{"logviz/page/pack"}},
		{
			"github.com/santhosh-tekuri/jsonschema", "proves in tests that the schemas we print accept our examples and output",
			[]string{"logviz", "cmd", "test", "sshrestrict/schema"},
		},
		{"github.com/chromedp/chromedp", "drives the browser in which the pages are tested", []string{"test/browser"}},
		{"github.com/chromedp/cdproto", "the commands and events of the browser's protocol, where chromedp has no action", []string{"test/browser"}},
		{"github.com/rogpeppe/go-internal", "testscript: tests of the command line that read like a manual", []string{"cmd", "test"}},
	}
}

// find returns the entry for an import path of somebody else's package.
func find(all []dependency, path string) (dependency, bool) {
	i := slices.IndexFunc(all, func(d dependency) bool { return within(path, d.module) })
	if i < 0 {
		return dependency{}, false
	}
	return all[i], true
}

// isForeign is true for a package that is neither ours nor of the standard library, whose first element has no dot.
func isForeign(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".")
}

func TestForeignImportsAreListed(t *testing.T) {
	all := dependencies()
	for _, p := range packages(t) {
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if !isForeign(path) {
				continue
			}
			d, known := find(all, path)
			if !known {
				t.Errorf("%s imports %s, which is not in the list of this test: add it with its reason, or do without",
					p.path(), path)
				continue
			}
			if !slices.ContainsFunc(d.users, func(tree string) bool { return within(p.path(), tree) }) {
				t.Errorf("%s imports %s, which is for %s only: %s", p.path(), path, strings.Join(d.users, ", "), d.reason)
			}
		}
	}
}

func TestListedModulesAreUsed(t *testing.T) {
	used := map[string]bool{}
	all := dependencies()
	for _, p := range packages(t) {
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if d, known := find(all, path); known {
				used[d.module] = true
			}
		}
	}
	for _, d := range all {
		if !used[d.module] {
			t.Errorf("nothing imports %s any more: take it off the list and out of doc/design.md", d.module)
		}
		if d.reason == "" {
			t.Errorf("%s has no reason", d.module)
		}
	}
}

func TestDesignNamesEveryDependency(t *testing.T) {
	text, err := os.ReadFile("../doc/design.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dependencies() {
		if !strings.Contains(string(text), d.module) {
			t.Errorf("doc/design.md does not name %s", d.module)
		}
	}
}
