package browser

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is a running ops logviz live.
type server struct {
	address string // of the page
	process *exec.Cmd
	said    sync.WaitGroup // the rest of what it says, which nobody reads
}

// serve starts the program and returns once it can be asked.
func (p program) serve(tb testing.TB, args ...string) *server {
	tb.Helper()
	cmd := exec.Command(string(p), append([]string{"logviz", "live"}, args...)...)
	talk, err := cmd.StderrPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	s := &server{process: cmd}
	tb.Cleanup(s.stop)
	said := bufio.NewReader(talk)
	line, err := said.ReadString('\n')
	s.address = regexp.MustCompile(`http://127\.0\.0\.1:\d+/`).FindString(line)
	if s.address == "" {
		tb.Fatalf("live says %q, %v", line, err)
	}
	s.said.Go(func() { _, _ = io.Copy(io.Discard, said) })
	return s
}

// stop ends the server, once.
func (s *server) stop() {
	if s.process.ProcessState == nil {
		kill := time.AfterFunc(patience, func() { _ = s.process.Process.Kill() })
		defer kill.Stop()
		_ = s.process.Process.Signal(os.Interrupt)
		s.said.Wait()
		_ = s.process.Wait()
	}
}

// growing is a log that is written while it is shown.
type growing struct {
	tb   testing.TB
	path string
	n    int
}

// write appends failed attempts, now.
func (g *growing) write(account, address string, times int) {
	g.tb.Helper()
	file, err := os.OpenFile(g.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		g.tb.Fatal(err)
	}
	defer file.Close()
	for range times {
		g.n++
		fmt.Fprintf(file, "%s bastion sshd[%d]: Failed password for %s from %s port 22 ssh2\n",
			time.Now().UTC().Format("2006-01-02T15:04:05.000000-07:00"), g.n, account, address)
	}
}

// The page of a log that is still written.
func TestLive(t *testing.T) {
	p := buildProgram(t)
	c := startChromium(t, loopback)
	t.Run("grows", func(t *testing.T) { testGrows(t, c, p) })
	t.Run("again", func(t *testing.T) { testAgain(t, c, p) })
}

// What is written to a log shows on the page that is open, and still agrees with what the program counts then.
func testGrows(t *testing.T, c *chromium, p program) {
	g := &growing{tb: t, path: filepath.Join(t.TempDir(), "auth.log")}
	g.write("root", "42.83.165.95", 5)
	s := p.serve(t, "--tz", "UTC", "--listen", "127.0.0.1:0", g.path)
	tab := c.open(t, s.address, reader{})
	tab.ready()
	tab.showsAttempts(5)
	tab.wait(`document.querySelector('[data-ops="feed"]').innerText.includes("Live")`)

	g.write("admin", "77.164.174.10", 3)
	tab.showsAttempts(8)
	tab.innocent("before hostile names")
	for i, name := range hostile() {
		if len(name) < 10_000 && !strings.Contains(name, "\x00") {
			g.write(name, fmt.Sprintf("42.83.165.%d", 1+i%5), 1)
		}
	}
	tab.showsAttempts(g.n)
	tab.unfold()
	tab.innocent("with hostile names")
	for _, code := range []string{"CN", "NL"} {
		if !ask[bool](tab, `document.querySelector('[data-ops="map"] [data-code="%s"][role="button"]') !== null`, code) {
			t.Errorf("%s cannot be chosen on the map", code)
		}
	}
	d := &day{attempts: readAttempts(t, p.run(t, "normalize", "--tz", "UTC", g.path))}
	if err := json.Unmarshal(p.run(t, "stats", "--json", "--tz", "UTC", g.path), &d.stats); err != nil {
		t.Fatal(err)
	}
	tab.sees("after all", count(d.attempts, choice{}))
	tab.click(row("countries", "NL"))
	tab.sees("a choice", count(d.attempts, choice{country: "NL"}))
	g.write("admin", "77.164.174.10", 2)
	tab.showsAttempts(5)
	if n := ask[int](tab, `document.querySelectorAll('[data-ops="filters"] button').length`); n != 1 {
		t.Errorf("%d choices are left after new attempts, want 1", n)
	}
	tab.openAll()
	tab.accessible("live")
	tab.keepPicture("live", false)
	response, err := http.Get(s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	strict(t, response.Header.Get("Content-Security-Policy"), "connect-src 'self'")
}

// showsAttempts waits until the page counts so many.
func (t *tab) showsAttempts(n int) {
	t.tb.Helper()
	t.wait(`document.querySelector('[data-ops="failed"]').dataset.value === "%d"`, n)
}

// A page that lost its server says so, and goes on when it is back.
func testAgain(t *testing.T, c *chromium, p program) {
	g := &growing{tb: t, path: filepath.Join(t.TempDir(), "auth.log")}
	g.write("root", "42.83.165.95", 4)
	s := p.serve(t, "--tz", "UTC", "--listen", "127.0.0.1:0", g.path)
	tab := c.watch(t, s.address, reader{})
	tab.ready()
	tab.wait(`document.querySelector('[data-ops="feed"]').innerText.includes("Live")`)
	s.stop()
	tab.wait(`document.querySelector('[data-ops="feed"]').innerText.includes("lost")`)
	g.write("root", "42.83.165.95", 2)
	p.serve(t, "--tz", "UTC", "--listen", strings.Trim(strings.TrimPrefix(s.address, "http:"), "/"), g.path)
	tab.showsAttempts(6)
	tab.ready()
	for _, fault := range tab.found() {
		if !strings.Contains(fault, "ERR_CONNECTION_REFUSED") && !strings.Contains(fault, "ERR_INCOMPLETE_CHUNKED_ENCODING") {
			t.Error(fault)
		}
	}
}
