package sshrestrict

import (
	"bytes"
	"net"
	"net/netip"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
	"testing"

	"ops/sshrestrict/internal/passwd"
)

// The real server takes what is rendered, and binds to the one address that the client has reached, within the policy's
// ports.
func TestMoshServer(t *testing.T) {
	p := mustParse(t, "allow: [{mosh: {ports: 61100-61199, command: [/bin/sleep, '60']}}]")
	q := NewRequest(KindCommand, "mosh-server 'new' '-c' '256' '-s' '-l' 'LANG=C.UTF-8' '-l' 'LC_ALL='", MaxCommand)
	q.Env = []string{"SSH_CONNECTION=127.0.0.1 5 127.0.0.1 22", "LANG=C.UTF-8"}
	q.Address = netip.MustParseAddr("127.0.0.1")
	q.Account = passwd.Account{Name: "root", Home: t.TempDir()}
	d := p.Decide(q)
	if d.Verdict != Allow {
		t.Fatal(d.Code, d.Reason)
	}
	plan := p.plan(q, d.Start, "")
	cmd := exec.Command(plan.Stages[0].Program, plan.Stages[0].Args[1:]...)
	cmd.Env, cmd.Dir = plan.Stages[0].Env, q.Account.Home
	var out, report bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &report
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, &out, &report)
	}
	detached := regexp.MustCompile(`detached, pid = ([0-9]+)`).FindSubmatch(report.Bytes())
	if detached == nil {
		t.Fatalf("no server was started:\n%s%s", &out, &report)
	}
	pid, _ := strconv.Atoi(string(detached[1]))
	defer syscall.Kill(pid, syscall.SIGTERM)
	connect := regexp.MustCompile(`MOSH CONNECT ([0-9]+) `).FindSubmatch(out.Bytes())
	if connect == nil {
		t.Fatalf("no port:\n%s%s", &out, &report)
	}
	port, _ := strconv.Atoi(string(connect[1]))
	if port < 61100 || port > 61199 {
		t.Errorf("the port %d", port)
	}
	for address, free := range map[string]bool{"127.0.0.1": false, "127.0.0.2": true} {
		socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(address), Port: port})
		if (err == nil) != free {
			t.Errorf("%s:%d is free: %v", address, port, err == nil)
		}
		if err == nil {
			socket.Close()
		}
	}
}
