package browser

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// save presses a button that saves a file and returns its name and content.
func (t *tab) save(kind string) (name string, content []byte) {
	t.tb.Helper()
	dir := t.tb.(*testing.T).TempDir()
	yes := true
	_, err := chromedp.CallBrowser(t.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, BrowserContextID: chromedp.FromContext(t.ctx).BrowserContextID,
		DownloadPath: dir, EventsEnabled: &yes,
	})
	if err != nil {
		t.tb.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	progress := chromedp.BrowserEvents(ctx, browser.DownloadProgress)
	ask[bool](t, `document.querySelector('[data-ops="export"]').open = true`)
	t.click(`[data-export="` + kind + `"]`)
	for event, err := range progress {
		if err != nil {
			t.tb.Fatalf("saving %s: %v", kind, err)
		}
		if event.State == browser.DownloadProgressStateCompleted {
			break
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.tb.Fatalf("%s saved %q, %v", kind, files, err)
	}
	if content, err = os.ReadFile(files[0]); err != nil {
		t.tb.Fatal(err)
	}
	return filepath.Base(files[0]), content
}

// What is saved is what is seen.
func testExport(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	tab.click(row("countries", "CN"))
	want := choice{country: "CN"}
	name, table := tab.save("csv")
	if name != "attacks.csv" {
		t.Errorf("the table is called %q", name)
	}
	agreesWithTable(t, table, count(d.attempts, want), tally(d.attempts, want, func(a attempt) string { return a.account }))
	name, drawing := tab.save("svg")
	if name != "attacks.svg" {
		t.Errorf("the drawing is called %q", name)
	}
	plainDrawing(t, drawing)
	name, picture := tab.save("png")
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil || name != "attacks.png" {
		t.Fatalf("%s: %v", name, err)
	}
	if n := colours(decoded); n < 10 || decoded.Bounds().Dx() < 960 {
		t.Errorf("%d colours in a picture of %v", n, decoded.Bounds())
	}
}

// agreesWithTable compares a table that was saved with counts.
func agreesWithTable(t *testing.T, table []byte, want totals, accounts map[string]int) {
	t.Helper()
	reader := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\ufeff"))))
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for _, r := range rows[1:] {
		n, err := strconv.Atoi(r[2])
		if err != nil {
			t.Fatalf("%q: %v", r, err)
		}
		switch r[0] {
		case "total":
			if n != want.Failed || r[3] != strconv.Itoa(want.Accepted) {
				t.Errorf("the total is %q, want %+v", r, want)
			}
		case "accounts":
			found[r[1]] = n
		}
	}
	for name, n := range accounts {
		if strings.ContainsAny(name[:min(1, len(name))], "=+-@\t\r") {
			name = "'" + name
		}
		if found[name] != n {
			t.Errorf("the account %q has %d, want %d", name, found[name], n)
		}
	}
	if len(found) != len(accounts) {
		t.Errorf("%d accounts, want %d", len(found), len(accounts))
	}
}

// plainDrawing fails the test for a drawing that is no XML, or that runs or loads anything.
func plainDrawing(t *testing.T, drawing []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(drawing))
	paths := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if start.Name.Local == "path" {
			paths++
		}
		if strings.Contains(" script foreignObject image a use style animate set ", " "+start.Name.Local+" ") {
			t.Errorf("the drawing has an element %s", start.Name.Local)
		}
		for _, a := range start.Attr {
			if strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || a.Name.Local == "href" {
				t.Errorf("the drawing has %s=%q", a.Name.Local, shorten(a.Value))
			}
		}
	}
	if paths < 100 {
		t.Errorf("%d shapes in the drawing", paths)
	}
}
