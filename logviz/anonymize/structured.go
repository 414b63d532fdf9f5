package anonymize

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"ops/logviz"
	"ops/logviz/logfile"
)

// maxDepth bounds how deep a JSON record may go.
const maxDepth = 64

// rewriteJSON replaces the strings of an object, also those written as lists of bytes, as the journal writes what is not
// UTF-8. Order, names and numbers stay; white space between them does not. It reports false if line is no object.
func rewriteJSON(line string, piece func(string) string) (string, bool) {
	if !json.Valid([]byte(line)) {
		return "", false
	}
	out, ok := rewriteValue(nil, json.RawMessage(line), piece, 0)
	return string(out), ok
}

func rewriteValue(b []byte, raw json.RawMessage, piece func(string) string, depth int) ([]byte, bool) {
	raw = bytes.TrimSpace(raw)
	if depth == maxDepth {
		return b, false
	}
	switch raw[0] {
	case '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return b, false
		}
		return logviz.AppendJSONString(b, piece(s)), true
	case '{', '[':
		if octets, ok := octetsOf(raw); ok {
			return appendOctets(b, piece(string(octets))), true
		}
		return rewriteMembers(b, raw, piece, depth)
	}
	return append(b, raw...), true
}

// rewriteMembers reads token by token, so that members stay in order and those that come twice stay two.
func rewriteMembers(b []byte, raw json.RawMessage, piece func(string) string, depth int) ([]byte, bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	object := raw[0] == '{'
	if _, err := d.Token(); err != nil {
		return b, false
	}
	b = append(b, raw[0])
	for first := true; d.More(); first = false {
		if !first {
			b = append(b, ',')
		}
		if object {
			key, err := d.Token()
			name, ok := key.(string)
			if err != nil || !ok {
				return b, false
			}
			b = append(logviz.AppendJSONString(b, name), ':')
		}
		var member json.RawMessage
		if d.Decode(&member) != nil {
			return b, false
		}
		var ok bool
		if b, ok = rewriteValue(b, member, piece, depth+1); !ok {
			return b, false
		}
	}
	return append(b, raw[0]+2), true // the closing bracket, in ASCII
}

// octetsOf reads a list of bytes.
func octetsOf(raw json.RawMessage) ([]byte, bool) {
	if raw[0] != '[' {
		return nil, false
	}
	var wide []uint16
	if json.Unmarshal(raw, &wide) != nil || len(wide) == 0 {
		return nil, false
	}
	numbers := make([]byte, 0, len(wide))
	for _, n := range wide {
		if n > 255 {
			return nil, false
		}
		numbers = append(numbers, byte(n))
	}
	return numbers, true
}

func appendOctets(b []byte, s string) []byte {
	b = append(b, '[')
	for i := range len(s) {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(s[i]), 10)
	}
	return append(b, ']')
}

// rewriteExport replaces the values of an entry of the journal's export format.
func rewriteExport(entry string, piece func(string) string) string {
	var b strings.Builder
	for name, value := range logfile.Fields([]byte(entry)) {
		text := piece(string(value))
		b.Write(name)
		if utf8.ValidString(text) && strings.IndexByte(text, '\n') < 0 {
			b.WriteString("=" + text + "\n")
			continue
		}
		b.WriteByte('\n')
		binary.Write(&b, binary.LittleEndian, uint64(len(text)))
		io.WriteString(&b, text+"\n")
	}
	return b.String()
}
