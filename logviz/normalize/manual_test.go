package normalize

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

// The manual names every type, transform and stage.
func TestManualIsWhole(t *testing.T) {
	data, err := os.ReadFile("../../doc/normalizers.md")
	if err != nil {
		t.Fatal(err)
	}
	manual := string(data)
	words := append(newTypes().names(), string(Header), string(Line), string(Body), string(Enrich), "strftime(LAYOUT)")
	transforms := reflect.TypeFor[Transform]()
	for field := range transforms.Fields() {
		words = append(words, field.Tag.Get("yaml")+":")
	}
	for _, word := range words {
		if !strings.Contains(manual, "`"+word) {
			t.Errorf("doc/normalizers.md does not say what %q is", word)
		}
	}
}
