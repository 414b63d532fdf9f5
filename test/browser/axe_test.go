package browser

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// violation is a rule of axe that elements of a page break.
type violation struct {
	ID     string `json:"id"`
	Help   string `json:"help"`
	Impact string `json:"impact"`
	Nodes  []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// violations runs all rules of axe on a tab, the best practices too, but those for experiments. The script comes
// through the browser's protocol, so that the page's policy can stay as it is.
func violations(t *tab) []violation {
	t.tb.Helper()
	const version = "4.14.1"
	script, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.tb.Fatal(err)
	}
	ran := get(t, chromedp.Evaluate[string](string(script)+"; axe.version"))
	if ran != version {
		t.tb.Fatalf("axe is %q, want %q", ran, version)
	}
	return ask[[]violation](t, `axe.run(document, {resultTypes: ["violations"]}).then(result => result.violations)`)
}

// accessible fails the test for each rule that the page breaks, but for those named.
func (t *tab) accessible(when string, except ...string) {
	t.tb.Helper()
	for _, v := range violations(t) {
		if slices.Contains(except, v.ID) {
			continue
		}
		var where []string
		for _, n := range v.Nodes[:min(len(v.Nodes), 4)] {
			where = append(where, shorten(n.HTML)+"\n\t"+strings.ReplaceAll(n.Summary, "\n", "\n\t"))
		}
		t.tb.Errorf("%s: %s (%s) at %d elements: %s\n%s", when, v.ID, v.Impact, len(v.Nodes), v.Help, strings.Join(where, "\n"))
	}
}

// The check finds what it is for, in the colours that the reader sees, under a strict policy.
func TestViolationsAreSeen(t *testing.T) {
	c := startChromium(t, nowhere)
	const body = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
		<style>p { color: #777; background: #fff } @media (prefers-color-scheme: dark) { p { color: #333; background: #000 } }</style>
		<main><h1>Title</h1><p>text</p>`
	for _, page := range []struct {
		name, text, want string
		who              reader
	}{
		{"light", body, "color-contrast", reader{}},
		{"dark", body, "color-contrast", reader{dark: true}},
		{"button", strings.Replace(body, "<p>", `<button></button><p style="color:#000">`, 1), "button-name", reader{}},
		{"fine", strings.Replace(body, "<p>", `<p style="color:#000">`, 1), "", reader{}},
	} {
		t.Run(page.name, func(t *testing.T) {
			var found []string
			for _, v := range violations(c.open(t, written(t, head+page.text), page.who)) {
				found = append(found, v.ID)
			}
			if got := strings.Join(found, " "); got != page.want {
				t.Errorf("found %q, want %q", got, page.want)
			}
		})
	}
}
