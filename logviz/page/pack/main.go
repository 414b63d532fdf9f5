// Command pack bundles the page's TypeScript and style, ../web, into what package page embeds, ../web/dist:
//
//	go run ./logviz/page/pack
//
// The same sources give the same bytes, and a test proves that those in the repository are of the sources there.
// The bundler, esbuild, is linked into this command only.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run("logviz/page/web"); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// run bundles a folder's sources into its dist.
func run(dir string) error {
	files, err := bundle(dir)
	if err != nil {
		return err
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, "dist", name), data, 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %d bytes\n", name, len(data))
	}
	return nil
}
