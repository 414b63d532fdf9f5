package normalize

import "ops/logviz"

// turn is what one transform reads, and what it wants to change. Nothing changes before it succeeded.
type turn struct {
	event   *logviz.Event
	clock   *clock
	changes []logviz.Field // a field without value is removed
}

func (t *turn) set(name string, v logviz.Value) {
	t.changes = append(t.changes, logviz.Field{Name: name, Value: v})
}

func (t *turn) text(field string) string { return t.event.Get(field).String() }
