package main

import (
	"time"

	"ops/internal/terminal"
)

// readingProgress tells how far reading has come, once it has taken a while: most logs are read at once.
type readingProgress struct {
	source *logSource
	path   string
	start  time.Time
	shown  *terminal.Progress
}

const quietFor = 2 * time.Second

func (s *logSource) progress(path string) *readingProgress {
	return &readingProgress{source: s, path: path, start: s.env.now()}
}

func (p *readingProgress) set(lines int64) {
	e := p.source.env
	if p.shown == nil && e.now().Sub(p.start) > quietFor {
		p.shown = terminal.NewProgress(e.err, terminal.Job{
			Label: inputName(p.path), Unit: "lines", Now: e.now, Silent: p.source.silent,
			Terminal: terminal.IsTerminal(e.err), Width: terminal.Width(e.err, e.getenv), Style: terminal.NewStyle(e.err, e.getenv),
		})
	}
	if p.shown != nil {
		p.shown.Set(lines)
	}
}

func (p *readingProgress) finish() {
	if p.shown != nil {
		p.shown.Finish()
	}
}

// inputName is how messages call a FILE.
func inputName(path string) string {
	if path == "-" {
		return "standard input"
	}
	return terminal.Printable(path)
}
