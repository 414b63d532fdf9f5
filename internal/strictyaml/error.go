package strictyaml

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Error is one mistake at one place of a file.
type Error struct {
	Name   string // of the file, as given to Decode
	Line   int    // from 1; 0 if the mistake has no place, such as a file that is too long
	Column int    // from 1, counted in characters
	Msg    string // what is wrong and, where possible, what would be right
}

// Error returns "NAME:LINE:COLUMN: MSG", the form that editors and compilers share.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Name + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, e.Msg)
}

const (
	// maxErrors bounds one report: who made more mistakes than this wants to fix these first.
	maxErrors = 20
	// maxKept bounds the memory for mistakes before the repeated ones are taken out.
	maxKept = 1000
)

// report gathers the mistakes of one file.
type report struct {
	source
	name   string
	errors []*Error
	seen   int  // mistakes, also those beyond the ones kept
	fatal  bool // the rest of the file makes no sense any more
	plans
}

// add notes a mistake. A place outside the file, as the parser gives for values that are not there, is moved into it.
func (r *report) add(at pos, format string, args ...any) {
	if r.seen++; r.seen > maxKept && !r.fatal {
		return
	}
	at = r.clamp(at)
	r.errors = append(r.errors, &Error{r.name, int(at.line), int(at.column), fmt.Sprintf(format, args...)})
}

// stop notes a mistake after which reading on would only confuse.
func (r *report) stop(at pos, format string, args ...any) {
	r.fatal = true
	r.add(at, format, args...)
}

// err returns nothing, the only mistake, or all of them in the order of the file. What an alias repeats is told once.
func (r *report) err() error {
	slices.SortStableFunc(r.errors, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	all := slices.CompactFunc(r.errors, func(a, b *Error) bool { return *a == *b })
	if len(all) == 0 {
		return nil
	}
	if len(all) == 1 {
		return all[0]
	}
	var joined []error
	for i, e := range all {
		if i == maxErrors {
			joined = append(joined, fmt.Errorf("%s: and %d more mistakes", r.name, len(all)-i))
			break
		}
		joined = append(joined, e)
	}
	return errors.Join(joined...)
}
