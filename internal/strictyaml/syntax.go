package strictyaml

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// parse returns the one document of the text, or nil after noting why there is none.
func (r *report) parse(text string) ast.Node {
	// The parser is somebody else's and reads what anybody wrote: should it panic, that is a mistake of the file too.
	defer func() {
		if cause := recover(); cause != nil {
			r.stop(pos{1, 1}, "this cannot be read as YAML (%v)", cause)
		}
	}()
	tokens := lexer.Tokenize(text)
	r.checkTokens(tokens)
	if r.fatal {
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // duplicates are found with their place below
	if err != nil {
		r.syntax(err)
		return nil
	}
	for _, doc := range file.Docs {
		if doc.Body != nil {
			return doc.Body
		}
	}
	r.stop(pos{1, 1}, "the file is empty")
	return nil
}

// checkTokens refuses what this package does not understand, and the nesting that would exhaust the parser's stack.
func (r *report) checkTokens(tokens token.Tokens) {
	flow := 0        // open brackets
	var blocks []int // columns of the open block collections, ascending
	content, ended := false, false
	for i, tk := range tokens {
		at := tokenPos(tk)
		if i == maxTokens {
			r.stop(at, "more than %d words and signs; split the file", maxTokens)
			return
		}
		switch tk.Type {
		case token.InvalidType:
			return // the parser has the better message
		case token.CommentType, token.DocumentEndType:
		case token.DocumentHeaderType:
			if content {
				r.stop(at, "a second document starts here; one file holds one document")
				return
			}
		default:
			if ended {
				r.stop(at, "text after the end of the document")
				return
			}
		}
		switch tk.Type {
		case token.CommentType:
			continue
		case token.DocumentEndType:
			ended = true
		case token.DirectiveType:
			r.stop(at, "a line that starts with %% is a directive, which is not supported; put text into quotes")
			return
		case token.TagType:
			r.stop(at, "the tag %q is not supported; put text into quotes, and write other values plainly", tk.Value)
			return
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType:
			blocks = openBlock(blocks, tk.Position.Column)
		case token.MappingValueType:
			if flow == 0 && tk.Prev != nil {
				blocks = openBlock(blocks, tk.Prev.Position.Column)
			}
		}
		content = true
		if flow+len(blocks) > MaxDepth {
			r.stop(at, "nested more than %d levels deep", MaxDepth)
			return
		}
	}
}

// openBlock closes the collections that stand deeper than column and opens one there.
func openBlock(blocks []int, column int) []int {
	for len(blocks) > 0 && blocks[len(blocks)-1] >= column {
		blocks = blocks[:len(blocks)-1]
	}
	return append(blocks, column)
}

// syntax notes the one mistake that the parser found.
func (r *report) syntax(err error) {
	detailed, ok := errors.AsType[yaml.Error](err)
	if !ok || detailed.GetToken() == nil {
		r.stop(pos{1, 1}, "%s", firstLine(err.Error()))
		return
	}
	tk := detailed.GetToken()
	text := firstLine(detailed.GetMessage())
	switch {
	case strings.Contains(text, "found character '\t'"), strings.Contains(text, "tab character"):
		text = "a tab cannot indent in YAML; use spaces"
	case strings.Contains(text, "reserved character"):
		text += "; put the text into quotes"
	case strings.HasPrefix(text, "mapping value is not allowed in this context"):
		text += `; put text with ": " in it into quotes`
	}
	r.stop(tokenPos(tk), "%s", text)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func tokenPos(tk *token.Token) pos {
	if tk == nil || tk.Position == nil {
		return pos{1, 1}
	}
	return pos{int32(tk.Position.Line), int32(tk.Position.Column)}
}
