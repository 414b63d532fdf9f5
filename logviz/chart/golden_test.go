package chart

import (
	"bytes"
	"image/png"
	"testing"

	"ops/internal/likeness"
)

// The pictures look as they did when a person last looked at them.
func TestGoldens(t *testing.T) {
	s := example()
	for name, g := range map[string]struct {
		chart *Chart
		theme Theme
	}{
		"bars":     {Ranking(s, Countries, Look{Top: 5, Note: "IP locations: a table"}), Light},
		"pie":      {Ranking(s, Accounts, Look{Top: 5, Pie: true}), Dark},
		"hours":    {Hours(s, Look{}), Light},
		"timeline": {Timeline(s, Look{}), Dark},
	} {
		data, err := g.chart.PNG(g.theme)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		likeness.Golden(t, name, m)
	}
}
