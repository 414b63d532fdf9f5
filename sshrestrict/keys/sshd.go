package keys

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"ops/internal/terminal"
)

// Sshd is the installed server, asked about its own configuration.
type Sshd struct {
	Program string        // absolute path; "" is /usr/sbin/sshd
	Config  string        // another file than its own
	Timeout time.Duration // for one question; 0 is 10 s
}

// Client is what the Match lines of sshd_config look at.
type Client struct {
	User    string
	Address string // "" is 127.0.0.1
	Host    string // its name where UseDNS is set; "" is the address
	Local   string // the server's own address; optional
	Port    int    // the server's port; optional
}

// Effective asks sshd with -T -C for its configuration for one client. It needs root, who may read the host keys.
func (s Sshd) Effective(ctx context.Context, client Client) (Config, error) {
	text, err := s.ask(ctx, client)
	if err != nil {
		return Config{}, fmt.Errorf("ask sshd for its configuration for %s: %w", terminal.Printable(client.User), err)
	}
	return parseConfig(client, text)
}

func (s Sshd) ask(ctx context.Context, client Client) (string, error) {
	spec, err := client.spec()
	if err != nil {
		return "", err
	}
	program, timeout := s.Program, s.Timeout
	if program == "" {
		program = "/usr/sbin/sshd"
	}
	if timeout == 0 {
		timeout = 10 * time.Second
	}
	args := []string{"-T", "-C", spec}
	if s.Config != "" {
		args = append(args, "-f", s.Config)
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}
	cmd.WaitDelay = time.Second
	var out, talk bounded
	cmd.Stdout, cmd.Stderr = &out, &talk
	err = cmd.Run()
	if ctx.Err() != nil {
		return "", fmt.Errorf("%s: no answer: %w", program, ctx.Err())
	}
	if err != nil {
		said := terminal.Printable(strings.TrimSpace(talk.String()))
		return "", fmt.Errorf("%s: %w: %s; correct the configuration (sshd -t), and run this as root", program, err, said)
	}
	if out.full {
		return "", fmt.Errorf("%s: the answer is longer than %d bytes", program, maxAnswer)
	}
	return out.String(), nil
}

// spec renders the client for -C, where a comma ends a value.
func (c Client) spec() (string, error) {
	if c.Address == "" {
		c.Address = "127.0.0.1"
	}
	address, err := netip.ParseAddr(c.Address)
	if err != nil {
		return "", fmt.Errorf("address %q: %w", c.Address, err)
	}
	if c.Host == "" {
		c.Host = c.Address
	}
	if c.User == "" || strings.ContainsFunc(c.User+c.Host+c.Local, func(char rune) bool { return char <= ' ' || char == ',' || char == 0x7f }) {
		return "", errors.New("a name with a comma, a blank or a control character cannot be asked for")
	}
	spec := "user=" + c.User + ",host=" + c.Host + ",addr=" + address.Unmap().String()
	if c.Local != "" {
		spec += ",laddr=" + c.Local
	}
	if c.Port != 0 {
		spec += ",lport=" + strconv.Itoa(c.Port)
	}
	return spec, nil
}

const maxAnswer = 1 << 20 // bytes; a long configuration has some thousand

// bounded keeps the first bytes written to it.
type bounded struct {
	bytes.Buffer
	full bool
}

func (b *bounded) Write(p []byte) (int, error) {
	room := maxAnswer - b.Len()
	if len(p) > room {
		b.full = true
		b.Buffer.Write(p[:room])
	} else {
		b.Buffer.Write(p)
	}
	return len(p), nil
}
