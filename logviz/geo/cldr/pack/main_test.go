package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ops/logviz/geo"
	"ops/logviz/geo/cldr"
)

// source writes a folder as the package has it, with names made of language and code; leave may leave some out.
func source(t *testing.T, leave string) string {
	t.Helper()
	dir := t.TempDir()
	for _, language := range cldr.Languages() {
		names := map[string]string{"HK-alt-short": "short " + language, "US-alt-short": "not taken"}
		for _, c := range geo.Countries() {
			if c.Code != leave {
				names[c.Code] = language + " " + c.Code
			}
		}
		territories := map[string]any{"localeDisplayNames": map[string]any{"territories": names}}
		data, err := json.Marshal(map[string]any{"main": map[string]any{language: territories}})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(dir, "main", language), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "main", language, "territories.json"), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestPack(t *testing.T) {
	target := t.TempDir()
	if err := pack(source(t, ""), target); err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(target, "names.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"code\tde\tes\tfr\n", "\nUS\tde US\tes US\tfr US\n", "\nHK\tshort de\tshort es\tshort fr\n", "\nXK\tde XK\tes XK\tfr XK\n",
	} {
		if !strings.Contains(string(table), line) {
			t.Errorf("no line %q", line)
		}
	}
	if n := strings.Count(string(table), "\n"); n != len(geo.Countries())+1 {
		t.Errorf("%d lines", n)
	}
}

func TestPackRefusesATableWithHoles(t *testing.T) {
	target := t.TempDir()
	if err := pack(source(t, "FR"), target); err == nil || !strings.Contains(err.Error(), "no name of FR in language de") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(filepath.Join(target, "names.tsv")); err == nil {
		t.Error("a table was written")
	}
}
