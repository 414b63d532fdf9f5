package main

import (
	"strconv"
	"strings"

	"ops/logviz/worldmap"
)

// parseTarget reads NAME@LATITUDE,LONGITUDE, in the order in which maps on the web give them. The name may be left off, and may
// hold an @ itself. An empty text is no target.
func parseTarget(text string) (*worldmap.Landmark, error) {
	if text == "" {
		return nil, nil
	}
	at := strings.LastIndexByte(text, '@')
	lat, lon, ok := strings.Cut(text[at+1:], ",")
	latitude, err1 := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	longitude, err2 := strconv.ParseFloat(strings.TrimSpace(lon), 64)
	if !ok || err1 != nil || err2 != nil || !(-90 <= latitude && latitude <= 90) || !(-180 <= longitude && longitude <= 180) {
		return nil, usageError("--target %s: write it as NAME@LATITUDE,LONGITUDE in degrees, north and east positive, as in nas@48.85,2.35", text)
	}
	return &worldmap.Landmark{Name: text[:max(at, 0)], Place: worldmap.Point{Lon: longitude, Lat: latitude}}, nil
}
