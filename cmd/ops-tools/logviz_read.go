package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/geo"
	"ops/logviz/logfile"
	"ops/logviz/normalize"
	"ops/logviz/normalize/pylogsparser"
)

// logFlags are the flags of every verb that reads logs.
type logFlags struct {
	tz        string
	reference string
	geoipDB   string
	unparsed  bool

	definitions definitionFlags
}

func (f *logFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.tz, "tz", "", "`ZONE` of stamps that have none, and of what is shown, as in Europe/Paris or UTC (default: the machine's)")
	flags.StringVar(&f.reference, "reference-time", "", "`TIME` at which the log was at hand, for stamps without a year: RFC 3339, a date or a year (default: each file's time, or now)")
	flags.StringVar(&f.geoipDB, "geoip-db", "", "MMDB `FILE` to locate addresses with: GeoLite2, GeoIP2, DB-IP, IPinfo … (default: the built-in table)")
	flags.BoolVar(&f.unparsed, "unparsed", false, "show samples of the lines that no definition understood")
	f.definitions.add(cmd)
}

const logInput = `Each FILE is a log: syslog lines (RFC 3164, RFC 3339 stamps, RFC 5424), or what 'journalctl -o json' or
'journalctl -o export' printed; plain or compressed with gzip, xz or zstd; - is the standard input.`

// logSource reads logs the way the flags say.
type logSource struct {
	env       *env
	flags     *logFlags
	zone      *time.Location
	reference time.Time // zero: each file's own
	rules
	state    string                // of the definitions' files when they were read
	problems []string              // of XML files
	reloaded atomic.Pointer[rules] // instead of rules, once definitions changed
	locator  geo.Locator
	original bool // events have the line itself
	live     bool // the log is still written
	silent   bool // no progress: the answer goes to the same terminal while we read
}

// rules are the definitions that records are read with.
type rules struct {
	engine  *normalize.Engine
	foreign []*pylogsparser.Library // of XML files
}

func (f *logFlags) open(e *env) (*logSource, error) {
	s := &logSource{env: e, flags: f, zone: e.zone}
	var err error
	if f.tz != "" {
		if s.zone, err = time.LoadLocation(f.tz); err != nil {
			return nil, usageError("--tz %s: no such zone; the names are those of the IANA database, as in Europe/Paris", f.tz)
		}
	}
	if f.reference != "" {
		if s.reference, err = parseReference(f.reference, s.zone); err != nil {
			return nil, err
		}
	}
	if s.locator, err = f.locator(); err != nil {
		return nil, err
	}
	s.state = f.definitions.state() // before they are read: what changes meanwhile is a change
	defs, err := f.definitions.load()
	if err != nil {
		return nil, err
	}
	if s.foreign, s.problems, err = f.definitions.foreign(); err != nil {
		return nil, err
	}
	warn(e.err, s.problems)
	s.engine, err = normalize.New(defs...)
	return s, err
}

func (f *logFlags) locator() (geo.Locator, error) {
	if f.geoipDB == "" {
		return geo.Builtin()
	}
	db, err := geo.Open(f.geoipDB)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, withCode(exitNoInput, err)
	}
	return db, withCode(exitData, err)
}

// parseReference reads --reference-time; a date stands for its end, and a year for its last day's.
func parseReference(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return t.AddDate(0, 0, 1), nil
	}
	if t, err := time.ParseInLocation("2006", text, zone); err == nil {
		return t.AddDate(1, 0, 0).Add(-time.Second), nil
	}
	return time.Time{}, usageError("--reference-time %q: write it as 2026-03-14T06:25:00Z, 2026-03-14 or 2026", text)
}

// consumer takes what is read, record by record.
type consumer interface {
	event(r *normalize.Record, place geo.Place) error // r is valid during the call
	unparsed(program string)
}

// reading is what read found.
type reading struct {
	records  int64
	events   int64
	tooLong  int64
	programs map[string]int64 // unparsed records by program
	samples  []string
	failed   map[string]*failed // transforms, by definition
}

// failed counts the transforms of one definition that failed.
type failed struct {
	Count int64  `json:"count"`
	First string `json:"first"` // why the first of them did
}

const (
	maxSamples           = 20
	maxSamplesPerProgram = 3
	maxPrograms          = 1000
	sampleBytes          = 160
)

// read gives every record of the files to the consumer, in order.
func (s *logSource) read(ctx context.Context, paths []string, to consumer) (*reading, error) {
	return s.readAll(paths, func(in *logfile.Reader, path string, r *reading) error {
		return s.readFile(ctx, in, path, r, to)
	})
}

// readAll reads files one after the other. A file that is empty, or in which nothing is understood, is an error if it
// is the only one or all are so, and else a warning.
func (s *logSource) readAll(paths []string, one func(*logfile.Reader, string, *reading) error) (*reading, error) {
	r := &reading{programs: make(map[string]int64)}
	for _, path := range paths {
		before := *r
		in, err := s.openFile(path)
		if err != nil {
			return r, err
		}
		if err := one(in, path, r); err != nil {
			return r, err
		}
		if r.events > before.events || len(paths) == 1 {
			continue
		}
		if r.records == before.records {
			fmt.Fprintf(s.env.err, "ops: warning: %s is empty\n", inputName(path))
		} else {
			fmt.Fprintf(s.env.err, "ops: warning: %s: nothing in %d lines was understood\n", inputName(path), r.records-before.records)
		}
	}
	s.warnAge()
	if s.flags.unparsed {
		r.printSamples(s.env.err)
	}
	return r, r.nothing(paths)
}

func (r *reading) nothing(paths []string) error {
	switch {
	case r.events > 0:
		return nil
	case r.records == 0 && len(paths) == 1:
		return withCode(exitData, fmt.Errorf("%s is empty: there is nothing to read", inputName(paths[0])))
	case r.records == 0:
		return withCode(exitData, errors.New("all files are empty: there is nothing to read"))
	case r.tooLong == r.records:
		return withCode(exitData, fmt.Errorf("%s holds only lines longer than 64 KiB: is it a log?", inputName(paths[0])))
	}
	return withCode(exitData, fmt.Errorf("no definition understood any of the %d lines; --unparsed shows samples", r.records))
}

func (s *logSource) openFile(path string) (*logfile.Reader, error) {
	in, err := logfile.Open(path, logfile.Options{Stdin: s.env.in})
	if _, damaged := errors.AsType[*logfile.DataError](err); err != nil && !damaged {
		return nil, withCode(exitNoInput, err)
	}
	return in, err
}

func (s *logSource) readFile(ctx context.Context, in *logfile.Reader, path string, r *reading, to consumer) (err error) {
	defer func() { err = errors.Join(err, in.Close()) }()
	progress := s.progress(path)
	defer progress.finish()
	rules := s.current()
	var previous time.Time // of the records before the definitions changed
	stream := s.newStream(rules, in, previous)
	defer func() { r.fail(stream.TakeFailures()) }()
	var record normalize.Record
	for {
		rec, err := in.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if r.records++; r.records%4096 == 0 {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			progress.set(rec.Line)
		}
		if now := s.current(); now != rules { // definitions changed while the log is followed
			r.fail(stream.TakeFailures())
			previous = stream.Stretch().Last(previous)
			rules, stream = now, s.newStream(now, in, previous)
		}
		text := string(rec.Bytes)
		if rec.TooLong {
			r.miss(in.Name(), missed{rec.Line, "", text, normalize.ErrTooLong})
			to.unparsed("")
			continue
		}
		if err := stream.Read(text, &record); err != nil {
			program := record.Text(logviz.FieldProgram)
			r.miss(in.Name(), missed{rec.Line, program, text, err})
			to.unparsed(program)
			continue
		}
		r.events++
		if err := to.event(&record, s.locate(&record)); err != nil {
			return err
		}
	}
}

// newStream begins to read behind a record of the time previous.
func (s *logSource) newStream(r *rules, in *logfile.Reader, previous time.Time) *normalize.Stream {
	o := s.streamOptions(in)
	o.Foreign = s.foreignReader(r, o)
	stream := r.engine.NewStream(o)
	stream.Begin(previous)
	return stream
}

// locate adds the country of the source to a record.
func (s *logSource) locate(r *normalize.Record) geo.Place {
	place := s.locator.Lookup(r.Source())
	addCountry(r, place)
	return place
}

func addCountry(r *normalize.Record, place geo.Place) {
	if place.Code != "" && r.Text(logviz.FieldCountry) == "" {
		r.Add(logviz.FieldCountry, logviz.StringValue(place.Code))
	}
}

func (s *logSource) streamOptions(in *logfile.Reader) normalize.Options {
	o := normalize.Options{Zone: s.zone, Reference: s.referenceOf(in), NoOriginal: !s.original}
	if s.live && s.reference.IsZero() {
		o.Now = s.env.now
	}
	o.Foreign = s.foreignReader(&s.rules, o)
	return o
}

func (s *logSource) referenceOf(in *logfile.Reader) time.Time {
	if !s.reference.IsZero() {
		return s.reference
	}
	if t, ok := in.ModTime(); ok {
		return t
	}
	return s.env.now()
}

// miss notes a record that was not understood.
func (r *reading) miss(name string, m missed) {
	if m.err == normalize.ErrTooLong {
		r.tooLong++
	}
	program := m.program
	if len(r.programs) == maxPrograms && r.programs[program] == 0 {
		program = "…"
	}
	r.programs[strings.Clone(program)]++ // the record's text is not kept
	if len(r.samples) < maxSamples && r.programs[program] <= maxSamplesPerProgram {
		text := m.text[:min(len(m.text), sampleBytes)]
		if len(text) < len(m.text) {
			text += "…"
		}
		r.samples = append(r.samples, fmt.Sprintf("%s:%d: %v: %s", name, m.line, m.err, text))
	}
}

func (r *reading) printSamples(w io.Writer) {
	for _, sample := range r.samples {
		fmt.Fprintln(w, terminal.Printable(sample))
	}
	if len(r.samples) == 0 {
		fmt.Fprintln(w, "every line was understood")
	}
}

// warnAge tells of location data that is too old to be relied on.
func (s *logSource) warnAge() {
	info := s.locator.Info()
	if age := info.Age(s.env.now()); age > geo.MaxAge {
		days := int64(age / (24 * time.Hour))
		if info.Date.IsZero() {
			fmt.Fprintf(s.env.err, "ops: warning: the location data of %s have no date\n", terminal.Printable(info.Source))
			return
		}
		fmt.Fprintf(s.env.err, "ops: warning: the location data (%s) are %s days old; --geoip-db FILE takes newer ones\n",
			terminal.Printable(info.Source), terminal.Count(days))
	}
}
