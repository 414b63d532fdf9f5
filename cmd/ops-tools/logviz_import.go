package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/durable"
	"ops/internal/terminal"
	"ops/logviz/normalize"
	"ops/logviz/normalize/importer"
)

type importOptions struct {
	from     string
	dir      string
	stage    string
	programs []string
}

// newNormalizerImport is a verb of 'ops logviz normalizer'.
func newNormalizerImport(e *env) *cobra.Command {
	o := &importOptions{}
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Make definitions of grok patterns, liblognorm rulebases, fail2ban filters and pylogsparser's XML",
		Long: "Make definitions of files that were written for other programs: grok patterns, liblognorm's rulebases,\n" +
			"fail2ban's filters and pylogsparser's XML definitions (which -d takes as they are, too). What could not be translated, or only with a difference, is told with file, line and reason;\n" +
			"the rest comes all the same. Comments above a pattern that it understands become its tests.",
		Example: "  ops logviz normalizer import --from fail2ban /etc/fail2ban/filter.d/dovecot.conf\n" +
			"  ops logviz normalizer import -o definitions/ shop.rulebase shop.grok\n" +
			"  ops logviz normalizer import -o definitions/ normalizers/*.xml",
		Args: someArgs("a FILE"),
		RunE: func(cmd *cobra.Command, args []string) error { return runImport(cmd.Context(), e, o, args) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.from, "from", "", "`KIND` of the files: grok, liblognorm, fail2ban or pylogsparser (default: by name and content)")
	flags.StringVarP(&o.dir, "output", "o", "", "folder `DIR` to write NAME.yaml to, made if there is none (default: the standard output, for one file)")
	flags.StringVar(&o.stage, "stage", "", "`STAGE` of the definitions: line or body (default: what is usual for the kind)")
	flags.StringSliceVar(&o.programs, "program", nil, "`NAMES` of the programs whose messages a body reads")
	return cmd
}

func runImport(ctx context.Context, e *env, o *importOptions, paths []string) error {
	if o.stage != "" && o.stage != string(normalize.Line) && o.stage != string(normalize.Body) {
		return usageError("--stage %q: must be line or body", o.stage)
	}
	if len(paths) > 1 && o.dir == "" {
		return usageError("several files make several definitions: -o DIR says where to write them")
	}
	// All is translated before anything is written.
	var done []*importer.Import
	written := make(map[string]string)
	var empty []error
	for _, path := range paths {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		im, err := importFile(o, path)
		if err != nil {
			return err
		}
		for _, p := range im.Problems {
			fmt.Fprintln(e.err, terminal.Printable(filepath.Join(filepath.Dir(path), p.String())))
		}
		if im.Definition == nil {
			empty = append(empty, withCode(exitData, fmt.Errorf("%s: nothing in it could be translated", path)))
			continue
		}
		if other, ok := written[im.Definition.Name]; ok {
			return usageError("%s and %s would both become %s.yaml; import them into different folders", other, path, im.Definition.Name)
		}
		written[im.Definition.Name] = path
		done = append(done, im)
	}
	if o.dir != "" {
		if err := os.MkdirAll(o.dir, 0o755); err != nil {
			return withCode(exitCantCreate, err)
		}
	}
	for _, im := range done {
		text := importer.Write(im.Definition)
		if o.dir == "" {
			if _, err := e.out.Write(text); err != nil {
				return withCode(exitIO, err)
			}
		} else if err := durable.WriteFile(filepath.Join(o.dir, im.Definition.Name+".yaml"), text, 0o644); err != nil {
			return withCode(exitCantCreate, err)
		}
		fmt.Fprintf(e.err, "%s: %d patterns\n", im.Definition.Name, len(im.Definition.Patterns))
	}
	return errors.Join(empty...)
}

func importFile(o *importOptions, path string) (*importer.Import, error) {
	dir, base := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	options := importer.Options{Stage: normalize.Stage(o.stage), Programs: o.programs}
	fsys := os.DirFS(dir)
	kind := o.from
	if kind == "" {
		var err error
		if kind, err = kindOfRules(fsys, base); err != nil {
			return nil, withCode(exitNoInput, err)
		}
	}
	var read func(fs.FS, string, importer.Options) (*importer.Import, error)
	switch kind {
	case "grok":
		read = importer.Grok
	case "liblognorm":
		read = importer.Liblognorm
	case "fail2ban":
		read = importer.Fail2ban
	case "pylogsparser":
		read = importer.Pylogsparser
	default:
		return nil, usageError("--from %q: must be grok, liblognorm, fail2ban or pylogsparser", kind)
	}
	im, err := read(fsys, base, options)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, withCode(exitNoInput, err)
	}
	return im, withCode(exitData, err)
}

// kindOfRules tells what a file was written for.
func kindOfRules(fsys fs.FS, file string) (string, error) {
	if isXML(file) {
		return "pylogsparser", nil
	}
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "[Definition]", line == "[INCLUDES]":
			return "fail2ban", nil
		case strings.HasPrefix(line, "rule="), strings.HasPrefix(line, "version="):
			return "liblognorm", nil
		}
	}
	return "grok", nil
}
