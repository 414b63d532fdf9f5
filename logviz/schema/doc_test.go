package schema

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"ops/internal/durable"
	"ops/logviz"
	"ops/logviz/legacy"
)

const docFile = "../../doc/schemas.md"

// The tables of the document are those that the program uses. After a change: UPDATE_DOC=1 go test ./logviz/schema
func TestDocHasTheTables(t *testing.T) {
	data, err := os.ReadFile(docFile)
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for name, table := range map[string]string{
		"ecs": ecsTable(), "classes": classTable(), "ocsf": ocsfTable(), "legacy": legacyTable(), "taxonomy": taxonomyTable(),
	} {
		before, rest, ok := strings.Cut(text, "<!-- table "+name+" -->\n")
		_, after, closed := strings.Cut(rest, "<!-- end -->")
		if !ok || !closed {
			t.Fatalf("%s has no place for the table %s", docFile, name)
		}
		text = before + "<!-- table " + name + " -->\n" + table + "<!-- end -->" + after
	}
	if text == string(data) {
		return
	}
	if os.Getenv("UPDATE_DOC") == "" {
		t.Fatalf("%s does not have the tables of the code: run this test with UPDATE_DOC=1 and look at the difference", docFile)
	}
	if err := durable.WriteFile(docFile, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func kindWord(k logviz.Kind) string {
	return map[logviz.Kind]string{
		logviz.String: "text", logviz.Integer: "integer", logviz.Bool: "true or false", logviz.IP: "address",
		logviz.MAC: "hardware address", logviz.Timestamp: "time", logviz.Duration: "duration", logviz.List: "list",
	}[k]
}

func ecsTable() string {
	return columnTable(newECS())
}

// columnTable lists the columns of a view; those that CSV has by default are marked.
func columnTable(v *View) string {
	var b strings.Builder
	b.WriteString("| field | kind | in a CSV by default |\n|---|---|---|\n")
	brief := " " + strings.Join(v.Brief, " ") + " "
	for _, c := range v.Columns {
		mark := ""
		if strings.Contains(brief, " "+c.Name+" ") {
			mark = "yes"
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.Name, kindWord(c.Kind), mark)
	}
	return b.String()
}

func classTable() string {
	var b strings.Builder
	b.WriteString("| class | number | category |\n|---|---|---|\n")
	for _, c := range ocsfClasses() {
		fmt.Fprintf(&b, "| %s | %d | %d %s |\n", c.name, c.uid, c.categoryUID, c.categoryName)
	}
	return b.String()
}

func ocsfTable() string {
	var b strings.Builder
	b.WriteString("| field | attribute | in the classes |\n|---|---|---|\n")
	for _, a := range ocsfAttributes() {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", a.field, a.path, classNames(a.classes))
	}
	return b.String()
}

func classNames(set classes) string {
	switch set {
	case anyClass:
		return "all"
	case anyClass &^ authentication:
		return "all but Authentication"
	case endpoints:
		return "all but Base Event"
	case networks:
		return "Network, HTTP, DNS, DHCP"
	}
	for _, c := range ocsfClasses() {
		if c.bit == set {
			return strings.TrimSuffix(c.name, " Activity")
		}
	}
	return "?"
}

func legacyTable() string {
	var b strings.Builder
	b.WriteString("| field | tag |\n|---|---|\n")
	seen := map[string]bool{}
	for tag, field := range legacy.All() {
		if !seen[field] {
			seen[field] = true
			fmt.Fprintf(&b, "| %s | %s |\n", field, tag)
		}
	}
	fmt.Fprintf(&b, "| %s | %s |\n", logviz.FieldMethod, "method")
	return b.String()
}

func taxonomyTable() string {
	var b strings.Builder
	b.WriteString("| event.category | taxonomy |\n|---|---|\n")
	for _, c := range taxonomies() {
		fmt.Fprintf(&b, "| %s | %s |\n", c.category, c.taxonomy)
	}
	return b.String()
}
