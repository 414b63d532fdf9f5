package page

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed templates/static.html
var staticTemplate string

// staticRows is how many rows the tables for readers without scripts have.
const staticRows = 10

// static writes the numbers as plain tables: what is seen without a script, and until it has started.
func (d *Data) static() ([]byte, error) {
	t, err := template.New("static").Parse(staticTemplate)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, d.newReport(staticRows))
	return b.Bytes(), err
}
