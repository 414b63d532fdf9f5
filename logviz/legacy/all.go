package legacy

import "iter"

// All yields every tag that has a field of ECS, and that field. A field that several tags have comes first with the tag
// that [Tag] answers.
func All() iter.Seq2[string, string] {
	return func(yield func(tag, field string) bool) {
		for _, p := range pairs() {
			if !yield(p.tag, p.field) {
				return
			}
		}
	}
}
