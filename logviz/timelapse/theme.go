package timelapse

import "fmt"

// Theme is the set of colours of a film. The zero Theme is [Dark].
type Theme int

// The themes.
const (
	Dark  Theme = iota // for a screen on a wall and for video players
	Light              // for paper and for pages with a white ground
)

// String returns the name that [ParseTheme] reads.
func (t Theme) String() string {
	switch t {
	case Dark:
		return "dark"
	case Light:
		return "light"
	}
	return fmt.Sprintf("Theme(%d)", int(t))
}

// ParseTheme reads "dark" or "light".
func ParseTheme(s string) (Theme, error) {
	for _, t := range []Theme{Dark, Light} {
		if s == t.String() {
			return t, nil
		}
	}
	return 0, fmt.Errorf("theme %q: not known (dark, light)", s)
}

// palette is what a theme means in colours.
type palette struct {
	paper     rgb // the page
	ink       rgb // what is read first
	soft      rgb // captions; at least 4.5:1 against paper
	rule      rgb // lines between blocks, empty bars
	bar       rgb // bars of the lists
	past      rgb // the part of the chart that was
	future    rgb // and the part that will be
	alarm     rgb // accepted logins; vermilion keeps apart from cividis for all kinds of colour vision
	alarmText rgb
	ocean     rgb
	graticule rgb
	land      rgb
	border    rgb
	ring      rgb     // around the dots
	low, high float64 // the part of cividis from one attempt to the top of the scale
}

func (t Theme) palette() palette {
	if t == Light {
		return palette{
			paper: 0xfdfcf9, ink: 0x16191d, soft: 0x5d646c, rule: 0xd9d8d2, bar: 0x8a949e,
			past: 0x4c5660, future: 0xcfd2d3, alarm: 0xc4400a, alarmText: 0xffffff,
			ocean: 0xeff2f3, graticule: 0xe3e7e9, land: 0xdad9d3, border: 0xfdfcf9, ring: 0x4a5159,
			low: 0.97, high: 0,
		}
	}
	return palette{
		paper: 0x0f1216, ink: 0xf1f3f5, soft: 0x98a2ad, rule: 0x2a313a, bar: 0x78838f,
		past: 0xb3bcc6, future: 0x39424d, alarm: 0xd9480f, alarmText: 0xffffff,
		ocean: 0x151a20, graticule: 0x1b2027, land: 0x23272c, border: 0x0f1216, ring: 0xb6bfc9,
		low: 0.27, high: 1,
	}
}
