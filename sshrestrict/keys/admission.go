package keys

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// admitted says why sshd does not let an account in whatever the key; allowed_user in sshd. unknown names what it looks at
// and we cannot.
func (m Machine) admitted(c Config, v visit) (unknown []string, err error) {
	if !c.PubkeyAuthentication {
		return nil, errors.New("PubkeyAuthentication is off")
	}
	if v.account.UID == 0 && c.PermitRootLogin == "no" {
		return nil, errors.New("PermitRootLogin is no")
	}
	if c.ChrootDirectory == "" {
		if err := checkShell(v.account); err != nil {
			return nil, err
		}
	}
	if c.UsePAM {
		unknown = append(unknown, "PAM may refuse the account")
	} else {
		unknown = append(unknown, "a locked password (! in /etc/shadow) refuses the account without UsePAM")
	}
	matches := func(pattern string) bool { return matchUser(v, pattern) }
	if slices.ContainsFunc(c.DenyUsers, matches) {
		return nil, errors.New("DenyUsers names the account")
	}
	if len(c.AllowUsers) > 0 && !slices.ContainsFunc(c.AllowUsers, matches) {
		return nil, errors.New("AllowUsers does not name the account")
	}
	groups := m.groupsOf(v.account)
	inGroup := func(pattern string) bool {
		return slices.ContainsFunc(groups, func(g Group) bool { return matchPatternList(g.Name, pattern, false) == matched })
	}
	if slices.ContainsFunc(c.DenyGroups, inGroup) {
		return nil, errors.New("DenyGroups names a group of the account")
	}
	if len(c.AllowGroups) > 0 && !slices.ContainsFunc(c.AllowGroups, inGroup) {
		return nil, errors.New("AllowGroups names no group of the account")
	}
	if methods := c.AuthenticationMethods; len(methods) > 0 && methods[0] != "any" && !slices.Contains(methods, "publickey") {
		unknown = append(unknown, "AuthenticationMethods asks for more than a key: "+strings.Join(methods, " "))
	}
	return unknown, nil
}

func checkShell(a Account) error {
	shell := a.Shell
	if shell == "" {
		shell = "/bin/sh"
	}
	info, err := os.Stat(shell)
	if err != nil {
		return fmt.Errorf("the login shell %s does not exist", shell)
	}
	if !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return fmt.Errorf("the login shell %s is not executable", shell)
	}
	return nil
}

// matchUser matches USER or USER@HOST of AllowUsers and DenyUsers.
func matchUser(v visit, pattern string) bool {
	name, hosts, found := strings.Cut(pattern, "@")
	if !matchPattern(v.account.Name, name) {
		return false
	}
	if !found {
		return true
	}
	in, err := matchHost(v.host, v.address, hosts)
	return err == nil && in
}

// acceptable says why sshd takes no signature by a key of this kind, or has it revoked.
func (m Machine) acceptable(c Config, key PublicKey) (unknown []string, err error) {
	if !slices.ContainsFunc(signatures(key), func(name string) bool { return slices.Contains(c.PubkeyAcceptedAlgorithms, name) }) {
		return nil, fmt.Errorf("PubkeyAcceptedAlgorithms has none of %s", strings.Join(signatures(key), ", "))
	}
	if certificate := key.Certificate; certificate != nil && !slices.Contains(c.CASignatureAlgorithms, certificate.Signature) {
		return nil, fmt.Errorf("CASignatureAlgorithms has no %s, with which the certificate is signed", certificate.Signature)
	}
	if strings.HasPrefix(key.Kind, "RSA") && key.Bits < c.RequiredRSASize {
		return nil, fmt.Errorf("the RSA key has %d bits, and RequiredRSASize is %d", key.Bits, c.RequiredRSASize)
	}
	if c.RevokedKeys == "" {
		return nil, nil
	}
	content, err := os.ReadFile(c.RevokedKeys)
	if err != nil {
		return nil, fmt.Errorf("RevokedKeys cannot be read, and sshd then refuses all keys: %w", err)
	}
	if strings.HasPrefix(string(content), "SSHKRL\n\x00") {
		return []string{"RevokedKeys is a binary list; ask it: ssh-keygen -Q -f " + c.RevokedKeys + " KEY.pub"}, nil
	}
	listed, err := listedKeys(string(content))
	if err != nil {
		return nil, fmt.Errorf("RevokedKeys %s is broken, and sshd then refuses all keys: %w", c.RevokedKeys, err)
	}
	for _, revoked := range listed {
		if revoked.plain == key.plain || key.Certificate != nil && revoked.plain == key.Certificate.Authority.plain {
			return nil, fmt.Errorf("RevokedKeys %s has the key", c.RevokedKeys)
		}
	}
	return nil, nil
}

// signatures are the algorithms that a key of this type may sign with.
func signatures(key PublicKey) []string {
	switch key.Type {
	case "ssh-rsa":
		return []string{"rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"}
	case "ssh-rsa-cert-v01@openssh.com":
		return []string{"rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com", "ssh-rsa-cert-v01@openssh.com"}
	}
	return []string{key.Type}
}

// listedKeys reads a file of keys without options, as TrustedUserCAKeys and RevokedKeys are. The keys before the first
// broken line are returned with the error.
func listedKeys(content string) ([]PublicKey, error) {
	var out []PublicKey
	number := 0
	for line := range strings.Lines(content) {
		number++
		text, _, _ := strings.Cut(line, "\x00")
		text = strings.TrimLeft(text, " \t")
		if text == "" || text[0] == '\n' || text[0] == '#' {
			continue
		}
		key, _, err := readKey(text)
		if err != nil {
			return out, fmt.Errorf("line %d: %w", number, err)
		}
		out = append(out, key)
	}
	return out, nil
}
