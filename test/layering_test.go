package test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// libraries are the trees that do not know of each other, so that each can be used and understood alone. cmd puts them
// together.
func libraries() []string {
	return []string{"sshrestrict", "preseed", "lxc", "wol", "logviz", "mailcheck"}
}

// exceptions to the rule, as "from imports to", with the reason.
func exceptions() map[[2]string]string {
	return map[[2]string]string{
		{"lxc/replay", "logviz"}: "a replay starts from the events of a log",
	}
}

// library returns the library that a package belongs to, or "".
func library(path string) string {
	for _, tree := range libraries() {
		if within(path, tree) {
			return tree
		}
	}
	return ""
}

// forbidden says why a package of ours may not import another one of ours, or "".
func forbidden(from, to string) string {
	if _, ok := exceptions()[[2]string{from, to}]; ok {
		return ""
	}
	switch {
	case within(to, "cmd"):
		return "nothing is built on a command"
	case within(from, "internal") && library(to) != "":
		return "internal serves the libraries and does not know them"
	case library(from) != "" && library(to) != "" && library(from) != library(to):
		return "libraries do not know of each other; cmd puts them together"
	}
	return ""
}

func TestLayering(t *testing.T) {
	for _, p := range packages(t) {
		for _, path := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			to, ours := strings.CutPrefix(path, "ops/")
			if !ours {
				continue
			}
			if why := forbidden(p.path(), to); why != "" {
				t.Errorf("%s imports %s: %s", p.path(), to, why)
			}
		}
	}
}

// The rules themselves, on imports that do not exist yet.
func TestForbidden(t *testing.T) {
	cases := []struct {
		from, to string
		allowed  bool
	}{
		{"cmd/ops", "logviz", true},
		{"cmd/ops", "wol/web", true},
		{"logviz/timelapse", "logviz/geo", true},
		{"wol", "internal/durable", true},
		{"internal/terminal", "internal/version", true},
		{"lxc/replay", "logviz", true},
		{"lxc/replay", "logviz/geo", false},
		{"lxc", "logviz", false},
		{"wol", "mailcheck", false},
		{"internal/terminal", "logviz", false},
		{"wol", "cmd/ops", false},
		{"internal/version", "cmd/ops/x", false},
	}
	for _, c := range cases {
		if why := forbidden(c.from, c.to); (why == "") != c.allowed {
			t.Errorf("%s imports %s: %q", c.from, c.to, why)
		}
	}
}

func TestPackageNamesSaySomething(t *testing.T) {
	for _, p := range packages(t) {
		for _, word := range []string{"util", "utils", "common", "helper", "helpers", "types", "misc", "base"} {
			if p.Name == word || filepath.Base(p.path()) == word {
				t.Errorf("%s: a package is named for what it gives, in one noun, and %q says nothing", p.path(), word)
			}
		}
	}
}

func TestNoInitAndNoExitInLibraries(t *testing.T) {
	for _, p := range packages(t) {
		for _, name := range p.files() {
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			// A test may exit from TestMain; only main packages may exit otherwise.
			mayExit := p.Name == "main" || strings.HasSuffix(name, "_test.go")
			for _, fault := range faults(set, file, mayExit) {
				t.Error(fault)
			}
		}
	}
}

// faults lists the functions called init and, unless mayExit, the calls that end the process.
func faults(set *token.FileSet, file *ast.File, mayExit bool) []string {
	var found []string
	add := func(n ast.Node, format string, args ...any) {
		at := set.Position(n.Pos())
		found = append(found, fmt.Sprintf("%s:%d: %s", at.Filename, at.Line, fmt.Sprintf(format, args...)))
	}
	local := map[string]string{} // the names of imported packages in this file
	for _, imported := range file.Imports {
		path, _ := strconv.Unquote(imported.Path.Value)
		name := path[strings.LastIndexByte(path, '/')+1:]
		if imported.Name != nil {
			name = imported.Name.Name
		}
		local[name] = path
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Name.Name == "init" && n.Recv == nil {
				add(n, "init runs before anybody asks for it; make a function that the caller calls")
			}
		case *ast.SelectorExpr:
			pkg, ok := n.X.(*ast.Ident)
			if !ok || mayExit {
				return true
			}
			name := n.Sel.Name
			switch path := local[pkg.Name]; {
			case path == "os" && name == "Exit", path == "syscall" && name == "Exit",
				path == "log" && (strings.HasPrefix(name, "Fatal") || strings.HasPrefix(name, "Panic")):
				add(n, "%s.%s: a library returns an error, and only a main package ends the process", pkg.Name, name)
			}
		}
		return true
	})
	return found
}

func TestFaults(t *testing.T) {
	const source = `package x
import ("os"; l "log")
func init() {}
func (t) init() {}
func f() { os.Exit(1); l.Fatalf(""); os.Getpid(); g.Exit(2) }
`
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "x.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := faults(set, file, false)
	if len(got) != 3 || !strings.HasPrefix(got[0], "x.go:3: init") || !strings.HasPrefix(got[1], "x.go:5: os.Exit") ||
		!strings.HasPrefix(got[2], "x.go:5: l.Fatalf") {
		t.Errorf("got %q", got)
	}
	if got := faults(set, file, true); len(got) != 1 {
		t.Errorf("main package: got %q", got)
	}
}
