package strictyaml

import "fmt"

// Located is a value together with its place in the file, for a caller that can only later see whether the value makes
// sense: a pattern that does not compile, a name that nothing has. T may be any type that [Decode] knows. For a missing
// value the place is 0:0.
type Located[T any] struct {
	Value  T
	Line   int // from 1
	Column int // from 1, counted in characters
}

// Errorf returns an [*Error] about the value in the file called name, with a message formatted as by [fmt.Sprintf].
func (l Located[T]) Errorf(name, format string, args ...any) *Error {
	return &Error{Name: name, Line: l.Line, Column: l.Column, Msg: fmt.Sprintf(format, args...)}
}

// located lets the decoder fill a Located of whatever type.
type located interface {
	place(line, column int) (value any)
}

// place notes where the value is and returns the pointer to decode it into.
func (l *Located[T]) place(line, column int) any {
	l.Line, l.Column = line, column
	return &l.Value
}
