package test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range packages(t) {
		var comments []string
		for _, name := range p.files() {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, name), nil,
				parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if file.Doc != nil && strings.TrimSpace(file.Doc.Text()) != "" {
				comments = append(comments, file.Doc.Text())
			}
		}
		if len(comments) != 1 {
			t.Errorf("%s: %d package comments, want one", p.path(), len(comments))
			continue
		}
		want, start := 2, "Package "+p.Name+" "
		if p.Name == "main" {
			// "Command ops …" is a program for users; a generator is for us, and one sentence may do.
			want, start = 1, ""
		}
		if got := sentences(comments[0]); got < want {
			t.Errorf("%s: the package comment has %d sentences; say what it is for, where to start and what it promises",
				p.path(), got)
		}
		if !strings.HasPrefix(comments[0], start) {
			t.Errorf("%s: the package comment does not begin with %q", p.path(), start)
		}
	}
}

// sentences counts the words of a comment that end in a full stop, leaving out abbreviations such as "e.g.".
func sentences(comment string) int {
	n := 0
	for word := range strings.FieldsSeq(comment) {
		word = strings.TrimRight(word, `")]`)
		stem, ended := strings.CutSuffix(word, ".")
		if ended && stem != "" && !strings.Contains(stem, ".") || strings.HasSuffix(word, "?") {
			n++
		}
	}
	return n
}

func TestSentences(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "Package x": 0, "Package x is.": 1, "Package x (e.g. this) is. It does.": 2, "Why? (So.)": 2,
	} {
		if got := sentences(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
