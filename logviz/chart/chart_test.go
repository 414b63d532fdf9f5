package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/color"
	"image/png"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"ops/logviz"
)

// example returns statistics of which every list is longer than a pie.
func example() *logviz.Statistics {
	s := &logviz.Statistics{Sources: 8}
	for i, name := range []string{"China", "Viet Nam", "France", "Germany", "Réunion", "Brazil", "Singapore", "Malta"} {
		n := 1000 >> i
		s.Attempts.Failed += n
		s.Countries = append(s.Countries, logviz.CountryCount{Name: name, Attempts: n})
		s.Accounts = append(s.Accounts, logviz.AccountCount{Name: strings.ToLower(name), Attempts: n})
		s.Addresses = append(s.Addresses, logviz.AddressCount{IP: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), Attempts: n, Country: "CN"})
		prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, byte(i), 0}), 24)
		s.Networks = append(s.Networks, logviz.NetworkCount{Prefix: prefix, Attempts: n, Country: "CN"})
		s.Methods = append(s.Methods, logviz.MethodCount{Name: "method" + name, Attempts: n})
		start := time.Date(2026, 3, 14, 3*i, 0, 0, 0, time.UTC)
		s.Hours = append(s.Hours, logviz.HourCount{Start: start, Attempts: n})
	}
	s.Located.Country = s.Attempts.Failed
	s.First, s.Last = new(s.Hours[0].Start), new(s.Hours[7].Start)
	return s
}

// node is an element of a document, or a text in it.
type node struct {
	name, text string
	attributes []xml.Attr
}

// read returns the nodes of an SVG, and fails if it is not well-formed.
func read(t *testing.T, svg []byte) []node {
	t.Helper()
	var nodes []node
	in := xml.NewDecoder(bytes.NewReader(svg))
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return nodes
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, svg)
		}
		switch token := token.(type) {
		case xml.StartElement:
			nodes = append(nodes, node{name: token.Name.Local, attributes: slices.Clone(token.Attr)})
		case xml.CharData:
			nodes = append(nodes, node{text: string(token)})
		}
	}
}

// onlyShapes fails if a document holds more than shapes and words.
func onlyShapes(t *testing.T, svg []byte) {
	t.Helper()
	for _, n := range read(t, svg) {
		if n.name != "" && !slices.Contains([]string{"svg", "title", "desc", "style", "rect", "path", "text"}, n.name) {
			t.Errorf("element %s", n.name)
		}
		for _, a := range n.attributes {
			if strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Name.Local, "href") {
				t.Errorf("attribute %s of %s", a.Name.Local, n.name)
			}
		}
	}
}

// hostile are names that attackers give themselves.
func hostile() []string {
	return []string{
		"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</text></svg><svg onload=alert(1)>", "]]>", "<![CDATA[",
		"&lt;b&gt;", "&#x3c;script&#x3e;", "<!-- ", "-->", "</style><style>*{display:none}", "<?xml?>", "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
		"javascript:alert(1)", "\x00\x01\x1b[31mred", "\xff\xfe", "a\u202eb\u2066c", "\ufffe\uffff", strings.Repeat("<", 300), "\n\r\t", " ",
		"{{7*7}}", "${7*7}", "' onmouseover='alert(1)", "<foreignObject><iframe src='javascript:1'/></foreignObject>",
	}
}

// A method that only got in is not one of failed attempts.
func TestNothingFailed(t *testing.T) {
	s := example()
	s.Methods = append(s.Methods, logviz.MethodCount{Name: "hostbased", Accepted: 3})
	svg := Ranking(s, Methods, Look{Top: 20}).SVG()
	if bytes.Contains(svg, []byte("hostbased")) {
		t.Error("a bar of no attempts is drawn")
	}
}

func TestHostileNamesStayWords(t *testing.T) {
	for _, name := range hostile() {
		s := example()
		s.Countries[0].Name, s.Accounts[0].Name, s.Methods[0].Name = name, name, name
		for _, of := range []Subject{Countries, Accounts, Addresses, Networks, Methods} {
			for _, pie := range []bool{false, true} {
				c := Ranking(s, of, Look{Top: 10, Pie: pie, Title: name, Note: name})
				onlyShapes(t, c.SVG())
			}
		}
	}
}

func TestRowsAddUpToAllAttempts(t *testing.T) {
	for _, of := range []Subject{Countries, Accounts, Addresses, Networks, Methods} {
		for top := range 10 {
			s := example()
			if top%2 == 1 {
				s.Attempts.Failed += 7
				s.Located.Private = 7
			}
			sum := 0
			for _, r := range ranking(s, of, top) {
				sum += r.n
			}
			if sum != s.Attempts.Failed {
				t.Errorf("subject %d, top %d: %d attempts of %d", of, top, sum, s.Attempts.Failed)
			}
		}
	}
}

func TestPieHasAtMostSixSlices(t *testing.T) {
	s := example()
	s.Attempts.Failed += 7
	s.Located.Private = 7
	for _, of := range []Subject{Countries, Accounts} {
		svg := string(Ranking(s, of, Look{Top: 20, Pie: true}).SVG())
		if n := strings.Count(svg, "<path class=") - strings.Count(svg, `<path class="paper"`); n != 2*maxSlices { // slice and key
			t.Errorf("subject %d: %d slices and keys", of, n)
		}
	}
}

func TestNumbersAreThoseOfTheStatistics(t *testing.T) {
	svg := string(Ranking(example(), Countries, Look{Top: 3}).SVG())
	for _, want := range []string{">1,000</text>", ">500</text>", ">250</text>", ">others</text>", ">240</text>", "Viet Nam: 500 (25.1 %)"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
	if strings.Contains(svg, "Germany") {
		t.Error("a fourth name")
	}
}

// Text upon a colour and text on paper can be read in both themes.
func TestContrast(t *testing.T) {
	linear := func(p paint, theme Theme) float64 { return luminance(p.colour(theme)) }
	ratio := func(a, b float64) float64 { return (max(a, b) + 0.05) / (min(a, b) + 0.05) }
	for _, theme := range []Theme{Light, Dark} {
		for i := range paint(heatSteps) {
			if got := ratio(linear(heat+i, theme), linear(over+i, theme)); got < 4.5 {
				t.Errorf("theme %d, step %d: contrast %.1f", theme, i, got)
			}
		}
		for _, p := range []paint{ink, soft} {
			if got := ratio(linear(p, theme), linear(paper, theme)); got < 4.5 {
				t.Errorf("theme %d, %s: contrast %.1f", theme, p.class(), got)
			}
		}
	}
}

func TestHoursHaveEveryNumber(t *testing.T) {
	s := example()
	svg := string(Hours(s, Look{}).SVG())
	onlyShapes(t, []byte(svg))
	for _, h := range s.Hours {
		if want := h.Start.Format("2006-01-02 15:00: ") + count(h.Attempts) + "<"; !strings.Contains(svg, want) {
			t.Errorf("no %s", want)
		}
		if want := ">" + count(h.Attempts) + "</text>"; !strings.Contains(svg, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestOnlyTheLastDaysAreDrawn(t *testing.T) {
	s := example()
	s.Hours = append(s.Hours, logviz.HourCount{Start: s.Hours[0].Start.AddDate(0, 0, 100), Attempts: 5})
	c := Hours(s, Look{})
	if svg := string(c.SVG()); !strings.Contains(svg, "9 earlier ones are not drawn") || strings.Contains(svg, "2026-03-14 00:00: ") {
		t.Error("not the last 92 of 101 days")
	}
}

func TestTimelineMarksThePeak(t *testing.T) {
	for unit, want := range map[string]string{"hour": "peak 2026-03-14 00:00: 1,000", "day": "peak 2026-03-14: 1,990"} {
		s := example()
		if unit == "day" {
			s.Hours = append(s.Hours, logviz.HourCount{Start: s.Hours[0].Start.AddDate(0, 0, 100), Attempts: 5})
		}
		c := Timeline(s, Look{})
		onlyShapes(t, c.SVG())
		if c.Title != "Failed attempts per "+unit || !strings.HasSuffix(c.Description, want) {
			t.Errorf("%s: %s", c.Title, c.Description)
		}
	}
}

// A PNG has the colours where the layout has the areas.
func TestPNG(t *testing.T) {
	c := Ranking(example(), Countries, Look{Top: 3})
	for _, theme := range []Theme{Light, Dark} {
		data, err := c.PNG(theme)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		first := c.areas[0]
		x, y := int((first.corners[0].x+first.corners[2].x)/2*density), int((first.corners[0].y+first.corners[2].y)/2*density)
		if got, want := m.At(x, y), color.Color(bar.colour(theme)); got != want {
			t.Errorf("theme %d: %v at the first bar, want %v", theme, got, want)
		}
		if got, want := m.At(0, 0), color.Color(paper.colour(theme)); got != want {
			t.Errorf("theme %d: %v in the corner, want %v", theme, got, want)
		}
	}
}

func TestAttemptsWithoutATimeAreTold(t *testing.T) {
	s := example()
	s.Attempts.Failed += 3
	for _, c := range []*Chart{Hours(s, Look{Title: "<b>"}), Timeline(s, Look{Title: "<b>"})} {
		svg := c.SVG()
		onlyShapes(t, svg)
		if !strings.Contains(string(svg), ">3 attempts logged without a time are not drawn<") {
			t.Errorf("not told in\n%s", svg)
		}
	}
}
