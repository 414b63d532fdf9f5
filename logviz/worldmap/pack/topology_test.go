package main

import (
	"fmt"
	"strings"
	"testing"

	"ops/logviz/worldmap/internal/atlas"
)

// document wraps arcs and geometries of whole degrees.
func document(arcs, geometries string) string {
	return fmt.Sprintf(`{"type":"Topology","transform":{"scale":[1,1],"translate":[0,0]},
"objects":{"countries":{"type":"GeometryCollection","geometries":[%s]}},"arcs":[%s]}`, geometries, arcs)
}

const (
	squareArcs = `[[10,0],[0,10]],[[10,10],[-10,0],[0,-10],[10,0]],[[10,0],[10,0],[0,10],[-10,0]]`
	twoSquares = `{"type":"MultiPolygon","arcs":[[[0,1]]],"properties":{"name":"Niger","a3":"NER"}},
{"type":"Polygon","arcs":[[2,-1]],"properties":{"name":"Chad","a3":"TCD"}}`
)

func TestReadTopology(t *testing.T) {
	features, err := readTopology(strings.NewReader(document(squareArcs, twoSquares)))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(features); got !=
		"[{Niger NER [[[{10 0} {10 10} {0 10} {0 0}]]]} {Chad TCD [[[{10 0} {20 0} {20 10} {10 10}]]]}]" {
		t.Errorf("got %s", got)
	}
}

func TestReadTopologyRefuses(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"not JSON", "TopoJSON", "invalid character"},
		{"another object", `{"type":"FeatureCollection"}`, "not a topology"},
		{"not quantised", `{"type":"Topology","objects":{"countries":{"type":"GeometryCollection"}}}`, "not quantised"},
		{"one point", document(`[[0,0]]`, ``), "arc 0 has 1 points"},
		{"off the earth", document(`[[0,0],[0,91]]`, ``), "arc 0 leaves the earth"},
		{"infinite", document(`[[1e308,0],[1e308,0]]`, ``), "arc 0 leaves the earth"},
		{"a line", document(squareArcs, `{"type":"LineString","arcs":[0]}`), `"LineString", not a polygon`},
		{"no such arc", document(squareArcs, `{"type":"Polygon","arcs":[[3]]}`), "arc 3 of 3"},
		{"no such arc backwards", document(squareArcs, `{"type":"Polygon","arcs":[[-4]]}`), "arc 3 of 3"},
		{"rings for polygons", document(squareArcs, `{"type":"MultiPolygon","arcs":[[0]]}`), "geometry 0"},
		{"deep", strings.Repeat("[", 20_000), "depth"},
		{
			"one arc very often",
			document("[[0,0]"+strings.Repeat(",[0,0]", 10_000)+"]", `{"type":"Polygon","arcs":[[0`+strings.Repeat(",0", 300)+`]]}`),
			"more than",
		},
	} {
		if _, err := readTopology(strings.NewReader(tt.in)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
	}
}

// FuzzTopology: whatever is read can be made into shapes, and those into an atlas that its own checks accept.
func FuzzTopology(f *testing.F) {
	f.Add(document(squareArcs, twoSquares))
	f.Add(document(`[[170,60],[20,0],[0,10],[-20,0],[0,-10]]`, `{"type":"Polygon","arcs":[[0]],"properties":{"a3":"RUS"}}`))
	f.Add(document(`[[-170,-70],[120,0],[120,0],[100,0],[20,0]]`, `{"type":"Polygon","arcs":[[0]],"properties":{"a3":"ATA"}}`))
	f.Fuzz(func(t *testing.T, in string) {
		if len(in) > 1<<12 { // long inputs are slow and teach nothing new
			return
		}
		features, err := readTopology(strings.NewReader(in))
		if err != nil {
			return
		}
		cutter := newCutter()
		var shapes []shape
		for _, feature := range features {
			s := newShape(feature.polygons, 10)
			shapes = append(shapes, s)
			for _, part := range s {
				for _, l := range part {
					cutter.visit(l)
				}
			}
		}
		c := atlas.Country{Code: "AA"}
		for _, s := range shapes {
			for _, part := range s {
				c.Label = label(part, 10)
				var rings []atlas.Ring
				for _, l := range part {
					rings = append(rings, cutter.cut(l))
				}
				c.Parts = append(c.Parts, rings)
			}
		}
		if _, err := atlas.Encode(&atlas.Atlas{Scale: 10, Arcs: cutter.arcs, Countries: []atlas.Country{c}}); err != nil {
			t.Fatal(err)
		}
	})
}
