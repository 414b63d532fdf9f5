package encode

import (
	"encoding/json"
	"errors"
	"math"

	"ops/logviz"
)

// fromJSON makes a value of what encoding/json decoded, with numbers as they were written.
func fromJSON(x any) (logviz.Value, error) {
	switch x := x.(type) {
	case nil: // how a number that is none is written
		return logviz.FloatValue(math.NaN()), nil
	case string:
		return logviz.StringValue(x), nil
	case bool:
		return logviz.BoolValue(x), nil
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return logviz.IntegerValue(n), nil
		}
		f, err := x.Float64()
		return logviz.FloatValue(f), err
	case []any:
		list := make([]string, len(x))
		for i, s := range x {
			var ok bool
			if list[i], ok = s.(string); !ok {
				return logviz.Value{}, errors.New("a list of something other than strings")
			}
		}
		return logviz.ListValue(list...), nil
	}
	return logviz.Value{}, errors.New("an object within an object")
}
