package strictyaml

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

func (d decoder) scalar(v reflect.Value, n *node) {
	ok, kind := n.form == scalar, n.kind
	switch v.Kind() {
	case reflect.String:
		if !ok || kind != textScalar {
			hint := ""
			if ok && kind != nullScalar {
				hint = fmt.Sprintf("; write %q in quotes", n.text)
			}
			d.expected("text", n, hint)
			return
		}
		v.SetString(n.text)
	case reflect.Bool:
		if !ok || kind != boolScalar {
			d.expected("true or false", n, "")
			return
		}
		v.SetBool(isTrue(n.text))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		bits := v.Type().Bits()
		if !d.isWhole(ok && kind == intScalar, n, bits, true) {
			return
		}
		number, err := strconv.ParseInt(n.text, 0, bits)
		if err != nil {
			d.expected(wholeNumber(bits, true), n, "")
			return
		}
		v.SetInt(number)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		bits := v.Type().Bits()
		if !d.isWhole(ok && kind == intScalar, n, bits, false) {
			return
		}
		number, err := strconv.ParseUint(strings.TrimPrefix(n.text, "+"), 0, bits)
		if err != nil {
			d.expected(wholeNumber(bits, false), n, "")
			return
		}
		v.SetUint(number)
	case reflect.Float32, reflect.Float64:
		if !ok || kind != intScalar && kind != floatScalar {
			d.expected("a number", n, "")
			return
		}
		number, err := d.float(n)
		if err != nil || v.OverflowFloat(number) {
			d.expected("a number within range", n, "")
			return
		}
		v.SetFloat(number)
	default:
		panic(fmt.Sprintf("strictyaml: no YAML can fill a %s", v.Type()))
	}
}

// isWhole notes what keeps a scalar from being a whole number.
func (d decoder) isWhole(whole bool, n *node, bits int, signed bool) bool {
	if !whole {
		d.expected(wholeNumber(bits, signed), n, "")
		return false
	}
	if hasLeadingZero(n.text) {
		digits := strings.TrimLeft(strings.TrimLeft(n.text, "+-"), "0")
		d.add(n.at, "the number %s starts with 0, which some read as octal; write 0o%s or %s", n.text, digits, digits)
		return false
	}
	return true
}

// wholeNumber describes the range of an integer type.
func wholeNumber(bits int, signed bool) string {
	switch {
	case signed && bits == 64:
		return "a whole number"
	case signed:
		return fmt.Sprintf("a whole number from %d to %d", -1<<(bits-1), 1<<(bits-1)-1)
	case bits == 64:
		return "a whole number from 0"
	}
	return fmt.Sprintf("a whole number from 0 to %d", uint64(1)<<bits-1)
}

// float reads a floating or whole number.
func (d decoder) float(n *node) (float64, error) {
	switch n.text {
	case ".nan", ".NaN", ".NAN":
		return math.NaN(), nil
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF":
		return math.Inf(1), nil
	case "-.inf", "-.Inf", "-.INF":
		return math.Inf(-1), nil
	}
	if strings.HasPrefix(n.text, "0x") || strings.HasPrefix(n.text, "0o") {
		number, err := strconv.ParseUint(n.text, 0, 64)
		return float64(number), err
	}
	return strconv.ParseFloat(n.text, 64)
}

// any fills an interface with the plain Go form of the node. Only the empty interface can hold every form.
func (d decoder) any(v reflect.Value, n *node) {
	if v.NumMethod() != 0 {
		panic(fmt.Sprintf("strictyaml: no YAML can fill a %s", v.Type()))
	}
	if value := d.plain(n); value != nil {
		v.Set(reflect.ValueOf(value))
	} else {
		v.SetZero()
	}
}

func (d decoder) plain(n *node) any {
	switch n.form {
	case mapping:
		made := make(map[string]any, n.count)
		for e := n.first; e != nil; e = e.next {
			made[e.key] = d.plain(e)
		}
		return made
	case list:
		made := make([]any, 0, n.count)
		for item := n.first; item != nil; item = item.next {
			made = append(made, d.plain(item))
		}
		return made
	}
	switch n.kind {
	case nullScalar:
		return nil
	case boolScalar:
		return isTrue(n.text)
	case floatScalar:
		number, err := d.float(n)
		if err != nil {
			d.expected("a number within range", n, "")
		}
		return number
	case intScalar:
		return d.plainInt(n)
	}
	return n.text
}

func (d decoder) plainInt(n *node) any {
	if !d.isWhole(true, n, 64, true) {
		return nil
	}
	if number, err := strconv.ParseInt(n.text, 0, 64); err == nil {
		return number
	}
	if number, err := strconv.ParseUint(strings.TrimPrefix(n.text, "+"), 0, 64); err == nil {
		return number
	}
	d.expected("a number within 64 bits", n, "")
	return nil
}
