package strictyaml

import (
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

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
	out := &node{at: b.clamp(nodePos(n))}
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
		items := chain{of: out}
		for _, item := range n.Values {
			value := b.value(item)
			if b.fatal {
				return nil
			}
			items.add(value)
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

// longestNumber is how many characters a number may have: reading it again and again, by aliases, would take long.
const longestNumber = 100

// checkNumber refuses a longer one.
func (b *builder) checkNumber(n *node) {
	if (n.kind == intScalar || n.kind == floatScalar) && len(n.text) > longestNumber {
		b.stop(n.at, "a number of %d characters; put text into quotes", len(n.text))
	}
}

// measure fills in size and depth, and refuses what is too much of either.
func (b *builder) measure(n *node) *node {
	if b.fatal {
		return nil
	}
	n.size, n.depth = 1, 1
	for child := n.first; child != nil && !b.fatal; child = child.next {
		n.size += child.size // each is at most MaxValues, and so is the sum so far: no overflow
		n.depth = max(n.depth, child.depth+1)
		b.fatal = n.size > MaxValues
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
	copied := *made // with the same values within
	copied.key, copied.next = "", nil
	return &copied
}

// mapping adds the entries of one mapping: those written here, then those merged in that are not written here.
func (b *builder) mapping(out *node, values []*ast.MappingValueNode) {
	lines := make(map[string]int32, len(values)) // of the keys
	entries := chain{of: out}
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
		if first, twice := lines[key]; twice {
			b.add(at, "duplicate key %q (first on line %d)", key, first)
			continue
		}
		lines[key] = at.line
		b.count(at)
		value.key, value.keyAt = key, at
		entries.add(value)
	}
	for _, m := range merges {
		b.merge(&entries, lines, m)
	}
}

// merge takes over the entries of source, a mapping or a list of mappings; what is there already wins.
func (b *builder) merge(to *chain, lines map[string]int32, source *node) {
	only := *source // not what follows it
	only.next = nil
	sources := &only
	if source.form == list {
		sources = source.first
	}
	for s := sources; s != nil; s = s.next {
		if s.form != mapping {
			b.add(s.at, `"<<" takes a mapping or a list of mappings, found %s`, describe(s))
			continue
		}
		for e := s.first; e != nil; e = e.next {
			if _, there := lines[e.key]; there || b.fatal {
				continue
			}
			lines[e.key] = e.keyAt.line
			b.count(source.at)
			copied := *e
			copied.next = nil
			to.add(&copied)
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
	at := b.clamp(nodePos(inner))
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
