package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ops/logviz/logfile"
)

func open(t *testing.T, in io.Reader) *logfile.Reader {
	t.Helper()
	r, err := logfile.Open("-", logfile.Options{Stdin: in, MaxRecord: 100})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func texts(b *Batch) []string {
	out := make([]string, b.Len())
	for i := range out {
		text, line, tooLong := b.Record(i)
		out[i] = fmt.Sprint(line, tooLong, text)
	}
	return out
}

// Every record comes once and in order, with any number of workers of any speed.
func TestRun(t *testing.T) {
	var log strings.Builder
	var want []string
	random := rand.New(rand.NewPCG(1, 1))
	for i := range 50_000 {
		text := strings.Repeat("x", random.IntN(30))
		if i%5000 == 7 {
			text = strings.Repeat("long", 60)
		}
		fmt.Fprintf(&log, "%s\n", text)
		if tooLong := len(text) > 100; tooLong {
			want = append(want, fmt.Sprint(i+1, true, text[:100]))
		} else {
			want = append(want, fmt.Sprint(i+1, false, text))
		}
	}
	for _, n := range []int{1, 2, 7} {
		workers := slices.Repeat([]func(*Batch) []string{func(b *Batch) []string {
			time.Sleep(time.Duration(rand.IntN(2000)) * time.Microsecond)
			return texts(b)
		}}, n)
		var got []string
		batches := 0
		err := Run(t.Context(), open(t, strings.NewReader(log.String())), workers, func(b *Batch, result []string) error {
			batches++
			if b.LastLine() != int64(len(got)+len(result)) {
				t.Errorf("%d workers: the last line is %d", n, b.LastLine())
			}
			got = append(got, result...)
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%d workers: %v, %d records, want %d as they are", n, err, len(got), len(want))
		}
		if batches < 3 {
			t.Errorf("%d workers: only %d batches", n, batches)
		}
	}
}

// A slow source's records are passed on while it is waited for.
func TestSlowSource(t *testing.T) {
	in, out := io.Pipe()
	lines := make(chan string)
	end := make(chan error)
	go func() {
		end <- Run(t.Context(), open(t, in), []func(*Batch) []string{texts}, func(_ *Batch, result []string) error {
			for _, line := range result {
				lines <- line
			}
			return nil
		})
	}()
	for i, text := range []string{"this is one", "this is two", "and three, which is longer than the others"} {
		fmt.Fprintln(out, text)
		if got, want := <-lines, fmt.Sprint(i+1, false, text); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	out.Close()
	if err := <-end; err != nil {
		t.Error(err)
	}
}

// The first error ends the run, and comes after the results before it.
func TestErrors(t *testing.T) {
	broken := errors.New("broken")
	workers := []func(*Batch) []string{texts, texts}
	long := strings.Repeat("all is well\n", 100_000)
	count := 0
	in := io.MultiReader(strings.NewReader(long), readerOf{broken})
	if err := Run(t.Context(), open(t, in), workers, func(b *Batch, _ []string) error {
		count += b.Len()
		return nil
	}); !errors.Is(err, broken) || count != 100_000 {
		t.Errorf("the source breaks: %v after %d records", err, count)
	}
	if err := Run(t.Context(), open(t, strings.NewReader(long)), workers, func(*Batch, []string) error {
		return broken
	}); err != broken {
		t.Errorf("the sink breaks: %v", err)
	}
	synctest.Test(t, func(t *testing.T) { // with nothing left behind
		ctx, cancel := context.WithCancel(t.Context())
		if err := Run(ctx, open(t, strings.NewReader(long)), workers, func(*Batch, []string) error {
			cancel()
			return nil
		}); err != context.Canceled {
			t.Errorf("cancelled: %v", err)
		}
	})
}

type readerOf struct{ err error }

func (r readerOf) Read([]byte) (int, error) { return 0, r.err }
