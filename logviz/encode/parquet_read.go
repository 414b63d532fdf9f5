package encode

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/parquet-go/parquet-go"

	"ops/logviz"
)

// ParquetReader reads the events of a Parquet file that [NewParquet] wrote. It belongs to one goroutine.
type ParquetReader struct {
	schema  string
	rows    *parquet.GenericReader[any]
	columns []source
	batch   []parquet.Row
	next    int // in batch
	have    int
	ended   bool
}

// source says what a column of the file becomes.
type source struct {
	name string
	kind logviz.Kind
}

// batchRows are read at a time.
const batchRows = 64

// OpenParquet begins to read a file of size bytes. A file of somebody else's, without our notes in it, is refused: its
// columns could mean anything.
func OpenParquet(r io.ReaderAt, size int64) (p *ParquetReader, err error) {
	defer damaged(&err)
	if err := checkFooter(r, size); err != nil {
		return nil, fmt.Errorf("no Parquet file, or damaged: %w", err)
	}
	file, err := parquet.OpenFile(r, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("no Parquet file, or damaged: %w", err)
	}
	note, ok := file.Lookup(kindsKey)
	if !ok {
		return nil, errors.New("a Parquet file, but not one that ops wrote: it does not say what its columns are; convert it to JSON lines")
	}
	var kinds map[string]string
	if err := json.Unmarshal([]byte(note), &kinds); err != nil {
		return nil, fmt.Errorf("damaged Parquet file: its note %s: %w", kindsKey, err)
	}
	p = &ParquetReader{batch: make([]parquet.Row, batchRows)}
	p.schema, _ = file.Lookup(schemaKey)
	byName := make(map[string]logviz.Kind)
	for kind, name := range kindNames() {
		byName[name] = kind
	}
	for _, path := range file.Schema().Columns() {
		p.columns = append(p.columns, source{path[0], byName[kinds[path[0]]]})
	}
	p.rows = parquet.NewGenericReader[any](file)
	return p, nil
}

// Schema returns the name of the schema whose field names the file has.
func (p *ParquetReader) Schema() string { return p.schema }

// Next fills the event with the next row's fields: those of columns in the order of the file, then the others. Fields
// of columns have the kinds that they were written with, the others those of JSON. It returns io.EOF after the last.
func (p *ParquetReader) Next(e *logviz.Event) (err error) {
	defer damaged(&err)
	e.Reset()
	for p.next == p.have {
		if p.ended {
			return io.EOF
		}
		p.next, p.have, err = 0, 0, nil
		n, err := p.rows.ReadRows(p.batch)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("damaged Parquet file: %w", err)
		}
		p.have, p.ended = n, err != nil || n == 0
	}
	row := p.batch[p.next]
	p.next++
	return p.fill(e, row)
}

// Close releases what reading holds. It does not close the file.
func (p *ParquetReader) Close() error { return p.rows.Close() }

// damaged makes an error of a panic: the library trusts the numbers in a file in places.
func damaged(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("damaged Parquet file: %v", r)
	}
}

func (p *ParquetReader) fill(e *logviz.Event, row parquet.Row) error {
	var offset int
	var rest []byte
	var failed error
	row.Range(func(column int, cells []parquet.Value) bool {
		c := p.columns[column]
		switch {
		case len(cells) == 0 || cells[0].DefinitionLevel() == 0:
		case c.name == offsetColumn:
			offset = int(cells[0].Int32())
		case c.name == restColumn:
			rest = cells[0].ByteArray()
		default:
			v, err := valueOf(c, cells)
			if err != nil {
				failed = err
				return false
			}
			e.Set(c.name, v)
		}
		return true
	})
	if failed != nil {
		return failed
	}
	const day = 24 * 60 * 60
	if t := e.Time(); offset > -day && offset < day && offset != 0 && !t.IsZero() {
		if v, ok := logviz.TimestampValue(t.In(time.FixedZone("", offset))); ok {
			e.Set(logviz.FieldTimestamp, v)
		}
	}
	if rest == nil {
		return nil
	}
	return setJSON(e, rest)
}

// valueOf makes a value of a cell whose type in the file must be that of its kind.
func valueOf(c source, cells []parquet.Value) (logviz.Value, error) {
	cell := cells[0]
	wrong := func() (logviz.Value, error) {
		return logviz.Value{}, fmt.Errorf("damaged Parquet file: column %q has no such value: %s", c.name, cell)
	}
	want := parquet.Int64
	switch c.kind {
	case logviz.String, logviz.IP, logviz.MAC, logviz.List:
		want = parquet.ByteArray
	case logviz.Float:
		want = parquet.Double
	case logviz.Bool:
		want = parquet.Boolean
	}
	if c.kind == logviz.List {
		list := make([]string, 0, len(cells))
		for _, cell := range cells {
			if cell.DefinitionLevel() > 1 {
				if cell.Kind() != want {
					return wrong()
				}
				list = append(list, string(cell.ByteArray()))
			}
		}
		return logviz.ListValue(list...), nil
	}
	if cell.Kind() != want {
		return wrong()
	}
	switch c.kind {
	case logviz.String:
		return logviz.StringValue(string(cell.ByteArray())), nil
	case logviz.IP:
		a, err := netip.ParseAddr(string(cell.ByteArray()))
		if err != nil {
			return wrong()
		}
		return logviz.IPValue(a), nil
	case logviz.MAC:
		a, err := net.ParseMAC(string(cell.ByteArray()))
		if err != nil || len(a) != 6 {
			return wrong()
		}
		return logviz.MACValue([6]byte(a)), nil
	case logviz.Integer:
		return logviz.IntegerValue(cell.Int64()), nil
	case logviz.Bytes:
		return logviz.BytesValue(cell.Int64()), nil
	case logviz.Duration:
		return logviz.DurationValue(time.Duration(cell.Int64())), nil
	case logviz.Float:
		return logviz.FloatValue(cell.Double()), nil
	case logviz.Bool:
		return logviz.BoolValue(cell.Boolean()), nil
	case logviz.Timestamp:
		v, ok := logviz.TimestampValue(time.Unix(0, cell.Int64()).UTC())
		if !ok {
			return wrong()
		}
		return v, nil
	}
	return wrong()
}

// setJSON sets the members of an object as fields.
func setJSON(e *logviz.Event, object []byte) error {
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber()
	wrong := func(err error) error { return fmt.Errorf("damaged Parquet file: column %s: %w", restColumn, err) }
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return wrong(errors.New("no JSON object"))
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return wrong(err)
		}
		var x any
		if err := d.Decode(&x); err != nil {
			return wrong(err)
		}
		v, err := fromJSON(x)
		if err != nil {
			return wrong(err)
		}
		e.Set(name.(string), v)
	}
	_, err := d.Token()
	if err != nil {
		return wrong(err)
	}
	return nil
}
