package browser

import (
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// reader is the person before the page, with screen and preferences. The zero value has a laptop, likes it light and
// reads English.
type reader struct {
	width, height int64  // CSS pixels; 1440×900 if 0
	dark          bool   // prefers-color-scheme
	still         bool   // prefers-reduced-motion
	language      string // as in Accept-Language; "en-GB" if ""
	noScripts     bool   // has JavaScript switched off
	noPolicy      bool   // has a browser that knows no Content-Security-Policy
	script        string // runs before those of the page
}

// sit puts the reader before a tab.
func (r reader) sit(t *tab) {
	t.tb.Helper()
	width, height, scheme, motion, language := int64(1440), int64(900), "light", "no-preference", "en-GB"
	if r.width != 0 {
		width, height = r.width, r.height
	}
	if r.dark {
		scheme = "dark"
	}
	if r.still {
		motion = "reduce"
	}
	if r.language != "" {
		language = r.language
	}
	version, err := chromedp.CallBrowser(t.ctx, browser.GetVersion, cdp.Empty{})
	if err != nil {
		t.tb.Fatal(err)
	}
	t.do(
		command(performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}),
		chromedp.EmulateViewport(width, height),
		command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: motion},
		}}),
		command(emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
			UserAgent: version.UserAgent, AcceptLanguage: language,
		}),
		command(emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: language}),
	)
	if r.noPolicy {
		t.do(command(page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}))
	}
	if r.script != "" {
		t.do(command(page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: r.script}))
	}
	if r.noScripts {
		t.do(command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	}
}
