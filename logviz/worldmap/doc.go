// Package worldmap is the world as shapes ready to be drawn: one shape or one point for every ISO 3166-1 code, the Equal
// Earth projection that fits them into a rectangle of pixels, and a raster that knows, for every pixel, which countries
// cover it and how much. A film recolours a country by walking that country's pixels and nothing else; a chart or an HTML
// page takes the same shapes as paths.
//
// Start with [Load], then [EqualEarth] for a view of the world or [LambertAzimuthal] for one of a region ([World.Region]), then [World.Rasterize]. A painter draws the background first (space,
// the globe by [Raster.Globe], lines by [View.Stroke]) and keeps it. It then fills each country's Runs with the country's
// colour and each of its Mixed pixels with [Mixed.Shares] of the colours of all countries in that pixel and [Mixed.Rest]
// of the background, and lays the stroke of [World.Borders] over both. Every pixel so painted is a function of the
// background, the countries' colours and the border layer alone, so that repainting one country gives the same picture as
// repainting everything.
//
// What it promises: every code has a place on the map (Label, and a Dot inside the frame of a world map); neighbours leave no seam of
// background between them; nothing is smeared across the antimeridian; no edge is longer than one degree, so that
// projecting the points of a ring projects its edges; the same view gives the same bytes (on one kind of processor: some
// fuse multiplications with additions, which rounds otherwise).
//
// The shapes are Natural Earth's (public domain) as edited by visionscarto (BSD-3-Clause); data/NOTICE has the licence and
// says whose lines they are, which disputed places were joined to what, and why that is no opinion.
// They are packed by ./pack; pack and this package share the form of the file, [ops/logviz/worldmap/internal/atlas].
package worldmap
