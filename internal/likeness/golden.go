package likeness

import (
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// Limits of what passes for the same picture. Another version of a font or of the rasteriser stays well below them; a
// dot or digit that is missing or has another colour is above Worst.
const (
	mostMean  = 0.5
	mostWorst = 12
)

// Golden holds a picture to the one in testdata/NAME.png. If they differ it leaves the picture as NAME.got.png in the
// folder that the environment variable OPS_PICTURES names, for a person to look at; with OPS_PICTURES=accept it becomes
// the golden.
func Golden(t testing.TB, name string, got image.Image) {
	t.Helper()
	golden := filepath.Join("testdata", name+".png")
	folder := os.Getenv("OPS_PICTURES")
	if folder == "accept" {
		write(t, golden, got)
		return
	}
	want, err := read(golden)
	if err != nil {
		t.Errorf("%v; OPS_PICTURES=accept writes it", err)
		return
	}
	d, err := Compare(got, want)
	if err == nil && d.Mean <= mostMean && d.Worst <= mostWorst {
		return
	}
	t.Errorf("%s does not look like %s: %v %v; OPS_PICTURES=FOLDER keeps what was drawn", name, golden, d, err)
	if folder != "" {
		write(t, filepath.Join(folder, name+".got.png"), got)
	}
}

func read(path string) (image.Image, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return png.Decode(f)
}

func write(t testing.TB, path string, m image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, m); err != nil {
		t.Fatal(err)
	}
}
