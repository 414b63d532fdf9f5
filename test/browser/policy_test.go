package browser

import (
	"strings"
	"testing"
)

// The page brings its policy along, since a file has no server to say it.
func testPolicy(t *testing.T, c *chromium, d *day) {
	tab := c.page(t, d, reader{})
	strict(t, ask[string](tab, `document.querySelector('meta[http-equiv="Content-Security-Policy"]').content`), "img-src blob: data:")
	ask[bool](tab, `(() => {
		const script = document.createElement("script");
		script.textContent = "globalThis.canary = 1";
		document.head.append(script);
		document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=canary=1><img src=http://203.0.113.7/x.png>");
		return true;
	})()`)
	tab.wait(`[...document.images].every(image => image.complete)`)
	if ask[bool](tab, `"canary" in globalThis`) {
		t.Error("a script that is not the page's own ran")
	}
	blocked := 0
	for _, fault := range tab.forget() {
		if strings.HasPrefix(fault, "issue: ContentSecurityPolicyIssue") {
			blocked++
		}
	}
	if blocked != 4 { // the script, the two pictures, the handler
		t.Errorf("%d of 4 were blocked", blocked)
	}
}

// strict fails the test for a policy that lets more happen than the page's own script and style.
func strict(tb testing.TB, policy string, further ...string) {
	tb.Helper()
	for _, want := range append(further, "default-src 'none'", "script-src 'sha256-", "style-src 'sha256-", "base-uri 'none'", "form-action 'none'") {
		if !strings.Contains(policy, want) {
			tb.Errorf("the policy %q lacks %s", policy, want)
		}
	}
	for _, word := range []string{"unsafe", "*", "http", "self' '", "strict-dynamic"} {
		if strings.Contains(policy, word) {
			tb.Errorf("the policy %q has %s", policy, word)
		}
	}
}
