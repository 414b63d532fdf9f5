package keys

import (
	"path"
	"strings"
)

// Own is what a forced command says that starts our program.
type Own struct {
	Program string `json:"program"` // as written, mostly "/usr/bin/ops"; the login shell looks "ops" up
	Policy  string `json:"policy"`
	Key     string `json:"key,omitempty"`
	Folder  string `json:"policies,omitempty"` // "" for the default
	// Fault says why the command starts our program and yet denies or misleads, "" if it is well.
	Fault string `json:"fault,omitempty"`
	// Advice says what would make a command that works more certain, "" for nothing.
	Advice string `json:"advice,omitempty"`
}

// ParseOwn recognises a forced command of the form that [Line] writes and those that the program accepts beside it: options
// with = and --user for --policy. ok is false for commands of others; a command of ours that cannot work has a Fault.
func ParseOwn(command string) (own Own, ok bool) {
	words := strings.FieldsFunc(command, func(char rune) bool { return char == ' ' || char == '\t' })
	if len(words) < 2 || path.Base(strings.Trim(words[0], `"'`)) != "ops" || words[1] != "ssh-restrict" {
		return Own{}, false
	}
	own.Program = words[0]
	if !isPlain(command) {
		own.Fault = "the login shell reads quotes, variables and operators in it; write plain words"
		return own, true
	}
	switch { // the login shell starts it, in the home, with the PATH that sshd was built with
	case words[0] == "ops":
		own.Advice = "the login shell looks the program up in its PATH; an absolute path says which one is meant"
	case !strings.HasPrefix(words[0], "/"):
		own.Fault = "the program is looked for in the account's home; write its absolute path"
	}
	words = words[2:]
	if len(words) > 0 && words[0] == "run" {
		words = words[1:]
	}
	for i := 0; i < len(words); i++ {
		name, value, attached := strings.Cut(words[i], "=")
		if !attached {
			if i++; i == len(words) {
				own.Fault = name + " needs a value"
				return own, true
			}
			value = words[i]
		}
		field := map[string]*string{"--policy": &own.Policy, "--user": &own.Policy, "--key": &own.Key, "--policies": &own.Folder}[name]
		switch {
		case field == nil:
			own.Fault = "unknown argument " + shorten(name)
		case *field != "":
			own.Fault = name + " is given twice"
		default:
			*field = value
		}
	}
	switch {
	case own.Fault != "":
	case own.Policy == "":
		own.Fault = "no policy is named"
	case own.Policy == "%u": // sshd leaves it as it is in ForceCommand, and the program takes the account's name for it
	case !isName(own.Policy):
		own.Fault = "the policy's name is not valid: " + own.Policy
	case own.Key != "" && !isName(own.Key):
		own.Fault = "the key's name is not valid: " + own.Key
	}
	return own, true
}

// isPlain is true for text in which a shell sees words and nothing else.
func isPlain(s string) bool {
	for _, char := range []byte(s) {
		if !isNameByte(char) && !strings.ContainsRune("/ \t=+,:@%", rune(char)) {
			return false
		}
	}
	return true
}

// isName accepts the names of policies and keys: letters, digits, _, . and -, the first no . or -.
func isName(s string) bool {
	const longest = 64
	if s == "" || len(s) > longest || s[0] == '.' || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return true
}

func isNameByte(char byte) bool {
	return 'a' <= char && char <= 'z' || 'A' <= char && char <= 'Z' || '0' <= char && char <= '9' ||
		char == '_' || char == '.' || char == '-'
}
