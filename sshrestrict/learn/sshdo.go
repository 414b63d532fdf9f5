package learn

import "strings"

// fromSSHDo reads a message of sshdo (raforg/sshdo, 1.1): type="training" user="x" remoteip="…" label="…" command="…" and
// more, where a value has a backslash before a quote and a backslash, and \xHH for a control byte.
func fromSSHDo(message string) (Evidence, bool) {
	fields := map[string]string{}
	for rest := message; rest != ""; {
		name, value, remainder, ok := sshdoField(rest)
		if _, twice := fields[name]; !ok || twice {
			return Evidence{}, false
		}
		fields[name] = value
		rest = strings.TrimPrefix(remainder, " ")
	}
	e := Evidence{Text: fields["command"], Account: fields["user"], Key: fields["label"]}
	switch fields["type"] {
	case "training", "allowed":
	case "disallowed":
		e.Denied = true
	default:
		return Evidence{}, false
	}
	if _, given := fields["command"]; !given {
		return Evidence{}, false
	}
	if e.Text == "<interactive>" { // in sshdo a client can send these words as well
		e.Kind, e.Text = Login, ""
	}
	return e, true
}

// sshdoField takes name="value" from the front of text.
func sshdoField(text string) (name, value, rest string, ok bool) {
	name, text, ok = strings.Cut(text, `="`)
	if !ok || name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
		return "", "", "", false
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return name, b.String(), text[i+1:], true
		case c != '\\':
			b.WriteByte(c)
		case i+1 < len(text) && (text[i+1] == '"' || text[i+1] == '\\'):
			i++
			b.WriteByte(text[i])
		case i+3 < len(text) && text[i+1] == 'x' && isHex(text[i+2]) && isHex(text[i+3]):
			b.WriteByte(hexValue(text[i+2])<<4 | hexValue(text[i+3]))
			i += 3
		default:
			return "", "", "", false
		}
	}
	return "", "", "", false
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }

func hexValue(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	if c >= 'A' {
		return c - 'A' + 10
	}
	return c - '0'
}
