package strictyaml

import "strings"

// scalarKind is the type that the core schema of YAML 1.2 gives to a scalar.
type scalarKind int

const (
	textScalar scalarKind = iota
	nullScalar
	boolScalar
	intScalar
	floatScalar
)

// resolve returns the kind of a plain scalar.
func resolve(text string) scalarKind {
	if text != "" { // no other scalar than text starts otherwise
		switch c := text[0]; {
		case c >= '0' && c <= '9' || c == '.' || c == '+' || c == '-':
		case c == '~' || c == 'n' || c == 'N' || c == 't' || c == 'T' || c == 'f' || c == 'F':
		default:
			return textScalar
		}
	}
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nullScalar
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return boolScalar
	case ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF":
		return floatScalar
	}
	switch {
	case isInt(text):
		return intScalar
	case isFloat(text):
		return floatScalar
	}
	return textScalar
}

// isTrue reads a boolScalar.
func isTrue(text string) bool { return text[0] == 't' || text[0] == 'T' }

// isInt follows the table of chapter 10.3.2: [-+]?[0-9]+, 0o[0-7]+, 0x[0-9a-fA-F]+.
func isInt(s string) bool {
	if octal, ok := strings.CutPrefix(s, "0o"); ok {
		return octal != "" && strings.Trim(octal, "01234567") == ""
	}
	if hex, ok := strings.CutPrefix(s, "0x"); ok {
		return hex != "" && strings.Trim(hex, "0123456789abcdefABCDEF") == ""
	}
	s = withoutSign(s)
	return s != "" && withoutDigits(s) == ""
}

// isFloat follows the same table: [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
func isFloat(s string) bool {
	s = withoutSign(s)
	rest := withoutDigits(s)
	seen := len(rest) < len(s)
	if after, ok := strings.CutPrefix(rest, "."); ok {
		rest = withoutDigits(after)
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
	rest = withoutSign(rest[1:])
	return rest != "" && withoutDigits(rest) == ""
}

func withoutSign(s string) string {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		return s[1:]
	}
	return s
}

// withoutDigits returns what follows the leading digits.
func withoutDigits(s string) string {
	for s != "" && s[0] >= '0' && s[0] <= '9' {
		s = s[1:]
	}
	return s
}

// hasLeadingZero is true for a number such as 0755, which is 493 to one reader and 755 to the next.
func hasLeadingZero(s string) bool {
	digits := strings.TrimLeft(s, "+-")
	return len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9'
}
