package keys

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// pieces are what random option lists are made of.
func pieces() []string {
	return []string{
		"restrict", "Restrict", "pty", "no-pty", "NO-PTY", "user-rc", "no-user-rc", "port-forwarding", "no-port-forwarding",
		"agent-forwarding", "no-agent-forwarding", "x11-forwarding", "X11-Forwarding", "no-X11-forwarding", "cert-authority",
		"no-cert-authority", "no-restrict", "touch-required", "no-touch-required", "verify-required", "no-verify-required",
		`command="a"`, `command=""`, `command="a b"`, `command="a\"b"`, `command="a\\"`, `command="a\\\"b"`, `command=a`, `command`,
		`Command="x"`, `command ="x"`, `no-command="x"`, `from="10.0.0.1"`, `from=""`, `principals="a,b"`, `principals=""`,
		`expiry-time="20300101"`, `expiry-time="20300101Z"`, `expiry-time="20300101UTC"`, `expiry-time="203001011200utc"`,
		`expiry-time="20301301"`, `expiry-time="20300132"`, `expiry-time="20300231"`, `expiry-time="19691231Z"`, `expiry-time="19700101Z"`,
		`expiry-time="19700101000001Z"`, `expiry-time="2030 1 1"`, `expiry-time="2030010124"`, `expiry-time="203001012400"`,
		`expiry-time="20300101235961"`, `expiry-time="20300101235962"`, `expiry-time=""`, `expiry-time="Z"`, `expiry-time="20300101z"`,
		`expiry-time="2030+1+1"`, `expiry-time="203O0101"`, `expiry-time="20300101 "`, `environment="A=1"`, `environment="A=2"`,
		`environment="=1"`, `environment="A"`, `environment="A.B=1"`, `environment="_9=\"x\""`, `environment=""`, `environment="é=1"`,
		`permitopen="h:1"`, `permitopen="h:*"`, `permitopen="h:0"`, `permitopen="h:65535"`, `permitopen="h:65536"`, `permitopen="[::1]:22"`,
		`permitopen="[::1:22"`, `permitopen="[::1]22"`, `permitopen="::1:22"`, `permitopen="h/22"`, `permitopen="h"`, `permitopen=""`,
		`permitopen=":1"`, `permitopen="h:ssh"`, `permitopen="h:nosuchservice"`, `permitopen="h:+22"`, `permitopen="h: 22"`,
		`permitopen="h:22 "`, `permitopen="h:-1"`, `permitopen="h:"`, `permitlisten="22"`, `permitlisten="0"`, `permitlisten="*"`,
		`permitlisten="h:22"`, `permitlisten=""`, `permitlisten="[::]:1"`, `tunnel="0"`, `tunnel="any"`, `tunnel="ANY"`, `tunnel="-1"`,
		`tunnel="2147483645"`, `tunnel="2147483646"`, `tunnel=""`, `tunnel="1x"`, `tunnel=" 1"`, "unknown", `unknown="x"`, "", "restrictx",
		"ptypty", `"`, `\"`, `x"y z"`, "zos-key-ring-label=\"x\"", "agent-forwarding=yes", `pty"x"`, "\x80", "é", "\x01", `\`, "'", "=", "no-", "no-no-pty",
	}
}

// Thousands of lines at once: sshd is asked for one key, and says of every other line whether and why it ignores it.
func TestOptionsAgainstSshd(t *testing.T) {
	const count = 6000
	alice := home(t, "alice")
	s := startSshd(t, "")
	key, _ := newKey(t, "ed25519")
	_, other := newKey(t, "ed25519")
	random := rand.New(rand.NewPCG(1, 2))
	all := pieces()
	var lines []string
	for _, piece := range all {
		lines = append(lines, piece+" "+other)
	}
	for len(lines) < count {
		n := 1 + random.IntN(4)
		var list []string
		for range n {
			list = append(list, all[random.IntN(len(all))])
		}
		line := strings.Join(list, ",")
		switch random.IntN(12) {
		case 0:
			line += "," // nothing behind it
		case 1:
			line = line[:random.IntN(len(line)+1)] // cut somewhere
		case 2:
			line = " \t" + line
		case 3:
			line += "\t"
		}
		lines = append(lines, line+" "+other+" note")
	}
	name := alice.Home + "/.ssh/authorized_keys"
	content := strings.Join(lines, "\n") + "\n"
	putKeys(t, alice, name, content)
	real := s.login(t, "alice", key, "127.0.0.1")
	if real.in {
		t.Fatal("a key that is not there is let in")
	}
	said := map[int]string{}
	current := 0
	for line := range strings.Lines(real.log) {
		line = strings.TrimSpace(line)
		if at, ok := strings.CutPrefix(line, "debug2: "+name+":"); ok {
			fmt.Sscanf(at, "%d:", &current)
			if strings.Contains(at, ": advance: ") {
				said[current] = "no key"
			}
		}
		if at, ok := strings.CutPrefix(line, "debug1: "+name+":"); ok {
			number := 0
			fmt.Sscanf(at, "%d:", &number)
			if _, reason, ok := strings.Cut(at, ": bad key options: "); ok {
				if reason == "(null)" || reason == "unknown error" {
					reason = "missing start quote" // sshd forgets the words of permitopen and permitlisten
				}
				said[number] = reason
			}
		}
		if line == "invalid key option string" {
			said[current] = line
		}
	}
	if current != count {
		t.Fatalf("sshd stopped at line %d of %d", current, count)
	}
	kinds := map[string]int{}
	for _, e := range Parse(name, content, time.UTC).Entries {
		got := ""
		switch {
		case e.State == Ignored && e.HasKey:
			got = e.Reason.Error()
		case e.State == Ignored && strings.HasPrefix(e.Reason.Error(), "no key"):
			got = "no key"
		case e.State == Ignored:
			got = "invalid key option string"
		}
		kinds[got]++
		if got != said[e.Number] {
			t.Errorf("%q: got %q, sshd says %q", e.Raw, got, said[e.Number])
		}
	}
	t.Logf("%d lines: %v", count, kinds)
	for _, kind := range []string{"", "no key", "invalid key option string", "unknown key option", "missing start quote", "invalid expires time"} {
		if kinds[kind] == 0 {
			t.Errorf("no line was %q; the test says nothing about it", kind)
		}
	}
}

// The key part: what ssh-keygen -l reads is what we read, with the same size, fingerprint and type.
func TestKeysAgainstSshKeygen(t *testing.T) {
	var publics []string
	authority, _ := newKey(t, "ed25519")
	for _, kind := range [][]string{
		{"ed25519"}, {"rsa", "-b", "1024"}, {"rsa", "-b", "2048"}, {"dsa"}, {"ecdsa", "-b", "256"}, {"ecdsa", "-b", "384"}, {"ecdsa", "-b", "521"},
	} {
		path, public := newKey(t, kind[0], kind[1:]...)
		publics = append(publics, public)
		run(t, "ssh-keygen", "-q", "-s", authority, "-I", "id", "-n", "a,b", path+".pub")
		certificate, err := os.ReadFile(path + "-cert.pub")
		must(t, err)
		publics = append(publics, strings.TrimSpace(string(certificate)))
	}
	publics = append(publics, securityKeys(t, publics)...)
	random := rand.New(rand.NewPCG(3, 4))
	lines := append([]string{}, publics...)
	for range 4000 {
		line := publics[random.IntN(len(publics))]
		if random.IntN(2) == 0 {
			line = mutateBlob(random, line)
		} else {
			line = mutateText(random, line)
		}
		lines = append(lines, line)
	}
	var content strings.Builder
	for _, line := range lines {
		content.WriteString(strings.ReplaceAll(line, "\n", " ") + "\n")
	}
	name := filepath.Join(t.TempDir(), "keys")
	must(t, os.WriteFile(name, []byte(content.String()), 0o600))
	cmd := exec.Command("ssh-keygen", "-l", "-f", name)
	out, err := cmd.Output()
	must(t, err)
	var want []string
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		want = append(want, f[0]+" "+f[1]+" "+f[len(f)-1])
	}
	var got []string
	for _, e := range Parse(name, content.String(), time.UTC).Entries {
		if e.HasKey {
			got = append(got, fmt.Sprintf("%d %s (%s)", e.Key.Bits, e.Key.Fingerprint(), e.Key.Kind))
		}
	}
	t.Logf("%d lines, of which ssh-keygen reads %d", len(lines), len(want))
	if len(want) < len(publics)+500 || len(want) > len(lines)-500 {
		t.Errorf("the lines are too much of one kind: %d of %d", len(want), len(lines))
	}
	if strings.Join(got, "\n") == strings.Join(want, "\n") {
		return
	}
	// Find the line by asking one at a time.
	for _, e := range Parse(name, content.String(), time.UTC).Entries {
		must(t, os.WriteFile(name, []byte(e.Raw), 0o600))
		out, err := exec.Command("ssh-keygen", "-l", "-f", name).Output()
		if e.HasKey != (err == nil) || e.HasKey && !strings.HasPrefix(string(out), fmt.Sprintf("%d %s ", e.Key.Bits, e.Key.Fingerprint())) {
			t.Fatalf("%q: we read %v %d %s %v, ssh-keygen says %q", e.Raw, e.HasKey, e.Key.Bits, e.Key.Kind, e.Reason, out)
		}
	}
	t.Errorf("got %d keys, want %d", len(got), len(want))
}

// securityKeys makes keys of tokens out of plain ones, which ssh-keygen cannot make without a token.
func securityKeys(t *testing.T, publics []string) []string {
	t.Helper()
	var out []string
	for _, public := range publics {
		key, _, err := readKey(public + " ")
		must(t, err)
		b := &blob{rest: []byte(key.plain)}
		b.text()
		name := "sk-ssh-ed25519@openssh.com"
		if key.Type == "ecdsa-sha2-nistp256" {
			name = "sk-ecdsa-sha2-nistp256@openssh.com"
		} else if key.Type != "ssh-ed25519" {
			continue
		}
		wire := appendBytes(append(appendBytes(nil, name), b.rest...), "ssh:")
		out = append(out, name+" "+base64.StdEncoding.EncodeToString(wire))
	}
	if len(out) != 2 {
		t.Fatalf("%d security keys", len(out))
	}
	return out
}

// mutateBlob changes the wire format of a key.
func mutateBlob(random *rand.Rand, line string) string {
	name, rest, _ := cutBlank(line)
	word, _, _ := cutBlank(rest)
	wire, err := base64.StdEncoding.DecodeString(word)
	if err != nil {
		panic(err)
	}
	inner := (&blob{rest: wire}).text()
	behind := wire[4+len(inner):]
	names := []string{
		"ssh-rsa", "RSA", "rsa", "rsa-sha2-256", "rsa-sha2-512", "ED25519", "ed25519", "ssh-ed25519", "ssh-ed25519\x00", "ssh-\x00ed25519", "DSA", "dsa",
		"ECDSA", "ecdsa", "ECDSA-SK", "ED25519-SK", "ed25519-sk", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com", "ecdsa-sha2-nistp384", "",
		"RSA-CERT", "rsa-cert", "ED25519-CERT", "ssh-rsa-cert-v01@openssh.com", "ssh-xmss@openssh.com",
	}
	switch random.IntN(9) {
	case 0:
		wire = append(appendBytes(nil, names[random.IntN(len(names))]), behind...)
	case 1:
		wire = append(wire, byte(random.IntN(256)))
	case 2:
		wire = wire[:len(wire)-1-random.IntN(min(8, len(wire)-1))]
	case 3, 4:
		wire[random.IntN(len(wire))] ^= byte(1 << random.IntN(8))
	case 5:
		at := 4 + len(inner)
		wire[min(len(wire)-1, at+random.IntN(12))] ^= byte(1 << random.IntN(8))
	case 6: // leading zeros before the first number
		n := &blob{rest: behind}
		first := n.bytes()
		wire = append(appendBytes(appendBytes(nil, inner), append([]byte{0, 0, 0}, first...)), n.rest...)
	case 7: // an alias in the text
		name = names[random.IntN(len(names))]
	case 8: // the same text in another form
	}
	return name + " " + base64.StdEncoding.EncodeToString(wire) + " note"
}

// mutateText changes the line around the key.
func mutateText(random *rand.Rand, line string) string {
	name, word, _ := cutBlank(line)
	at := random.IntN(len(word))
	space := []string{" ", "\t", "\r", "\v", "\f", "\x00", "\u00a0"}[random.IntN(7)]
	switch random.IntN(13) {
	case 0:
		return word[:at] + space + word[at:]
	case 1:
		return name + " " + word[:at] + space + word[at:]
	case 2:
		return name + " " + word + "="
	case 3:
		return name + " " + strings.TrimRight(word, "=")
	case 4:
		return name + space + word
	case 5:
		return name + "  \t " + word + "\r"
	case 6:
		return strings.ToUpper(name) + " " + word
	case 7:
		return `command="` + space + `",restrict ` + line
	case 8:
		return `"` + space + `x ` + line
	case 9:
		return "restrict " + name + " " + word[:at] + "!" + word[at:]
	case 10:
		return "#" + line
	case 11:
		return "restrict" + space + line
	default:
		i := at | 3 // the bits behind the last byte
		return name + " " + word[:i] + string("ABCDwxyz0189+/"[random.IntN(14)]) + word[min(i+1, len(word)):]
	}
}
