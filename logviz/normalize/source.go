package normalize

import (
	"fmt"
	"os"
)

// File returns the name of the file that the definition was read from.
func (d *Definition) File() string { return d.file }

// IsBuiltin reports whether it is one of [Builtin].
func (d *Definition) IsBuiltin() bool { return d.builtin }

// Source reads the definition's file as it was written.
func (d *Definition) Source() ([]byte, error) {
	if d.builtin {
		return shipped.ReadFile(d.file)
	}
	return os.ReadFile(d.file)
}

// Tests counts the tests inside the definition.
func (d *Definition) Tests() int {
	n := 0
	for _, p := range d.Patterns {
		n += len(p.Tests)
	}
	if d.Decode != nil {
		n += len(d.Decode.Tests)
	}
	return n
}

// place names a line of the definition's file, if it is known.
func (d *Definition) place(line int) string {
	if line == 0 {
		return d.file
	}
	return fmt.Sprintf("%s:%d", d.file, line)
}

// Records returns the lines of the definition's tests that match, as records: messages stand behind a syslog header.
// Definitions that read other fields have none.
func (d *Definition) Records() []string {
	var out []string
	for _, p := range d.Patterns {
		for _, t := range p.Tests {
			switch programs := d.When["process.name"]; {
			case t.NoMatch || d.Field != "":
			case d.Stage == Header || d.Stage == Line:
				out = append(out, t.Line)
			case d.Stage == Body && len(programs) > 0:
				out = append(out, "2026-03-14T06:25:01Z host.example.com "+programs[0]+"[1]: "+t.Line)
			}
		}
	}
	return out
}
