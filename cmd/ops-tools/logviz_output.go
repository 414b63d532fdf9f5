package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"ops/internal/durable"
	"ops/internal/terminal"
	"ops/logviz"
	"ops/logviz/encode"
	"ops/logviz/geo"
	"ops/logviz/logfile"
	"ops/logviz/normalize"
	"ops/logviz/schema"
)

// outputFlags say in which form events are written, and where to.
type outputFlags struct {
	schema  string
	format  string
	fields  string
	path    string
	csvSafe bool
}

func (f *outputFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.schema, "schema", "ecs", "names of the fields: ecs, ocsf or legacy (pylogsparser)")
	flags.StringVarP(&f.format, "format", "o", "json", "json (lines), csv, logfmt or parquet")
	flags.StringVar(&f.fields, "fields", "", "write these `FIELDS` only, as in @timestamp,user.name,source.ip")
	flags.StringVar(&f.path, "output", "", "write to `FILE`, which appears when it is whole (default: the standard output)")
	flags.BoolVar(&f.csvSafe, "csv-safe", false, "with csv, put an apostrophe before text that a spreadsheet would run as a formula")
}

// output is where events go.
type output struct {
	env     *env
	format  string
	view    *schema.View
	fields  []string // of --fields; empty for all
	options encode.Options
	file    *durable.File // nil for the standard output
	w       io.Writer
}

// open checks the flags and begins the file. The paths are those of the logs.
func (f *outputFlags) open(e *env, paths []string) (*output, error) {
	o := &output{env: e, format: f.format, w: e.out}
	var err error
	if o.view, err = schema.Named(f.schema); err != nil {
		return nil, usageError("--schema: %w", err)
	}
	if !slices.Contains(encode.Formats(), f.format) {
		return nil, usageError("--format %s: known are %s", f.format, strings.Join(encode.Formats(), ", "))
	}
	if f.csvSafe && f.format != "csv" {
		return nil, usageError("--csv-safe is for --format csv")
	}
	columns := o.view.Brief
	if f.fields != "" {
		o.fields = strings.Split(f.fields, ",")
		for i, name := range o.fields {
			if name == "" || slices.Contains(o.fields[:i], name) {
				return nil, usageError("--fields %s: write each field once, with a comma between them, as in @timestamp,user.name", f.fields)
			}
		}
		columns = o.fields
	}
	o.options = encode.Options{Columns: o.view.Select(columns), Nested: o.view.Nested, Guard: f.csvSafe}
	if f.format == "parquet" && isTerminal(e, f.path) {
		return nil, usageError("parquet is nothing for a terminal: add --output FILE, or send it through a pipe")
	}
	if f.path == "" {
		widen(e.out)
		return o, nil
	}
	for _, path := range paths {
		if sameFile(path, f.path) {
			return nil, usageError("--output %s is a log that is read", f.path)
		}
	}
	if o.file, err = durable.Create(f.path, 0o666); err != nil {
		return nil, withCode(exitCantCreate, err)
	}
	o.w = o.file
	return o, nil
}

// widen gives a pipe more room, so that its two ends wait for each other less often. What is no pipe stays as it is.
func widen(w io.Writer) {
	const room = 256 << 10
	f, ok := w.(*os.File)
	if !ok {
		return
	}
	if raw, err := f.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, room) }) // it works without, too
	}
}

func isTerminal(e *env, path string) bool {
	if path == "" {
		return terminal.IsTerminal(e.out)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return false // said when it is opened for writing
	}
	defer f.Close()
	return terminal.IsTerminal(f)
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil || !x.Mode().IsRegular() {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// write reads the logs and writes their events. After an error there is no new file.
func (o *output) write(ctx context.Context, logs *logSource, paths []string, jobs int) (*reading, error) {
	run := o.writeLines
	if o.format == "parquet" {
		run = o.writeParquet
	}
	read, err := run(ctx, logs, paths, jobs)
	switch {
	case o.file == nil:
	case err != nil:
		err = errors.Join(err, o.file.Discard())
	default:
		err = withCode(exitIO, o.file.Commit())
	}
	return read, err
}

func (o *output) writeLines(ctx context.Context, logs *logSource, paths []string, jobs int) (*reading, error) {
	to, err := o.lines(jobs)
	if err != nil {
		return nil, err
	}
	return logs.readAll(paths, func(in *logfile.Reader, path string, r *reading) error {
		return logs.readLines(ctx, in, path, r, to)
	})
}

// lines returns what several workers write lines with.
func (o *output) lines(jobs int) (*lines, error) {
	first, err := encode.NewLines(o.format, o.options)
	if err != nil {
		return nil, err
	}
	return &lines{out: &headed{w: o.w, head: first.Begin(nil)}, jobs: jobs, make: o.appender}, nil
}

// appender returns what writes records as lines; each worker has its own. The fields of ECS as JSON are written without
// making an event of the record, which is much faster.
func (o *output) appender() appender {
	if o.format == "json" && o.view.Name == "ecs" && len(o.fields) == 0 {
		return appendJSONLine
	}
	to, err := encode.NewLines(o.format, o.options)
	shown := &showing{output: o}
	return func(b []byte, r *normalize.Record) ([]byte, error) {
		if err != nil {
			return b, err
		}
		return to.Append(b, shown.event(r)), nil
	}
}

func (o *output) writeParquet(ctx context.Context, logs *logSource, paths []string, _ int) (*reading, error) {
	columns := o.view.Columns
	if len(o.fields) > 0 {
		columns = slices.DeleteFunc(slices.Clone(columns), func(c encode.Column) bool { return !slices.Contains(o.fields, c.Name) })
	}
	buffered := bufio.NewWriterSize(o.w, 64<<10)
	p, err := encode.NewParquet(buffered, columns, o.view.Name)
	if err != nil {
		return nil, err
	}
	read, err := logs.read(ctx, paths, &parquetEvents{showing{output: o}, p})
	if err != nil {
		return read, err // without an index the file is none; what a pipe got so far is not readable
	}
	return read, withCode(exitIO, errors.Join(p.Close(), buffered.Flush()))
}

// parquetEvents writes events as they come.
type parquetEvents struct {
	showing
	p *encode.ParquetWriter
}

func (p *parquetEvents) event(r *normalize.Record, _ geo.Place) error {
	return withCode(exitIO, p.p.Encode(p.showing.event(r)))
}

func (p *parquetEvents) unparsed(string) {}

// showing makes events of records as the flags want to see them.
type showing struct {
	output              *output
	read, named, chosen logviz.Event
}

// event returns an event that is valid until the next call.
func (s *showing) event(r *normalize.Record) *logviz.Event {
	e := &s.read
	r.Event(e)
	if s.output.view.Name != "ecs" {
		s.output.view.Apply(e, &s.named)
		e = &s.named
	}
	if len(s.output.fields) == 0 {
		return e
	}
	s.chosen.Reset()
	for _, name := range s.output.fields {
		if v := e.Get(name); v.Kind() != 0 {
			s.chosen.Set(name, v)
		}
	}
	return &s.chosen
}

// headed writes a head before the first bytes, and nothing if there are none.
type headed struct {
	w    io.Writer
	head []byte
}

func (h *headed) Write(b []byte) (int, error) {
	if len(h.head) > 0 && len(b) > 0 {
		if _, err := h.w.Write(h.head); err != nil {
			return 0, err
		}
		h.head = nil
	}
	return h.w.Write(b)
}
