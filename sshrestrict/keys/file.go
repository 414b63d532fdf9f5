package keys

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// State says what sshd makes of a line.
type State string

// The states of a line. Only an Active line can authorise anybody.
const (
	Blank   State = "blank"
	Comment State = "comment"
	Active  State = "active"
	Ignored State = "ignored" // a key with options that sshd does not take, or no key at all
)

// Entry is one line of an authorized_keys file.
type Entry struct {
	File    string
	Number  int    // from 1
	Raw     string // with its line end, if it has one
	State   State
	Key     PublicKey // also of an Ignored line, where there is one
	HasKey  bool
	Text    string // of the options, as written, "" without any
	Options Options
	Note    string // behind the key: what ssh-keygen calls the comment
	Reason  error  // why it is Ignored
}

// Place is "file:line".
func (e Entry) Place() string { return fmt.Sprintf("%s:%d", e.File, e.Number) }

// File is an authorized_keys file.
type File struct {
	Name    string
	Entries []Entry
}

// MaxSize is the size in bytes up to which files are read; some hundred thousand keys. sshd itself knows no limit.
const MaxSize = 64 << 20

// Parse reads the content of an authorized_keys file. It cannot fail: a line that is no key is kept, as sshd passes it over.
// zone is that of the machine that runs sshd.
func Parse(name, content string, zone *time.Location) *File {
	f := &File{Name: name}
	for line := range strings.Lines(content) {
		e := parseLine(line, zone)
		e.File, e.Number = name, len(f.Entries)+1
		f.Entries = append(f.Entries, e)
	}
	return f
}

// String returns the content, byte by byte as it was parsed where no entry was changed.
func (f *File) String() string {
	var b strings.Builder
	for _, e := range f.Entries {
		b.WriteString(e.Raw)
	}
	return b.String()
}

func parseLine(raw string, zone *time.Location) Entry {
	e := Entry{Raw: raw, State: Blank}
	text, _, _ := strings.Cut(raw, "\x00") // C ends here
	text = strings.TrimLeft(text, " \t")
	if text == "" || text[0] == '\n' {
		return e
	}
	if text[0] == '#' {
		e.State = Comment
		return e
	}
	e.State = Ignored
	options := ""
	key, rest, err := readKey(text)
	if err != nil {
		end, ok := endOfOptions(text)
		if !ok {
			e.Reason = errors.New("invalid key option string: a quote is not closed")
			return e
		}
		after := strings.TrimLeft(text[end:], " \t")
		if after == "" || after == "\n" {
			e.Reason = fmt.Errorf("no key: %w", err)
			return e
		}
		behind, more, errBehind := readKey(after)
		if errBehind != nil {
			if hasKeyBehind(text) {
				err = errBehind // the line has options: what is wrong is behind them
			}
			e.Reason = fmt.Errorf("no key: %w", err)
			return e
		}
		key, rest, e.Text = behind, more, text[:end]
		options = text // whole: sshd allows a comma behind the last option because a blank follows
	}
	e.Key, e.HasKey = key, true
	e.Note = strings.TrimRight(rest, "\r\n")
	if e.Options, e.Reason = ParseOptions(options, zone); e.Reason == nil {
		e.State = Active
	}
	return e
}

// endOfOptions finds the first blank outside of quotes. ok is false if a quote is not closed.
func endOfOptions(text string) (end int, ok bool) {
	quoted := false
	for end < len(text) && (quoted || text[end] != ' ' && text[end] != '\t') {
		switch {
		case text[end] == '\\' && strings.HasPrefix(text[end+1:], `"`):
			end++
		case text[end] == '"':
			quoted = !quoted
		}
		end++
	}
	return end, !quoted || end < len(text)
}
