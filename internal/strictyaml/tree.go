package strictyaml

import "fmt"

// form is the syntactic kind of a node.
type form uint8

const (
	scalar form = iota
	list
	mapping
)

// node is one value of the file, with aliases and merge keys already followed. The values within a list or a mapping are
// a chain: first, its next, and so on. Nodes are small and in one chain of blocks since a program that starts for one
// decision reads its policy with cold caches, where every page of memory that is touched counts.
type node struct {
	text  string // of a scalar, unescaped
	first *node  // of the values within; its chain may be shared, since an alias is a copy of its node
	next  *node  // in the same list or mapping
	key   string // within a mapping
	at    pos
	keyAt pos
	count int32 // values directly within
	size  int32 // values that this one stands for, itself included; only counted where there can be aliases
	depth uint8 // levels below and including this one; likewise
	form  form
	kind  scalarKind
}

// setScalar makes the node a scalar. One in quotes, like a block scalar, is text whatever it looks like.
func (n *node) setScalar(text string, quoted bool) {
	n.form, n.text, n.kind = scalar, text, textScalar
	if !quoted {
		n.kind = resolve(text)
	}
}

// isNull is true for a value that is not there, and for ~ and null.
func (n *node) isNull() bool { return n.form == scalar && n.kind == nullScalar }

// chain appends nodes to a list or a mapping.
type chain struct {
	of   *node
	last *node
}

func (c *chain) add(n *node) {
	if c.last == nil {
		c.of.first = n
	} else {
		c.last.next = n
	}
	c.last = n
	c.of.count++
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
