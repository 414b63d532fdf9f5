package live

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const (
	benchViewers = 1000
	benchRows    = 30 // of an update: a busy second
)

// viewersEnv makes a process one of viewers: "ADDRESS NUMBER".
const viewersEnv = "OPS_TEST_LIVE_VIEWERS"

// TestViewersProcess is the other side of the benchmark, in a process of its own so that its work is not counted. It writes
// a line when all have an update.
func TestViewersProcess(t *testing.T) {
	address, count, ok := strings.Cut(os.Getenv(viewersEnv), " ")
	if !ok {
		return
	}
	n, err := strconv.Atoi(count)
	if err != nil {
		t.Fatal(err)
	}
	var got atomic.Int64
	var all sync.WaitGroup
	for range n {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
		in := bufio.NewReaderSize(c, 4096)
		if _, err := in.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			defer c.Close()
			for begins := true; ; {
				line, isPrefix, err := in.ReadLine()
				if err != nil {
					return
				}
				if begins && strings.HasPrefix(string(line[:min(len(line), 8)]), "data: {\"") && got.Add(1)%int64(n) == 0 {
					fmt.Println("all")
				}
				begins = !isPrefix
			}
		})
	}
	fmt.Println("ready")
	all.Wait()
}

// BenchmarkViewers tells what an update costs for each of a thousand viewers, in CPU time of the server and in time until
// the last one has it; against a server that is written the usual way, with a channel for each viewer and an encoder in
// each of its goroutines.
func BenchmarkViewers(b *testing.B) {
	b.Run("live", func(b *testing.B) {
		s := serve(b, nil)
		n := 0
		benchmarkViewers(b, strings.TrimPrefix(s.url, "http://"), func() {
			for i := range benchRows {
				s.Add(attempt(s.clock.now(), fmt.Sprint("user", i), fmt.Sprintf("203.0.113.%d", i), "failure"), in("CN"))
			}
			s.clock.advance(10 * time.Millisecond)
			n++
			s.tick()
		})
	})
	b.Run("usual", func(b *testing.B) {
		u := &usual{viewers: make(map[chan *update]bool)}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		server := &http.Server{Handler: u}
		go server.Serve(l)
		defer server.Close()
		c := newClock()
		r := newRing(time.UTC, 24*time.Hour, c.now)
		benchmarkViewers(b, l.Addr().String(), func() {
			for i := range benchRows {
				r.add(attempt(c.now(), fmt.Sprint("user", i), fmt.Sprintf("203.0.113.%d", i), "failure"), in("CN"))
			}
			c.advance(10 * time.Millisecond)
			update, _ := r.take()
			u.send(update)
		})
	})
}

// usual is a server of events as it is usually written.
type usual struct {
	mu      sync.Mutex
	viewers map[chan *update]bool
}

func (u *usual) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	updates := make(chan *update, 16)
	u.mu.Lock()
	u.viewers[updates] = true
	u.mu.Unlock()
	w.(http.Flusher).Flush()
	for {
		select {
		case update := <-updates:
			data, err := json.Marshal(update)
			if err != nil {
				return
			}
			fmt.Fprintf(w, "id: %d\nevent: rows\ndata: %s\n\n", update.Sequence, data)
			w.(http.Flusher).Flush()
		case <-r.Context().Done():
			return
		}
	}
}

func (u *usual) send(update *update) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for v := range u.viewers {
		v <- update
	}
}

func benchmarkViewers(b *testing.B, address string, send func()) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestViewersProcess$")
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d", viewersEnv, address, benchViewers))
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		cmd.Process.Kill()
		cmd.Wait()
	}()
	lines := bufio.NewReader(out)
	until := func(word string) {
		for {
			line, err := lines.ReadString('\n')
			if err != nil && err != io.EOF || line == "" {
				b.Fatalf("the viewers ended: %v", err)
			}
			if strings.TrimSpace(line) == word {
				return
			}
		}
	}
	until("ready")
	send()
	until("all") // what comes once is over
	start := cpuTime(b)
	b.ResetTimer()
	for b.Loop() {
		send()
		until("all")
	}
	each := (cpuTime(b) - start).Seconds() / float64(b.N) / benchViewers
	b.ReportMetric(each*1e6, "CPU-µs/viewer/update")
	b.ReportMetric(each*60, "CPU-s/viewer-minute")
	b.ReportMetric(each*benchViewers*100, "%core/1000viewers@1Hz")
}

// cpuTime is what this process has used.
func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
