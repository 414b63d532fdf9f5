package strictyaml

import (
	"errors"
	"fmt"
	"iter"
)

// Entries yields the keys and values of a mapping in the order of the file; every other kind of node yields nothing. A
// key is a node as well, so that a message can point to it.
func (n Node) Entries() iter.Seq2[Node, Node] {
	return func(yield func(key, value Node) bool) {
		of := n.inner()
		for e := of.first; e != nil && of.form == mapping; e = e.next {
			if !yield(Node{n.report, e, true}, Node{n.report, e, false}) {
				return
			}
		}
	}
}

// Items yields the elements of a list in the order of the file; every other kind of node yields nothing.
func (n Node) Items() iter.Seq[Node] {
	return func(yield func(Node) bool) {
		of := n.inner()
		for item := of.first; item != nil && of.form == list; item = item.next {
			if !yield(Node{n.report, item, false}) {
				return
			}
		}
	}
}

// Text returns a scalar as it was written, without its quotes; empty for a list or a mapping. It is for values whose text
// YAML would take for something else, such as an option called -1.
func (n Node) Text() string {
	if n.isKey {
		return n.node.key
	}
	return n.node.text
}

// Len is the number of values directly within a list or a mapping.
func (n Node) Len() int { return int(n.inner().count) }

// Errorf notes a mistake at the node's place and returns an error for an [Unmarshaler] to return.
func (n Node) Errorf(format string, args ...any) error {
	n.report.add(n.inner().at, "%s", fmt.Sprintf(format, args...))
	return errors.New("is wrong")
}
