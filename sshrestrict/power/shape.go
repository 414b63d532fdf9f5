package power

import (
	"fmt"
	"reflect"
)

// store writes a value from the bus to where dest points, if it is of exactly that shape. The library's own function
// would turn the number 65 into the text "A" and the like; here a service that says something else than its documentation
// is not believed. A structure comes from the bus as a list of its fields.
func store(dest, value any) error {
	return storeInto(reflect.ValueOf(dest).Elem(), reflect.ValueOf(value))
}

func storeInto(dest, value reflect.Value) error {
	if value.IsValid() && value.Kind() == reflect.Interface {
		value = value.Elem()
	}
	if !value.IsValid() {
		return fmt.Errorf("nothing for %s", dest.Type())
	}
	switch {
	case dest.Kind() == reflect.Struct && value.Kind() == reflect.Slice && value.Len() == dest.NumField():
		for i := range dest.NumField() {
			if err := storeInto(dest.Field(i), value.Index(i)); err != nil {
				return err
			}
		}
	case dest.Kind() == reflect.Slice && value.Kind() == reflect.Slice:
		dest.Set(reflect.MakeSlice(dest.Type(), value.Len(), value.Len()))
		for i := range value.Len() {
			if err := storeInto(dest.Index(i), value.Index(i)); err != nil {
				return err
			}
		}
	case dest.Type() == value.Type():
		dest.Set(value)
	default:
		return fmt.Errorf("%s for %s", value.Type(), dest.Type())
	}
	return nil
}
