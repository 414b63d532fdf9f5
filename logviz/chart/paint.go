package chart

import (
	"fmt"
	"image/color"

	"ops/logviz/colormap"
)

// Theme is a set of colours.
type Theme int

// The themes.
const (
	Light Theme = iota
	Dark
)

// paint is what a colour is for; which one it is follows from the theme.
type paint int

const (
	paper paint = iota
	ink
	soft                     // what is read second; at least 4.5:1 against paper
	rule                     // lines, and cells without a value
	bar                      // a quantity
	rest                     // a quantity of what has no name
	alarm                    // a peak: vermilion, kept apart from cividis by all kinds of colour vision
	heat                     // heat+i is the i-th of heatSteps, from few to many
	over  = heat + heatSteps // over+i is for text upon heat+i
)

const heatSteps = 8

// class is the name of a paint in a style sheet.
func (p paint) class() string {
	switch {
	case p >= over:
		return fmt.Sprintf("o%d", p-over)
	case p >= heat:
		return fmt.Sprintf("h%d", p-heat)
	}
	return [...]string{"paper", "ink", "soft", "rule", "bar", "rest", "alarm"}[p]
}

func (p paint) colour(t Theme) color.RGBA {
	switch {
	case p >= over:
		if c := (heat + p - over).colour(t); luminance(c) > 0.18 { // where black and white stand out alike
			return rgb(0x000000)
		}
		return rgb(0xffffff)
	case p >= heat:
		at := float64(p-heat) / (heatSteps - 1)
		if t == Dark {
			return colormap.Cividis(0.22 + 0.78*at)
		}
		return colormap.Cividis(0.95 - 0.95*at) // many is what stands out from the paper
	}
	if t == Dark {
		return rgb([...]uint32{0x0f1216, 0xf1f3f5, 0x98a2ad, 0x2a313a, 0xcdbb63, 0x78838f, 0xf0641e}[p])
	}
	return rgb([...]uint32{0xfdfcf9, 0x16191d, 0x5d646c, 0xe4e3dd, 0x2b4470, 0x8a949e, 0xc4400a}[p])
}

func rgb(c uint32) color.RGBA {
	return color.RGBA{R: uint8(c >> 16), G: uint8(c >> 8), B: uint8(c), A: 0xff}
}

// luminance is the relative luminance of WCAG, with its curve taken as a square, which is near enough to choose by.
func luminance(c color.RGBA) float64 {
	part := func(v uint8) float64 { return float64(v) / 255 * float64(v) / 255 }
	return 0.2126*part(c.R) + 0.7152*part(c.G) + 0.0722*part(c.B)
}
