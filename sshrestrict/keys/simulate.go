package keys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"time"
)

// Login is what somebody with a key would try. Having the private key is taken for granted.
type Login struct {
	Account string
	Key     PublicKey // or a certificate
	Address string    // of the client; "" is 127.0.0.1
	Host    string    // its name, where sshd_config has UseDNS; "" is the address
	Local   string    // the server's address, for Match LocalAddress; optional
	Port    int       // the server's port, for Match LocalPort; optional
}

// Outcome is what sshd would do.
type Outcome struct {
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason"` // of a refusal; or which line lets in
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Steps   []Step `json:"steps"` // what sshd looks at, in order
	// Unknown lists what sshd would look at and cannot be seen from here. With any, the answer is only likely.
	Unknown []string `json:"unknown,omitempty"`

	Forced        bool   `json:"forced"`            // a command is forced
	Command       string `json:"command,omitempty"` // which
	CommandSource string `json:"command_source"`    // "ForceCommand", "key", "certificate" or "none": what the client asks for
	Own           *Own   `json:"own,omitempty"`     // what the command says, if it is ours

	PTY             bool `json:"pty"`
	PortForwarding  bool `json:"port_forwarding"`
	AgentForwarding bool `json:"agent_forwarding"`
	X11Forwarding   bool `json:"x11_forwarding"`
	UserRC          bool `json:"user_rc"`

	Config Config `json:"-"`
}

// Step is one thing that sshd looks at.
type Step struct {
	Place string `json:"place"` // a file, "file:line" or a keyword of sshd_config
	Text  string `json:"text"`
}

func (o *Outcome) step(place, format string, args ...any) {
	o.Steps = append(o.Steps, Step{place, fmt.Sprintf(format, args...)})
}

func (o *Outcome) refuse(place string, err error) {
	o.step(place, "refused: %v", err)
	o.Allowed, o.Reason = false, err.Error()
}

// Simulate tells what sshd would do with a login, without making one. It asks sshd for its configuration and reads the files
// as the account. The error is only about what could not be asked or read.
func (m Machine) Simulate(ctx context.Context, login Login) (*Outcome, error) {
	account, err := m.Account(login.Account)
	if err != nil {
		return nil, err
	}
	if login.Address == "" {
		login.Address = "127.0.0.1"
	}
	address, err := netip.ParseAddr(login.Address)
	if err != nil {
		return nil, fmt.Errorf("simulate a login: %w", err)
	}
	client := Client{User: login.Account, Address: address.Unmap().String(), Host: login.Host, Local: login.Local, Port: login.Port}
	config, err := m.Sshd.Effective(ctx, client)
	if err != nil {
		return nil, err
	}
	v := visit{account: account, key: login.Key, address: client.Address, host: client.Address, now: m.now()}
	if config.UseDNS && login.Host != "" {
		v.host = login.Host
	}
	return m.simulate(config, v), nil
}

func (m Machine) now() time.Time {
	if m.Now == nil {
		return time.Now()
	}
	return m.Now()
}

func (m Machine) simulate(c Config, v visit) *Outcome {
	out := &Outcome{Config: c, CommandSource: "none"}
	unknown, err := m.admitted(c, v)
	if out.Unknown = unknown; err != nil {
		out.refuse("sshd_config", err)
		return out
	}
	unknown, err = m.acceptable(c, v.key)
	if out.Unknown = append(out.Unknown, unknown...); err != nil {
		out.refuse("sshd_config", err)
		return out
	}
	options, found := m.searchFiles(out, c, v)
	if !found && v.key.Certificate != nil && c.TrustedUserCAKeys != "" {
		options, found = m.searchAuthorities(out, c, v)
	}
	if !found && c.AuthorizedKeysCommand != "" {
		out.Unknown = append(out.Unknown, "AuthorizedKeysCommand "+c.AuthorizedKeysCommand+" may give the key; it cannot be seen from here")
	}
	if !found {
		if out.Reason == "" {
			out.Reason = "no file has the key"
		}
		return out
	}
	out.Allowed = true
	if v.account.UID == 0 && c.PermitRootLogin == "forced-commands-only" && options.Command == nil {
		out.refuse("PermitRootLogin", errors.New("forced-commands-only, and the key has no command="))
		return out
	}
	out.grant(c, v, options)
	return out
}

// searchFiles goes through the files of keys. The first line that lets the visitor in ends the search.
func (m Machine) searchFiles(out *Outcome, c Config, v visit) (Options, bool) {
	files, err := c.KeyFiles(v.account)
	if err != nil {
		out.refuse("AuthorizedKeysFile", err)
		return Options{}, false
	}
	for _, name := range files {
		content, err := m.readAsSshd(name, v.account, c.StrictModes)
		if errors.Is(err, fs.ErrNotExist) {
			out.step(name, "does not exist")
			continue
		}
		if err != nil {
			out.refuse(name, fmt.Errorf("sshd ignores the file: %w", err))
			continue
		}
		for _, e := range Parse(name, content, m.zone()).Entries {
			options, same, err := v.take(e)
			if !same {
				continue
			}
			if err != nil {
				out.refuse(e.Place(), err)
				continue
			}
			out.step(e.Place(), "lets in")
			out.File, out.Line, out.Reason = name, e.Number, e.Place()
			return options, true
		}
		out.step(name, "read to the end")
	}
	return Options{}, false
}

// readAsSshd reads a file with the rights of the account, if its mode is one that sshd accepts.
func (m Machine) readAsSshd(name string, a Account, strict bool) (string, error) {
	file, err := openAs(name, a, m.groupsOf(a))
	if err != nil {
		return "", err
	}
	defer file.Close()
	if strict {
		if err := m.checkModes(file, a); err != nil {
			return "", err
		}
	}
	return readBounded(file)
}

// grant fills in what the session may do.
func (o *Outcome) grant(c Config, v visit, options Options) {
	o.PTY = options.PTY && c.PermitTTY
	forwarding := !c.DisableForwarding
	o.PortForwarding = options.PortForwarding && forwarding && (c.AllowTCPForwarding != "no" || c.AllowStreamLocal != "no")
	o.AgentForwarding = options.AgentForwarding && forwarding && c.AllowAgentForwarding
	o.X11Forwarding = options.X11Forwarding && forwarding && c.X11Forwarding
	o.UserRC = options.UserRC && c.PermitUserRC
	switch {
	case c.ForceCommand != "":
		o.Forced, o.Command, o.CommandSource = true, c.ForceCommand, "ForceCommand"
	case options.Command != nil:
		o.Forced, o.Command, o.CommandSource = true, *options.Command, "key"
		if certificate := v.key.Certificate; certificate != nil {
			if inner, err := certificate.options(); err == nil && inner.Command != nil {
				o.CommandSource = "certificate"
			}
		}
	}
	if own, ok := ParseOwn(o.Command); ok {
		o.Own = &own
	}
}
