package keys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// Location is a file in which sshd looks for the keys of an account.
type Location struct {
	Account      string `json:"account"`
	File         string `json:"file"`
	Rank         int    `json:"rank"`          // 0 is read first
	Strict       bool   `json:"strict_modes"`  // sshd checks owners and modes
	ForceCommand string `json:"force_command"` // of sshd_config, which wins over the file; "" for none
	UserEnv      string `json:"permit_user_environment"`
}

// Discovery is where keys of a machine can be.
type Discovery struct {
	Locations []Location `json:"locations"`
	// Blind lists what lets in and cannot be looked into: commands that give keys, authorities, accounts that sshd could
	// not be asked about.
	Blind []Finding `json:"blind"`
}

// Discover asks sshd, for each account, which files it reads. The configuration is that for a client at 127.0.0.1: a Match
// on addresses can name other files for others. The error is only that of a cancelled context.
func (m Machine) Discover(ctx context.Context) (Discovery, error) {
	var d Discovery
	blind := map[string]bool{}
	add := func(code, account, text, remedy string) {
		if key := code + text; !blind[key] {
			blind[key] = true
			d.Blind = append(d.Blind, Finding{Severity: Low, Code: code, Account: account, Text: text, Remedy: remedy})
		}
	}
	for i, a := range m.Accounts {
		c, err := m.Sshd.Effective(ctx, Client{User: a.Name})
		if ctx.Err() != nil {
			return d, fmt.Errorf("find files of keys: %w", ctx.Err())
		}
		if m.Asked != nil {
			m.Asked(i + 1)
		}
		if err != nil {
			add("not-asked", a.Name, err.Error(), "correct what sshd complains about and look again")
			continue
		}
		if c.AuthorizedKeysCommand != "" {
			add("keys-command", a.Name, "AuthorizedKeysCommand gives keys that cannot be seen from here: "+c.AuthorizedKeysCommand,
				"look at what the command reads")
		}
		if c.TrustedUserCAKeys != "" {
			add("trusted-authority", a.Name, "TrustedUserCAKeys lets certificates in that are not listed anywhere: "+c.TrustedUserCAKeys,
				"look at what the authority signs")
		}
		files, err := c.KeyFiles(a)
		if err != nil {
			add("not-asked", a.Name, err.Error(), "correct AuthorizedKeysFile in sshd_config")
		}
		for rank, name := range files {
			d.Locations = append(d.Locations, Location{
				Account: a.Name, File: name, Rank: rank, Strict: c.StrictModes,
				ForceCommand: c.ForceCommand, UserEnv: c.PermitUserEnvironment,
			})
		}
	}
	return d, nil
}

// read returns the file of a location, parsed; nil if it does not exist.
func (m Machine) read(l Location, a Account) (*File, error) {
	file, err := openAs(l.File, a, m.groupsOf(a))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := readBounded(file)
	if err != nil {
		return nil, err
	}
	return Parse(l.File, content, m.zone()), m.checkModes(file, a)
}
