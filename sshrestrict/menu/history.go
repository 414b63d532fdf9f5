package menu

import (
	"slices"
	"strings"
	"unicode/utf8"

	"ops/sshrestrict/menu/keyboard"
)

// maxHistory is how many lines are remembered, in memory only.
const maxHistory = 500

// history is the lines of this session.
type history struct {
	lines []string
	at    int    // the line that is shown; len(lines) for the one that is typed
	typed string // that one, while another is shown
}

func (h *history) len() int { return len(h.lines) }

func (h *history) rewind() { h.at, h.typed = len(h.lines), "" }

func (h *history) add(text string) {
	if strings.TrimSpace(text) == "" || len(h.lines) > 0 && h.lines[len(h.lines)-1] == text {
		return
	}
	if len(h.lines) == maxHistory {
		h.lines = slices.Delete(h.lines, 0, 1)
	}
	h.lines = append(h.lines, text)
}

// step returns the line before or after the one that is shown.
func (h *history) step(by int, shown string) (string, bool) {
	to := h.at + by
	if to < 0 || to > len(h.lines) {
		return "", false
	}
	if h.at == len(h.lines) {
		h.typed = shown
	}
	h.at = to
	if to == len(h.lines) {
		return h.typed, true
	}
	return h.lines[to], true
}

// before returns the last line before an index that holds a text.
func (h *history) before(index int, text string) (int, bool) {
	for i := min(index, len(h.lines)) - 1; i >= 0; i-- {
		if strings.Contains(h.lines[i], text) {
			return i, true
		}
	}
	return 0, false
}

// search is Ctrl-R: the last line with a text, the one before it at the next Ctrl-R.
type search struct {
	query  string
	index  int
	before string // the line when it began
}

// searching takes a key of the search; false if the key ended it and still means something for the line that was found.
func (e *editor) searching(key keyboard.Key) bool {
	s := e.search
	switch {
	case key.Code == keyboard.Control && key.Rune == 'g':
		e.set(s.before)
		e.search = nil
		return true
	case key.Code == keyboard.Control && key.Rune == 'r':
		e.find(s.index)
		return true
	case key.Code == keyboard.Character:
		if query := s.query + string(key.Rune); shown(query) && utf8.RuneCountInString(query) < maxTyped {
			s.query = query
			e.find(s.index + 1)
		}
		return true
	case key.Code == keyboard.Backspace:
		if s.query != "" {
			_, size := utf8.DecodeLastRuneInString(s.query)
			s.query = s.query[:len(s.query)-size]
			e.find(e.history.len())
		}
		return true
	case key.Code == keyboard.Resize || key.Code == keyboard.None:
		return false
	}
	e.search = nil
	e.history.at = min(s.index, e.history.len())
	return false
}

func (e *editor) find(before int) {
	if i, ok := e.history.before(before, e.search.query); ok && e.search.query != "" {
		e.search.index = i
		e.set(e.history.lines[i])
	}
}
