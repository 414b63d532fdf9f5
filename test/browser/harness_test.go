package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// written is the address of a file with this text.
func written(tb testing.TB, text string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "page.html")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		tb.Fatal(err)
	}
	return fileAddress(tb, path)
}

const head = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Test</title><link rel="icon" href="data:,">`

// The watch sees what it is for; without this, a page without faults would prove nothing.
func TestFaultsAreSeen(t *testing.T) {
	c := startChromium(t, nowhere)
	const strict = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'">`
	for _, fault := range []struct{ name, text, want string }{
		{"nothing", `<script>console.log("fine")</script>`, ""},
		{"console", `<script>console.error("broken", 7)</script>`, "console.error: \"broken\" 7"},
		{"exception", `<script>throw new Error("thrown")</script>`, "exception: Error: thrown"},
		{"rejection", `<script>Promise.reject(new Error("rejected"))</script>`, "exception: Error: rejected"},
		{"policy", strict + `<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`, "issue: ContentSecurityPolicyIssue"},
		{"handler", `<meta http-equiv="Content-Security-Policy" content="script-src 'none'"><svg onload="x=1"></svg>`, "issue: ContentSecurityPolicyIssue"},
		{"image", `<img src="http://203.0.113.7/a.png">`, "request: http://203.0.113.7/a.png"},
		{"name", `<script>fetch("https://example.com/").catch(() => 0)</script>`, "request: https://example.com/"},
		{"loopback", `<script>fetch("http://127.0.0.1:9/").catch(() => 0)</script>`, "request: http://127.0.0.1:9/"},
		{"file", `<iframe src="other.html" title="other"></iframe>`, "other.html"},
		{"socket", `<script>new WebSocket("ws://203.0.113.7/")</script>`, "request: ws://203.0.113.7/"},
		{"dialog", `<script>alert("hello")</script>`, "dialog: hello"},
		{"window", `<script>open("about:blank")</script>`, "window: about:blank"},
		{"away", `<script>location.href = "http://203.0.113.9/"</script>`, "request: http://203.0.113.9/"},
	} {
		t.Run(fault.name, func(t *testing.T) {
			tab := c.watch(t, written(t, head+fault.text), reader{})
			if fault.name == "away" {
				tab.wait(`document.URL.startsWith("chrome-error:")`)
			}
			found := strings.Join(tab.found(), "\n")
			if fault.want == "" && found != "" || !strings.Contains(found, fault.want) {
				t.Errorf("found %q, want %q", found, fault.want)
			}
		})
	}
}

// The reader's screen and preferences reach the page, and not those of the machine.
func TestReaders(t *testing.T) {
	c := startChromium(t, nowhere)
	for _, one := range []struct {
		who  reader
		want string
	}{
		{reader{}, "1440×900 light moving en-GB 1,234.5"},
		{reader{width: 390, height: 844, dark: true, still: true, language: "de-DE"}, "390×844 dark still de-DE 1.234,5"},
	} {
		tab := c.open(t, written(t, head), one.who)
		if got := ask[string](tab, "`${innerWidth}×${innerHeight} ${matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'} "+
			"${matchMedia('(prefers-reduced-motion: reduce)').matches ? 'still' : 'moving'} ${navigator.language} ${(1234.5).toLocaleString()}`"); got != one.want {
			t.Errorf("%q, want %q", got, one.want)
		}
	}
}

// A browser that may go nowhere does not even reach a server of this machine.
func TestReach(t *testing.T) {
	for name, want := range map[string]struct {
		to   reach
		hits int64
	}{"nowhere": {nowhere, 0}, "loopback": {loopback, 1}} {
		t.Run(name, func(t *testing.T) {
			var hits atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
			defer server.Close()
			tab := startChromium(t, want.to).watch(t, written(t, head), reader{})
			reached := ask[bool](tab, `fetch(%q, {mode: "no-cors"}).then(() => true, () => false)`, server.URL+"/x")
			if reached != (want.hits > 0) || hits.Load() != want.hits {
				t.Errorf("reached %v with %d hits, want %d", reached, hits.Load(), want.hits)
			}
		})
	}
}
