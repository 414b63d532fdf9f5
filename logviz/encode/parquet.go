package encode

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go"

	"ops/logviz"
)

const (
	// restColumn holds the fields that have no column of their own, as one JSON object.
	restColumn = "fields"
	// offsetColumn holds the offset that @timestamp was written with, in seconds east of UTC; null for UTC itself.
	offsetColumn = "timestamp_offset"
	// Keys of the file's metadata: the schema of the names, and the kinds of the columns, which Parquet has no types for.
	schemaKey = "ops.schema"
	kindsKey  = "ops.kinds"
)

// rowGroupBytes is how much of events is gathered before a row group is closed. The writer holds a group in memory,
// about twice: as it is and encoded.
const rowGroupBytes = 8 << 20

// ParquetWriter writes a Parquet file. It belongs to one goroutine.
type ParquetWriter struct {
	out    *parquet.GenericWriter[any]
	places map[string]place
	offset int // of offsetColumn, -1 without @timestamp
	rest   int
	cells  [][]parquet.Value // by column
	row    parquet.Row
	others logviz.Event
	size   int // bytes in the row group
}

// place is where a field goes.
type place struct {
	column int
	kind   logviz.Kind
}

// NewParquet begins a file: a row an event, a column for each of columns, null where an event lacks it,
// compressed with zstd. Timestamps are in nanoseconds UTC, and what offset @timestamp had is in the column
// timestamp_offset; addresses are strings; durations are nanoseconds. A field without a column, or with a value of
// another kind than its column, is in the column fields, a JSON object. Bytes that are not UTF-8 become U+FFFD.
//
// The file can be written to a pipe. It can be read only after Close, which writes the index of everything before it.
func NewParquet(w io.Writer, columns []Column, schema string) (*ParquetWriter, error) {
	group := parquet.Group{restColumn: parquet.Optional(parquet.JSON())}
	kinds := make(map[string]string, len(columns))
	for _, c := range columns {
		node := nodeOf(c.Kind)
		if node == nil {
			return nil, fmt.Errorf("parquet: column %s has no kind", c.Name)
		}
		if c.Name == restColumn || c.Name == offsetColumn || group[c.Name] != nil {
			return nil, fmt.Errorf("parquet: column %s is there already", c.Name)
		}
		group[c.Name] = node
		kinds[c.Name] = kindNames()[c.Kind]
		if c.Name == logviz.FieldTimestamp {
			group[offsetColumn] = parquet.Optional(parquet.Int(32))
		}
	}
	note, err := json.Marshal(kinds)
	if err != nil {
		return nil, err
	}
	p := &ParquetWriter{places: make(map[string]place), offset: -1, cells: make([][]parquet.Value, len(group))}
	layout := parquet.NewSchema("event", group)
	at := make(map[string]int)
	for i, path := range layout.Columns() {
		at[path[0]] = i
	}
	for _, c := range columns {
		p.places[c.Name] = place{at[c.Name], c.Kind}
	}
	p.rest = at[restColumn]
	if i, ok := at[offsetColumn]; ok {
		p.offset = i
	}
	pages, err := newCodec()
	if err != nil {
		return nil, err
	}
	p.out = parquet.NewGenericWriter[any](w, layout,
		parquet.Compression(pages),
		parquet.PageBufferSize(64<<10), parquet.WriteBufferSize(64<<10),
		parquet.CreatedBy("ops", "1", ""), // without the version of the build: the same events give the same bytes
		parquet.KeyValueMetadata(kindsKey, string(note)), parquet.KeyValueMetadata(schemaKey, schema))
	return p, nil
}

// kindNames are the kinds' names in a file.
func kindNames() map[logviz.Kind]string {
	return map[logviz.Kind]string{
		logviz.String: "string", logviz.Integer: "integer", logviz.Float: "float", logviz.Bool: "bool", logviz.IP: "ip",
		logviz.MAC: "mac", logviz.Timestamp: "timestamp", logviz.Duration: "duration", logviz.Bytes: "bytes", logviz.List: "list",
	}
}

// nodeOf returns the type of a column. Texts are kept as indexes into a dictionary as long as they repeat: most do.
func nodeOf(k logviz.Kind) parquet.Node {
	switch k {
	case logviz.String, logviz.IP, logviz.MAC:
		return parquet.Optional(parquet.Encoded(parquet.String(), &parquet.RLEDictionary))
	case logviz.List:
		return parquet.Optional(parquet.List(parquet.Encoded(parquet.String(), &parquet.RLEDictionary)))
	case logviz.Integer, logviz.Bytes, logviz.Duration:
		return parquet.Optional(parquet.Int(64))
	case logviz.Float:
		return parquet.Optional(parquet.Leaf(parquet.DoubleType))
	case logviz.Bool:
		return parquet.Optional(parquet.Leaf(parquet.BooleanType))
	case logviz.Timestamp:
		return parquet.Optional(parquet.Timestamp(parquet.Nanosecond))
	}
	return nil
}

// Encode adds an event, which it does not keep.
func (p *ParquetWriter) Encode(e *logviz.Event) error {
	for i := range p.cells {
		p.cells[i] = append(p.cells[i][:0], parquet.NullValue())
	}
	p.others.Reset()
	for name, v := range e.All() {
		at, ok := p.places[name]
		if !ok || at.kind != v.Kind() {
			p.others.Set(name, v)
			continue
		}
		p.cells[at.column] = p.appendCell(p.cells[at.column][:0], v)
		if name == logviz.FieldTimestamp {
			if _, offset := v.Time().Zone(); offset != 0 {
				p.cells[p.offset][0] = parquet.Int32Value(int32(offset)).Level(0, 1, 0)
			}
		}
	}
	if p.others.Len() > 0 {
		text := p.others.AppendJSON(nil)
		p.size += len(text)
		p.cells[p.rest][0] = parquet.ByteArrayValue(text).Level(0, 1, 0)
	}
	p.row = p.row[:0]
	for column, cells := range p.cells {
		for _, v := range cells {
			p.row = append(p.row, v.Level(v.RepetitionLevel(), v.DefinitionLevel(), column))
		}
	}
	if _, err := p.out.WriteRows([]parquet.Row{p.row}); err != nil {
		return err
	}
	const perCell = 4 // levels and, for most, an index
	if p.size += perCell * len(p.cells); p.size < rowGroupBytes {
		return nil
	}
	p.size = 0
	return p.out.Flush()
}

// appendCell appends a value, or what a list has. The levels are those of Dremel: how much of the path to the value is
// there, and at which depth it repeats.
func (p *ParquetWriter) appendCell(cells []parquet.Value, v logviz.Value) []parquet.Value {
	p.size += 8
	switch v.Kind() {
	case logviz.String, logviz.IP, logviz.MAC:
		return append(cells, p.bytes(v.String()).Level(0, 1, 0))
	case logviz.List:
		list := v.List()
		if len(list) == 0 {
			return append(cells, parquet.NullValue().Level(0, 1, 0))
		}
		for i, s := range list {
			cells = append(cells, p.bytes(s).Level(min(i, 1), 2, 0))
		}
		return cells
	case logviz.Float:
		return append(cells, parquet.DoubleValue(v.Float()).Level(0, 1, 0))
	case logviz.Bool:
		return append(cells, parquet.BooleanValue(v.Int() != 0).Level(0, 1, 0))
	case logviz.Timestamp:
		return append(cells, parquet.Int64Value(v.Time().UnixNano()).Level(0, 1, 0))
	}
	return append(cells, parquet.Int64Value(v.Int()).Level(0, 1, 0))
}

func (p *ParquetWriter) bytes(s string) parquet.Value {
	p.size += len(s)
	return parquet.ByteArrayValue([]byte(valid(s)))
}

// valid replaces each byte that is not UTF-8, as JSON does.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// Close writes what is left to write. It does not close the stream.
func (p *ParquetWriter) Close() error { return p.out.Close() }
