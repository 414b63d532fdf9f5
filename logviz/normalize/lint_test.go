package normalize

import (
	"bytes"
	"strings"
	"testing"
)

// What is shipped has no finding that is neither mended nor accepted with a reason, and is in the order of Format.
func TestShippedDefinitionsAreLintedAndFormatted(t *testing.T) {
	defs, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range defs {
		findings, err := d.Lint(defs)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			t.Error(f)
		}
		data, err := d.Source()
		if err != nil {
			t.Fatal(err)
		}
		if formatted, err := Format(d.File(), data); err != nil || !bytes.Equal(formatted, data) {
			t.Errorf("%s is not formatted (ops logviz normalizer fmt -w): %v", d.File(), err)
		}
	}
}

const forgeable = `kind: normalizer/v1
name: app
description: A test.
versions: [app 1]
stage: body
%s
patterns:
  - name: login
    pattern: "login of %%{user.name:text} from %%{source.address:host}: %%{event.reason:text}"
    %s
    tests:
      - line: "login of alice from 192.0.2.7: no"
        expect: {source.ip: 192.0.2.7}
`

// A finding is accepted with a reason, by the pattern or its definition, and an acceptance of nothing is a finding.
func TestLintAccepts(t *testing.T) {
	for _, c := range []struct{ name, definition, pattern, want string }{
		{"nothing", "", "", "(forgeable)"},
		{"pattern", "", "accept: {forgeable: the server writes the reason}", ""},
		{"definition", "accept: {forgeable: the server writes the reason}", "", ""},
		{"other rule", "", "accept: {slow: few lines}", "(forgeable)"},
		{"stale", "accept: {slow: few lines}", "accept: {forgeable: the server writes the reason}", "nothing is slow here any more"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.NewReplacer("%%", "%", "%s\npatterns", c.definition+"\npatterns", "    %s\n", "    "+c.pattern+"\n").Replace(forgeable)
			d, err := Parse("app.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			findings, err := d.Lint(nil)
			if err != nil {
				t.Fatal(err)
			}
			var all []string
			for _, f := range findings {
				all = append(all, f.String())
			}
			if got := strings.Join(all, "\n"); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
				t.Errorf("findings %q, want %q", got, c.want)
			}
		})
	}
}

func TestWrongAcceptances(t *testing.T) {
	const head = "kind: normalizer/v1\nname: x\nstage: body\n"
	for _, c := range []struct{ yaml, want string }{
		{head + "accept: {forgable: x}\npatterns: [{name: a, pattern: b}]\n", `no rule "forgable"`},
		{head + "patterns: [{name: a, pattern: b, accept: {slow: ' '}}]\n", "pattern a: accept: slow has no reason"},
	} {
		if _, err := Parse("x.yaml", []byte(c.yaml)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

// A line that a header reads loosely is still that of the line definition that reads all of it, and no shadow.
func TestLintKnowsTheTurnOfLines(t *testing.T) {
	const text = "kind: normalizer/v1\nname: x\ndescription: A test.\nversions: [x 1]\nstage: line\npatterns:\n" +
		"- name: a\n  pattern: '[%{@timestamp:epoch}] x[%{process.pid:int}] said %{message:text}'\n  tests:\n  - line: '[1791790364] x[7] said y'\n    expect: {message: y}\n"
	d, err := Parse("x.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	inUse, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	findings, err := d.Lint(append(inUse, d))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Error(f)
	}
}
