package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// note keeps what is wrong in an event. It must not run a command.
func (t *tab) note(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		switch e.Type {
		case runtime.ConsoleAPICalledTypeError, runtime.ConsoleAPICalledTypeWarning, runtime.ConsoleAPICalledTypeAssert:
			t.fault("console.%s: %s", e.Type, words(e.Args))
		}
	case *runtime.EventExceptionThrown:
		t.fault("exception: %s", exception(e.ExceptionDetails))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			t.fault("log: %s %s", e.Entry.Text, shorten(e.Entry.URL))
		}
	case *audits.EventIssueAdded:
		if text := issue(e.Issue); !strings.Contains(text, "NavigationEntryMarkedSkippable") { // a click by script is no person's
			t.fault("issue: %s", text)
		}
	case *network.EventRequestWillBeSent:
		t.request(e.Request.URL)
	case *network.EventWebSocketCreated:
		t.request(e.URL)
	case *network.EventWebTransportCreated:
		t.request(e.URL)
	case *page.EventWindowOpen:
		t.fault("window: %s", shorten(e.URL))
	case *page.EventJavascriptDialogOpening:
		t.fault("dialog: %s", shorten(e.Message))
		t.dialogs.Go(func() {
			// Its error is that of a tab that is gone.
			_, _ = chromedp.Call(t.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{})
		})
	}
}

// request notes an address unless it is the page's own, or inside of the page.
func (t *tab) request(address string) {
	for _, allowed := range []string{t.allowed, "data:", "blob:", "about:blank"} {
		if strings.HasPrefix(address, allowed) {
			return
		}
	}
	t.fault("request: %s", shorten(address))
}

func (t *tab) fault(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = append(t.faults, fmt.Sprintf(format, args...))
}

// found returns the faults until now.
func (t *tab) found() []string {
	if chromedp.FromContext(t.ctx).Target != nil {
		// Events of the page come before the answer to a command that follows them.
		ctx, cancel := context.WithTimeout(t.ctx, patience)
		defer cancel()
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[int]("0")); err != nil {
			t.fault("the page does not answer: %v", err)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.faults...)
}

// forget returns the faults until now, which a test wanted, and forgets them.
func (t *tab) forget() []string {
	found := t.found()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults = nil
	return found
}

func words(args []*runtime.RemoteObject) string {
	var all []string
	for _, arg := range args {
		if arg.Description != "" {
			all = append(all, arg.Description)
		} else {
			all = append(all, string(arg.Value))
		}
	}
	return shorten(strings.Join(all, " "))
}

func exception(details *runtime.ExceptionDetails) string {
	if details.Exception != nil && details.Exception.Description != "" {
		return shorten(details.Exception.Description)
	}
	return shorten(details.Text)
}

func issue(found *audits.InspectorIssue) string {
	text, err := json.Marshal(found.Details)
	if err != nil {
		return string(found.Code)
	}
	return shorten(string(found.Code) + " " + string(text))
}

// shorten keeps a message readable: a page's address may hold a whole document.
func shorten(text string) string {
	const most = 400
	if len(text) > most {
		return text[:most] + fmt.Sprintf("… (%d bytes)", len(text))
	}
	return text
}
