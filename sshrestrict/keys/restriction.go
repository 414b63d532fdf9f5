package keys

import (
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"ops/internal/terminal"
)

// DefaultProgram is where the distribution's package puts the program.
const DefaultProgram = "/usr/bin/ops"

// Restriction is what a line of ours grants: one policy, and a terminal only if asked for.
type Restriction struct {
	Policy  string   // a name of [A-Za-z0-9_.-], not beginning with . or -; needed
	Key     string   // the name for --key, of the same form; optional, but the audit log is the better for it
	Program string   // absolute path of the program; "" is DefaultProgram
	Folder  string   // absolute path for --policies; "" leaves it out
	From    []string // addresses, networks in CIDR form, patterns of host names, each perhaps after a !; none is everywhere
	Expires time.Time
	PTY     bool // allow a terminal, for interactive menus
	// VerifyRequired asks a security key for the PIN or the finger of its owner.
	VerifyRequired bool
}

// Line renders one line for authorized_keys, with its line end:
//
//	restrict,from="10.0.0.0/8",command="/usr/bin/ops ssh-restrict --policy backup --key nas" ssh-ed25519 AAAA… nas
//
// The login shell gets the command, so it holds plain words only. Anything that would need quoting is refused.
func Line(r Restriction, public Public) (string, error) {
	options, err := r.options()
	if err != nil {
		return "", fmt.Errorf("write a line for %s: %w", public.Key.Fingerprint(), err)
	}
	if err := checkStrength(public.Key); err != nil {
		return "", fmt.Errorf("write a line for %s: %w", public.Key.Fingerprint(), err)
	}
	if err := checkNote(public.Note); err != nil {
		return "", fmt.Errorf("write a line for %s: %w", public.Key.Fingerprint(), err)
	}
	line := options + " " + public.Key.String()
	if public.Note != "" {
		line += " " + public.Note
	}
	return line + "\n", nil
}

func (r Restriction) options() (string, error) {
	if !isName(r.Policy) {
		return "", fmt.Errorf("policy %q: use letters, digits, _ . and -, up to 64, the first no . or -", r.Policy)
	}
	if r.Key != "" && !isName(r.Key) {
		return "", fmt.Errorf("key name %q: use letters, digits, _ . and -, up to 64, the first no . or -", r.Key)
	}
	program := r.Program
	if program == "" {
		program = DefaultProgram
	}
	command := program + " ssh-restrict --policy " + r.Policy
	if r.Key != "" {
		command += " --key " + r.Key
	}
	if r.Folder != "" {
		command += " --policies " + r.Folder
	}
	for _, name := range []string{program, r.Folder} {
		if name != "" && !isPlainPath(name) {
			return "", fmt.Errorf("path %q: use an absolute path of letters, digits and / _ . - without . and .. elements", name)
		}
	}
	if path.Base(program) != "ops" {
		return "", fmt.Errorf("program %q: it has to be named ops", program)
	}
	options := []string{"restrict"}
	if r.PTY {
		options = append(options, "pty")
	}
	if r.VerifyRequired {
		options = append(options, "verify-required")
	}
	if len(r.From) > 0 {
		list, err := fromList(r.From)
		if err != nil {
			return "", err
		}
		options = append(options, `from="`+list+`"`)
	}
	if !r.Expires.IsZero() {
		if r.Expires.Unix() <= 0 || r.Expires.UTC().Year() > 9999 {
			return "", fmt.Errorf("expiry %s: use a date from 1970 to 9999", r.Expires.Format(time.RFC3339))
		}
		options = append(options, `expiry-time="`+formatExpiry(r.Expires)+`"`)
	}
	return strings.Join(append(options, `command="`+command+`"`), ","), nil
}

// isPlainPath accepts absolute paths that need no quoting anywhere and are written in one way only.
func isPlainPath(name string) bool {
	for i := range len(name) {
		if !isNameByte(name[i]) && name[i] != '/' {
			return false
		}
	}
	return path.IsAbs(name) && path.Clean(name) == name && name != "/" && !strings.Contains(name, "/-")
}

// fromList checks sources as sshd will read them: what it refuses there, refuses every client.
func fromList(sources []string) (string, error) {
	positive := false
	for _, source := range sources {
		item, negated := strings.CutPrefix(source, "!")
		network, isNetwork, err := parseNetwork(item)
		switch {
		case err != nil:
			return "", fmt.Errorf("source %q: the mask does not fit the address; clear the bits behind it, as in 10.0.0.0/8", source)
		case isNetwork && (strings.ContainsAny(item, "xX%") || network.Addr().Is4() && strings.Count(item, ".") != 3):
			return "", fmt.Errorf("source %q: write the address in full, as %s", source, network.Addr())
		case !isNetwork && (item == "" || len(item) > 255 || strings.Contains(item, "/") || !isPattern(item)):
			return "", fmt.Errorf("source %q: use an address, a network such as 10.0.0.0/8, or a host name with * and ?", source)
		}
		positive = positive || !negated
	}
	if !positive {
		return "", errors.New("sources: with only exclusions (!) no address is allowed; add the networks that are")
	}
	list := strings.Join(sources, ",")
	const longest = 4096
	if len(list) > longest {
		return "", fmt.Errorf("sources: %d bytes are too many; use at most %d", len(list), longest)
	}
	return list, nil
}

func isPattern(s string) bool {
	for i := range len(s) {
		if !isNameByte(s[i]) && !strings.ContainsRune("*?:", rune(s[i])) {
			return false
		}
	}
	return s[0] != '-'
}

// checkNote refuses comments that would begin a new line, steer a terminal or not be seen.
func checkNote(note string) error {
	const longest = 256
	switch {
	case len(note) > longest:
		return fmt.Errorf("the comment has %d bytes; use at most %d", len(note), longest)
	case terminal.Printable(note) != note:
		return fmt.Errorf("the comment %s has characters that are not printable; take them out", terminal.Printable(note))
	case strings.TrimSpace(note) != note:
		return errors.New("the comment begins or ends with a blank; take it out")
	}
	return nil
}
