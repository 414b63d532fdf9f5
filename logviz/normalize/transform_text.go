package normalize

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"ops/logviz"
)

// keyed gives each key of a structured text its field.
type keyed struct {
	targets map[string]*target
	keep    bool // keys without a target
	prefix  string
}

func newKeyed(keys map[string]string, others, prefix string, known types) (*keyed, error) {
	k := &keyed{targets: make(map[string]*target), keep: others == "keep", prefix: prefix}
	if others != "" && others != "keep" && others != "drop" {
		return nil, fmt.Errorf("others is %q, must be drop or keep", others)
	}
	if len(keys) == 0 && !k.keep {
		return nil, fmt.Errorf("neither keys nor others: keep, so nothing would come of it")
	}
	if prefix != "" && !isFieldName(prefix+"x") {
		return nil, fmt.Errorf("prefix %q: must be lower-case words and dots", prefix)
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		to, err := newTarget(keys[key], known)
		if err != nil {
			return nil, fmt.Errorf("key %s: %w", key, err)
		}
		k.targets[key] = to
	}
	return k, nil
}

// give says what a key and its text change. Of a key that comes twice the caller gives the first.
func (k *keyed) give(key, text string, t *turn) error {
	if to, ok := k.targets[key]; ok {
		return to.give(text, t)
	}
	if name := fieldName(k.prefix, key); k.keep && text != "" && name != "" {
		t.set(name, logviz.StringValue(text))
	}
	return nil
}

func (kv *KeyValue) compile(known types) (transform, error) {
	pair, separator := kv.Pair, kv.Separator
	if pair == "" {
		pair = " "
	}
	if separator == "" {
		separator = "="
	}
	if len(kv.Quote) > 1 {
		return nil, fmt.Errorf("quote is %q, must be one character of ASCII", kv.Quote)
	}
	keys, err := newKeyed(kv.Keys, kv.Others, kv.Prefix, known)
	if err != nil {
		return nil, err
	}
	return func(t *turn) error {
		seen := make(map[string]bool)
		rest := t.text(kv.Field)
		for rest != "" {
			if strings.HasPrefix(rest, pair) {
				rest = rest[len(pair):]
				continue
			}
			end := strings.Index(rest, pair)
			if end < 0 {
				end = len(rest)
			}
			at := strings.Index(rest[:end], separator)
			if at < 0 { // a word alone
				rest = rest[end:]
				continue
			}
			key, value := rest[:at], rest[at+len(separator):]
			none := false
			if kv.Quote != "" && strings.HasPrefix(value, kv.Quote) {
				var ok bool
				if value, rest, ok = unquote(value, kv.Quote[0]); !ok {
					return fmt.Errorf("field %s: the quote behind %.60q has no end", kv.Field, key)
				}
			} else {
				value, rest = rest[at+len(separator):max(end, at+len(separator))], rest[max(end, at+len(separator)):]
				none = slices.Contains(kv.None, value)
			}
			if seen[key] {
				continue
			}
			if seen[key] = true; len(seen) > maxPieces {
				return fmt.Errorf("field %s: more than %d keys", kv.Field, maxPieces)
			}
			if none {
				continue
			}
			if err := keys.give(key, value, t); err != nil {
				return err
			}
		}
		return nil
	}, wantFields(kv.Field)
}

// unquote reads a text in quotes at the start of s.
func unquote(s string, quote byte) (text, rest string, ok bool) {
	var b []byte
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return string(b), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b = append(b, s[i])
	}
	return "", s, false
}

func (c *CSV) compile(known types) (transform, error) {
	comma := ','
	if c.Separator != "" {
		size := 0
		if comma, size = utf8.DecodeRuneInString(c.Separator); size != len(c.Separator) || strings.ContainsAny(c.Separator, "\"\r\n\uFFFD") {
			return nil, fmt.Errorf("separator is %q, must be one character and no quote", c.Separator)
		}
	}
	var columns []*target
	for i, s := range c.Columns {
		to, err := newTarget(s, known)
		if err != nil {
			return nil, fmt.Errorf("column %d: %w", i+1, err)
		}
		columns = append(columns, to)
	}
	return func(t *turn) error {
		text := t.text(c.Field)
		if text == "" {
			return nil
		}
		r := csv.NewReader(strings.NewReader(text))
		r.Comma, r.FieldsPerRecord = comma, -1
		cells, err := r.Read()
		if err != nil {
			return fmt.Errorf("field %s: %w", c.Field, err)
		}
		if _, err := r.Read(); err != io.EOF {
			return fmt.Errorf("field %s: more than one record", c.Field)
		}
		for i, cell := range cells[:min(len(cells), len(columns))] {
			if err := columns[i].give(cell, t); err != nil {
				return fmt.Errorf("column %d: %w", i+1, err)
			}
		}
		return nil
	}, wantFields(c.Field)
}

// maxNested bounds the objects inside objects that are looked into.
const maxNested = 16

func (j *JSON) compile(known types) (transform, error) {
	keys, err := newKeyed(j.Keys, j.Others, j.Prefix, known)
	if err != nil {
		return nil, err
	}
	return func(t *turn) error {
		text := t.text(j.Field)
		if text == "" {
			return nil
		}
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var object map[string]any
		if err := d.Decode(&object); err != nil {
			return fmt.Errorf("field %s: %w", j.Field, err)
		}
		if _, err := d.Token(); object == nil || err != io.EOF {
			return fmt.Errorf("field %s: %w", j.Field, errors.New("must be one JSON object"))
		}
		return keys.object(object, "", maxNested, t)
	}, wantFields(j.Field)
}

// object gives the members of an object, in order of the key.
func (k *keyed) object(object map[string]any, path string, depth int, t *turn) error {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		var err error
		switch x := object[key].(type) {
		case map[string]any:
			if depth > 0 {
				err = k.object(x, path+key+".", depth-1, t)
			}
		default:
			err = k.member(path+key, x, t)
		}
		if err != nil {
			return err
		}
		if len(t.changes) > maxPieces {
			return fmt.Errorf("more than %d keys", maxPieces)
		}
	}
	return nil
}

func (k *keyed) member(path string, x any, t *turn) error {
	if to, ok := k.targets[path]; ok {
		if list, ok := texts(x); ok && to != nil && to.typ.name == "text" {
			t.set(to.name, logviz.ListValue(list...))
			return nil
		}
		text, _ := scalar(x)
		return to.give(text, t)
	}
	name := fieldName(k.prefix, path)
	if !k.keep || name == "" {
		return nil
	}
	if list, ok := texts(x); ok {
		t.set(name, logviz.ListValue(list...))
		return nil
	}
	switch x := x.(type) {
	case bool:
		t.set(name, logviz.BoolValue(x))
	case json.Number:
		if n, err := x.Int64(); err == nil {
			t.set(name, logviz.IntegerValue(n))
		} else if f, err := x.Float64(); err == nil {
			t.set(name, logviz.FloatValue(f))
		}
	case string:
		t.set(name, logviz.StringValue(x))
	}
	return nil
}

// scalar returns a text, number or boolean as text.
func scalar(x any) (string, bool) {
	switch x := x.(type) {
	case string:
		return x, true
	case bool, json.Number:
		return fmt.Sprint(x), true
	}
	return "", false
}

// texts returns a list of such.
func texts(x any) ([]string, bool) {
	list, ok := x.([]any)
	if !ok || len(list) > maxPieces {
		return nil, false
	}
	out := make([]string, len(list))
	for i := range list {
		if out[i], ok = scalar(list[i]); !ok {
			return nil, false
		}
	}
	return out, true
}
