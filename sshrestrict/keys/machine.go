package keys

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"ops/sshrestrict/internal/passwd"
)

// Account is a line of passwd(5).
type Account = passwd.Account

// Group is a line of group(5).
type Group struct {
	Name    string
	GID     int
	Members []string
}

// Machine is what the judgement of a key depends on beside the files themselves. Start with [Local].
type Machine struct {
	Sshd     Sshd
	Accounts []Account
	Groups   []Group
	Zone     *time.Location // of sshd; nil is UTC
	Now      func() time.Time
	// PrivateGroups is true where sshd accepts files that a group may write to whose only member is the owner, as the
	// sshd of Debian and Ubuntu does.
	PrivateGroups bool
	// Asked is told by Discover how many accounts sshd was asked about, each of which takes a moment; nil for nobody.
	Asked func(accounts int)
}

// Local describes the machine that the program runs on, from /etc/passwd, /etc/group and /etc/os-release. Directory services
// are not asked: accounts that only they know are missing.
func Local() (Machine, error) {
	m := Machine{Zone: time.Local, Now: time.Now}
	table, err := os.Open("/etc/passwd")
	if err != nil {
		return m, fmt.Errorf("read accounts: %w", err)
	}
	defer table.Close()
	if m.Accounts, err = passwd.Read(table); err != nil {
		return m, fmt.Errorf("read accounts: %w", err)
	}
	groups, err := os.Open("/etc/group")
	if err != nil {
		return m, fmt.Errorf("read groups: %w", err)
	}
	defer groups.Close()
	if m.Groups, err = ReadGroups(groups); err != nil {
		return m, fmt.Errorf("read groups: %w", err)
	}
	release, err := os.ReadFile("/etc/os-release")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return m, fmt.Errorf("read the name of the distribution: %w", err)
	}
	for line := range strings.Lines(string(release)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		words := strings.Fields(strings.Trim(value, `"'`))
		if (name == "ID" || name == "ID_LIKE") && slices.Contains(words, "debian") {
			m.PrivateGroups = true
		}
	}
	return m, nil
}

// Account finds an account by its name.
func (m Machine) Account(name string) (Account, error) {
	for _, a := range m.Accounts {
		if a.Name == name {
			return a, nil
		}
	}
	return Account{}, fmt.Errorf("look up account %q: there is none in /etc/passwd; directory services are not asked", name)
}

// groupsOf lists the groups of an account, the primary one first.
func (m Machine) groupsOf(a Account) []Group {
	var out []Group
	for _, g := range m.Groups {
		if g.GID == a.GID {
			out = append(out, g)
		}
	}
	for _, g := range m.Groups {
		if g.GID != a.GID && slices.Contains(g.Members, a.Name) {
			out = append(out, g)
		}
	}
	return out
}

func (m Machine) zone() *time.Location {
	if m.Zone == nil {
		return time.UTC
	}
	return m.Zone
}

// ReadGroups reads the format of group(5). Broken lines are passed over, as the C library does.
func ReadGroups(r io.Reader) ([]Group, error) {
	var out []Group
	const longest = 1 << 20 // bytes of a line; groups may have many members
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longest)
	for lines.Scan() {
		f := strings.Split(lines.Text(), ":")
		if len(f) != 4 || f[0] == "" || strings.ContainsAny(f[0][:1], "+-#") || strings.Contains(lines.Text(), "\x00") {
			continue // broken, or of the old NIS
		}
		gid, err := strconv.ParseUint(f[2], 10, 32)
		if err != nil {
			continue
		}
		members := strings.FieldsFunc(f[3], func(char rune) bool { return char == ',' })
		out = append(out, Group{Name: f[0], GID: int(gid), Members: members})
	}
	return out, lines.Err()
}
