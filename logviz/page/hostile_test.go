package page

import (
	"bytes"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"ops/logviz/geo"
)

// hostile are names that attackers would like to see as markup, or as something else than they are.
func hostile() []string {
	return []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'><svg/onload=alert(1)>`, `</main></script><script>alert(1)//`,
		`javascript:alert(1)`, `<!--`, `]]>`, `{{.}}`, "\x1b[31mred\x00\r\n", "\u202eevil", "a\u200bb", "\xff\xfe", `" onmouseover="alert(1)`,
		`<iframe srcdoc="&lt;script&gt;">`, `&lt;b&gt;`, strings.Repeat("A", 1<<20), `<style>*{display:none}</style>`, "💥<b>",
	}
}

func TestHostileNamesStayText(t *testing.T) {
	d := newDay(time.UTC)
	for i, name := range hostile() {
		for range 3 {
			d.attempt(start(), name, "203.0.113.7", []string{"failure", "success"}[i%2], geo.Place{})
		}
	}
	data := d.data(1000)
	for _, name := range hostile() {
		data.Title, data.Notes = name, append(data.Notes, name)
		var mail bytes.Buffer
		if err := data.WriteMail(&mail, nil); err != nil {
			t.Fatal(err)
		}
		static, err := data.static()
		if err != nil {
			t.Fatal(err)
		}
		checkMarkup(t, string(static))
		checkMarkup(t, mail.String())
	}
	checkMarkup(t, data.html(t))
}

func FuzzNamesStayText(f *testing.F) {
	for _, name := range hostile() {
		f.Add(name[:min(len(name), 100)])
	}
	f.Fuzz(func(t *testing.T, name string) {
		d := newDay(time.UTC)
		d.attempt(start(), name, "203.0.113.7", "success", geo.Place{})
		d.attempt(start(), name, "203.0.113.7", "failure", geo.Place{})
		data := d.data(1000)
		data.Title, data.Notes = name, []string{name}
		static, err := data.static()
		if err != nil {
			t.Fatal(err)
		}
		checkMarkup(t, string(static))
		checkMarkup(t, mailOf(t, data))
		packed, err := data.Payload()
		if err != nil {
			t.Fatal(err)
		}
		if _, rows := decoded(t, packed); !reflect.DeepEqual(rows, data.Table.Rows) {
			t.Errorf("rows %v, want %v", rows, data.Table.Rows)
		}
	})
}

// checkMarkup finds elements, attributes and characters that we did not write.
func checkMarkup(t *testing.T, page string) {
	t.Helper()
	page = regexp.MustCompile(`(?s)<style>.*?</style>|<script type="[a-z/-]*"( id="[a-z]*")?>.*?</script>`).ReplaceAllString(page, "")
	known := regexp.MustCompile(`^<(!doctype html|/?(html|head|body|title|main|noscript|h1|h2|bdi|p|dl|div|dt|dd|section|table|thead|tbody|tr|th|td|footer)|meta|img)` +
		`( (lang|class|tabindex|name|content|http-equiv|charset|id|scope|width|align|valign|bgcolor|style|role|cellpadding|cellspacing|border|alt)="[^"<>]*"| src="cid:map")*>$`)
	for _, tag := range regexp.MustCompile(`<[^>]*>?`).FindAllString(page, -1) {
		if !known.MatchString(tag) {
			t.Fatalf("the page has %.80q", tag)
		}
	}
	for _, r := range page {
		if r < ' ' && r != '\n' || r == 0x7f || r == '\u202e' || r == '\u200b' {
			t.Fatalf("the page has %q", r)
		}
	}
}
