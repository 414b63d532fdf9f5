package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// SVG returns the picture as a document of its own.
func (c *Chart) SVG() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%[1]s" height="%[2]s" role="img" aria-labelledby="title desc">`+"\n",
		number(c.width), number(c.height))
	fmt.Fprintf(&b, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", escape(c.Title), escape(c.Description))
	fmt.Fprintf(&b, "<style>\n%s</style>\n", c.style())
	fmt.Fprintf(&b, "<rect class=\"paper\" width=\"100%%\" height=\"100%%\"/>\n")
	for _, a := range c.areas {
		fmt.Fprintf(&b, `<path class="%s" d="%s"`, a.fill.class(), outline(a.corners))
		if a.tip == "" {
			b.WriteString("/>\n")
			continue
		}
		fmt.Fprintf(&b, "><title>%s</title></path>\n", escape(a.tip))
	}
	for _, l := range c.labels {
		fmt.Fprintf(&b, `<text class="%s" x="%s" y="%s" font-size="%s"`, l.fill.class(), number(l.at.x), number(l.at.y), number(l.size))
		if l.bold {
			b.WriteString(` font-weight="600"`)
		}
		switch l.align {
		case middle:
			b.WriteString(` text-anchor="middle"`)
		case right:
			b.WriteString(` text-anchor="end"`)
		}
		fmt.Fprintf(&b, ">%s</text>\n", escape(l.text))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// style is the colours that are used, for light and for dark readers.
func (c *Chart) style() string {
	used := []paint{paper}
	for _, a := range c.areas {
		used = append(used, a.fill)
	}
	for _, l := range c.labels {
		used = append(used, l.fill)
	}
	slices.Sort(used)
	used = slices.Compact(used)
	rules := func(t Theme) string {
		var b strings.Builder
		for _, p := range used {
			colour := p.colour(t)
			fmt.Fprintf(&b, ".%s{fill:#%02x%02x%02x}", p.class(), colour.R, colour.G, colour.B)
		}
		return b.String()
	}
	return "text{font-family:Inter,system-ui,sans-serif;font-variant-numeric:tabular-nums;white-space:pre}\n" +
		rules(Light) + "\n@media (prefers-color-scheme:dark){" + rules(Dark) + "}\n"
}

// outline is the path around a polygon.
func outline(corners []point) string {
	var b strings.Builder
	for i, p := range corners {
		switch {
		case i == 0:
			b.WriteString("M" + number(p.x) + " " + number(p.y))
		case p.y == corners[i-1].y:
			b.WriteString("H" + number(p.x))
		case p.x == corners[i-1].x:
			b.WriteString("V" + number(p.y))
		default:
			b.WriteString("L" + number(p.x) + " " + number(p.y))
		}
	}
	return b.String() + "z"
}

// number writes a measure to a hundredth of a pixel.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// escape makes a text one that XML takes for nothing but text.
func escape(s string) string {
	var b strings.Builder
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		panic(err) // a builder takes everything
	}
	return b.String()
}
