package menu

import (
	"fmt"
	"io"
	"strings"

	"ops/internal/terminal"
	"ops/sshrestrict/menu/keyboard"
)

// outcome tells what a key did to the line.
type outcome int

const (
	editing  outcome = iota
	accepted         // Enter: the line is to be done
	dropped          // Ctrl-C: it is not
	left             // Ctrl-D on an empty line
)

// editor makes lines of keys and shows them. It knows nothing of a terminal but what it writes to it.
type editor struct {
	line
	prompt   string
	complete func(line string) (start int, words []string)
	history  history
	search   *search // nil if nothing is searched for
	screen   *screen
}

func newEditor(prompt string, out io.Writer, complete func(string) (int, []string)) *editor {
	return &editor{prompt: terminal.Printable(prompt), complete: complete, screen: &screen{out: out, width: 80, height: 24}}
}

// begin shows an empty line.
func (e *editor) begin() {
	e.set("")
	e.search = nil
	e.history.rewind()
	e.screen.begin()
	e.draw()
}

// press takes one key. Drawing is left to the caller while more keys are waiting, but a line that is accepted was drawn.
func (e *editor) press(key keyboard.Key) outcome {
	if e.search != nil && e.searching(key) {
		return editing
	}
	switch key.Code {
	case keyboard.Enter:
		e.at = len(e.text)
		e.draw()
		e.screen.leave()
		e.history.add(e.String())
		return accepted
	case keyboard.Control:
		return e.control(key.Rune)
	case keyboard.Tab:
		e.completed()
	case keyboard.Resize:
		e.screen.begin() // where the lines went is the terminal's secret: start a new one
		fmt.Fprint(e.screen.out, "\r\n")
	default:
		e.edit(key)
	}
	return editing
}

func (e *editor) edit(key keyboard.Key) {
	left, right := e.word()
	switch key.Code {
	case keyboard.Character:
		e.insert(key.Rune)
	case keyboard.Backspace:
		e.remove(e.previous(), e.at, false)
	case keyboard.Delete:
		e.remove(e.at, e.next(), false)
	case keyboard.Left:
		e.at = e.previous()
	case keyboard.Right:
		e.at = e.next()
	case keyboard.Home:
		e.at = 0
	case keyboard.End:
		e.at = len(e.text)
	case keyboard.WordLeft:
		e.at = left
	case keyboard.WordRight:
		e.at = right
	case keyboard.DeleteWordLeft:
		e.remove(left, e.at, true)
	case keyboard.DeleteWordRight:
		e.remove(e.at, right, true)
	case keyboard.Up:
		e.recall(-1)
	case keyboard.Down:
		e.recall(1)
	}
}

func (e *editor) recall(step int) {
	if text, ok := e.history.step(step, e.String()); ok {
		e.set(text)
	}
}

// control does what a letter with Ctrl means. Ctrl-Z is not among them: there are no jobs.
func (e *editor) control(letter rune) outcome {
	switch letter {
	case 'c':
		e.at = len(e.text)
		e.draw()
		e.screen.leave()
		return dropped
	case 'd':
		if len(e.text) == 0 {
			e.screen.leave()
			return left
		}
		e.remove(e.at, e.next(), false)
	case 'k':
		e.remove(e.at, len(e.text), true)
	case 'u':
		e.remove(0, e.at, true)
	case 'w':
		e.remove(e.blank(), e.at, true)
	case 'y':
		e.insert(e.killed...)
	case 'l':
		e.screen.clear()
	case 'r':
		e.search = &search{before: e.String(), index: e.history.len()}
	}
	return editing
}

// draw shows the line, or the search.
func (e *editor) draw() {
	if e.search != nil {
		e.screen.draw("(search) ", []rune(e.search.query+": "+e.String()), len([]rune(e.search.query)))
		return
	}
	e.screen.draw(e.prompt, e.text, e.at)
}

// maxShown is how many of the words that may follow are listed.
const maxShown = 100

// completed puts what is common to all words that may stand for the last one in its place, or lists them.
func (e *editor) completed() {
	if e.complete == nil || e.at != len(e.text) {
		return
	}
	typed := e.String()
	start, words := e.complete(typed)
	if len(words) == 0 || start < 0 || start > len(typed) {
		return
	}
	together := typed[:start] + common(words)
	if len(words) == 1 && !strings.HasSuffix(together, "/") {
		together += " "
	}
	if together != typed && len(together) >= start && shown(together) && len([]rune(together)) <= maxTyped {
		e.set(together)
		return
	}
	if len(words) == 1 {
		return
	}
	e.screen.leave()
	for _, word := range words[:min(len(words), maxShown)] {
		fmt.Fprintf(e.screen.out, "%s\r\n", terminal.Printable(word))
	}
	if more := len(words) - maxShown; more > 0 {
		fmt.Fprintf(e.screen.out, "and %d more\r\n", more)
	}
}

// common is what all words start with, without half of an escaped character at its end.
func common(words []string) string {
	start := words[0]
	for _, word := range words[1:] {
		for !strings.HasPrefix(word, start) {
			start = string([]rune(start)[:len([]rune(start))-1])
		}
	}
	if backslashes := len(start) - len(strings.TrimRight(start, `\`)); backslashes%2 == 1 {
		start = start[:len(start)-1]
	}
	return start
}
