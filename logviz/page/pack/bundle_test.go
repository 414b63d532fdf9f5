package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// What is embedded was made of the sources that lie beside it.
func TestBundleIsCurrent(t *testing.T) {
	const web = "../web"
	files, err := bundle(web)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(web, "dist", name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what its sources give (%v): go run ./logviz/page/pack", name, err)
		}
	}
}

// A source that is wrong is refused; one that would end the element around it is written so that it does not.
func TestBundleRefuses(t *testing.T) {
	for source, fine := range map[string]bool{
		"const = 1":              false,
		"import './not-there'":   false,
		"alert('</script>' + x)": true,
	} {
		dir := t.TempDir()
		for file, text := range map[string]string{"main.ts": source, "style.css": "a{color:red}"} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := bundle(dir); (err == nil) != fine {
			t.Errorf("%s: %v", source, err)
		}
	}
}
