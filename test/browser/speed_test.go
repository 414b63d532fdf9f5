package browser

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// busyLog writes a day of so many attempts, from the addresses and on the accounts of the example day as often as there.
func busyLog(tb testing.TB, like []attempt, n int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "busy.log")
	file, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	random := rand.New(rand.NewPCG(7, 7))
	start := time.Date(2026, 3, 14, 0, 0, 0, 0, time.UTC)
	for i := range n {
		a := like[random.IntN(len(like))]
		at := start.Add(time.Duration(i) * 24 * time.Hour / time.Duration(n))
		fmt.Fprintf(w, "%s bastion sshd[%d]: Failed password for %s from %s port 22 ssh2\n", at.Format("2006-01-02T15:04:05.000000-07:00"), 1000+i%30000, a.account, a.address)
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	return path
}

// noteReady keeps the time at which the page's script was done, in milliseconds after the page was asked for.
const noteReady = `new MutationObserver(() => { globalThis.readyAt ??= performance.now(); })
	.observe(document, {subtree: true, attributes: true, attributeFilter: ["data-ready"]})`

// BenchmarkPage opens pages and goes through all of their steps. "load" is from asking for the page to its last part,
// "scrub" is 1440 moves of the slider with all that they write, "layout" the same with the layout after each. The
// ratios are to the 200 ms that each may take. "cpu" is the time that the page's thread had for it, which says more where
// other programs run as well.
func BenchmarkPage(b *testing.B) {
	p := buildProgram(b)
	example := readAttempts(b, p.run(b, "normalize", "--tz", "UTC", exampleDay))
	c := startChromium(b, nowhere)
	for _, events := range []int{30_000, 1_000_000} {
		b.Run(fmt.Sprint(events), func(b *testing.B) {
			page := filepath.Join(b.TempDir(), "page.html")
			p.run(b, "page", "--tz", "UTC", busyLog(b, example, events), "-o", page)
			info, err := os.Stat(page)
			if err != nil {
				b.Fatal(err)
			}
			address := fileAddress(b, page)
			var load, loadCPU, scrub, scrubCPU, layout float64
			for b.Loop() {
				tab := c.open(b, address, reader{script: noteReady})
				tab.ready()
				load += ask[float64](tab, `readyAt`)
				loadCPU += tab.cpu()
				if failed := tab.number("failed"); failed != events {
					b.Fatalf("the page counts %d attempts of %d", failed, events)
				}
				tab.do(command(dom.Disable, cdp.Empty{})) // which would tell the test of each change
				began := tab.cpu()
				scrub += tab.scrub(false)
				scrubCPU += tab.cpu() - began
				layout += tab.scrub(true)
			}
			n, allowed := float64(b.N), 200.0
			b.ReportMetric(float64(info.Size()), "bytes")
			b.ReportMetric(load/n, "load-ms")
			b.ReportMetric(load/n/allowed, "load-ratio")
			b.ReportMetric(scrub/n, "scrub-ms")
			b.ReportMetric(scrub/n/allowed, "scrub-ratio")
			b.ReportMetric(layout/n, "layout-ms")
			b.ReportMetric(loadCPU/n, "load-cpu-ms")
			b.ReportMetric(scrubCPU/n, "scrub-cpu-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// scrub moves the slider through all steps and returns the milliseconds that took.
func (t *tab) scrub(layout bool) float64 {
	t.tb.Helper()
	return ask[float64](t, `(() => {
		const slider = document.querySelector('[data-ops="scrub"]');
		const began = performance.now();
		for (let i = 0; i < 1440; i++) {
			slider.value = i;
			slider.dispatchEvent(new Event("input", {bubbles: true}));
			if (%v) document.body.getBoundingClientRect();
		}
		document.body.getBoundingClientRect();
		return performance.now() - began;
	})()`, layout)
}

// cpu is how long the page's thread has run since the page was asked for, in milliseconds.
func (t *tab) cpu() float64 {
	t.tb.Helper()
	metrics := get(t, func(ctx context.Context, target *chromedp.Target) (performance.GetMetricsResult, error) {
		return cdp.Call(ctx, target, performance.GetMetrics, cdp.Empty{})
	})
	for _, m := range metrics.Metrics {
		if m.Name == "TaskDuration" {
			return 1000 * m.Value
		}
	}
	t.tb.Fatal("the browser does not tell its time")
	return 0
}
