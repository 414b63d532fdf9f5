package files

import (
	"io"
	"unicode/utf8"

	"ops/internal/terminal"
)

// visible shows a stream on a terminal: lines and tabs as they are, everything else by terminal.Printable.
type visible struct {
	w    io.Writer
	rest []byte // a character that is not whole yet
	open bool   // the last line has no end
}

func (v *visible) Write(b []byte) (int, error) {
	text := append(v.rest, b...)
	whole := len(text)
	for back := 1; back < utf8.UTFMax && back <= len(text); back++ {
		if c := text[len(text)-back]; utf8.RuneStart(c) {
			if !utf8.FullRune(text[len(text)-back:]) {
				whole = len(text) - back
			}
			break
		}
	}
	var out []byte
	start := 0
	for i, c := range text[:whole] {
		if c == '\n' || c == '\t' {
			out = append(append(out, terminal.Printable(string(text[start:i]))...), c)
			start = i + 1
		}
	}
	out = append(out, terminal.Printable(string(text[start:whole]))...)
	v.rest = append([]byte(nil), text[whole:]...)
	if len(out) > 0 {
		v.open = out[len(out)-1] != '\n'
		if _, err := v.w.Write(out); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// end shows what is left and ends the last line.
func (v *visible) end() {
	if len(v.rest) > 0 {
		io.WriteString(v.w, terminal.Printable(string(v.rest)))
		v.open = true
	}
	if v.open {
		io.WriteString(v.w, "\n")
	}
}
