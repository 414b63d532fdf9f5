package browser

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// liveServer is a running "ops logviz live".
type liveServer struct {
	tb   testing.TB
	cmd  *exec.Cmd
	host string         // 127.0.0.1:PORT
	said sync.WaitGroup // what it says on, for the test's output
}

// live serves a log until the end of the test.
func (p program) live(tb testing.TB, listen, log string, args ...string) *liveServer {
	tb.Helper()
	cmd := exec.Command(string(p), append([]string{"logviz", "live", "--tz", "UTC", "--listen", listen, log}, args...)...)
	out, err := cmd.StderrPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	s := &liveServer{tb: tb, cmd: cmd}
	tb.Cleanup(s.end)
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	m := regexp.MustCompile(`the page is http://([^/]*)/`).FindStringSubmatch(line)
	if m == nil {
		tb.Fatalf("it says %q, %v", line, err)
	}
	s.said.Go(func() { _, _ = lines.WriteTo(tb.Output()) })
	s.host = m[1]
	return s
}

// end stops the server and waits until it is gone.
func (s *liveServer) end() {
	if s.cmd.ProcessState != nil {
		return
	}
	// It is there until it was waited for.
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	kill := time.AfterFunc(patience, func() { _ = s.cmd.Process.Kill() })
	defer kill.Stop()
	s.said.Wait()
	if err := s.cmd.Wait(); err != nil {
		s.tb.Errorf("the server: %v", err)
	}
}

// today is a log of some failed attempts of the last minutes.
type today struct {
	t      *testing.T
	path   string
	n      int // lines
	failed int // attempts
}

func (d *today) write(message string) {
	d.t.Helper()
	f, err := os.OpenFile(d.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	d.n++
	fmt.Fprintf(f, "%s gate sshd[%d]: %s\n", time.Now().UTC().Format("2006-01-02T15:04:05.000000+00:00"), d.n, message)
}

func (d *today) fail(account, address string) {
	d.failed++
	d.write("Failed password for invalid user " + account + " from " + address + " port 1 ssh2")
}

// What is written to the log shows on the page that is open, a break of the connection too, and nothing of it as markup.
func TestLive(t *testing.T) {
	p := buildProgram(t)
	log := &today{t: t, path: filepath.Join(t.TempDir(), "auth.log")}
	for range 5 {
		log.fail("root", "42.83.165.95")
	}
	s := p.live(t, "127.0.0.1:0", log.path)
	c := startChromium(t, loopback)

	t.Run("updates", func(t *testing.T) {
		tab := c.open(t, "http://"+s.host+"/", reader{})
		tab.ready()
		tab.showsFailed(log.failed)
		log.fail("root", "42.83.165.95")
		log.fail("admin", "77.164.174.10")
		tab.showsFailed(log.failed)
		if got := tab.list("accounts"); got["root"] != 6 || got["admin"] != 1 {
			t.Errorf("accounts %v", got)
		}
		if got := tab.list("countries"); got["CN"] != 6 || got["NL"] != 1 {
			t.Errorf("countries %v", got)
		}
		log.write("Accepted password for root from 42.83.165.95 port 1 ssh2")
		tab.wait(`document.querySelector('[data-ops="logins"] tr.alarm') !== null`)
		if n := tab.number("accepted"); n != 1 {
			t.Errorf("%d accepted", n)
		}
		if n := ask[int](tab, `performance.getEntriesByType("navigation").length + performance.getEntriesByName(new URL("data", location).href).length`); n != 2 {
			t.Errorf("the page or its data were fetched %d times, want once each", n)
		}
	})

	t.Run("numbers", func(t *testing.T) { testLiveNumbers(t, c, p, s, log) })

	t.Run("hostile names", func(t *testing.T) {
		tab := c.open(t, "http://"+s.host+"/", reader{noPolicy: true})
		tab.ready()
		for _, name := range hostile() {
			if len(name) < 1000 {
				log.fail(name, "42.83.165.95")
			}
		}
		tab.showsFailed(log.failed)
		tab.unfold()
		tab.innocent("after an update")
		again := c.open(t, "http://"+s.host+"/", reader{noPolicy: true})
		again.ready()
		again.showsFailed(log.failed)
		again.unfold()
		again.innocent("from the start")
	})

	t.Run("wall", func(t *testing.T) {
		tab := c.open(t, "http://"+s.host+"/#wall", reader{width: 1920, height: 1080, dark: true})
		tab.ready()
		log.fail("root", "77.164.174.10")
		tab.showsFailed(log.failed)
		tab.picture("live-wall", false)
		if !ask[bool](tab, `document.documentElement.classList.contains("wall")`) {
			t.Error("the page is not that of a wall")
		}
	})

	t.Run("token", func(t *testing.T) {
		const secret = "a-token-that-nobody-guesses"
		file := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		closed := p.live(t, "127.0.0.1:0", log.path, "--token-file", file)
		tab := c.open(t, "http://"+closed.host+"/?token="+secret+"#theme=dark", reader{})
		tab.ready()
		tab.showsFailed(log.failed)
		log.fail("root", "77.164.174.10")
		tab.showsFailed(log.failed)
		if at := ask[string](tab, "location.href + document.referrer"); at != "http://"+closed.host+"/#theme=dark" {
			t.Errorf("the address became %q", at)
		}
	})

	t.Run("restart", func(t *testing.T) {
		tab := c.watch(t, "http://"+s.host+"/", reader{}) // that the server is away is logged by the browser
		tab.ready()
		tab.showsFailed(log.failed)
		s.end()
		log.fail("root", "42.83.165.95")
		s = p.live(t, s.host, log.path)
		tab.showsFailed(log.failed)
		log.fail("root", "42.83.165.95")
		tab.showsFailed(log.failed)
	})
}

// The page that grew says what the program says of the log now. A choice stays when more comes, and the rules of axe and
// a strict policy hold here too.
func testLiveNumbers(t *testing.T, c *chromium, p program, s *liveServer, log *today) {
	tab := c.open(t, "http://"+s.host+"/", reader{})
	tab.ready()
	log.fail("admin", "77.164.174.10")
	tab.showsFailed(log.failed)
	d := &day{attempts: readAttempts(t, p.run(t, "normalize", "--tz", "UTC", log.path))}
	if err := json.Unmarshal(p.run(t, "stats", "--json", "--tz", "UTC", log.path), &d.stats); err != nil {
		t.Fatal(err)
	}
	whole := totals{d.stats.Attempts.Failed, d.stats.Attempts.Accepted, d.stats.Sources, len(d.stats.Countries)}
	tab.sees("the page", whole)
	for _, code := range []string{"CN", "NL"} {
		if !ask[bool](tab, `document.querySelector('[data-ops="map"] [data-code="%s"][role="button"]') !== null`, code) {
			t.Errorf("%s cannot be chosen on the map", code)
		}
	}
	tab.click(row("countries", "NL"))
	chosen := count(d.attempts, choice{country: "NL"})
	tab.sees("a choice", chosen)
	log.fail("root", "42.83.165.95")
	log.fail("admin", "77.164.174.10")
	tab.showsFailed(chosen.Failed + 1)
	if n := ask[int](tab, `document.querySelectorAll('[data-ops="filters"] button').length`); n != 1 {
		t.Errorf("%d choices are left when more came, want 1", n)
	}
	tab.openAll()
	tab.accessible("live")
	tab.keepPicture("live", false)

	response, err := http.Get("http://" + s.host + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	strict(t, response.Header.Get("Content-Security-Policy"), "connect-src 'self'")
}

// showsFailed waits until the page tells so many failed attempts.
func (t *tab) showsFailed(n int) {
	t.tb.Helper()
	t.wait(`Number(document.querySelector('[data-ops="failed"]')?.dataset.value) === %d`, n)
}
