package page

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"testing"
	"time"

	"ops/logviz"
	"ops/logviz/geo"
)

// day is a log in the making.
type day struct {
	tally  *logviz.Tally
	ledger *logviz.Ledger
	e      logviz.Event
}

func newDay(zone *time.Location) *day {
	return &day{tally: logviz.NewTally(zone), ledger: logviz.NewLedger(zone)}
}

func (d *day) attempt(at time.Time, user, ip, outcome string, place geo.Place) {
	e := &d.e
	e.Reset()
	if stamp, ok := logviz.TimestampValue(at); ok && !at.IsZero() {
		e.Set(logviz.FieldTimestamp, stamp)
	}
	e.Set(logviz.FieldAction, logviz.StringValue("ssh_login"))
	e.Set(logviz.FieldOutcome, logviz.StringValue(outcome))
	e.Set(logviz.FieldUser, logviz.StringValue(user))
	e.Set(logviz.FieldMethod, logviz.StringValue([]string{"password", "publickey"}[len(user)%2]))
	if ip != "" {
		e.Set(logviz.FieldSourceIP, logviz.IPValue(netip.MustParseAddr(ip)))
	}
	d.tally.Add(e, place)
	d.ledger.Add(e, place)
}

func (d *day) data(limit int) *Data {
	return &Data{
		Generator: "ops test", Zone: time.UTC, Table: d.ledger.Table(limit),
		Statistics: d.tally.Statistics(geo.Info{Source: "a table", Licence: "free"}), Notes: []string{"IP locations: a table"},
	}
}

func start() time.Time { return time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC) }

// variedDay has attempts of bots, of which some try root for hours, some go through a list of names in a few minutes, and
// many come once, with addresses of both families; and one login.
func variedDay(n int) *day {
	d := newDay(time.UTC)
	random := rand.New(rand.NewPCG(2026, 3))
	for i := 0; n > 0; i++ {
		ip, place := someAddress(i)
		at := random.Int64N(24 * 3600)
		period, tries, kind := 1+random.Int64N(200), 1+random.IntN(60), random.IntN(4)
		if kind == 0 {
			tries = 1 + random.IntN(3)
		}
		name := random.IntN(900)
		for range min(tries, n) {
			user := "root"
			if kind > 1 {
				name++
				user = fmt.Sprintf("user%d", name%900)
			}
			d.attempt(start().Add(time.Duration(at%(24*3600))*time.Second), user, ip, "failure", place)
			at += 1 + random.Int64N(2*period)
		}
		n -= min(tries, n)
	}
	d.attempt(start().Add(time.Hour), "deploy", "192.0.2.1", "success", geo.Place{})
	return d
}

// noisyDay has nothing in common between its attempts: 2,500 addresses try 900 accounts at any time. There is no page
// that is larger for as many.
func noisyDay(n int) *day {
	d := newDay(time.UTC)
	random := rand.New(rand.NewPCG(2026, 3))
	for range n {
		ip, place := someAddress(random.IntN(2500))
		at := start().Add(time.Duration(random.Int64N(24*3600)) * time.Second)
		d.attempt(at, fmt.Sprintf("user%d", random.IntN(900)), ip, "failure", place)
	}
	return d
}

// someAddress is the address of a bot and its place.
func someAddress(bot int) (string, geo.Place) {
	hash := uint32(bot+1) * 2654435761 // looks like a random one
	ip := netip.AddrFrom4([4]byte{byte(hash >> 24), byte(hash >> 16), byte(hash >> 8), byte(hash)}).String()
	if bot%10 == 0 {
		ip = fmt.Sprintf("2001:db8:%x::%x", hash>>16, hash&0xffff)
	}
	codes := geo.Countries()
	return ip, geo.Place{Kind: geo.Country, Code: codes[bot%len(codes)].Code}
}

func (d *Data) html(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// decoded reads a payload back.
func decoded(t *testing.T, packed []byte) (*Header, []logviz.LedgerRow) {
	t.Helper()
	plain, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	block := func() []byte {
		n := binary.LittleEndian.Uint32(plain)
		b := plain[4:][:n]
		plain = plain[4+n:]
		return b
	}
	h := &Header{}
	if err := json.Unmarshal(block(), h); err != nil {
		t.Fatal(err)
	}
	var columns [5][]int
	for i := range columns {
		for b := block(); len(b) > 0; {
			v, n := binary.Uvarint(b)
			if n <= 0 {
				t.Fatal("a number has no end")
			}
			columns[i] = append(columns[i], int(v))
			b = b[n:]
		}
	}
	if len(plain) != 0 {
		t.Errorf("%d bytes behind the columns", len(plain))
	}
	var rows []logviz.LedgerRow
	step, source := 0, 0
	for i := range columns[0] {
		step += columns[0][i]
		if columns[0][i] > 0 {
			source = 0
		}
		source += columns[1][i]
		rows = append(rows, logviz.LedgerRow{
			Step: step, Source: source, Account: columns[2][i],
			Method: columns[3][i] / 2, Accepted: columns[3][i]%2 == 1, N: columns[4][i],
		})
	}
	return h, rows
}

// dataBlock returns the payload inside a page.
func dataBlock(t *testing.T, page string) []byte {
	t.Helper()
	m := regexp.MustCompile(`<script type="application/octet-stream" id="data">([A-Za-z0-9+/=]*)</script>`).FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page has no data")
	}
	b, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	return b
}
