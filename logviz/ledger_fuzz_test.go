package logviz

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"ops/logviz/geo"
)

func FuzzLedger(f *testing.F) {
	f.Add([]byte("0123456789abcdefghijklmnopqrstuvwxyz"), uint16(2))
	f.Add([]byte("\xff\xff\xff\xff\x00\x00\x00\x00aaaaaaaaaaaaaaaa\x80"), uint16(1))
	f.Fuzz(func(t *testing.T, data []byte, limit uint16) {
		l, tally := NewLedger(time.UTC), NewTally(time.UTC)
		for ; len(data) >= 8; data = data[8:] {
			e := &Event{}
			e.Set(FieldAction, StringValue("ssh_login"))
			e.Set(FieldOutcome, StringValue([]string{"failure", "success"}[data[0]&1]))
			if data[0]&2 == 0 { // from 1695 to 2244
				e.Set(FieldTimestamp, ledgerTime(time.Unix(int64(int32(binary.LittleEndian.Uint32(data[1:])))*4, 0)))
			}
			e.Set(FieldUser, StringValue(string(data[5:6])))
			e.Set(FieldMethod, StringValue(fmt.Sprint("method", data[6]%16)))
			var place geo.Place
			if data[0]&4 == 0 {
				e.Set(FieldSourceIP, IPValue(netip.AddrFrom4([4]byte{192, 0, 2, data[7]})))
				place = []geo.Place{china, france, private, {}}[data[7]%4]
			}
			l.Add(e, place)
			tally.Add(e, place)
		}
		compareLedger(t, l.Table(int(limit)), tally, 1<<30)
	})
}

func BenchmarkLedger(b *testing.B) {
	random := rand.New(rand.NewPCG(1, 2))
	type tried struct {
		e     *Event
		place geo.Place
	}
	var events []tried
	for range 100_000 {
		e, place := randomAttempt(random, 1)
		events = append(events, tried{e, place})
	}
	l := NewLedger(time.UTC)
	b.Run("add", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			l.Add(events[i%len(events)].e, events[i%len(events)].place)
		}
	})
	b.Run("table", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l.Table(120_000)
		}
	})
}
