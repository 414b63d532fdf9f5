package timelapse

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"ops/logviz"
)

// testDay returns a made-up but realistic recording: about 30,000 attempts from more than 60 countries over 24 hours in
// steps of a minute, with waves of day and night, bursts, a long tail, attempts without a country, and two logins.
func testDay() Recording {
	rng := rand.New(rand.NewPCG(2016, 12))
	type source struct {
		code   string
		weight float64 // attempts a day
		noon   float64 // hour of most attempts
	}
	var sources []source
	codes := strings.Fields("CN US RU VN NL IN BR KR DE FR SG HK ID GB TW UA TR IR TH MX AR JP IT PL RO CA ES CO EG ZA " +
		"BG SE CZ PK BD PH MY AU CL PE NG KE MA DZ GR HU PT CH AT BE DK NO FI IE IL SA AE KZ LT LV EE MD MT LU BH MU PA EC VE BO RE")
	for i, code := range codes {
		sources = append(sources, source{code, 10_500 / math.Pow(float64(i+1), 1.15), rng.Float64() * 24})
	}
	accounts := strings.Fields("root admin test user oracle postgres ubuntu pi guest ftpuser git support nagios hadoop mysql " +
		"www-data deploy jenkins tomcat minecraft odoo ubnt user1 testuser backup 1234")
	bursts := []struct {
		at, length int
		code       string
		rate       float64
	}{{190, 35, "RU", 22}, {415, 18, "SG", 30}, {560, 50, "CN", 36}, {571, 20, "HK", 16}, {845, 12, "NL", 55}, {1130, 40, "BR", 20}, {1300, 9, "MT", 9}}

	start := time.Date(2016, 12, 10, 0, 0, 0, 0, time.UTC)
	rec := Recording{Start: start, Step: time.Minute, Buckets: make([]logviz.Bucket, 1440)}
	poisson := func(mean float64) int {
		n, p := 0, math.Exp(-mean)
		for f := rng.Float64(); f > p; f *= rng.Float64() {
			n++
		}
		return n
	}
	for m := range rec.Buckets {
		countries, names := map[string]int{}, map[string]int{}
		for _, s := range sources {
			wave := 1 + 0.7*math.Cos((float64(m)/60-s.noon)/24*2*math.Pi)
			countries[s.code] += poisson(s.weight / 1440 * wave)
		}
		for _, b := range bursts {
			if m >= b.at && m < b.at+b.length {
				countries[b.code] += poisson(b.rate)
			}
		}
		countries[""] = poisson(0.15)
		b := &rec.Buckets[m]
		for _, n := range countries {
			b.Failed += n
		}
		for range b.Failed {
			i := int(math.Pow(rng.Float64(), 3.2) * float64(len(accounts)))
			names[accounts[i]]++
		}
		b.Sources = poisson(float64(b.Failed) / 14)
		if m == 512 || m == 1017 {
			b.Accepted = 1
		}
		b.Countries, b.Accounts = counts(countries), counts(names)
	}
	return rec
}

// counts returns a map as a bucket has it.
func counts(m map[string]int) []logviz.Count {
	var list []logviz.Count
	for name, n := range m {
		if n > 0 {
			list = append(list, logviz.Count{Name: name, N: n})
		}
	}
	slices.SortFunc(list, func(a, b logviz.Count) int { return strings.Compare(a.Name, b.Name) })
	return list
}
