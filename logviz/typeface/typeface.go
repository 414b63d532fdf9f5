// Package typeface has the letters of films and charts: Inter, cut down to what they need (README.md says to what).
// Start with [Load].
package typeface

import (
	_ "embed"
	"fmt"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

var (
	//go:embed Inter-Regular.otf
	interRegular []byte
	//go:embed Inter-SemiBold.otf
	interSemiBold []byte
)

// Family is the two weights of a typeface.
type Family struct {
	Regular, Bold *sfnt.Font
}

// Load reads the fonts that are built in.
func Load() (Family, error) {
	regular, err := opentype.Parse(interRegular)
	if err != nil {
		return Family{}, fmt.Errorf("read embedded font: %w", err)
	}
	bold, err := opentype.Parse(interSemiBold)
	if err != nil {
		return Family{}, fmt.Errorf("read embedded font: %w", err)
	}
	return Family{regular, bold}, nil
}
