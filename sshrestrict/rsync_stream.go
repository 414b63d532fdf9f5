package sshrestrict

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds of the arguments that a client sends in the stream.
const (
	maxStreamWords = 2000
	maxStreamBytes = 64 << 10
)

// readStream takes the rest of a command from the client's stream, where rsync -s puts it: "rsync", options, ".", paths,
// each with a NUL behind it, and one more NUL at the end; see send_protected_args() in rsync's main.c.
func (c *rsyncCommand) readStream(q *Request) error {
	texts, err := q.streamWords()
	if err != nil {
		return err
	}
	if len(texts) == 0 || texts[0] != "rsync" {
		return refuse("rsync-secluded", "the arguments in the stream do not begin with rsync")
	}
	words := make([]Word, 0, len(texts))
	dot := false
	for _, text := range texts[1:] {
		w := Word{Text: text}
		// rsync itself expands the wildcards of these paths, see glob_expand() in util1.c. A target is none in practice.
		if dot && c.sender && strings.ContainsAny(text, "*?[") {
			w.Pattern = text
		}
		dot = dot || text == "."
		words = append(words, w)
	}
	return c.read(words)
}

// streamWords reads words with NULs behind them up to an empty one, and not a byte more, since the program that is started
// reads on from there. The words are kept, so that each rule can look at them.
func (q *Request) streamWords() ([]string, error) {
	if !q.streamed {
		q.streamed = true
		q.stream, q.streamErr = readWords(q.Input)
	}
	return q.stream, q.streamErr
}

func readWords(r io.Reader) ([]string, error) {
	var words []string
	var word []byte
	one := make([]byte, 1)
	for range maxStreamBytes {
		if _, err := io.ReadFull(r, one); err != nil {
			return nil, refuse("rsync-secluded", "the stream ended before its arguments did: %v", err)
		}
		if one[0] != 0 {
			word = append(word, one[0])
			continue
		}
		if len(word) == 0 {
			return words, nil
		}
		if len(words) == maxStreamWords {
			return nil, refuse("rsync-secluded", "more than %d arguments in the stream", maxStreamWords)
		}
		text := string(word)
		if err := precheck(text, MaxCommand); err != nil {
			code := "rsync-secluded"
			if syntax, ok := errors.AsType[*SyntaxError](err); ok {
				code = syntax.Code
			}
			return nil, &refusal{code, fmt.Sprintf("an argument in the stream: %v", err)}
		}
		words, word = append(words, text), word[:0]
	}
	return nil, refuse("rsync-secluded", "more than %d bytes of arguments in the stream", maxStreamBytes)
}
