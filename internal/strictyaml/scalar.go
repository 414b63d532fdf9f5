package strictyaml

import (
	"math"
	"strconv"
	"strings"
)

// scalarKind is the type that the core schema of YAML 1.2 gives to a scalar.
type scalarKind int

const (
	textScalar scalarKind = iota
	nullScalar
	boolScalar
	intScalar
	floatScalar
)

// resolve returns the kind of a plain scalar and its value: nil, bool, string, float64, or for an intScalar the text that
// strconv reads with base 0.
func resolve(text string) (scalarKind, any) {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nullScalar, nil
	case "true", "True", "TRUE":
		return boolScalar, true
	case "false", "False", "FALSE":
		return boolScalar, false
	case ".nan", ".NaN", ".NAN":
		return floatScalar, math.NaN()
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF":
		return floatScalar, math.Inf(1)
	case "-.inf", "-.Inf", "-.INF":
		return floatScalar, math.Inf(-1)
	}
	switch {
	case isInt(text):
		return intScalar, text
	case isFloat(text):
		f, _ := strconv.ParseFloat(text, 64) // out of range: infinite; the decoder refuses it
		return floatScalar, f
	}
	return textScalar, text
}

// isInt follows the table of chapter 10.3.2: [-+]?[0-9]+, 0o[0-7]+, 0x[0-9a-fA-F]+.
func isInt(s string) bool {
	if octal, ok := strings.CutPrefix(s, "0o"); ok {
		return octal != "" && strings.Trim(octal, "01234567") == ""
	}
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		return hex != "" && strings.Trim(hex, "0123456789abcdefABCDEF") == ""
	}
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isFloat follows the same table: [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
func isFloat(s string) bool {
	const digits = "0123456789"
	rest := s
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		rest = rest[1:]
	}
	whole := strings.TrimLeft(rest, digits)
	seen := len(whole) < len(rest)
	rest = whole
	if after, ok := strings.CutPrefix(rest, "."); ok {
		rest = strings.TrimLeft(after, digits)
		seen = seen || len(rest) < len(after)
	}
	if !seen {
		return false
	}
	if rest == "" {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	rest = rest[1:]
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		rest = rest[1:]
	}
	return rest != "" && strings.Trim(rest, digits) == ""
}

// hasLeadingZero is true for a number such as 0755, which is 493 to one reader and 755 to the next.
func hasLeadingZero(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	return len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9'
}
