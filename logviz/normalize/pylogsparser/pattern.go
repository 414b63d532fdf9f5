package pylogsparser

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// tag is one piece of a pattern that becomes a tag of the event.
type tag struct {
	name, kind, substitute string
	callbacks              []string
	line                   int
}

// temporary is true for a tag that only its callbacks see.
func temporary(name string) bool { return strings.HasPrefix(name, "__") }

// pattern is one way a line can look: an expression, or columns.
type pattern struct {
	name     string
	line     int
	text     string
	tags     []tag
	common   []setting
	examples []example

	expression *expression
	groups     []int // of each tag, its group in the expression; -1: the text does not name it
	table      *table
}

// setting is a tag and the text it gets.
type setting struct{ name, value string }

type example struct {
	line     int
	text     string
	expected []setting
}

// build replaces the substitutes of the tags in the text by the expressions of their types.
func (p *pattern) build(f flags, search, expand bool, kind func(string) string) error {
	text := p.text
	if expand {
		text = regexp.MustCompile(`\s+`).ReplaceAllLiteralString(text, `\s+`)
	}
	order := make([]int, len(p.tags)) // the longest substitute first: MACADDRESS is not MAC and ADDRESS
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(p.tags[b].substitute) - len(p.tags[a].substitute) })
	used := make([]bool, len(p.tags))
	var out strings.Builder
	for len(text) > 0 {
		at := slices.IndexFunc(order, func(i int) bool { return strings.HasPrefix(text, p.tags[i].substitute) })
		if at < 0 {
			out.WriteByte(text[0])
			text = text[1:]
			continue
		}
		i := order[at]
		if used[i] {
			return fmt.Errorf("the text names %s twice: a tag has one place", p.tags[i].substitute)
		}
		used[i] = true
		fmt.Fprintf(&out, "(?P<tag%d>%s)", i, kind(p.tags[i].kind))
		text = text[len(p.tags[i].substitute):]
	}
	anchor := `\A`
	if search {
		anchor = ""
	}
	expression, err := compile(anchor+"(?:"+out.String()+")", f)
	if err != nil {
		return err
	}
	p.expression = expression
	p.groups = make([]int, len(p.tags))
	for i := range p.tags {
		p.groups[i] = p.expression.SubexpIndex("tag" + strconv.Itoa(i))
	}
	return nil
}
