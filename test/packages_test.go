package test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// goPackage is the part of the go command's description of a package that the rules need.
type goPackage struct {
	Dir          string
	ImportPath   string // "ops/logviz/geo"
	Name         string
	GoFiles      []string
	CgoFiles     []string
	TestGoFiles  []string
	XTestGoFiles []string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// files are all Go files of the package, tests at the end.
func (p goPackage) files() []string {
	return slices.Concat(p.GoFiles, p.CgoFiles, p.TestGoFiles, p.XTestGoFiles)
}

// path is the import path without the module's name: "logviz/geo".
func (p goPackage) path() string { return strings.TrimPrefix(p.ImportPath, "ops/") }

// packages lists the packages of the module.
func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json", "./...")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v: %s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []goPackage
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p goPackage
		if err := decoder.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	const fewest = 8 // a listing of nothing must not pass for a module without faults
	if len(all) < fewest {
		t.Fatalf("go list found only %d packages", len(all))
	}
	return all
}

// within says whether path is tree or lies below it; "cmd" has "cmd/ops", and not "cmdline".
func within(path, tree string) bool {
	return path == tree || strings.HasPrefix(path, tree+"/")
}
