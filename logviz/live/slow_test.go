package live

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// deaf is a viewer that asks for updates and does not read them.
func deaf(s *serving) net.Conn {
	s.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// much makes an update of some 100 KB.
func (s *serving) much() {
	for i := range 300 {
		s.Add(attempt(s.clock.now(), fmt.Sprint(s.clock.nano.Load(), i, strings.Repeat("x", 230)), "203.0.113.7", "failure"), in("CN"))
	}
	s.tick()
}

// One that does not read delays nobody, however much there is to tell, and costs no memory but its connection's.
func TestSlowViewer(t *testing.T) {
	s := serve(t, nil)
	c := deaf(s)
	for s.viewers.Load() < 1 {
		time.Sleep(time.Millisecond)
	}
	quick := s.events("", nil)
	begin := time.Now()
	const updates = 60
	for range updates {
		s.clock.advance(time.Minute)
		s.much()
		quick.rows()
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("%d updates took %v", updates, took)
	}
	if s.hub.bytes > maxBacklogBytes {
		t.Errorf("the backlog holds %d bytes", s.hub.bytes)
	}
	// It reads again: what was on its way, and then that it has to begin anew.
	in := bufio.NewReaderSize(c, 1<<20)
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	for got, text := 0, ""; !strings.Contains(text, "event: reset"); got += len(text) {
		line, err := in.ReadString('\n')
		if err != nil || got > maxBacklogBytes {
			t.Fatalf("after %d bytes: %v", got, err)
		}
		text = line
	}
	if s.metrics.dropped.Load() != 1 {
		t.Errorf("%d were behind", s.metrics.dropped.Load())
	}
}

// One that goes on not to read is disconnected.
func TestDeafViewer(t *testing.T) {
	s := serve(t, func(o *Options) { o.patience = 50 * time.Millisecond })
	deaf(s)
	for s.viewers.Load() < 1 {
		time.Sleep(time.Millisecond)
	}
	for range 2000 {
		s.clock.advance(time.Minute)
		s.much()
		if s.viewers.Load() == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Error("it is connected still")
}

// Beyond the limit a connection waits until another one ends.
func TestBound(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := bound(l, 2)
	accepted := make(chan net.Conn)
	go func() {
		defer close(accepted)
		for {
			c, err := b.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	for range 3 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	one := <-accepted
	defer (<-accepted).Close()
	select {
	case <-accepted:
		t.Error("three at once")
	case <-time.After(50 * time.Millisecond):
	}
	one.Close()
	one.Close() // makes no more room
	defer (<-accepted).Close()
	b.Close()
	if _, ok := <-accepted; ok {
		t.Error("another one")
	}
}
