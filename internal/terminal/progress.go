package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// Job describes the work that a [Progress] reports on.
type Job struct {
	Label string // what is going on: "film", a file name; shown by Printable
	Unit  string // of Total, in the plural: "frames", "lines", "bytes"
	Total int64  // how many units there are; 0 if nobody knows

	Terminal bool // redraw one line; otherwise print a line now and then
	Width    int  // of the terminal, in columns; 0 means DefaultWidth
	Silent   bool // print nothing at all
	Style    Style

	Now func() time.Time // the clock; time.Now outside of tests
}

// Progress tells a person how far long work has come. On a terminal it redraws one line, at most ten times a second.
// Elsewhere it prints a line when a tenth of the work and ten seconds have passed since the last one, or ten seconds if
// the total is not known. Its methods may be called from several goroutines. Errors of writing are passed over: progress
// is not the answer.
type Progress struct {
	mu      sync.Mutex
	w       io.Writer
	job     Job
	start   time.Time
	done    int64
	shown   time.Time // when the last line was printed
	shownAt int64     // how much was done then
	drawn   bool      // the cursor stands behind a line that can be redrawn
	ended   bool
}

const (
	redrawEvery = 100 * time.Millisecond
	lineEvery   = 10 * time.Second
	linesPerJob = 10 // at most, where the total is known
	// An estimate from less than this is a guess.
	estimateAfter = time.Second
)

// NewProgress starts the clock of a job; w is usually the standard error. On a terminal the first line appears at once.
func NewProgress(w io.Writer, job Job) *Progress {
	if job.Width == 0 {
		job.Width = DefaultWidth
	}
	p := &Progress{w: w, job: job}
	p.start = job.Now()
	p.shown = p.start
	if job.Terminal {
		p.draw(p.start)
	}
	return p
}

// Add counts n more units as done.
func (p *Progress) Add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set(p.done + n)
}

// Set says that n units are done altogether.
func (p *Progress) Set(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.set(n)
}

func (p *Progress) set(n int64) {
	p.done = n
	if p.job.Silent || p.ended {
		return
	}
	now := p.job.Now()
	since := now.Sub(p.shown)
	if p.job.Terminal {
		if since >= redrawEvery {
			p.draw(now)
		}
		return
	}
	step := (p.job.Total + linesPerJob - 1) / linesPerJob
	if since >= lineEvery && p.done-p.shownAt >= step {
		p.shown, p.shownAt = now, p.done
		fmt.Fprintln(p.w, p.text(now))
	}
}

// Say prints a line of its own, such as a warning, without disturbing the line of progress. The text goes through
// [Printable].
func (p *Progress) Say(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.job.Silent {
		return
	}
	p.erase()
	fmt.Fprintln(p.w, Printable(text))
	if p.job.Terminal && !p.ended {
		p.draw(p.job.Now())
	}
}

// Finish prints how far the work came and how long it took, and ends the line. After the first call, all methods but Say
// do nothing visible, so Finish can be deferred and called as well.
func (p *Progress) Finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.ended = true
	if p.job.Silent {
		return
	}
	p.erase()
	took := Span(p.job.Now().Sub(p.start))
	if p.job.Total > 0 && p.done < p.job.Total {
		fmt.Fprintf(p.w, "%s, stopped after %s\n", p.amount(), took)
		return
	}
	fmt.Fprintf(p.w, "%s: %s %s in %s\n", Printable(p.job.Label), Count(p.done), p.job.Unit, took)
}

// draw shows the line of progress in the place of the last one.
func (p *Progress) draw(now time.Time) {
	if p.job.Silent {
		return
	}
	p.erase()
	p.shown, p.shownAt, p.drawn = now, p.done, true
	text := p.text(now)
	line := cut(text, p.job.Width-1) // a full line would wrap, and then not be erased
	if label := Printable(p.job.Label); strings.HasPrefix(line, label) {
		line = p.job.Style.Bold(label) + line[len(label):]
	}
	io.WriteString(p.w, line)
}

// erase moves to the start of the line and clears it (ECMA-48, "erase in line").
func (p *Progress) erase() {
	if p.drawn {
		io.WriteString(p.w, "\r\x1b[K")
		p.drawn = false
	}
}

// text is one line of progress: "film: 720 of 1,440 frames, 50 %, 6 s left".
func (p *Progress) text(now time.Time) string {
	text := p.amount()
	elapsed := now.Sub(p.start)
	switch {
	case p.job.Total <= 0:
		return text + ", " + Span(elapsed)
	case p.done > 0 && p.done < p.job.Total && elapsed >= estimateAfter:
		left := float64(elapsed) / float64(p.done) * float64(p.job.Total-p.done)
		// Beyond a hundred years the estimate says nothing, and would not fit the type.
		const longest = 100 * 365 * 24 * time.Hour
		if left < float64(longest) {
			text += ", " + Span(time.Duration(left)) + " left"
		}
	}
	return text
}

// amount is "film: 720 of 1,440 frames, 50 %". The percentage is rounded down, so 100 % means all.
func (p *Progress) amount() string {
	label := Printable(p.job.Label)
	if p.job.Total <= 0 {
		return fmt.Sprintf("%s: %s %s", label, Count(p.done), p.job.Unit)
	}
	percent := int64(float64(p.done) / float64(p.job.Total) * 100)
	return fmt.Sprintf("%s: %s of %s %s, %d %%", label, Count(p.done), Count(p.job.Total), p.job.Unit, percent)
}
