package strictyaml

import (
	"reflect"
	"strings"
	"testing"
)

// choice is a mapping of one entry whose key says what the value is: "copy: [A, B]" or "remove: {path: A}".
type choice struct {
	copied  []string
	removed string
}

func (c *choice) UnmarshalYAML(n Node) error {
	if n.Kind() != Mapping {
		return n.Errorf("expected copy or remove")
	}
	for key, value := range n.Entries() {
		switch key.Text() {
		case "copy":
			for item := range value.Items() {
				var text string
				if err := item.Decode(&text); err != nil {
					return err
				}
				if strings.HasPrefix(text, "-") {
					_ = item.Errorf("%q starts with a dash", text)
				}
				c.copied = append(c.copied, text)
			}
		case "remove":
			var to struct {
				Path string `yaml:"path,required"`
			}
			if err := value.Decode(&to); err != nil {
				return err
			}
			c.removed = to.Path
		default:
			return key.Errorf("unknown action %q", key.Text())
		}
	}
	return nil
}

func TestNodeChoosesByKey(t *testing.T) {
	var got []choice
	if err := Decode("c.yaml", []byte("- copy: [a, b]\n- remove: {path: c}\n- {}\n"), &got); err != nil {
		t.Fatal(err)
	}
	if want := []choice{{copied: []string{"a", "b"}}, {removed: "c"}, {}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNodeMistakes(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"at a node", "- copy: [-a, b,\n    -c]\n", "c.yaml:1:10: \"-a\" starts with a dash\nc.yaml:2:5: \"-c\" starts with a dash"},
		{"at a key", "- copy: []\n  mvoe: x\n", `c.yaml:2:3: unknown action "mvoe"`},
		{"at the node itself", "- - x\n", "c.yaml:1:3: expected copy or remove"},
		{"within a value", "- copy: []\n  remove: {pth: x}\n", `c.yaml:2:12: unknown key "pth" (did you mean "path"?)`},
		{"within an item", "- copy: [1]\n", `c.yaml:1:10: expected text, found the number 1; write "1" in quotes`},
		{"no items in a mapping", "- copy: {a: b}\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := []choice{}
			text := ""
			if err := Decode("c.yaml", []byte(c.file), &got); err != nil {
				text = err.Error()
			}
			if text != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", text, c.want)
			}
		})
	}
}

func TestNodeIterationStops(t *testing.T) {
	var first firstOnly
	if err := Decode("c.yaml", []byte("{a: [b, c], d: []}"), &first); err != nil || first != "ab" {
		t.Errorf("got %q, %v", first, err)
	}
}

// firstOnly looks at the first key and its first item and no further.
type firstOnly string

func (f *firstOnly) UnmarshalYAML(n Node) error {
	for key, value := range n.Entries() {
		for item := range value.Items() {
			*f = firstOnly(key.Text() + item.Text())
			break
		}
		break
	}
	return nil
}
