package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"ops/logviz/normalize"
)

// definitionFlags say which definitions a verb knows: the user's, then the shipped ones.
type definitionFlags struct{ paths []string }

func (f *definitionFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringArrayVarP(&f.paths, "definitions", "d", nil,
		"`DIR-OR-FILE` of definitions that come before the shipped ones and replace those of the same name; repeatable")
}

// load reads the definitions in the order in which they are tried.
func (f *definitionFlags) load() ([]*normalize.Definition, error) {
	own, err := f.own()
	if err != nil {
		return nil, err
	}
	shipped, err := normalize.Builtin()
	if err != nil {
		return nil, err
	}
	return append(own, slices.DeleteFunc(shipped, func(d *normalize.Definition) bool { return named(own, d.Name) != nil })...), nil
}

// own reads the user's definitions; all mistakes of all files are told at once.
func (f *definitionFlags) own() (own []*normalize.Definition, err error) {
	var wrong error
	for _, path := range f.paths {
		files, err := definitionFiles(path)
		wrong = errors.Join(wrong, err)
		for _, file := range files {
			if isXML(file) { // see foreign
				continue
			}
			defs, err := readDefinitions(file)
			wrong = errors.Join(wrong, err)
			for _, d := range defs {
				if other := named(own, d.Name); other != nil {
					wrong = errors.Join(wrong, withCode(exitConfig, fmt.Errorf("%s: the name %q is that of %s too; rename one", file, d.Name, other.File())))
				}
				own = append(own, d)
			}
		}
	}
	return own, wrong
}

func named(defs []*normalize.Definition, name string) *normalize.Definition {
	if i := slices.IndexFunc(defs, func(d *normalize.Definition) bool { return d.Name == name }); i >= 0 {
		return defs[i]
	}
	return nil
}

// definitionFiles returns a file, or those of a folder that hold definitions, in order of the name.
func definitionFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, withCode(exitNoInput, err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, withCode(exitNoInput, err)
	}
	var files []string
	for _, entry := range entries {
		if isDefinitionFile(entry.Name()) {
			files = append(files, filepath.Join(path, entry.Name()))
		}
	}
	if len(files) == 0 {
		return nil, withCode(exitNoInput, fmt.Errorf("%s holds no definition: the names of their files end in .yaml, .yml or .xml", path))
	}
	return files, nil
}

// isDefinitionFile tells which files of a folder are definitions.
func isDefinitionFile(name string) bool {
	switch filepath.Ext(name) {
	case ".yaml", ".yml", ".xml":
		return true
	}
	return false
}

// readDefinitions reads the definitions of a file.
func readDefinitions(path string) ([]*normalize.Definition, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, withCode(exitNoInput, err)
	}
	d, err := normalize.Parse(path, data)
	if err != nil {
		return nil, withCode(exitConfig, err)
	}
	return []*normalize.Definition{d}, nil
}

// completeDefinitions offers the names of definitions.
func (f *definitionFlags) completeDefinitions(most int) completion {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveDefault
		}
		defs, err := f.load()
		if err != nil {
			return nil, cobra.ShellCompDirectiveDefault
		}
		var names []string
		for _, d := range defs {
			names = append(names, d.Name)
		}
		return names, cobra.ShellCompDirectiveDefault // files too
	}
}
