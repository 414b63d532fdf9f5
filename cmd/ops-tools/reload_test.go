package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A definition that changes between the start and the first look is taken up as well.
func TestReloadOfAnEarlyChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.yaml")
	write := func(word string) {
		text := "kind: normalizer/v1\nname: shop\nstage: body\npatterns:\n  - {name: sold, pattern: \"" + word + " %{shop.item:word}\"}\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("sold")
	talk, in := io.Pipe()
	flags := &logFlags{}
	flags.definitions.paths = []string{path}
	s, err := flags.open(&env{err: in, zone: time.UTC, now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	write("bought")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	go func() {
		s.watch(ctx)
		in.Close()
	}()
	told := make([]byte, 100)
	n, _ := talk.Read(told)
	if !strings.Contains(string(told[:n]), "read anew") {
		t.Errorf("told %q", told[:n])
	}
}
