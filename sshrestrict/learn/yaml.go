package learn

import "strings"

// yamlText returns text as a YAML scalar that is text again when it is read (YAML 1.2, 7.3.2 and 7.3.3): plain where nobody
// could take it for anything else, else in single quotes, in which only the quote itself is special. The text must print.
func yamlText(text string) string {
	if isPlain(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// isPlain is true for words of harmless characters that are no YAML value of another type, in any version of YAML.
func isPlain(text string) bool {
	switch strings.ToLower(text) {
	case "", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf":
		return false
	}
	for i, c := range []byte(text) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '/' || c == '_'
		if !letter && (i == 0 || strings.IndexByte("0123456789.-", c) < 0) {
			return false
		}
	}
	return true
}

// list returns the texts as a YAML list in one line.
func list(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = yamlText(text)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// mapping is a YAML mapping in one line. It is built from pairs of a key and a value that is YAML already; an empty value
// leaves the pair out.
func mapping(pairs ...string) string {
	var b strings.Builder
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(pairs[i] + ": " + pairs[i+1])
	}
	return "{" + b.String() + "}"
}
