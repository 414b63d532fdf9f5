package live

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ops/logviz"
	"ops/logviz/geo"
)

// at is when the tests take place.
func at() time.Time { return time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC) }

// clock is the time, which tests move.
type clock struct{ nano atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.nano.Store(at().UnixNano())
	return c
}

func (c *clock) now() time.Time          { return time.Unix(0, c.nano.Load()).UTC() }
func (c *clock) advance(d time.Duration) { c.nano.Add(int64(d)) }

// attempt is an event as the definitions give it.
func attempt(when time.Time, user, ip, outcome string) *logviz.Event {
	e := &logviz.Event{}
	if v, ok := logviz.TimestampValue(when); ok && !when.IsZero() {
		e.Set(logviz.FieldTimestamp, v)
	}
	e.Set(logviz.FieldAction, logviz.StringValue("ssh_login"))
	e.Set(logviz.FieldOutcome, logviz.StringValue(outcome))
	e.Set(logviz.FieldUser, logviz.StringValue(user))
	e.Set(logviz.FieldMethod, logviz.StringValue("password"))
	if ip != "" {
		e.Set(logviz.FieldSourceIP, logviz.IPValue(netip.MustParseAddr(ip)))
	}
	return e
}

func in(code string) geo.Place { return geo.Place{Kind: geo.Country, Code: code} }

// serving is a server on a loopback address.
type serving struct {
	*Server
	t      testing.TB
	clock  *clock
	url    string
	client *http.Client
	end    func() error // stops it; once
}

// serve starts a server. It ticks only when a test says so.
func serve(t testing.TB, change func(*Options)) *serving {
	t.Helper()
	c := newClock()
	o := Options{
		Zone: time.UTC, Now: c.now, Tick: time.Hour, CSP: "default-src 'none'",
		Page: func(*Snapshot) ([]byte, error) { return []byte("<!doctype html><title>page</title>"), nil },
		Data: func(s *Snapshot) ([]byte, error) { return fmt.Append(nil, s.Sequence), nil },
		Log:  func(text string) { t.Log(text) },
	}
	if change != nil {
		change(&o)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, c, o, l)
}

func serveOn(t testing.TB, c *clock, o Options, l net.Listener) *serving {
	t.Helper()
	s := &serving{Server: New(o), t: t, clock: c, url: "http://" + l.Addr().String(), client: &http.Client{}}
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- s.Run(ctx, l, func() { close(ready) }) }()
	<-ready
	ended := false
	s.end = func() error {
		if ended {
			return nil
		}
		ended = true
		cancel()
		return <-done
	}
	t.Cleanup(func() {
		if err := s.end(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// get answers a request, whose head may be changed.
func (s *serving) get(path string, change func(*http.Request)) *http.Response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if change != nil {
		change(r)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// sse is one event of a stream.
type sse struct{ id, event, data string }

// stream reads events.
type stream struct {
	t       testing.TB
	scanner *bufio.Scanner
}

func (s *serving) events(query string, change func(*http.Request)) *stream {
	s.t.Helper()
	answer := s.get("/events"+query, change)
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "text/event-stream" {
		s.t.Fatalf("%s, %s", answer.Status, answer.Header.Get("Content-Type"))
	}
	scanner := bufio.NewScanner(answer.Body)
	scanner.Buffer(nil, 64<<20)
	return &stream{s.t, scanner}
}

// next returns the next event; ok is false at the end.
func (s *stream) next() (e sse, ok bool) {
	s.t.Helper()
	for s.scanner.Scan() {
		name, value, _ := strings.Cut(s.scanner.Text(), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.event = value
		case "data":
			e.data = value
		case "":
			if e.event != "" {
				return e, true
			}
		}
	}
	return e, false
}

// rows reads an update.
func (s *stream) rows() (u struct {
	Sequence  uint64     `json:"seq"`
	Now       int64      `json:"now"`
	Places    []string   `json:"places"`
	Sources   [][2]any   `json:"sources"`
	Accounts  []string   `json:"accounts"`
	Methods   []string   `json:"methods"`
	Rows      [][5]int64 `json:"rows"`
	From      int64      `json:"from"`
	Steps     int64      `json:"steps"`
	Statistic summary    `json:"statistics"`
},
) {
	s.t.Helper()
	e, ok := s.next()
	if !ok || e.event != "rows" {
		s.t.Fatalf("%+v, want rows", e)
	}
	if err := json.Unmarshal([]byte(e.data), &u); err != nil || fmt.Sprint(u.Sequence) != e.id {
		s.t.Fatalf("%v: %+v", err, e)
	}
	return u
}
