package main

import (
	"context"
	"io"
	"net/netip"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"ops/logviz"
	"ops/logviz/batch"
	"ops/logviz/geo"
	"ops/logviz/logfile"
	"ops/logviz/normalize"
)

// jobsFlag says on how many cores records are read.
type jobsFlag struct{ jobs int }

func (f *jobsFlag) add(cmd *cobra.Command) {
	cmd.Flags().IntVarP(&f.jobs, "jobs", "j", 0, "read on `N` cores at once; the output is the same with any number (default: all cores)")
}

func (f *jobsFlag) count() (int, error) {
	switch {
	case f.jobs < 0 || f.jobs > 1024:
		return 0, usageError("--jobs %d: must be 1 to 1024, or 0 for all cores", f.jobs)
	case f.jobs == 0:
		return runtime.GOMAXPROCS(0), nil
	}
	return f.jobs, nil
}

// appender appends what is to be written of a record.
type appender func(b []byte, r *normalize.Record) ([]byte, error)

// lines writes records as text that several workers make at once.
type lines struct {
	out  io.Writer
	jobs int
	make func() appender // one for each worker
	// written is told how many bytes of the log, unpacked, have become output. Optional.
	written func(bytes int64)
}

// worked is what became of a batch.
type worked struct {
	out     []byte
	events  int64
	misses  []missed
	stretch *normalize.Stretch
	failed  []normalize.Failure
	err     error
}

// missed is a record that was not understood.
type missed struct {
	line          int64
	program, text string
	err           error
}

// lineWorker turns batches into text.
type lineWorker struct {
	source  *logSource
	options normalize.Options
	rules   *rules
	stream  *normalize.Stream // of the rules
	record  normalize.Record
	append  appender
	address netip.Addr // located last
	place   geo.Place
	spare   chan []byte
}

// readLines is read for text: the records of a file are read by several workers, and written in order.
func (s *logSource) readLines(ctx context.Context, in *logfile.Reader, path string, r *reading, to *lines) error {
	progress := s.progress(path)
	defer progress.finish()
	o := s.streamOptions(in)
	spare := make(chan []byte, 2*to.jobs)
	worker := func() *lineWorker {
		return &lineWorker{source: s, options: o, append: to.make(), spare: spare}
	}
	var previous time.Time              // of the last record written
	var guess atomic.Pointer[time.Time] // previous, for the workers, which are ahead
	guess.Store(&time.Time{})
	var workers []func(*batch.Batch) *worked
	for range to.jobs {
		w := worker()
		workers = append(workers, func(b *batch.Batch) *worked { return w.work(b, *guess.Load()) })
	}
	again := worker()
	return batch.Run(ctx, in, workers, func(b *batch.Batch, w *worked) error {
		if w.err == nil && !w.stretch.Holds(previous) {
			w = again.work(b, previous)
		}
		if w.err != nil {
			return w.err
		}
		previous = w.stretch.Last(previous)
		latest := previous
		guess.Store(&latest)
		r.add(in.Name(), b, w)
		progress.set(b.LastLine())
		if _, err := to.out.Write(w.out); err != nil {
			return withCode(exitIO, err)
		}
		if to.written != nil {
			to.written(b.End())
		}
		select {
		case spare <- w.out:
		default:
		}
		return nil
	})
}

// work reads the records of a batch, which stand behind one of the time previous.
func (w *lineWorker) work(b *batch.Batch, previous time.Time) *worked {
	done := &worked{}
	select {
	case buf := <-w.spare:
		done.out = buf[:0]
	default:
		done.out = make([]byte, 0, 2*batch.Size)
	}
	if now := w.source.current(); now != w.rules {
		o := w.options
		o.Foreign = w.source.foreignReader(now, o)
		w.rules, w.stream = now, now.engine.NewStream(o)
	}
	w.stream.Begin(previous)
	w.stream.TakeFailures() // of a batch that ended early
	for i := range b.Len() {
		text, line, tooLong := b.Record(i)
		if tooLong {
			done.misses = append(done.misses, missed{line, "", text, normalize.ErrTooLong})
			continue
		}
		if err := w.stream.Read(text, &w.record); err != nil {
			done.misses = append(done.misses, missed{line, w.record.Text(logviz.FieldProgram), text, err})
			continue
		}
		done.events++
		if source := w.record.Source(); source != w.address { // logs of attacks repeat them
			w.address, w.place = source, w.source.locator.Lookup(source)
		}
		addCountry(&w.record, w.place)
		if done.out, done.err = w.append(done.out, &w.record); done.err != nil {
			return done
		}
	}
	done.stretch, done.failed = w.stream.Stretch(), w.stream.TakeFailures()
	return done
}

// add counts a batch.
func (r *reading) add(name string, b *batch.Batch, w *worked) {
	r.records += int64(b.Len())
	r.events += w.events
	for _, m := range w.misses {
		r.miss(name, m)
	}
	r.fail(w.failed)
}
