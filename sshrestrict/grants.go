package sshrestrict

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"ops/internal/strictyaml"
)

// dockerRule hands out the socket of docker, which is root without a password.
type dockerRule struct {
	Grant   string `yaml:"grant,required"` // "equals-root", so that nobody writes this unaware
	Program folder `yaml:"program"`        // /usr/bin/docker
}

func (r *dockerRule) complete() error {
	if r.Program == "" {
		r.Program = "/usr/bin/docker"
	}
	return equalsRoot("docker", r.Grant)
}

func equalsRoot(kind, grant string) error {
	if grant != "equals-root" {
		return refuse(kind, "who may use this may do everything on the machine; say so with grant: equals-root")
	}
	return nil
}

// decide takes what docker -H ssh:// sends, see connhelper in docker/cli.
func (r *dockerRule) decide(q *Request) answer {
	words, ok := q.named("docker")
	if !ok {
		return answer{}
	}
	texts, ok := literals(words)
	if !ok || !slices.Equal(texts[1:], []string{"system", "dial-stdio"}) {
		return deny("docker-command", "only \"docker system dial-stdio\" is for clients")
	}
	return allow(&Start{Stages: []Stage{{Program: string(r.Program), Args: []string{"docker", "system", "dial-stdio"}}}, Open: true})
}

// nixRule serves a nix store. A client that nix trusts, or that may write, decides what root runs.
type nixRule struct {
	Daemon        bool   `yaml:"daemon"` // nix-daemon --stdio (ssh-ng://)
	Serve         bool   `yaml:"serve"`  // nix-store --serve (ssh://), to copy from
	Write         bool   `yaml:"write"`  // and to copy to
	Grant         string `yaml:"grant"`  // "equals-root", needed for daemon and write
	DaemonProgram folder `yaml:"daemon-program"`
	StoreProgram  folder `yaml:"store-program"`
}

func (r *nixRule) complete() error {
	if r.DaemonProgram == "" {
		r.DaemonProgram = "/usr/bin/nix-daemon"
	}
	if r.StoreProgram == "" {
		r.StoreProgram = "/usr/bin/nix-store"
	}
	if !r.Daemon && !r.Serve && !r.Write {
		return refuse("nix", "nothing is granted: set daemon, serve or write")
	}
	if r.Daemon || r.Write {
		return equalsRoot("nix", r.Grant)
	}
	return nil
}

func (r *nixRule) decide(q *Request) answer {
	words, ok := q.named("nix-daemon", "nix-store")
	if !ok {
		return answer{}
	}
	texts, ok := literals(words)
	if !ok {
		return deny("nix-command", "words that a shell would expand")
	}
	daemon := isProgram(words[0], "nix-daemon")
	program, args := r.StoreProgram, []string{"nix-store", "--serve"}
	switch asked := strings.Join(texts[1:], "\x00"); {
	case daemon && asked == "--stdio" && r.Daemon:
		program, args = r.DaemonProgram, []string{"nix-daemon", "--stdio"}
	case !daemon && asked == "--serve" && (r.Serve || r.Write):
	// Clients ask to write even where they only read, see LegacySSHStore in nix.
	case !daemon && asked == "--serve\x00--write" && (r.Serve || r.Write):
		if r.Write {
			args = append(args, "--write")
		}
	default:
		return deny("nix-command", "%s is not granted", quote(strings.Join(texts, " ")))
	}
	return allow(&Start{Stages: []Stage{{Program: string(program), Args: args}}, Open: true})
}

// moshRule starts mosh's server, which outlives the session and runs a program of its own. Without a program named here
// that would be the account's login shell.
type moshRule struct {
	Ports   ports    `yaml:"ports"`            // of UDP; 60001-60999
	Command []string `yaml:"command,required"` // what runs inside: an absolute path and its arguments
	Program folder   `yaml:"program"`          // /usr/bin/mosh-server
}

type ports struct{ first, last int }

// UnmarshalYAML reads "60001-60999".
func (p *ports) UnmarshalYAML(n strictyaml.Node) error {
	if p.read(n.Text(), "-") != nil || p.first < 1024 {
		return n.Errorf("expected ports above 1023 such as 60001-60999, found %s", quote(n.Text()))
	}
	return nil
}

// read takes two ports with a separator between them.
func (p *ports) read(text, separator string) error {
	first, last, _ := strings.Cut(text, separator)
	low, err1 := strconv.ParseUint(first, 10, 16)
	high, err2 := strconv.ParseUint(last, 10, 16)
	*p = ports{int(low), int(high)}
	if low > high {
		return errors.New("the last port is below the first")
	}
	return errors.Join(err1, err2)
}

func (r *moshRule) complete() error {
	if r.Ports == (ports{}) {
		r.Ports = ports{60001, 60999}
	}
	if r.Program == "" {
		r.Program = "/usr/bin/mosh-server"
	}
	if len(r.Command) == 0 || !strings.HasPrefix(r.Command[0], "/") {
		return refuse("mosh", "command needs the absolute path of what runs inside mosh")
	}
	return nil
}

// decide takes "mosh-server new" with the options of mosh(1): -s, -v, -c COLORS, -p PORT[:PORT], -l NAME=VALUE, -i IP.
func (r *moshRule) decide(q *Request) answer {
	words, ok := q.named("mosh-server")
	if !ok {
		return answer{}
	}
	texts, ok := literals(words)
	if !ok || len(texts) < 2 || texts[1] != "new" {
		return deny("mosh-command", "only \"mosh-server new\" is for clients")
	}
	var args []string
	address, chosen := []string{"-s"}, r.Ports
	for rest := texts[2:]; len(rest) > 0; {
		option := rest[0]
		if option == "-s" || option == "-v" {
			rest = rest[1:]
			continue
		}
		if len(rest) < 2 {
			return deny("mosh-option", "the word %s", quote(option))
		}
		value := rest[1]
		rest = rest[2:]
		switch option {
		case "-c":
			colors, err := strconv.ParseUint(value, 10, 24)
			if err != nil {
				return deny("mosh-option", "%s is no number of colours", quote(value))
			}
			args = append(args, "-c", strconv.FormatUint(colors, 10))
		case "-l":
			if !isLocale(value) {
				return deny("mosh-option", "the variable %s", quote(value))
			}
			args = append(args, "-l", value)
		case "-p":
			if !strings.Contains(value, ":") {
				value += ":" + value
			}
			if err := chosen.read(value, ":"); err != nil || chosen.first < r.Ports.first || chosen.last > r.Ports.last {
				return deny("mosh-port", "the ports %s are not within %d-%d", quote(value), r.Ports.first, r.Ports.last)
			}
		case "-i":
			// One of this machine's addresses, which a client names that reaches sshd by another one. Never all of them.
			ip, err := netip.ParseAddr(value)
			if err != nil || ip.Zone() != "" || ip.Unmap().IsUnspecified() || ip.IsMulticast() {
				return deny("mosh-address", "%s is no single address", quote(value))
			}
			address = []string{"-i", ip.String()}
		default:
			return deny("mosh-option", "the option %s", quote(option))
		}
	}
	args = slices.Concat([]string{"mosh-server", "new"}, address, args, []string{"-p", fmt.Sprintf("%d:%d", chosen.first, chosen.last), "--"}, r.Command)
	s := &Start{Stages: []Stage{{Program: string(r.Program), Args: args}}, Open: true}
	if connection := q.env("SSH_CONNECTION"); connection != "" { // which -s asks for; without it, it takes all addresses
		s.Env = []string{"SSH_CONNECTION=" + connection}
	}
	return allow(s)
}

// isLocale is true for a variable about language with a value as locales have it.
func isLocale(variable string) bool {
	name, value, ok := strings.Cut(variable, "=")
	return ok && isName(name) && (name == "LANG" || name == "LANGUAGE" || strings.HasPrefix(name, "LC_")) && harmless(value)
}
