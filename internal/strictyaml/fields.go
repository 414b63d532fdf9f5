package strictyaml

import (
	"fmt"
	"reflect"
	"strings"
)

// field is one key that a struct knows.
type field struct {
	name     string
	index    []int // as for reflect.Value.FieldByIndex
	required bool
	plan     *plan // nil until the first value
}

// appendFields adds the keys of a struct type in the order of its declaration. The tag is yaml:"name,option,…": "-" leaves
// a field out, the option required demands the key, inline takes the fields of an embedded struct as one's own, and
// omitempty and the like, which concern writing, are passed over. Without a name the key is the field's in lower case.
func appendFields(all []field, t reflect.Type) []field {
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if hasOption(options, "inline") {
			if f.Type.Kind() != reflect.Struct {
				panic(fmt.Sprintf("strictyaml: %s.%s is inline and not a struct", t, f.Name))
			}
			for _, inner := range appendFields(nil, f.Type) {
				inner.index = append([]int{f.Index[0]}, inner.index...)
				all = append(all, inner)
			}
			continue
		}
		if !f.IsExported() {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		all = append(all, field{name: name, index: f.Index, required: hasOption(options, "required")})
	}
	return all
}

func hasOption(options, want string) bool {
	for option := range strings.SplitSeq(options, ",") {
		if option == want {
			return true
		}
	}
	return false
}

func namesOf(fields []field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

// indexOf returns where the field called name is, or -1. A struct has few fields, and a map of them costs more to make.
func indexOf(fields []field, name string) int {
	for i := range fields {
		if fields[i].name == name {
			return i
		}
	}
	return -1
}
