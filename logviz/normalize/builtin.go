package normalize

import "embed"

//go:embed definitions/*.yaml
var shipped embed.FS

// Builtin returns the shipped definitions, headers first within their names' order.
func Builtin() ([]*Definition, error) {
	defs, err := ReadDir(shipped, "definitions")
	for _, d := range defs {
		d.builtin = true
	}
	return defs, err
}

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of definition files.
func Schema() []byte { return schema }
