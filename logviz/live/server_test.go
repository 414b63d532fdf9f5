package live

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ops/logviz"
	"ops/logviz/geo"
)

// A viewer that begins with the data gets each change once, in the numbers of the data.
func TestUpdates(t *testing.T) {
	s := serve(t, nil)
	s.Add(attempt(at().Add(-time.Minute), "root", "203.0.113.7", "failure"), in("CN"))
	data, err := io.ReadAll(s.get("/data", nil).Body)
	if err != nil {
		t.Fatal(err)
	}
	stream := s.events("?seq="+string(data), nil)
	s.Add(attempt(at().Add(-time.Minute), "root", "203.0.113.7", "failure"), in("CN"))
	s.Add(attempt(at(), "root", "198.51.100.2", "failure"), in("FR"))
	s.Add(attempt(at(), "", "", "failure"), geo.Place{})
	s.Add(attempt(at(), "deploy", "198.51.100.2", "success"), in("FR"))
	s.AddUnparsed("kernel")
	s.tick()
	s.tick() // nothing new: nothing is sent
	u := stream.rows()
	const step = 3*1440 + 12*60
	want := [][5]int64{{step - 1, 0, 0, 0, 1}, {step, 1, 0, 0, 1}, {step, 1, 2, 1, 1}, {step, 2, 1, 0, 1}}
	if got := u.Rows; len(got) != 4 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("%v, want %v", got, want)
	}
	if len(u.Places) != 2 || u.Places[0] != "FR" || u.Places[1] != "-unknown" || len(u.Sources) != 2 || u.Sources[0] != [2]any{"198.51.100.2", 1.} ||
		u.Sources[1] != [2]any{"", 2.} || len(u.Accounts) != 2 || u.Accounts[1] != "deploy" || len(u.Methods) != 0 {
		t.Errorf("%+v", u)
	}
	st := u.Statistic
	if u.From != at().AddDate(0, 0, -3).Add(-12*time.Hour).Unix() || u.Steps != step+1 || u.Now != at().Unix() || st.Lines != 6 || st.Events != 5 ||
		st.Unparsed != 1 || st.Attempts.Failed != 4 || st.Attempts.Accepted != 1 || st.Sources != 2 ||
		st.Located != (logviz.Located{Country: 3, Unknown: 1}) || !st.First.Equal(at().Add(-time.Minute)) || !st.Last.Equal(at()) {
		t.Errorf("%+v", u)
	}
	if len(st.Logins) != 1 || st.Logins[0].Account != "deploy" || st.Logins[0].Country != "FR" {
		t.Errorf("%+v", st.Logins)
	}
	s.Add(attempt(at(), "x", "203.0.113.7", "failure"), in("CN"))
	s.tick()
	if u := stream.rows(); len(u.Rows) != 1 || u.Rows[0] != [5]int64{step, 0, 3, 0, 1} || len(u.Statistic.Logins) != 0 {
		t.Errorf("%+v", u)
	}
}

// A log in another zone than was said is told of, once.
func TestFutureIsTold(t *testing.T) {
	var said []string
	s := serve(t, func(o *Options) { o.Log = func(text string) { said = append(said, text) } })
	for range 3 {
		s.Add(attempt(at().Add(2*time.Hour), "root", "203.0.113.7", "failure"), in("CN"))
	}
	if len(said) != 1 || !strings.Contains(said[0], "2026-03-14T14:00:00Z, which is more than an hour ahead") {
		t.Errorf("%q", said)
	}
}

// Time passes on a page though nothing happens.
func TestQuietMinute(t *testing.T) {
	s := serve(t, nil)
	stream := s.events("", nil)
	s.clock.advance(30 * time.Second)
	s.tick() // still the same minute
	s.clock.advance(30 * time.Second)
	s.tick()
	if u := stream.rows(); u.Steps != 3*1440+12*60+2 || len(u.Rows) != 0 || u.Now != at().Add(time.Minute).Unix() {
		t.Errorf("%+v", u)
	}
}

// While very much comes, viewers begin anew now and then and not each second.
func TestResetsAreRare(t *testing.T) {
	s := serve(t, nil)
	stream := s.events("", nil)
	for second := range 30 {
		for i := range maxUpdateRows/10 + 1 {
			for j := range 10 {
				s.Add(attempt(s.clock.now(), fmt.Sprint(second, "-", i), fmt.Sprint("203.0.113.", j), "failure"), in("CN"))
			}
		}
		s.clock.advance(time.Second)
		s.tick()
	}
	if n := s.metrics.resets.Load(); n < 3 || n > 4 {
		t.Errorf("%d resets in 30 s", n)
	}
	if e, _ := stream.next(); e.event != "reset" {
		t.Errorf("%+v", e)
	}
}

// Whoever comes again goes on where he was, or is told to begin anew.
func TestResume(t *testing.T) {
	s := serve(t, nil)
	first := s.events("", nil)
	send := func() {
		s.Add(attempt(s.clock.now(), "root", "203.0.113.7", "failure"), in("CN"))
		s.tick()
	}
	send()
	seen, _ := first.next()
	send()
	send()
	again := s.events("?seq=7", func(r *http.Request) { r.Header.Set("Last-Event-ID", seen.id) })
	if u := again.rows(); len(u.Rows) != 1 {
		t.Errorf("%+v", u)
	}
	again.rows()
	for name, id := range map[string]string{"an earlier run": "17", "no number": "x", "the future": "99999999999999999"} {
		e, _ := s.events("", func(r *http.Request) { r.Header.Set("Last-Event-ID", id) }).next()
		if e.event != "reset" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	// A new day changes the numbers of the steps.
	s.clock.advance(12 * time.Hour)
	s.tick()
	if e, _ := again.next(); e.event != "reset" {
		t.Errorf("%+v", e)
	}
	send()
	if u := again.rows(); u.From != at().AddDate(0, 0, -2).Add(-12*time.Hour).Unix() {
		t.Errorf("%+v", u)
	}
	// One that is too far behind.
	behind, _ := s.events("", nil).next()
	for range maxBacklog + 1 {
		send()
	}
	e, _ := s.events("", func(r *http.Request) { r.Header.Set("Last-Event-ID", behind.id) }).next()
	if e.event != "reset" {
		t.Errorf("%+v", e)
	}
}

// Names become text, whatever they are.
func TestHostileNames(t *testing.T) {
	s := serve(t, nil)
	stream := s.events("", nil)
	names := []string{"<img src=x onerror=alert(1)>", "</script><script>", "a\u2028b\u2029c", "x\ndata: y\n\nevent: reset", "\x00\xff\u202e", strings.Repeat("A", 1<<20)}
	for _, name := range names {
		s.Add(attempt(at(), name, "203.0.113.7", "failure"), in("CN"))
	}
	s.tick()
	e, _ := stream.next()
	if strings.ContainsAny(e.data, "<>&\u2028\u2029\u0000") || e.event != "rows" || len(e.data) > 4000 {
		t.Errorf("%d bytes: %+v", len(e.data), e.event)
	}
	for _, want := range []string{`\u003cimg src=x onerror=alert(1)\u003e`, `a\u2028b\u2029c`, `x\ndata: y\n\nevent: reset`} {
		if !strings.Contains(e.data, want) {
			t.Errorf("%s is not in %s", want, e.data[:1000])
		}
	}
}

// What is asked for in another way than it should be gets no data.
func TestGuard(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	const secret = "0123456789abcdefghij"
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	token, err := ReadToken(file)
	if err != nil {
		t.Fatal(err)
	}
	open, closed := serve(t, nil), serve(t, func(o *Options) { o.Token = token })
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	from := func(site string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", site) }
	}
	bearer := func(text string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+text) }
	}
	for name, c := range map[string]struct {
		s      *serving
		path   string
		change func(*http.Request)
		code   int
	}{
		"page":                 {open, "/", nil, 200},
		"localhost":            {open, "/", host("localhost:8474"), 200},
		"another loopback":     {open, "/", host("127.8.8.8"), 200},
		"IPv6":                 {open, "/", host("[::1]:8474"), 200},
		"rebound name":         {open, "/data", host("attacker.example"), 421},
		"name like a loopback": {open, "/data", host("127.0.0.1.attacker.example"), 421},
		"no such path":         {open, "/etc/passwd", nil, 404},
		"body":                 {open, "/", func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("x")), 1 }, 400},
		"chunked body":         {open, "/", func(r *http.Request) { r.Body, r.ContentLength = io.NopCloser(strings.NewReader("x")), -1 }, 400},
		"POST":                 {open, "/", func(r *http.Request) { r.Method = http.MethodPost }, 405},
		"HEAD":                 {open, "/", func(r *http.Request) { r.Method = http.MethodHead }, 200},
		"HEAD of the stream":   {open, "/events", func(r *http.Request) { r.Method = http.MethodHead }, 200},
		"link on another site": {open, "/", from("cross-site"), 200},
		"another site":         {open, "/events", from("cross-site"), 403},
		"another port":         {open, "/data", from("same-site"), 403},
		"our page":             {open, "/data", from("same-origin"), 200},
		"no token":             {closed, "/", nil, 401},
		"no token, data":       {closed, "/data", nil, 401},
		"no token, events":     {closed, "/events", nil, 401},
		"no token, metrics":    {closed, "/metrics", nil, 401},
		"no token, health":     {closed, "/healthz", nil, 200},
		"token":                {closed, "/metrics", bearer(secret), 200},
		"wrong token":          {closed, "/metrics", bearer(secret + "x"), 401},
		"empty token":          {closed, "/metrics", bearer(""), 401},
		"wrong in the address": {closed, "/?token=x", nil, 401},
		"the token as cookie":  {closed, "/", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName, Value: secret}) }, 401},
		"other host, token": {closed, "/data", func(r *http.Request) {
			r.Host = "map.example"
			bearer(secret)(r)
		}, 200},
	} {
		answer := c.s.get(c.path, c.change)
		if answer.StatusCode != c.code {
			t.Errorf("%s: %s, want %d", name, answer.Status, c.code)
		}
		for field, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		} {
			if got := answer.Header.Get(field); got != want {
				t.Errorf("%s: %s: %s, want %s", name, field, got, want)
			}
		}
		if answer.Header.Get("Access-Control-Allow-Origin") != "" || !strings.HasPrefix(answer.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: %v", name, answer.Header)
		}
	}

	answer := closed.get("/events?seq=3&token="+secret, nil)
	if answer.StatusCode != 303 || answer.Header.Get("Location") != "./events?seq=3" {
		t.Errorf("%s to %s", answer.Status, answer.Header.Get("Location"))
	}
	cookies := answer.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || strings.Contains(cookies[0].Value, secret) {
		t.Fatalf("%+v", cookies)
	}
	if answer = closed.get("/", func(r *http.Request) { r.AddCookie(cookies[0]) }); answer.StatusCode != 200 {
		t.Error(answer.Status)
	}
	for _, path := range []string{"/", "//evil.example/", "/%2f%2fevil.example/", "/\\evil.example/", "/x:y/"} {
		answer = closed.get(path+"?token="+secret, nil)
		to, err := answer.Location()
		if err != nil || "http://"+to.Host != closed.url || strings.Contains(to.String(), secret) {
			t.Errorf("%s: sent to %v, %v", path, to, err)
		}
	}
}

func TestReadToken(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"good":   {"0123456789abcdefghij\n", 0o600, ""},
		"others": {"0123456789abcdefghij\n", 0o640, "chmod 600"},
		"short":  {"0123456789\n", 0o600, "one line of 20"},
		"blank":  {"0123456789 0123456789\n", 0o600, "without blanks"},
		"lines":  {"0123456789abcdefghij\n\n0123456789abcdefghij", 0o600, "one line"},
		"long":   {strings.Repeat("x", 2000), 0o600, "one line"},
	} {
		file := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(file, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := ReadToken(file)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "0123456789") {
			t.Errorf("%s: the token is in the message: %v", name, err)
		}
	}
	if _, err := ReadToken(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "openssl rand") {
		t.Error(err)
	}
}

// Elsewhere than on this machine nobody is let in without a token.
func TestListenElsewhere(t *testing.T) {
	l, err := Listen("0.0.0.0:0", os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	err = New(Options{Zone: time.UTC}).Run(t.Context(), l, func() {})
	if err == nil || !strings.Contains(err.Error(), "token") {
		t.Error(err)
	}
	if _, err := l.Accept(); err == nil {
		t.Error("it listens still")
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	for range 2 { // the second time there is a left one
		l, err := Listen("unix:"+path, os.Getenv)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
		if _, err := Listen("unix:"+path, os.Getenv); err == nil {
			t.Error("two listen on one socket")
		}
		c := newClock()
		s := serveOn(t, c, Options{Zone: time.UTC, Now: c.now, Tick: time.Hour}, l)
		s.url = "http://proxied.example"
		s.client.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}}
		if answer := s.get("/healthz", nil); answer.StatusCode != 200 {
			t.Error(answer.Status)
		}
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		if err := s.end(); err != nil {
			t.Error(err)
		}
	}
}

// There are as many viewers as may be; the next one is told so, and those stay.
func TestMaxViewers(t *testing.T) {
	s := serve(t, func(o *Options) { o.MaxViewers = 2 })
	a := s.events("", nil)
	s.events("", nil)
	if answer := s.get("/events", nil); answer.StatusCode != 503 || answer.Header.Get("Retry-After") == "" {
		t.Error(answer.Status)
	}
	s.Add(attempt(at(), "root", "203.0.113.7", "failure"), in("CN"))
	s.tick()
	a.rows()
	text, _ := io.ReadAll(s.get("/metrics", nil).Body)
	for _, want := range []string{"ops_live_viewers 2\n", "ops_live_viewers_refused_total 1\n", "ops_live_attempts_total{outcome=\"failed\"} 1\n", "ops_live_ring_rows 1\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

// At the end the streams end as they should, and a server that begins anew tells its viewers to do so, too.
func TestEndAndRestart(t *testing.T) {
	s := serve(t, nil)
	stream := s.events("", nil)
	s.Add(attempt(at(), "root", "203.0.113.7", "failure"), in("CN"))
	s.tick()
	last, _ := stream.next()
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	if e, ok := stream.next(); ok || stream.scanner.Err() != nil {
		t.Errorf("%+v, %v", e, stream.scanner.Err())
	}
	again := serve(t, func(o *Options) {
		later := newClock()
		later.advance(time.Minute)
		o.Now = later.now
	})
	e, _ := again.events("", func(r *http.Request) { r.Header.Set("Last-Event-ID", last.id) }).next()
	if e.event != "reset" {
		t.Errorf("%+v", e)
	}
}
