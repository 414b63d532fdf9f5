package main

import (
	"bytes"
	"context"
	"testing"
	"time"
)

// A command that waits for an input that says nothing can be interrupted.
func TestInterruptedWhileReading(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	input := silence{make(chan struct{}, 1)}
	var out, talk bytes.Buffer
	e := &env{in: input, out: &out, err: &talk, getenv: func(string) string { return "" }, now: time.Now, zone: time.UTC}
	code := make(chan int)
	go func() { code <- run(ctx, e, []string{"logviz", "stats", "-"}) }()
	<-input.asked
	cancel()
	if got := <-code; got != exitInterrupted || out.Len() != 0 {
		t.Errorf("exit code %d, printed %q", got, out.String())
	}
}

// silence is a terminal at which nobody types: a read does not come back.
type silence struct{ asked chan struct{} }

func (s silence) Read([]byte) (int, error) {
	s.asked <- struct{}{}
	select {}
}
