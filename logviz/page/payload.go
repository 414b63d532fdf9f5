package page

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"ops/logviz"
	"ops/logviz/geo"
	"ops/logviz/worldmap"
)

// Data is what a page tells. Table and Statistics are of the same events.
type Data struct {
	Title      string // "": one of what the page is about
	Generator  string // what made the page, "ops 0.1.0"
	Lang       string // of the page: en, fr, de, es; "" or "auto": the browser's
	Theme      string // light or dark; "" or "auto": the reader's
	Zone       *time.Location
	Table      *logviz.LedgerTable
	Statistics *logviz.Statistics
	Notes      []string           // where data come from, a line each
	Target     *worldmap.Landmark // of the attacks, if it is told
	Privacy    Privacy
	Seq        int // of a live page: the number of the last event that is in the table
}

// Mark is a place on the page's map, in its units.
type Mark struct {
	Name string `json:"name"`
	X    int    `json:"x"`
	Y    int    `json:"y"`
}

func mark(t *worldmap.Landmark) *Mark {
	if t == nil {
		return nil
	}
	at := worldView().Dot(t.Place)
	return &Mark{Name: t.Name, X: round(at.X), Y: round(at.Y)}
}

// DefaultRows is how many rows a table should have at most for a page.
const DefaultRows = 120_000

// Header is what stands before the rows of a payload, as JSON.
type Header struct {
	Version       int            `json:"version"`
	Title         string         `json:"title"` // "": that of the reader's language
	Generator     string         `json:"generator"`
	Lang          string         `json:"lang"`
	Theme         string         `json:"theme"`
	From          int64          `json:"from"`    // Unix second at which step 0 begins
	Step          int64          `json:"step"`    // seconds
	Steps         int            `json:"steps"`   // attempts whose time was not logged are in step number Steps
	Zone          string         `json:"zone"`    // name, for reading only
	Offsets       []Offset       `json:"offsets"` // of local time, from From on
	Statistics    *Statistics    `json:"statistics"`
	Places        []string       `json:"places"`         // ISO 3166-1 alpha-2, or "-private", "-reserved", "-unknown"
	Sources       []string       `json:"sources"`        // "": others of their place, or no address was logged
	SourcePlace   []int          `json:"source_place"`   // index into Places, per source
	SourceOthers  map[string]int `json:"source_others"`  // by index: how many addresses a source stands for
	Accounts      []string       `json:"accounts"`       // "": others, or the empty name
	AccountOthers map[string]int `json:"account_others"` // by index: how many accounts an account stands for
	Methods       []string       `json:"methods"`        // as sshd names them
	Notes         []string       `json:"notes"`          //
	Target        *Mark          `json:"target"`         //
	Seq           int            `json:"seq,omitempty"`  // of a live page
}

// Offset says from when on local time is how far ahead of UTC.
type Offset struct {
	From    int64 // Unix second
	Seconds int   // east of UTC
	Name    string
}

// MarshalJSON writes an offset as [from, seconds, name].
func (o Offset) MarshalJSON() ([]byte, error) { return json.Marshal([]any{o.From, o.Seconds, o.Name}) }

// UnmarshalJSON reads what MarshalJSON writes.
func (o *Offset) UnmarshalJSON(b []byte) error {
	return json.Unmarshal(b, &[]any{&o.From, &o.Seconds, &o.Name})
}

// Payload returns the data as the page's script reads them: a stream of DEFLATE (RFC 1951) with the length of the header as
// four bytes, the smallest first, the header as JSON, and five columns, each again its length and then a number in
// unsigned LEB128 per row: steps since the row before, source (less that of the row before, within a step), account, twice
// the method and one more if the attempts got in, attempts. Rows are in order of the step and then of the source.
func (d *Data) Payload() ([]byte, error) {
	t := d.Privacy.table(d.Table)
	h := d.header(t)
	header, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	var columns [5][]byte
	last, before := 0, 0 // step and source of the row before
	for _, r := range t.rows {
		step, method := r.Step, 2*r.Method
		if step == d.Table.Steps {
			step = h.Steps // behind the last one of the page
		}
		if r.Accepted {
			method++
		}
		if step != last {
			before = 0
		}
		// The script counts in 32 bits.
		for n := r.N; n > 0; n -= math.MaxUint32 {
			for i, v := range [5]int{step - last, r.Source - before, r.Account, method, min(n, math.MaxUint32)} {
				columns[i] = binary.AppendUvarint(columns[i], uint64(v))
			}
			last, before = step, r.Source
		}
	}
	var plain []byte
	for _, block := range append([][]byte{header}, columns[:]...) {
		plain = binary.LittleEndian.AppendUint32(plain, uint32(len(block)))
		plain = append(plain, block...)
	}
	return deflate(plain), nil
}

func deflate(plain []byte) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		panic(err) // the level is a valid one
	}
	w.Write(plain) // a buffer takes everything
	w.Close()
	return b.Bytes()
}

func (d *Data) header(t *table) *Header {
	h := &Header{
		Version: 1, Title: d.Title, Generator: d.Generator, Lang: auto(d.Lang), Theme: auto(d.Theme),
		From: d.Table.From.Unix(), Step: int64(d.Table.Step / time.Second), Steps: d.Table.Steps,
		Zone: d.Zone.String(), Statistics: d.statistics(), Notes: append([]string{}, d.Notes...), Target: mark(d.Target),
		SourceOthers: map[string]int{}, AccountOthers: map[string]int{}, Seq: d.Seq,
		Places: []string{}, Sources: []string{}, SourcePlace: []int{}, Accounts: []string{}, Methods: append([]string{}, t.methods...),
	}
	if h.Steps == 0 { // nothing has a time: a day without anything
		h.From, h.Step, h.Steps = 0, 60, 24*60
	}
	h.Offsets = offsets(d.Zone, h.From, h.From+int64(h.Steps)*h.Step)
	if h.Zone == time.Local.String() { // which is the same word on every machine
		h.Zone = h.Offsets[0].Name
	}
	for _, p := range t.places {
		h.Places = append(h.Places, placeName(p))
	}
	for i, s := range t.sources {
		h.Sources, h.SourcePlace = append(h.Sources, s.name), append(h.SourcePlace, s.place)
		if s.others > 0 {
			h.SourceOthers[strconv.Itoa(i)] = s.others
		}
	}
	for i, a := range t.accounts {
		h.Accounts = append(h.Accounts, a.name)
		if a.others > 0 {
			h.AccountOthers[strconv.Itoa(i)] = a.others
		}
	}
	return h
}

func auto(s string) string {
	if s == "" {
		return "auto"
	}
	return s
}

func (d *Data) title() string {
	if d.Title == "" {
		return wordsFor(d.Lang).title
	}
	return d.Title
}

// placeName is a country's code, or why there is none.
func placeName(p geo.Place) string {
	if p.Kind == geo.Country {
		return p.Code
	}
	return "-" + p.Kind.String()
}

// maxOffsets is how many changes of the clocks a page knows: those of 250 years.
const maxOffsets = 500

// offsets lists the changes of a zone's clocks, from and to in Unix seconds.
func offsets(zone *time.Location, from, to int64) []Offset {
	var list []Offset
	for at := from; len(list) < maxOffsets; {
		t := time.Unix(at, 0).In(zone)
		name, seconds := t.Zone()
		list = append(list, Offset{at, seconds, name})
		_, end := t.ZoneBounds()
		if end.IsZero() || end.Unix() >= to {
			break
		}
		at = end.Unix()
	}
	return list
}
