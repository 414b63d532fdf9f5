package test

import (
	"bufio"
	"bytes"
	"compress/flate"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// livePage is a running "ops logviz live".
type livePage struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	http http.Client
	mu   sync.Mutex
	talk bytes.Buffer
	told chan bool // closed when it has ended
}

// startLive runs the program until it serves.
func startLive(t *testing.T, ops string, change func(*exec.Cmd), args ...string) *livePage {
	t.Helper()
	l := &livePage{t: t, told: make(chan bool)}
	l.cmd = exec.Command(ops, append([]string{"logviz", "live", "--tz", "UTC", "--listen", "127.0.0.1:0"}, args...)...)
	if change != nil {
		change(l.cmd)
	}
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l.cmd.Stderr = in
	start(t, l.cmd)
	in.Close()
	address := make(chan string, 1)
	go func() {
		defer close(l.told)
		defer close(address)
		lines := bufio.NewScanner(out)
		served := regexp.MustCompile(`the page is (?:served at unix:(.*)|(http://[^/]*)/)`)
		for lines.Scan() {
			l.mu.Lock()
			fmt.Fprintln(&l.talk, lines.Text())
			l.mu.Unlock()
			if m := served.FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1] + m[2]
			}
		}
	}()
	t.Cleanup(func() {
		l.cmd.Process.Kill()
		<-l.told
		out.Close()
	})
	var ok bool
	if l.url, ok = <-address; !ok {
		t.Fatalf("it does not serve: %s", l.said())
	}
	if socket := l.url; strings.HasPrefix(socket, "/") {
		l.url = "http://live.example"
		l.http.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", socket)
		}}
		t.Cleanup(l.http.CloseIdleConnections)
	}
	return l
}

func (l *livePage) said() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.talk.String()
}

// end interrupts the program, which then ends well, soon, and without a warning.
func (l *livePage) end() {
	l.t.Helper()
	begin := time.Now()
	if err := l.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		l.t.Fatal(err)
	}
	<-l.told
	err := l.cmd.Wait()
	if took := time.Since(begin); err != nil || strings.Contains(l.said(), "warning") || took > 5*time.Second {
		l.t.Errorf("%v after %v\n%s", err, took, l.said())
	}
}

func (l *livePage) get(path string) string {
	l.t.Helper()
	answer, err := l.http.Get(l.url + path)
	if err != nil {
		l.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 200 {
		l.t.Fatalf("%s: %s %v", path, answer.Status, err)
	}
	return string(text)
}

// metric returns a number of /metrics.
func (l *livePage) metric(name string) int {
	l.t.Helper()
	for line := range strings.Lines(l.get("/metrics")) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				l.t.Fatal(err)
			}
			return int(n)
		}
	}
	l.t.Fatalf("there is no %s", name)
	return 0
}

// watch adds up the attempts that a viewer is told of, until the stream ends.
func (l *livePage) watch() (sum func() int, ended chan error) {
	l.t.Helper()
	answer, err := l.http.Get(l.url + "/events")
	if err != nil {
		l.t.Fatal(err)
	}
	var mu sync.Mutex
	n := 0
	ended = make(chan error, 1)
	go func() {
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			var update struct {
				Rows [][5]int `json:"rows"`
			}
			if err := json.Unmarshal([]byte(data), &update); err != nil {
				ended <- err
				return
			}
			mu.Lock()
			for _, row := range update.Rows {
				n += row[4]
			}
			mu.Unlock()
		}
		ended <- lines.Err()
	}()
	return func() int { mu.Lock(); defer mu.Unlock(); return n }, ended
}

// The server of the live page, as the program that people run.
func TestLive(t *testing.T) {
	ops := filepath.Join(buildPrograms(t), "ops-tools")
	for _, part := range []struct {
		name string
		test func(*testing.T, string)
	}{
		{"logrotate", testLiveThroughLogrotate},
		{"socket", testLiveSocket},
		{"anonymized", testLiveAnonymized},
		{"standard input", testLiveInput},
		{"journal", testLiveJournal},
		{"socket activation", testLiveSocketActivation},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, ops) })
	}
}

// While logrotate rotates a log in each of its ways, a viewer is told of every attempt once. A server that begins anew
// reads back what was rotated and packed.
func testLiveThroughLogrotate(t *testing.T, ops string) {
	for _, how := range []string{"create", "copytruncate", "create\ncompress"} {
		t.Run(strings.ReplaceAll(how, "\n", " and "), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			log := filepath.Join(dir, "auth.log")
			put(t, log, 0o600, nil)
			conf := filepath.Join(dir, "logrotate.conf")
			put(t, conf, 0o600, []byte(log+" {\nrotate 100\nsize 1\nmissingok\n"+how+"\n}\n"))
			l := startLive(t, ops, nil, log)
			sum, ended := l.watch()
			written, stop := make(chan int), make(chan bool)
			p := pen{message: "Failed password for root from 203.0.113.7 port 42 ssh2"}
			go p.write(log, stop, written)
			for range 4 {
				time.Sleep(300 * time.Millisecond)
				if strings.Contains(how, "compress") { // what is written to a file that is packed is lost
					p.rests.Store(false)
					p.rest.Store(true)
					for !p.rests.Load() {
						time.Sleep(time.Millisecond)
					}
					p.reopen.Store(true)
				}
				rotate(t, conf, dir, how, &p)
				p.rest.Store(false)
			}
			close(stop)
			total := <-written
			until(t, "a viewer knows all attempts", func() bool { return sum() >= total })
			if n := l.metric(`ops_live_attempts_total{outcome="failed"}`); n != total || sum() != total {
				t.Errorf("%d attempts, of which a viewer was told %d; want %d", n, sum(), total)
			}
			l.end()
			if err := <-ended; err != nil {
				t.Errorf("the stream broke off: %v", err)
			}
			l = startLive(t, ops, nil, log)
			until(t, "all attempts were read again", func() bool { return l.metric(`ops_live_attempts_total{outcome="failed"}`) >= total })
			if n := l.metric(`ops_live_attempts_total{outcome="failed"}`); n != total {
				t.Errorf("%d attempts from the start, want %d", n, total)
			}
			l.end()
		})
	}
}

// The page is served on a socket of the file system, with the numbers of 'ops logviz stats'.
func testLiveSocket(t *testing.T, ops string) {
	socket := filepath.Join(t.TempDir(), "socket")
	l := startLive(t, ops, nil, "--listen", "unix:"+socket, "../examples/attack-day.log")
	stats, err := exec.Command(ops, "logviz", "stats", "--json", "--tz", "UTC", "../examples/attack-day.log").Output()
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Events   int `json:"events"`
		Unparsed int `json:"unparsed"`
		Attempts struct {
			Failed, Accepted int
		} `json:"attempts"`
	}
	if err := json.Unmarshal(stats, &s); err != nil {
		t.Fatal(err)
	}
	until(t, "all was read", func() bool { return l.metric("ops_live_events_total") == s.Events })
	for name, want := range map[string]int{
		`ops_live_attempts_total{outcome="failed"}`: s.Attempts.Failed, `ops_live_attempts_total{outcome="accepted"}`: s.Attempts.Accepted,
		"ops_live_unparsed_total": s.Unparsed,
	} {
		if got := l.metric(name); got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
	if page := l.get("/"); !strings.Contains(page, `<meta name="ops-live" content="1">`) {
		t.Errorf("%.2000s", page)
	}
	l.end()
	if _, err := os.Stat(socket); !os.IsNotExist(err) {
		t.Errorf("the socket is left: %v", err)
	}
}

// Pseudonyms are all that leaves a server that anonymizes.
func testLiveAnonymized(t *testing.T, ops string) {
	log := filepath.Join(t.TempDir(), "log")
	add := func(account, address string) {
		f, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for _, verb := range []string{"Failed", "Accepted"} {
			fmt.Fprintf(f, "%s host sshd[7]: %s password for %s from %s port 1 ssh2\n", time.Now().UTC().Format(time.Stamp), verb, account, address)
		}
	}
	add("secretary", "42.83.165.95")
	l := startLive(t, ops, nil, "--anonymize", "hash", "--anonymize-accounts", log)
	until(t, "all was read", func() bool { return l.metric("ops_live_events_total") == 2 })
	answer, err := l.http.Get(l.url + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	events := bufio.NewReader(answer.Body)
	add("treasurer", "77.164.174.10")
	said := ""
	for !strings.Contains(said, `"rows":[[`) || strings.Count(said, "failures_before") < 2 {
		line, err := events.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		said += line
	}
	data, err := io.ReadAll(flate.NewReader(strings.NewReader(l.get("/data"))))
	if err != nil {
		t.Fatal(err)
	}
	for where, text := range map[string]string{"events": said, "data": string(data), "page": l.get("/"), "metrics": l.get("/metrics")} {
		for _, secret := range []string{"secretary", "treasurer", "42.83.165", "77.164.174"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in %s", secret, where)
			}
		}
		if where != "metrics" && (!strings.Contains(text, "address-") || !strings.Contains(text, "user-")) {
			t.Errorf("there are no pseudonyms in %s", where)
		}
	}
}

// The standard input is read while it is open, and an interrupt does not wait for it; when it ends, the page stays.
func testLiveInput(t *testing.T, ops string) {
	for _, closed := range []bool{false, true} {
		var in io.WriteCloser
		l := startLive(t, ops, func(cmd *exec.Cmd) {
			var err error
			if in, err = cmd.StdinPipe(); err != nil {
				t.Fatal(err)
			}
		}, "-")
		fmt.Fprintln(in, time.Now().UTC().Format(time.Stamp), "host sshd[7]: Failed password for root from 203.0.113.7 port 1 ssh2")
		until(t, "it was read", func() bool { return l.metric("ops_live_events_total") == 1 })
		if closed {
			in.Close()
			until(t, "the end is told", func() bool { return strings.Contains(l.said(), "the input has ended; the page stays") })
			l.get("/data")
		}
		l.end()
		in.Close()
		if !strings.Contains(l.said(), "1 lines: 1 events") {
			t.Errorf("it says %s", l.said())
		}
	}
}

// What journald has is asked for as it should be, and goes to the page.
func testLiveJournal(t *testing.T, ops string) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "journalctl"), 0o700, []byte("#!/bin/sh\necho \"$@\" >'"+dir+"/args'\n"+
		`printf '{"__REALTIME_TIMESTAMP":"%s000000","_HOSTNAME":"gate","SYSLOG_IDENTIFIER":"sshd-session","_PID":"7","MESSAGE":"Failed password for root from 203.0.113.7 port 42 ssh2"}\n' "$(date +%s)"`+
		"\nexec sleep 1000\n"))
	notified, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: filepath.Join(dir, "notify"), Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer notified.Close()
	l := startLive(t, ops, func(cmd *exec.Cmd) {
		cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "NOTIFY_SOCKET="+filepath.Join(dir, "notify"))
	}, "journal", "--keep", "2d")
	buf := make([]byte, 100)
	if n, err := notified.Read(buf); err != nil || string(buf[:n]) != "READY=1" {
		t.Errorf("systemd was told %q, %v", buf[:n], err)
	}
	until(t, "the attempt was read", func() bool { return l.metric(`ops_live_attempts_total{outcome="failed"}`) == 1 })
	l.end()
	args, err := os.ReadFile(filepath.Join(dir, "args"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"--follow", "--output=json", "--lines=all", "--identifier=sshd-session", fmt.Sprintf("--since=@%.6s", fmt.Sprint(time.Now().Add(-48*time.Hour).Unix()))} {
		if !strings.Contains(string(args), want) {
			t.Errorf("%s is not in %s", want, args)
		}
	}
	// That it ends is an error: somebody has to look.
	put(t, filepath.Join(dir, "journalctl"), 0o700, []byte("#!/bin/sh\necho 'No journal files were found.' >&2\nexit 1\n"))
	cmd := exec.Command(ops, "logviz", "live", "--listen", "127.0.0.1:0", "journal")
	cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() != 66 || !strings.Contains(string(out), "No journal files were found") {
		t.Errorf("%v: %s", err, out)
	}
}

// A socket that systemd opened is taken over, with the command line of the example.
func testLiveSocketActivation(t *testing.T, ops string) {
	unit, err := os.ReadFile("../examples/live/ops-live.service")
	if err != nil {
		t.Fatal(err)
	}
	_, line, _ := strings.Cut(string(unit), "\nExecStart=/usr/local/bin/ops ")
	line, _, _ = strings.Cut(line, "\n")
	args, ok := strings.CutSuffix(line, " journal")
	if !ok {
		t.Fatalf("the example runs %q", line)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file, err := listener.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "log")
	put(t, log, 0o600, nil)
	// A shell knows its own process id, which is that of the program that takes its place.
	cmd := exec.Command("sh", append([]string{"-c", `export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" "$@"`, ops}, append(strings.Fields(args), log)...)...)
	cmd.ExtraFiles = []*os.File{file}
	start(t, cmd)
	file.Close()
	listener.Close()
	until(t, "it answers", func() bool {
		answer, err := http.Get("http://" + listener.Addr().String() + "/healthz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == 200
	})
	var talk bytes.Buffer
	end(t, cmd, &talk)
}
