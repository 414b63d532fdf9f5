package browser

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// tab is one page with storage of its own. From its first moment on it notes what no page of ours may do.
type tab struct {
	tb      testing.TB
	ctx     context.Context
	allowed string // beginning of the addresses that it may ask for

	mu      sync.Mutex
	faults  []string       // what went wrong, in order
	dialogs sync.WaitGroup // answers to dialogs, which would hold the page up
}

// open shows an address to somebody and fails the test if anything is wrong with the page until the test's end.
func (c *chromium) open(tb testing.TB, address string, who reader) *tab {
	tb.Helper()
	t := c.watch(tb, address, who)
	tb.Cleanup(func() {
		for _, fault := range t.found() {
			tb.Errorf("%s", fault)
		}
	})
	return t
}

// watch is open without a judgement; found tells the faults.
func (c *chromium) watch(tb testing.TB, address string, who reader) *tab {
	tb.Helper()
	at, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	at.Fragment = ""
	if at.Scheme != "file" {
		at.Path, at.RawQuery = "/", ""
	}
	t := &tab{tb: tb, allowed: at.String()}
	ctx, stop := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext())
	t.ctx = ctx
	tb.Cleanup(func() {
		t.dialogs.Wait()
		stop()
	})
	if err := chromedp.Listen(ctx, t.note); err != nil {
		tb.Fatal(err)
	}
	t.do(
		command(log.Enable, cdp.Empty{}), command(network.Enable, network.EnableParams{}),
		command(audits.Enable, cdp.Empty{}), command(page.Enable, page.EnableParams{}),
	)
	who.sit(t)
	t.visit(address)
	return t
}

// fileAddress is the address of a file.
func fileAddress(tb testing.TB, path string) string {
	tb.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		tb.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// command makes an action of a command of the protocol whose answer tells nothing more.
func command[P, R any](name cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, name, params)
		return err
	})
}

// do runs actions one after the other, within the test's patience.
func (t *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.tb.Fatal(err)
	}
}

// visit goes to an address and waits for the load event.
func (t *tab) visit(address string) {
	t.tb.Helper()
	t.do(chromedp.Navigate(address))
}

// get runs an action that has an answer.
func get[T any](t *tab, action chromedp.Action[T]) T {
	t.tb.Helper()
	ctx, cancel := context.WithTimeout(t.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		t.tb.Fatal(err)
	}
	return value
}

// ask returns the value of an expression in JavaScript, after its promise if it is one. The protocol's evaluation is not
// subject to the page's policy.
func ask[T any](t *tab, format string, args ...any) T {
	t.tb.Helper()
	expression := fmt.Sprintf(format, args...)
	value, err := func() (T, error) {
		ctx, cancel := context.WithTimeout(t.ctx, patience)
		defer cancel()
		return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	}()
	if err != nil {
		t.tb.Fatalf("%s: %v", shorten(expression), err)
	}
	return value
}

// wait until an expression is true, looking every few milliseconds. What it throws meanwhile counts as not yet, and the
// page may load itself anew.
func (t *tab) wait(format string, args ...any) {
	t.tb.Helper()
	const within = 15 * time.Second
	expression := fmt.Sprintf(format, args...)
	ctx, cancel := context.WithTimeout(t.ctx, within)
	defer cancel()
	look := chromedp.Evaluate[string](fmt.Sprintf(`new Promise(done => {
		const end = performance.now() + %d;
		let why = "";
		const look = () => {
			try {
				if (%s) return done("true");
			} catch (error) {
				why = String(error);
			}
			if (performance.now() > end) done("never true: " + why);
			else setTimeout(look, 8);
		};
		look();
	})`, within.Milliseconds()*9/10, expression), chromedp.EvalAwaitPromise)
	for {
		answer, err := chromedp.Run(ctx, look)
		if err != nil && ctx.Err() == nil && strings.Contains(err.Error(), "navigated") {
			continue
		}
		if err != nil || answer != "true" {
			t.tb.Fatalf("%s: %s %v\nfaults: %q", expression, answer, err, t.found())
		}
		return
	}
}
