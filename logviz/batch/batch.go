// Package batch reads the records of a log in batches, works on several of them at once, and gives the results in the
// order of the log. Memory is bounded: the reader waits when the workers are behind, and these when the results are not
// taken, and the memory of a batch is used again. A slow source is not held up: what has come is passed on before the
// reader waits for more.
package batch

import (
	"context"
	"io"
	"sync"
	"unsafe"

	"ops/logviz/logfile"
)

// Size is how many bytes of records a batch holds, more or less: enough to make the cost of passing it on vanish, little
// enough for many of them.
const Size = 128 << 10

// Batch is a run of records of one log. It and its texts are valid until it is recycled.
type Batch struct {
	bytes   []byte
	text    string // bytes as a string
	records []record
	end     int64
}

type record struct {
	from, to int32
	line     int64
	tooLong  bool
}

// Len returns the number of records.
func (b *Batch) Len() int { return len(b.records) }

// Record returns the i-th record: its text without line end, the number of its first line, and whether the text is only
// the beginning of a record that is too long. All texts are parts of one string.
func (b *Batch) Record(i int) (text string, line int64, tooLong bool) {
	r := &b.records[i]
	return b.text[r.from:r.to], r.line, r.tooLong
}

// LastLine returns the number of the last record's first line.
func (b *Batch) LastLine() int64 { return b.records[len(b.records)-1].line }

// End returns how many bytes of the log, unpacked, lie before the end of the batch.
func (b *Batch) End() int64 { return b.end }

// Reader gathers records.
type Reader struct {
	in    *logfile.Reader
	err   error
	spare chan *Batch
}

// maxSpare bounds the batches that wait to be filled again.
const maxSpare = 8

// NewReader reads the rest of in.
func NewReader(in *logfile.Reader) *Reader {
	return &Reader{in: in, spare: make(chan *Batch, maxSpare)}
}

// Recycle gives a batch back, of which nothing is referred to any more. It may be called at any time, by anyone.
func (r *Reader) Recycle(b *Batch) {
	if cap(b.bytes) > 2*Size { // it had a very long record
		return
	}
	select {
	case r.spare <- b:
	default:
	}
}

func (r *Reader) empty() *Batch {
	select {
	case b := <-r.spare:
		b.bytes, b.text, b.records = b.bytes[:0], "", b.records[:0]
		return b
	default:
		return &Batch{bytes: make([]byte, 0, Size+Size/8)}
	}
}

// Next returns the next batch, never an empty one, or the error that ended the log, io.EOF if it ended well.
func (r *Reader) Next() (*Batch, error) {
	b := r.empty()
	slow := !r.in.IsFile()
	for r.err == nil && len(b.bytes) < Size && (len(b.records) == 0 || !slow || !r.in.MustWait()) {
		rec, err := r.in.Next()
		if err != nil {
			r.err = err
			break
		}
		from := int32(len(b.bytes))
		b.bytes = append(b.bytes, rec.Bytes...)
		b.records = append(b.records, record{from, int32(len(b.bytes)), rec.Line, rec.TooLong})
	}
	if len(b.records) == 0 {
		return nil, r.err
	}
	// The bytes do not change before the batch is recycled, and a copy for each batch would be most of the garbage.
	b.text, b.end = unsafe.String(unsafe.SliceData(b.bytes), len(b.bytes)), r.in.Counts().Bytes
	return b, nil
}

// Run reads all of in and closes it. Each batch is given to one of the workers, functions that run at the same time, and each result
// to done, in order, which is the last to see the batch and its texts. It ends with the first error of done, ctx, or the log; results before an error of the log are done
// first.
func Run[R any](ctx context.Context, in *logfile.Reader, workers []func(*Batch) R, done func(*Batch, R) error) error {
	if len(workers) == 1 && in.IsFile() {
		return runAlone(ctx, in, workers[0], done)
	}
	type job struct {
		batch  *Batch
		result chan R
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	todo, order := make(chan job), make(chan job, len(workers)) // what is in order is in work, or waits to be taken
	end := make(chan error, 1)
	var running sync.WaitGroup
	r := NewReader(in)
	running.Go(func() {
		defer close(todo)
		defer close(order)
		for {
			b, err := r.Next()
			if err != nil {
				if closing := in.Close(); err == io.EOF && closing != nil {
					err = closing
				}
				end <- err
				return
			}
			j := job{b, make(chan R, 1)}
			for _, to := range []chan job{order, todo} {
				select {
				case to <- j:
				case <-ctx.Done():
					_ = in.Close() // it was only read
					end <- ctx.Err()
					return
				}
			}
		}
	})
	for _, work := range workers {
		running.Go(func() {
			for j := range todo {
				j.result <- work(j.batch)
			}
		})
	}
	var err error
	for j := range order {
		select {
		case result := <-j.result:
			if err = done(j.batch, result); err == nil {
				r.Recycle(j.batch)
				continue
			}
		case <-ctx.Done(): // a batch that no worker took has no result
			err = ctx.Err()
		}
		break
	}
	cancel()
	if err != nil {
		return err // the reader may still wait for a source that gives nothing; it ends with it
	}
	running.Wait()
	if err = <-end; err == io.EOF {
		return nil
	}
	return err
}

// runAlone is Run on one core, without the cost of passing batches on.
func runAlone[R any](ctx context.Context, in *logfile.Reader, work func(*Batch) R, done func(*Batch, R) error) error {
	for r := NewReader(in); ; {
		b, err := r.Next()
		switch {
		case err == io.EOF:
			return in.Close()
		case err == nil:
			if err = ctx.Err(); err == nil {
				err = done(b, work(b))
			}
		}
		if err != nil {
			_ = in.Close() // it was only read
			return err
		}
		r.Recycle(b)
	}
}
