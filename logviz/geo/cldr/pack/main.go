// Command pack makes the table of country names from Unicode's CLDR, as the npm package cldr-localenames-full has it.
// Usage: pack -cldr DIR -o DIR, where DIR/main/de/territories.json is a file of the package.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"ops/internal/durable"
	"ops/logviz/geo"
	"ops/logviz/geo/cldr"
)

func main() {
	source := flag.String("cldr", "", "`DIR` of the package cldr-localenames-full")
	target := flag.String("o", "", "`DIR` to write names.tsv into")
	flag.Parse()
	if err := pack(*source, *target); err != nil {
		log.Fatal(err)
	}
}

func pack(source, target string) error {
	var tables []map[string]string
	for _, language := range cldr.Languages() {
		names, err := read(source, language)
		if err != nil {
			return err
		}
		tables = append(tables, names)
	}
	lines := []string{"code\t" + strings.Join(cldr.Languages(), "\t")}
	for _, c := range geo.Countries() {
		line := []string{c.Code}
		for i, names := range tables {
			name := names[c.Code]
			if short := names[c.Code+"-alt-short"]; short != "" && (c.Code == "HK" || c.Code == "MO" || c.Code == "PS") {
				name = short // "Hong Kong", not "Hong Kong SAR China"; elsewhere it is an abbreviation
			}
			if name == "" || strings.ContainsAny(name, "\t\n") {
				return fmt.Errorf("no name of %s in language %s", c.Code, cldr.Languages()[i])
			}
			line = append(line, name)
		}
		lines = append(lines, strings.Join(line, "\t"))
	}
	return durable.WriteFile(filepath.Join(target, "names.tsv"), []byte(strings.Join(lines, "\n")+"\n"), 0o644)
}

// read returns the names of territories in a language.
func read(source, language string) (map[string]string, error) {
	path := filepath.Join(source, "main", language, "territories.json")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Main map[string]struct {
			LocaleDisplayNames struct {
				Territories map[string]string `json:"territories"`
			} `json:"localeDisplayNames"`
		} `json:"main"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return file.Main[language].LocaleDisplayNames.Territories, nil
}
