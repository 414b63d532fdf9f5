// Command attackday writes a day in the life of an sshd that the whole internet can reach.
//
//	go run ./examples/attackday > examples/attack-day.log
//
// The day is synthetic: nobody was attacked and nobody attacked. User names are the generic ones that every such log
// is full of; the addresses are drawn at random from the country table of package geo, so that they can be located and
// say nothing about the real hosts behind them. The lines, and the order of the lines of a connection, are those of
// OpenSSH 9.2 on Debian 12 with PAM, written by rsyslog with RFC 3339 time stamps and reduction of repeated messages.
//
// What happens: a slow botnet in more than 90 countries tries all day, more where it is day; scanners look at the port
// and go; three single networks attack in bursts (see bursts in plan.go), and at the end of the last one an account is
// broken into. The administrators log in with a key a few times.
//
// The same seed, date, number of lines and country table give the same bytes. When the table was renewed, the file in
// examples must be made anew; a test says so.
//
// Start with plan.go, which decides who comes when; session.go has what sshd says to each.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"ops/logviz/geo"
)

// options is what a day depends on, besides the country table.
type options struct {
	seed  uint64
	date  time.Time // its day, in UTC
	lines int       // about so many; the day in examples has 20,000
}

func defaults() options {
	return options{seed: 1, date: time.Date(2026, time.March, 14, 0, 0, 0, 0, time.UTC), lines: 20_000}
}

func main() {
	o := defaults()
	flag.Uint64Var(&o.seed, "seed", o.seed, "seed of the random numbers")
	flag.IntVar(&o.lines, "lines", o.lines, "about how many lines to write; every country comes at least once, which takes some 3,000")
	flag.Func("date", "day as YYYY-MM-DD (default "+o.date.Format(time.DateOnly)+")", func(s string) (err error) {
		o.date, err = time.Parse(time.DateOnly, s)
		return err
	})
	flag.Parse()
	if flag.NArg() > 0 || o.lines < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "attackday:", err)
		os.Exit(1)
	}
}

// run writes the day to w.
func run(w io.Writer, o options) error {
	table, err := geo.Builtin()
	if err != nil {
		return err
	}
	p := &plan{rand: rand.New(rand.NewPCG(o.seed, 0)), scale: float64(o.lines) / 20_000, table: table}
	if err := p.fill(); err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	if err := writeLog(b, p.rand, o.date, p.sessions); err != nil {
		return err
	}
	return b.Flush()
}
