package worldmap_test

import (
	"fmt"
	"image"
	"image/color"
	"log"

	"ops/logviz/worldmap"
)

// A painter that can colour one country at a time, and gets the same picture as if it had painted all of them.
func Example() {
	world, err := worldmap.Load()
	if err != nil {
		log.Fatal(err)
	}
	view := worldmap.EqualEarth(image.Rect(0, 0, 640, 360), worldmap.Crop{})
	raster := world.Rasterize(view)
	borders := view.Stroke(world.Borders(), 0.7)

	const water, ink = 40, 10
	shade := make([]int, len(world.Countries())) // grey, per country: what the film changes
	for i := range shade {
		shade[i] = 90
	}
	frame := image.NewGray(raster.Bounds)
	put := func(x, y int32, grey int) {
		over := int(borders.AlphaAt(int(x), int(y)).A)
		grey = (grey*(255-over) + ink*over) / 255
		frame.SetGray(int(x), int(y), color.Gray{Y: uint8(grey)})
	}
	paint := func(country int) {
		area := &raster.Areas[country]
		for _, run := range area.Runs {
			for x := run.X0; x < run.X1; x++ {
				put(x, run.Y, shade[country])
			}
		}
		for _, i := range area.Mixed {
			m := &raster.Mixed[i]
			grey := water * int(raster.Globe.AlphaAt(int(m.X), int(m.Y)).A) / 255 * int(m.Rest)
			for _, s := range m.Shares {
				grey += shade[s.Country] * int(s.Weight)
			}
			put(m.X, m.Y, grey/255)
		}
	}
	for i := range shade {
		paint(i)
	}

	brazil, _ := world.Index("BR")
	shade[brazil] = 250
	paint(brazil)

	singapore, _ := world.Index("SG")
	x, y := view.XY(worldmap.Point{Lon: -53, Lat: -10})
	fmt.Println("inland grey:", frame.GrayAt(int(x), int(y)).Y)
	fmt.Println("Singapore needs a marker:", raster.Areas[singapore].Pixels < 60)
	// Output:
	// inland grey: 250
	// Singapore needs a marker: true
}
