package importer

import (
	"strings"
	"testing"
	"testing/fstest"
)

// doorXML is a definition of pylogsparser around callbacks and one pattern.
func doorXML(attributes, callback, tags, example string) string {
	return `<normalizer name="Door" version="1.0" ignorecase="yes" ` + attributes + `>
<callbacks><callback name="act">` + callback + `</callback></callbacks>
<patterns><pattern name="one"><text>ACT by USER</text><tags>` + tags + `</tags>
<examples><example><text>Opened by alice</text><expectedTags>` + example + `</expectedTags></example></examples>
</pattern></patterns></normalizer>`
}

const doorTags = `<tag name="__act" tagType="Anything"><substitute>ACT</substitute><callbacks><callback>act</callback></callbacks></tag>
<tag name="user" tagType="Anything"><substitute>USER</substitute></tag>`

func TestPylogsparser(t *testing.T) {
	for name, c := range map[string]struct{ attributes, callback, example, want, problem string }{
		"a table": {
			`appliedTo="body"`, `t = {"Opened": "open"}` + "\n" + `log["action"] = t.get(value, "?")`, `<expectedTag name="action">open</expectedTag>`,
			"- map:", "every program's messages",
		},
		"a script": {
			`appliedTo="raw"`, `log["action"] = value.lower()`, `<expectedTag name="action">opened</expectedTag><expectedTag name="user">alice</expectedTag>`,
			`event["event.action"] = value.lower()`, "",
		},
		"a search": {
			`appliedTo="raw" matchtype="search"`, `if log.has_key("user"): log["action"] = "x"`, `<expectedTag name="action">x</expectedTag>`,
			`re:(?s:.*?)(?i:`, "",
		},
		"a field": {`appliedTo="eventlog_description"`, `pass`, `<expectedTag name="user">alice</expectedTag>`, "stage: enrich\nfield: \"legacy.eventlog_description\"", ""},
		"what needs more than a script": {
			`appliedTo="raw"`, `log.update({"a": "b"})`, `<expectedTag name="a">b</expectedTag>`,
			"stage: line", "callback act is left out: it uses the log as a whole",
		},
		"what divides": {`appliedTo="raw"`, `log["a"] = x / y`, `<expectedTag name="user">alice</expectedTag>`, "stage: line", "it divides x"},
		"a try":        {`appliedTo="raw"`, "try:\n\tlog[\"a\"] = value\nexcept:\n\tpass", `<expectedTag name="a">Opened</expectedTag>`, "script: |", "what it does in except is lost"},
		"a wrong example": {
			`appliedTo="raw"`, `log["action"] = value`, `<expectedTag name="action">no</expectedTag><expectedTag name="user">alice</expectedTag>`,
			`"user.name": "alice"`, `the example sees a difference: event.action is "Opened", must be "no"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			im, err := Pylogsparser(fstest.MapFS{"d.xml": {Data: []byte(doorXML(c.attributes, c.callback, doorTags, c.example))}}, "d.xml", Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkImport(t, im)
			if text := string(Write(im.Definition)); !strings.Contains(text, c.want) {
				t.Errorf("%q is not in\n%s", c.want, text)
			}
			if said := problems(im); !strings.Contains(said, c.problem) || c.problem == "" && said != "" {
				t.Errorf("it says %q, want %q", said, c.problem)
			}
		})
	}
}

func FuzzPylogsparser(f *testing.F) {
	f.Add(doorXML(`appliedTo="raw"`, `log["action"] = value.lower()`, doorTags, `<expectedTag name="user">alice</expectedTag>`))
	f.Add(doorXML(`appliedTo="x"`, "a = {'b': u'c'}\nlog['d'] = a.get(value)", doorTags, `<expectedTag name="action">x</expectedTag>`))
	f.Add(doorXML(`appliedTo="body" matchtype="search"`, "try: x = int(value) / 8\nexcept: del log['x']", strings.Replace(doorTags, "__act", "[a](?P<b>.)", 1), `<expectedTag name="user">alice</expectedTag>`))
	f.Add(strings.Replace(doorXML(`appliedTo="raw"`, "", doorTags, `<expectedTag name="user">alice</expectedTag>`), "<text>ACT by", `<text type="csv" separator=" ">ACT by`, 1))
	f.Fuzz(func(t *testing.T, text string) {
		im, err := Pylogsparser(fstest.MapFS{"a.xml": {Data: []byte(text)}}, "a.xml", Options{})
		if err == nil {
			checkImport(t, im)
		}
	})
}
