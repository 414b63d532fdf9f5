package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// bundle builds page.js from main.ts and page.css from style.css, minified.
func bundle(dir string) (map[string][]byte, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: dir,
		EntryPointsAdvanced: []api.EntryPoint{
			{InputPath: "main.ts", OutputPath: "page"},
			{InputPath: "style.css", OutputPath: "page"},
		},
		Outdir: "dist", Bundle: true, Target: api.ES2022, Format: api.FormatESModule, Platform: api.PlatformBrowser,
		Charset:           api.CharsetUTF8, // the page says that it is UTF-8
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LegalComments:     api.LegalCommentsNone, // the sources are ours
		LogLevel:          api.LogLevelSilent,
	})
	var faults []error
	for _, m := range append(result.Errors, result.Warnings...) {
		where := ""
		if m.Location != nil {
			where = fmt.Sprintf("%s:%d:%d: ", m.Location.File, m.Location.Line, m.Location.Column)
		}
		faults = append(faults, errors.New(where+m.Text))
	}
	files := map[string][]byte{}
	for _, f := range result.OutputFiles {
		// The bundle stands inside of an element, which these would end.
		for _, end := range []string{"</script", "</style", "<!--"} {
			if bytes.Contains(bytes.ToLower(f.Contents), []byte(end)) {
				faults = append(faults, fmt.Errorf("%s holds %q", filepath.Base(f.Path), end))
			}
		}
		files[filepath.Base(f.Path)] = f.Contents
	}
	if len(files) != 2 {
		faults = append(faults, fmt.Errorf("%d files came out, want page.js and page.css", len(files)))
	}
	return files, errors.Join(faults...)
}
