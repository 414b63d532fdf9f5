package timelapse_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"ops/logviz"
	"ops/logviz/timelapse"
	"ops/logviz/worldmap"
)

func Example() {
	world, err := worldmap.Load()
	if err != nil {
		log.Fatal(err)
	}
	film, err := timelapse.New(world, timelapse.Recording{
		Start: time.Date(2016, 12, 10, 0, 0, 0, 0, time.UTC),
		Step:  time.Minute,
		Buckets: []logviz.Bucket{
			{Failed: 3, Sources: 1, Countries: []logviz.Count{{Name: "SG", N: 3}}, Accounts: []logviz.Count{{Name: "root", N: 3}}},
			{Failed: 1, Sources: 1, Countries: []logviz.Count{{Name: "BR", N: 1}}, Accounts: []logviz.Count{{Name: "admin", N: 1}}},
		},
	}, timelapse.Options{Theme: timelapse.Light, Note: "IP locations: IPFire Location, 2026-06-25, CC BY-SA 4.0"})
	if err != nil {
		log.Fatal(err)
	}
	err = film.WriteFile(context.Background(), "day.mp4", func(done, total int) { fmt.Println(done, "of", total) })
	if err != nil {
		log.Fatal(err)
	}
}
