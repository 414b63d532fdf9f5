package main

import (
	"bytes"
	"image"
	"image/png"
	"strings"

	"ops/logviz"
	"ops/logviz/page"
	"ops/logviz/timelapse"
	"ops/logviz/worldmap"
)

// mailPicture draws the map of a message, as 'ops logviz timelapse -o X.png' does. There is none without attempts.
func mailPicture(data *page.Data, timeline *logviz.Timeline) (*page.Picture, error) {
	pace := paceFlags{span: "days"}
	first, last, ok := timeline.Span()
	if !ok {
		return nil, nil
	}
	// Of a long log a frame is an hour, a day and so on: there are no more than can be seen.
	for pace.step = max(defaultStep, timeline.Step()); last.Sub(first)/pace.step > maxFrames/2; {
		pace.step *= 2
	}
	const fps = 30
	rec, err := pace.recording(timeline, data.Zone, fps)
	if err != nil {
		return nil, err
	}
	if hide := data.Privacy.Account; hide != nil {
		for _, b := range rec.Buckets {
			for i := range b.Accounts {
				if b.Accounts[i].Name != logviz.OtherAccounts {
					b.Accounts[i].Name = hide(b.Accounts[i].Name)
				}
			}
		}
	}
	world, err := worldmap.Load()
	if err != nil {
		return nil, err
	}
	look := timelapse.Options{Size: image.Pt(960, 540), Theme: timelapse.Light, Title: data.Title, Note: strings.Join(data.Notes, ". "), Target: data.Target}
	if language, err := timelapse.ParseLanguage(data.Lang); err == nil { // it has none called auto
		look.Language = language
	}
	look.CountryName = countryNames(look.Language)
	film, err := timelapse.New(world, rec, look)
	if err != nil {
		return nil, err
	}
	picture, err := film.Summary()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&b, picture); err != nil {
		return nil, err
	}
	return &page.Picture{PNG: b.Bytes(), Width: 640}, nil
}
