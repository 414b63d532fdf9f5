package sshrestrict

import (
	"slices"
	"strings"
)

// rsyncCommand is what a client asks the server's side of rsync for.
type rsyncCommand struct {
	sender   bool // the server reads and sends
	secluded bool // the rest comes in the stream
	dot      bool // the "." between options and paths was seen
	letters  string
	blob     string // "e.iLsfxCIvu": the client's abilities
	options  []rsyncOption
	paths    []Word
}

// rsyncOption is a long option, with its value as it was checked.
type rsyncOption struct {
	name  string
	kind  rsyncKind
	value string
	given bool // there is a value, maybe an empty one
}

func (o rsyncOption) render() string {
	if o.given {
		return "--" + o.name + "=" + o.value
	}
	return "--" + o.name
}

// readServer reads the words behind "rsync": --server, --sender, options, ".", paths. In this order every version of rsync
// writes them, and no other is taken, since rsync is another program without --server.
func (c *rsyncCommand) readServer(words []Word) error {
	if len(words) == 0 || !words[0].literal() || words[0].Text != "--server" {
		return refuse("rsync-server", "--server is not the first argument; only the server's side of rsync is served")
	}
	words = words[1:]
	if len(words) > 0 && words[0].literal() && words[0].Text == "--sender" {
		c.sender, words = true, words[1:]
	}
	return c.read(words)
}

// read takes options up to the ".", and paths behind it.
func (c *rsyncCommand) read(words []Word) error {
	for i := 0; i < len(words); i++ {
		w := words[i]
		switch {
		case c.dot:
			c.paths = append(c.paths, w)
		case w.Text == "." && w.literal():
			c.dot = true
		case w.Tilde || !strings.HasPrefix(w.Text, "-") || len(w.Text) == 1:
			return refuse("rsync-dot", "expected an option or the \".\" before the paths, found %s", quote(w.Text))
		case strings.HasPrefix(w.Text, "--"):
			name, value, given := strings.Cut(w.Text[2:], "=")
			o := rsyncOption{name: name, kind: rsyncKindOf(name), value: value, given: given}
			switch {
			case o.kind == rsyncUnknown:
				return refuse("rsync-option", "the option %s%s", quote("--"+name), rsyncWhy(name))
			case !o.kind.valued() && given:
				return refuse("rsync-option", "the option --%s takes no value", name)
			case !o.kind.valued() && !w.literal():
				return refuse("rsync-option", "the option %s would be expanded by a shell", quote(w.Text))
			case o.kind.valued() && !given:
				if i++; i == len(words) {
					return refuse("rsync-option", "the option --%s has no value", name)
				}
				w, o.value, o.given = words[i], words[i].Text, true
			}
			if o.kind.valued() {
				if w.Tilde || !w.literal() && !o.kind.patterns() {
					return refuse("rsync-value", "the value of --%s would be expanded by a shell", name)
				}
				if err := o.kind.check(o.value); err != nil {
					return err
				}
			}
			c.options = append(c.options, o)
		case !w.literal():
			return refuse("rsync-option", "the option %s would be expanded by a shell", quote(w.Text))
		case w.Text[1] == 'B' || w.Text[1] == '@':
			name := map[byte]string{'B': "block-size", '@': "modify-window"}[w.Text[1]]
			o := rsyncOption{name: name, kind: rsyncKindOf(name), value: w.Text[2:], given: true}
			if err := o.kind.check(o.value); err != nil {
				return err
			}
			c.options = append(c.options, o)
		default:
			if err := c.readCluster(w.Text[1:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// rsyncLetters are the short options that a client may send, in the order in which they are rendered: that of
// server_options(). Not among them: L k K, which follow symbolic links out of the root, and s, which is not rendered.
const rsyncLetters = "vqbundlmOJyWHogDtUNpEAXrcCIRxSz8"

// readCluster takes letters such as "vlogDtpre.iLsfxCIvu".
func (c *rsyncCommand) readCluster(cluster string) error {
	letters, blob := cluster, ""
	if at := strings.IndexByte(cluster, 'e'); at >= 0 {
		letters, blob = cluster[:at], cluster[at:]
		if c.blob != "" || !isRsyncBlob(blob) {
			return refuse("rsync-option", "-e with %s, which is no list of abilities: it would name a remote shell", quote(blob[1:]))
		}
		c.blob = blob
	}
	for _, letter := range []byte(letters) {
		switch {
		case letter == 's':
			c.secluded = true
		case letter == 'L', letter == 'k', letter == 'K':
			return refuse("rsync-links", "-%c follows symbolic links, also those that lead out of the root", letter)
		case strings.IndexByte(rsyncLetters, letter) < 0:
			return refuse("rsync-option", "the option %s in %s", quote("-"+string(rune(letter))), quote("-"+cluster))
		case strings.Count(c.letters, string(rune(letter))) >= 9:
			return refuse("rsync-option", "the option -%c more than nine times", letter)
		}
		if letter != 's' {
			c.letters += string(rune(letter))
		}
	}
	return nil
}

// isRsyncBlob is true for "e", digits of a protocol's version before its release, a dot, and letters for abilities, see
// maybe_add_e_option() in options.c.
func isRsyncBlob(text string) bool {
	version, abilities, ok := strings.Cut(text[1:], ".")
	if !ok || len(version) > 5 || len(abilities) > 40 {
		return false
	}
	for _, c := range []byte(version) {
		if c < '0' || c > '9' {
			return false
		}
	}
	for _, c := range []byte(abilities) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

// cluster renders the short options as one word, empty if there are none.
func (c *rsyncCommand) cluster() string {
	var b strings.Builder
	for _, letter := range rsyncLetters {
		for range strings.Count(c.letters, string(letter)) {
			b.WriteRune(letter)
		}
	}
	if b.Len()+len(c.blob) == 0 {
		return ""
	}
	return "-" + b.String() + c.blob
}

func (c *rsyncCommand) letter(letter byte) bool { return strings.IndexByte(c.letters, letter) >= 0 }

// has is true if the option was given, with the value if that is not empty.
func (c *rsyncCommand) has(name, value string) bool {
	return slices.ContainsFunc(c.options, func(o rsyncOption) bool {
		return o.name == name && (value == "" || o.value == value)
	})
}

// removes is true if files are deleted where they are read from.
func (c *rsyncCommand) removes() bool {
	return slices.ContainsFunc(c.options, func(o rsyncOption) bool { return o.kind == rsyncRemoves })
}

// mapsNames is true if a receiver looks up users or groups by their names.
func (c *rsyncCommand) mapsNames() bool {
	if c.has("usermap", "") || c.has("groupmap", "") || c.has("chown", "") {
		return true
	}
	byName := c.letter('o') || c.letter('g') || c.letter('A') || c.has("owner", "") || c.has("group", "") || c.has("acls", "")
	return byName && !c.has("numeric-ids", "")
}
