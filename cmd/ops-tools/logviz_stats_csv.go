package main

import (
	"io"

	"ops/logviz"
	"ops/logviz/encode"
)

// printStatsCSV prints a list as CSV with a line of names. Nobody has to ask for cells that a spreadsheet leaves alone:
// who needs each byte as it was logged has --json.
func printStatsCSV(w io.Writer, l *statsList, top int) error {
	var columns []encode.Column
	for _, c := range l.columns {
		if c.name != "" {
			columns = append(columns, encode.Column{Name: c.name, Kind: logviz.String})
		}
	}
	csv, err := encode.NewCSV(columns, true)
	if err != nil {
		return err
	}
	out := csv.Begin(nil)
	var e logviz.Event
	for _, row := range l.part(top) {
		e.Reset()
		for i, cell := range row.cells {
			if name := l.columns[i].name; name != "" {
				e.Set(name, logviz.StringValue(cell.raw))
			}
		}
		out = csv.Append(out, &e)
	}
	_, err = w.Write(out)
	return err
}
