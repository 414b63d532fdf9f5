package power

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ops/sshrestrict/power/request"
)

// badBus listens like a bus and treats every caller in its own way.
func badBus(t *testing.T, treat func(net.Conn)) string {
	t.Helper()
	socket := filepath.Join(busFolder(t), "bus")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	wait.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open = append(open, c)
			mu.Unlock()
			wait.Go(func() {
				defer c.Close()
				treat(c)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, c := range open {
			c.Close()
		}
		mu.Unlock()
		wait.Wait()
	})
	return socket
}

// greet plays the authentication of a bus, so that the messages begin.
func greet(c net.Conn) {
	lines := bufio.NewReader(c)
	for {
		line, err := lines.ReadString('\n')
		switch {
		case err != nil, strings.HasPrefix(line, "BEGIN"):
			return
		case strings.Contains(line, "AUTH EXTERNAL"):
			io.WriteString(c, "OK 0123456789abcdef0123456789abcdef\r\n")
		case strings.Contains(line, "AUTH"):
			io.WriteString(c, "REJECTED EXTERNAL\r\n")
		}
	}
}

// message is the head of a D-Bus message with lengths that may lie, and some bytes behind it.
func message(kind byte, body, fields uint32, rest []byte) []byte {
	var b bytes.Buffer
	b.Write([]byte{'l', kind, 0, 1})
	binary.Write(&b, binary.LittleEndian, []uint32{body, 1, fields})
	b.Write(rest)
	return b.Bytes()
}

// Whatever is at the other end of the socket, the answer comes in time, is JSON, and says no.
func TestBadBus(t *testing.T) {
	flood := func(c net.Conn, chunk []byte) {
		for {
			if _, err := c.Write(chunk); err != nil {
				return
			}
		}
	}
	for name, treat := range map[string]func(net.Conn){
		"hangs up":             func(net.Conn) {},
		"says nothing":         func(c net.Conn) { io.Copy(io.Discard, c) },
		"refuses to know us":   func(c net.Conn) { io.WriteString(c, "REJECTED\r\n"); io.Copy(io.Discard, c) },
		"rejects for ever":     func(c net.Conn) { flood(c, []byte("REJECTED EXTERNAL\r\n")) },
		"speaks HTTP":          func(c net.Conn) { io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n\r\n"); io.Copy(io.Discard, c) },
		"empty line":           func(c net.Conn) { io.WriteString(c, "\r\n"); io.Copy(io.Discard, c) },
		"OK and no more words": func(c net.Conn) { io.WriteString(c, "REJECTED EXTERNAL\r\nOK\r\n"); io.Copy(io.Discard, c) },
		"an endless line":      func(c net.Conn) { flood(c, bytes.Repeat([]byte("x"), 64<<10)) },
		"one byte a while": func(c net.Conn) {
			for {
				if _, err := c.Write([]byte("R")); err != nil {
					return
				}
				time.Sleep(50 * time.Millisecond)
			}
		},
		"hangs up after the greeting": greet,
		"silent after the greeting":   func(c net.Conn) { greet(c); io.Copy(io.Discard, c) },
		"garbage":                     func(c net.Conn) { greet(c); flood(c, []byte("garbage!")) },
		"zeros":                       func(c net.Conn) { greet(c); flood(c, make([]byte, 64<<10)) },
		"cut in the head":             func(c net.Conn) { greet(c); c.Write(message(2, 8, 16, nil)[:9]) },
		"cut in the fields":           func(c net.Conn) { greet(c); c.Write(message(2, 8, 16, []byte{5, 1, 'u', 0})) },
		"a huge body that does not come": func(c net.Conn) {
			greet(c)
			c.Write(message(2, 1<<26, 0, nil))
			io.Copy(io.Discard, c)
		},
		"a huge body that comes": func(c net.Conn) { greet(c); c.Write(message(2, 1<<26, 0, nil)); flood(c, make([]byte, 64<<10)) },
		"a body past all limits": func(c net.Conn) { greet(c); flood(c, message(2, 0xffffffff, 0, nil)) },
		"fields past all limits": func(c net.Conn) { greet(c); flood(c, message(2, 0, 0xfffffff0, nil)) },
		"kinds of the future":    func(c net.Conn) { greet(c); flood(c, message(9, 0, 0, nil)) },
		"replies to nothing": func(c net.Conn) {
			greet(c)
			flood(c, message(2, 0, 8, []byte{5, 1, 'u', 0, 99, 0, 0, 0}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Bus = badBus(t, treat)
			w.Collect = 400 * time.Millisecond
			start := time.Now()
			var out bytes.Buffer
			if code := w.Serve(t.Context(), []string{"status"}, &out, io.Discard); code != 0 {
				t.Errorf("exit %d", code)
			}
			if took := time.Since(start); took > w.Collect+5*time.Second {
				t.Errorf("took %v", took)
			}
			var s Status
			if err := json.Unmarshal(out.Bytes(), &s); err != nil || codes(s.Busy) != CodeUnknown {
				t.Errorf("%v %s", err, out.String())
			}
			code, results, _ := w.serve(t, string(request.PowerOff))
			if code != ExitLater || outcomes(results) != "refused" {
				t.Errorf("exit %d, %+v", code, results)
			}
		})
	}
}

// Even the default limits leave the promise of five seconds.
func TestLimits(t *testing.T) {
	if m := Local(); m.Collect >= 5*time.Second || m.Collect <= 0 || m.Bus != "/run/dbus/system_bus_socket" || m.Root != "/" {
		t.Errorf("%+v", m)
	}
}
