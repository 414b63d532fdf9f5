package main

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/geo"
)

// busyWeek returns statistics of a week with names that are long, wide and hostile.
func busyWeek(t *testing.T) *logviz.Statistics {
	t.Helper()
	tally := logviz.NewTally(time.UTC)
	names := []string{"root", strings.Repeat("長", 40), "a\x1b[31m\nb\u202ec", strings.Repeat("x", 300), ""}
	start := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
	for i := range 3000 {
		var e logviz.Event
		at, _ := logviz.TimestampValue(start.Add(time.Duration(i) * 200 * time.Second))
		e.Set(logviz.FieldTimestamp, at)
		e.Set(logviz.FieldAction, logviz.StringValue("ssh_login"))
		outcome := "failure"
		if i%500 == 499 {
			outcome = "success"
		}
		e.Set(logviz.FieldOutcome, logviz.StringValue(outcome))
		e.Set(logviz.FieldUser, logviz.StringValue(names[i%len(names)]))
		e.Set(logviz.FieldMethod, logviz.StringValue("keyboard-interactive/pam"))
		e.Set(logviz.FieldSourceIP, logviz.IPValue(netip.MustParseAddr(fmt.Sprintf("2001:db8:aaaa:%x:1111:2222:3333:4444", i%37))))
		e.Set(logviz.FieldCount, logviz.IntegerValue(int64(1+i*i%1000)))
		tally.Add(&e, geo.Place{Kind: geo.Country, Code: []string{"CN", "GS", "FR"}[i%3]})
	}
	return tally.Statistics(geo.Info{})
}

// Lists fit in a window of 60 columns and more, whatever attackers call themselves, and steer no terminal.
func TestStatisticsFitTheWindow(t *testing.T) {
	s := busyWeek(t)
	for width := 60; width <= 160; width += 5 {
		for _, env := range []string{"", "C"} {
			p := &statsPrinter{s: s, blocks: terminal.NewBlocks(func(string) string { return env }), width: width, top: 10}
			p.alarm()
			head := p.Len()
			p.totals()
			text := p.String()[:head]
			p.Reset()
			p.lists()
			for _, by := range statsLists() {
				p.list(listOf(by, s), -1)
			}
			text += p.String()
			if strings.ContainsAny(text, "\x1b\u202e") {
				t.Fatal("a name is not made harmless")
			}
			for line := range strings.Lines(text) {
				line = strings.TrimSuffix(line, "\n")
				if got := terminal.Columns(line); got > width {
					t.Fatalf("%d columns in %d: %s", got, width, line)
				}
				if env == "C" && strings.ContainsAny(line, "█▏░▁·") {
					t.Fatalf("not ASCII: %s", line)
				}
			}
		}
	}
}

// Where there is room, bars and courses stand beside the numbers; where there is less, they go.
func TestStatisticsUseTheRoom(t *testing.T) {
	s := busyWeek(t)
	for _, c := range []struct {
		width        int
		bars, course bool
	}{{0, true, true}, {110, true, true}, {54, false, false}, {76, true, false}} {
		p := &statsPrinter{s: s, width: c.width}
		p.list(countryList(s), 10)
		text := p.String()
		if strings.Contains(text, "█") != c.bars || strings.Contains(text, "12    18") != c.course {
			t.Errorf("width %d:\n%s", c.width, text)
		}
	}
}
