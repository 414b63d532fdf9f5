package page_test

import (
	"fmt"
	"log"
	"net/netip"
	"strings"
	"time"

	"ops/logviz"
	"ops/logviz/geo"
	"ops/logviz/page"
)

// The same events go into a tally and a ledger; a page is made of both.
func Example() {
	var e logviz.Event
	stamp, _ := logviz.TimestampValue(time.Date(2026, 3, 14, 6, 25, 1, 0, time.UTC))
	e.Set(logviz.FieldTimestamp, stamp)
	e.Set(logviz.FieldAction, logviz.StringValue("ssh_login"))
	e.Set(logviz.FieldOutcome, logviz.StringValue("failure"))
	e.Set(logviz.FieldUser, logviz.StringValue("<b>root"))
	e.Set(logviz.FieldSourceIP, logviz.IPValue(netip.MustParseAddr("119.137.62.142")))
	place := geo.Place{Kind: geo.Country, Code: "CN"}

	tally, ledger := logviz.NewTally(time.UTC), logviz.NewLedger(time.UTC)
	tally.Add(&e, place)
	ledger.Add(&e, place)
	data := &page.Data{
		Generator: "example", Zone: time.UTC, Privacy: page.Networks(),
		Table: ledger.Table(page.DefaultRows), Statistics: tally.Statistics(geo.Info{}),
	}
	var html strings.Builder
	if err := data.WriteHTML(&html); err != nil {
		log.Fatal(err)
	}
	for _, part := range []string{"119.137.62.142", "119.137.62.0/24", "&lt;b&gt;root", "China"} {
		fmt.Println(part, strings.Contains(html.String(), part))
	}
	// Output:
	// 119.137.62.142 false
	// 119.137.62.0/24 true
	// &lt;b&gt;root true
	// China true
}
