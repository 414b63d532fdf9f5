package keys

import (
	"fmt"
	"strconv"
	"strings"
)

// Config is the part of sshd_config(5) that decides who gets in with a key and what runs then, after all Match lines. Where
// the field is empty, the setting is "none".
type Config struct {
	Client Client

	PubkeyAuthentication  bool
	AuthenticationMethods []string // "any", or lists such as "publickey,password"
	PermitRootLogin       string   // yes, no, without-password or forced-commands-only
	AllowUsers            []string
	DenyUsers             []string
	AllowGroups           []string
	DenyGroups            []string
	UseDNS                bool
	UsePAM                bool

	AuthorizedKeysFile          []string // with tokens
	AuthorizedKeysCommand       string
	AuthorizedPrincipalsFile    string
	AuthorizedPrincipalsCommand string
	TrustedUserCAKeys           string
	CASignatureAlgorithms       []string
	PubkeyAcceptedAlgorithms    []string
	RequiredRSASize             int
	RevokedKeys                 string
	StrictModes                 bool

	ForceCommand          string
	ChrootDirectory       string
	Subsystems            map[string]string // name to command line
	PermitTTY             bool
	PermitUserRC          bool
	PermitUserEnvironment string // yes, no or patterns
	AcceptEnv             []string
	AllowTCPForwarding    string // yes, no, local, remote
	AllowStreamLocal      string // yes, no, local, remote
	AllowAgentForwarding  bool
	X11Forwarding         bool
	DisableForwarding     bool
	PermitTunnel          string
	GatewayPorts          string
	ExposeAuthInfo        bool

	// Settings is the whole answer, by lower case keyword, for what has no field.
	Settings map[string][]string
}

// parseConfig reads the output of sshd -T: a keyword and its value on each line. What decides over access must be there:
// a server that does not know it is not judged by guessing.
func parseConfig(client Client, text string) (Config, error) {
	c := Config{Client: client, Settings: map[string][]string{}, Subsystems: map[string]string{}}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name != "" {
			c.Settings[strings.ToLower(name)] = append(c.Settings[strings.ToLower(name)], value)
		}
	}
	for _, name := range []string{"pubkeyauthentication", "authorizedkeysfile", "strictmodes", "forcecommand", "permitrootlogin"} {
		if len(c.Settings[name]) == 0 {
			return c, fmt.Errorf("read sshd's configuration: %s is missing in the answer", name)
		}
	}
	c.PubkeyAuthentication = c.yes("pubkeyauthentication")
	c.AuthenticationMethods = c.words("authenticationmethods")
	c.PermitRootLogin = c.one("permitrootlogin")
	c.AllowUsers, c.DenyUsers = c.words("allowusers"), c.words("denyusers")
	c.AllowGroups, c.DenyGroups = c.words("allowgroups"), c.words("denygroups")
	c.UseDNS, c.UsePAM = c.yes("usedns"), c.yes("usepam")
	c.AuthorizedKeysFile = c.words("authorizedkeysfile")
	c.AuthorizedKeysCommand = c.one("authorizedkeyscommand")
	c.AuthorizedPrincipalsFile = c.one("authorizedprincipalsfile")
	c.AuthorizedPrincipalsCommand = c.one("authorizedprincipalscommand")
	c.TrustedUserCAKeys = c.one("trustedusercakeys")
	c.CASignatureAlgorithms = c.list("casignaturealgorithms")
	c.PubkeyAcceptedAlgorithms = c.list("pubkeyacceptedalgorithms")
	c.RequiredRSASize, _ = strconv.Atoi(c.one("requiredrsasize"))
	c.RevokedKeys = c.one("revokedkeys")
	c.StrictModes = c.yes("strictmodes")
	c.ForceCommand = c.one("forcecommand")
	c.ChrootDirectory = c.one("chrootdirectory")
	for _, line := range c.Settings["subsystem"] {
		name, command, _ := strings.Cut(line, " ")
		c.Subsystems[name] = command
	}
	c.PermitTTY, c.PermitUserRC = c.yes("permittty"), c.yes("permituserrc")
	c.PermitUserEnvironment = c.one("permituserenvironment")
	c.AcceptEnv = c.words("acceptenv")
	c.AllowTCPForwarding = c.one("allowtcpforwarding")
	c.AllowStreamLocal = c.one("allowstreamlocalforwarding")
	c.AllowAgentForwarding, c.X11Forwarding = c.yes("allowagentforwarding"), c.yes("x11forwarding")
	c.DisableForwarding = c.yes("disableforwarding")
	c.PermitTunnel, c.GatewayPorts = c.one("permittunnel"), c.one("gatewayports")
	c.ExposeAuthInfo = c.yes("exposeauthinfo")
	return c, nil
}

// one is the value of a keyword that occurs once, "" for none.
func (c Config) one(name string) string {
	values := c.Settings[name]
	if len(values) == 0 || strings.EqualFold(values[0], "none") {
		return ""
	}
	return values[0]
}

func (c Config) yes(name string) bool { return c.one(name) == "yes" }

// words are the values of a keyword over all of its lines.
func (c Config) words(name string) []string {
	var out []string
	for _, value := range c.Settings[name] {
		out = append(out, strings.Fields(value)...)
	}
	return out
}

func (c Config) list(name string) []string {
	return strings.FieldsFunc(c.one(name), func(char rune) bool { return char == ',' })
}

// KeyFiles lists the files with the account's keys, in sshd's order, with the tokens replaced.
func (c Config) KeyFiles(a Account) ([]string, error) {
	var out []string
	for _, pattern := range c.AuthorizedKeysFile {
		if strings.EqualFold(pattern, "none") {
			continue
		}
		name, err := expand(pattern, a)
		if err != nil {
			return nil, fmt.Errorf("AuthorizedKeysFile %s: %w", pattern, err)
		}
		out = append(out, name)
	}
	return out, nil
}

// expand replaces %h, %u, %U and %% and puts the home before a relative path.
func expand(pattern string, a Account) (string, error) {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		if pattern[i] != '%' {
			b.WriteByte(pattern[i])
			continue
		}
		if i++; i == len(pattern) {
			return "", fmt.Errorf("it ends in %%")
		}
		switch pattern[i] {
		case '%':
			b.WriteByte('%')
		case 'h':
			b.WriteString(a.Home)
		case 'u':
			b.WriteString(a.Name)
		case 'U':
			b.WriteString(strconv.Itoa(a.UID))
		default:
			return "", fmt.Errorf("unknown token %%%c", pattern[i])
		}
	}
	if name := b.String(); strings.HasPrefix(name, "/") {
		return name, nil
	}
	return a.Home + "/" + b.String(), nil
}
