package strictyaml

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// form is the syntactic kind of a node.
type form int

const (
	scalar form = iota
	list
	mapping
)

// node is one value of the file, with aliases and merge keys already followed. An anchored node hangs in the tree at
// each of its aliases, so the tree is a graph without cycles.
type node struct {
	form    form
	at      pos
	text    string // of a scalar, unescaped
	kind    scalarKind
	value   any // of a scalar; see resolve
	items   []*node
	entries []entry
	depth   int // levels below and including this one
	size    int // values that this one stands for, itself included
}

// entry is one "key: value" of a mapping.
type entry struct {
	key    string
	at     pos // of the key
	value  *node
	merged bool // came in by a merge key; a key written in the mapping itself goes first
}

// builder turns the parser's tree into nodes.
type builder struct {
	*report
	anchors map[string]*node // nil while the anchored value is still being built
	built   int              // nodes and entries made so far, merged ones included
}

// build returns nil after a fatal mistake.
func (b *builder) build(n ast.Node) *node {
	made := b.value(n)
	if b.fatal {
		return nil
	}
	return made
}

func (b *builder) value(n ast.Node) *node {
	if b.fatal {
		return nil
	}
	out := &node{at: nodePos(n)}
	switch n := n.(type) {
	case *ast.AnchorNode:
		return b.anchor(n)
	case *ast.AliasNode:
		return b.alias(n)
	case *ast.MappingNode:
		out.form = mapping
		b.mapping(out, n.Values)
	case *ast.MappingValueNode: // a mapping of one entry
		out.form = mapping
		b.mapping(out, []*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		out.form = list
		for _, item := range n.Values {
			out.items = append(out.items, b.value(item))
		}
	case *ast.LiteralNode:
		out.setScalar(n.Value.Value, true)
	case nil:
		out.setScalar("", false)
	default:
		tk := n.GetToken()
		switch {
		case tk == nil || tk.Type == token.ImplicitNullType:
			out.setScalar("", false)
		case isScalarToken(tk.Type):
			out.setScalar(tk.Value, tk.Type == token.SingleQuoteType || tk.Type == token.DoubleQuoteType)
			b.checkNumber(out)
		default:
			b.stop(out.at, "%q is not understood here", tk.Value)
		}
	}
	return b.measure(out)
}

// setScalar makes the node a scalar. One in quotes, like a block scalar, is text whatever it looks like.
func (n *node) setScalar(text string, quoted bool) {
	n.form, n.text, n.kind, n.value = scalar, text, textScalar, text
	if !quoted {
		n.kind, n.value = resolve(text)
	}
}

// isNull is true for a value that is not there, and for ~ and null.
func (n *node) isNull() bool { return n.form == scalar && n.kind == nullScalar }

// checkNumber refuses a number so long that reading it again and again, by aliases, would take long.
func (b *builder) checkNumber(n *node) {
	const longest = 100
	if (n.kind == intScalar || n.kind == floatScalar) && len(n.text) > longest {
		b.stop(n.at, "a number of %d characters; put text into quotes", len(n.text))
	}
}

// measure fills in size and depth, and refuses what is too much of either.
func (b *builder) measure(n *node) *node {
	if b.fatal {
		return nil
	}
	n.size, n.depth = 1, 1
	grow := func(child *node) {
		n.size += child.size // each is at most MaxValues, and so is the sum so far: no overflow
		n.depth = max(n.depth, child.depth+1)
		if n.size > MaxValues {
			b.fatal = true
		}
	}
	for _, item := range n.items {
		if !b.fatal {
			grow(item)
		}
	}
	for _, e := range n.entries {
		if !b.fatal {
			grow(e.value)
		}
	}
	switch {
	case b.fatal:
		b.stop(n.at, "stands for more than %d values once its aliases are followed", MaxValues)
		return nil
	case n.depth > MaxDepth:
		b.stop(n.at, "nested more than %d levels deep once its aliases are followed", MaxDepth)
		return nil
	}
	return n
}

func (b *builder) anchor(n *ast.AnchorNode) *node {
	name := n.Name.GetToken().Value
	b.anchors[name] = nil
	made := b.value(n.Value)
	b.anchors[name] = made
	return made
}

func (b *builder) alias(n *ast.AliasNode) *node {
	name := n.Value.GetToken().Value
	made, known := b.anchors[name]
	switch {
	case !known:
		near := nearest(name, keysOf(b.anchors))
		b.stop(nodePos(n), "alias *%s: no &%s before it%s", name, name, didYouMean(near))
		return nil
	case made == nil:
		b.stop(nodePos(n), "alias *%s is inside of what &%s marks", name, name)
		return nil
	}
	return made
}

// mapping adds the entries of one mapping: those written here, then those merged in that are not written here.
func (b *builder) mapping(out *node, values []*ast.MappingValueNode) {
	index := make(map[string]int, len(values))
	var merges []*node
	for _, v := range values {
		if b.fatal {
			return
		}
		key, at, ok := b.key(v.Key)
		if !ok {
			return
		}
		value := b.value(v.Value)
		if b.fatal {
			return
		}
		if v.Key.IsMergeKey() {
			merges = append(merges, value)
			continue
		}
		if first, twice := index[key]; twice {
			b.add(at, "duplicate key %q (first on line %d)", key, out.entries[first].at.line)
			continue
		}
		index[key] = len(out.entries)
		b.count(at)
		out.entries = append(out.entries, entry{key: key, at: at, value: value})
	}
	for _, m := range merges {
		b.merge(out, index, m)
	}
}

// merge takes over the entries of source, a mapping or a list of mappings; what is there already wins.
func (b *builder) merge(out *node, index map[string]int, source *node) {
	sources := []*node{source}
	if source.form == list {
		sources = source.items
	}
	for _, s := range sources {
		if s.form != mapping {
			b.add(s.at, `"<<" takes a mapping or a list of mappings, found %s`, describe(s))
			continue
		}
		for _, e := range s.entries {
			if _, there := index[e.key]; there || b.fatal {
				continue
			}
			index[e.key] = len(out.entries)
			b.count(source.at)
			out.entries = append(out.entries, entry{e.key, e.at, e.value, true})
		}
	}
}

// count bounds the memory of merging: n merges of n entries each would be built in full before their size is known.
func (b *builder) count(at pos) {
	if b.built++; b.built > MaxValues && !b.fatal {
		b.stop(at, "the file stands for more than %d values once its aliases are followed", MaxValues)
	}
}

// key returns the text of a key, whatever type a value of that text would have.
func (b *builder) key(n ast.MapKeyNode) (string, pos, bool) {
	inner := ast.Node(n)
	if explicit, ok := inner.(*ast.MappingKeyNode); ok {
		inner = explicit.Value
	}
	if anchored, ok := inner.(*ast.AnchorNode); ok {
		inner = anchored.Value
	}
	at := nodePos(inner)
	if literal, ok := inner.(*ast.LiteralNode); ok {
		return literal.Value.Value, at, true
	}
	if tk := inner.GetToken(); tk != nil && isScalarToken(tk.Type) {
		if _, ok := inner.(*ast.AliasNode); !ok {
			return tk.Value, at, true
		}
	}
	b.stop(at, "a key must be plain text, a number or a quoted text")
	return "", at, false
}

func isScalarToken(t token.Type) bool {
	switch t {
	case token.StringType, token.SingleQuoteType, token.DoubleQuoteType, token.IntegerType, token.FloatType,
		token.BinaryIntegerType, token.OctetIntegerType, token.HexIntegerType, token.BoolType, token.NullType,
		token.InfinityType, token.NanType, token.MergeKeyType:
		return true
	}
	return false
}

// nodePos is where a reader would say that the value starts: a mapping at its first key, not at that key's colon.
func nodePos(n ast.Node) pos {
	switch n := n.(type) {
	case nil:
		return pos{1, 1}
	case *ast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			return nodePos(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return nodePos(n.Key)
	}
	return tokenPos(n.GetToken())
}

// describe names a value in messages: "a list", `the text "x"`.
func describe(n *node) string {
	switch n.form {
	case list:
		return "a list"
	case mapping:
		return `a mapping of "key: value"`
	}
	const longest = 40
	shown := n.text
	seen := 0
	for i := range shown {
		if seen++; seen > longest {
			shown = shown[:i] + "…"
			break
		}
	}
	switch n.kind {
	case nullScalar:
		return "nothing"
	case textScalar:
		return fmt.Sprintf("the text %q", shown)
	case boolScalar:
		return shown
	}
	return "the number " + shown
}
