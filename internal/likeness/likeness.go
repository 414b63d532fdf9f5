// Package likeness tells how different two pictures look to a person, for tests that compare drawings with goldens.
// Start with [Compare], or with [Golden] in a test. It promises that what nobody sees counts little (another rounding, an
// edge that is smoothed a little differently, a line moved by a fraction of a pixel), and that what somebody would miss
// counts much, however small it is: a dot, a digit, a colour.
package likeness

import (
	"fmt"
	"image"
	"math"
)

// Difference is how far apart two pictures are, in hundredths of the way from black to white in OKLab; two colours
// side by side are told apart from about 2 on.
type Difference struct {
	Mean  float64     // of all blocks
	Worst float64     // of one block
	At    image.Point // its top left corner
}

func (d Difference) String() string {
	return fmt.Sprintf("%.2f on average, %.1f at %v", d.Mean, d.Worst, d.At)
}

// blockSize is the edge of the squares whose mean colours are compared, in pixels: about what the eye takes in at once.
const blockSize = 4

// Compare compares two pictures block by block. Pictures of different sizes cannot be compared.
func Compare(a, b image.Image) (Difference, error) {
	if a.Bounds().Size() != b.Bounds().Size() {
		return Difference{}, fmt.Errorf("a picture of %v cannot be compared with one of %v", a.Bounds().Size(), b.Bounds().Size())
	}
	var d Difference
	size, blocks := a.Bounds().Size(), 0
	for y := 0; y < size.Y; y += blockSize {
		for x := 0; x < size.X; x += blockSize {
			block := image.Rect(x, y, min(x+blockSize, size.X), min(y+blockSize, size.Y))
			distance := mean(a, block).distance(mean(b, block))
			d.Mean += distance
			blocks++
			if distance > d.Worst {
				d.Worst, d.At = distance, block.Min
			}
		}
	}
	d.Mean /= float64(max(blocks, 1))
	return d, nil
}

// mean is the mean colour of a part of a picture, mixed as light is.
func mean(m image.Image, part image.Rectangle) oklab {
	var r, g, b float64
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			cr, cg, cb, _ := m.At(m.Bounds().Min.X+x, m.Bounds().Min.Y+y).RGBA()
			r, g, b = r+linear(cr), g+linear(cg), b+linear(cb)
		}
	}
	n := float64(part.Dx() * part.Dy())
	return newOKLab(r/n, g/n, b/n)
}

// linear undoes the curve of sRGB (IEC 61966-2-1), from 0…65535 to 0…1.
func linear(v uint32) float64 {
	x := float64(v) / 0xffff
	if x <= 0.04045 {
		return x / 12.92
	}
	return math.Pow((x+0.055)/1.055, 2.4)
}

// oklab is a colour in a space in which distances are about what people see: B. Ottosson, "A perceptual color space for
// image processing", 2020.
type oklab struct{ l, a, b float64 }

func newOKLab(r, g, b float64) oklab {
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return oklab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// distance is 100 from black to white.
func (c oklab) distance(d oklab) float64 {
	return 100 * math.Sqrt((c.l-d.l)*(c.l-d.l)+(c.a-d.a)*(c.a-d.a)+(c.b-d.b)*(c.b-d.b))
}
