package logviz

import (
	"math/rand/v2"
	"testing"
	"time"
)

// Moments are written as package time writes them.
func TestAppendTime(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	check := func(at time.Time) {
		t.Helper()
		v, ok := TimestampValue(at)
		if !ok {
			t.Fatalf("%v is no value", at)
		}
		if got, want := string(appendTime(nil, v)), at.Format(time.RFC3339Nano); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	for day := time.Date(1678, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2262; day = day.AddDate(0, 0, 1+random.IntN(5)) {
		check(day.Add(time.Duration(random.Int64N(int64(24 * time.Hour)))))
		check(day)
	}
	for range 10_000 {
		zone := time.FixedZone("", (random.IntN(28*60)-14*60)*60)
		check(time.Unix(random.Int64N(1<<33)-1<<32, random.Int64N(2)*random.Int64N(1000)*1_000_000).In(zone))
	}
}
