package normalize_test

import (
	"bytes"
	"testing"

	"ops/logviz/normalize"
)

const untidy = `# Of whom this is.

name: x
kind: normalizer/v1
# why this stage
stage: body
patterns:
# the first
- pattern: hello %{user.name:word}
  # its name
  name: hello
  tests:
  - expect:
        user.name: bob
    # a real line
    line: hello bob
  - {line: "hello x", expect: {user.name: x}}


- name: bye
  pattern: bye
description: A test.
# the end
`

const tidy = `# Of whom this is.

kind: normalizer/v1
name: x
description: A test.
# why this stage
stage: body
patterns:
  # the first
  # its name
  - name: hello
    pattern: hello %{user.name:word}
    tests:
      # a real line
      - line: hello bob
        expect:
          user.name: bob
      - {line: "hello x", expect: {user.name: x}}

  - name: bye
    pattern: bye
# the end
`

func TestFormatPutsKeysInOrderAndKeepsComments(t *testing.T) {
	got, err := normalize.Format("x.yaml", []byte(untidy))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != tidy {
		t.Errorf("got\n%s", got)
	}
}

// What is formatted stays so, and means what it meant; Format itself refuses what does not.
func FuzzFormat(f *testing.F) {
	f.Add([]byte(untidy))
	for _, d := range builtin(f) {
		data, err := d.Source()
		if err != nil {
			f.Fatal(err)
		}
		if _, err := normalize.Format(d.File(), data); err != nil {
			f.Error(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		once, err := normalize.Format("x.yaml", data)
		if err != nil {
			return
		}
		twice, err := normalize.Format("x.yaml", once)
		if err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%v\n%q\nbecame\n%q\nand then\n%q", err, data, once, twice)
		}
	})
}
