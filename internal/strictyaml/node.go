package strictyaml

import (
	"errors"
	"reflect"
)

// Kind is what a [Node] is, as far as the choice of a Go type depends on it.
type Kind int

const (
	Null    Kind = iota // nothing, ~ or null
	Scalar              // text, a number or a truth value
	List                // a list
	Mapping             // keys and values
)

// Node is a value that is not decoded yet, as an [Unmarshaler] gets it.
type Node struct {
	report *report
	node   *node
	isKey  bool // the key of the node within its mapping, not the node
}

// inner returns what the methods are about.
func (n Node) inner() *node {
	if n.isKey {
		return &node{text: n.node.key, at: n.node.keyAt}
	}
	return n.node
}

// Kind says what the value is.
func (n Node) Kind() Kind {
	inner := n.inner()
	switch inner.form {
	case list:
		return List
	case mapping:
		return Mapping
	}
	if inner.isNull() {
		return Null
	}
	return Scalar
}

// Place returns the line and the column where the value starts, both from 1.
func (n Node) Place() (line, column int) {
	at := n.inner().at
	return int(at.line), int(at.column)
}

// Decode reads the value into what v points to, by the rules of the function [Decode]. The mistakes it finds are part of
// the report about the file; the error it returns only says that there are some.
func (n Node) Decode(v any) error {
	before := n.report.seen
	d, to := decoder{n.report}, reflect.ValueOf(v).Elem()
	d.value(d.planFor(to), to, n.inner())
	if n.report.seen > before {
		return errors.New("cannot be decoded")
	}
	return nil
}
