package keys

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// The tests run in a mount namespace of their own, with accounts and homes that the machine does not have. So a real sshd
// lets real accounts in, and nothing of the machine is touched.

const (
	namespaceVariable = "OPS_KEYS_NAMESPACE"
	stageVariable     = "OPS_KEYS_STAGE"
)

func TestMain(m *testing.M) {
	if stage := os.Getenv(stageVariable); stage != "" {
		if err := play(stage, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if os.Geteuid() == 0 && os.Getenv(namespaceVariable) == "" {
		fmt.Fprintln(os.Stderr, enterNamespace())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// testAccounts are all accounts of the namespace beside those of the machine.
func testAccounts() []Account {
	return []Account{
		{Name: "alice", UID: 61001, GID: 61001, Home: "/home/alice", Shell: "/home/probe"},
		{Name: "bob", UID: 61002, GID: 61002, Home: "/home/bob", Shell: "/home/probe"},
		{Name: "carol", UID: 61003, GID: 61000, Home: "/home/carol", Shell: "/home/probe"}, // in a group with others
		{Name: "dora", UID: 61004, GID: 61004, Home: "/home/dora", Shell: "/home/no-shell"},
	}
}

func testGroups() []Group {
	return []Group{
		{"alice", 61001, nil},
		{"bob", 61002, nil},
		{"staff61", 61000, []string{"alice", "bob"}},
		{"dora", 61004, nil},
	}
}

// probe is the login shell: it prints what sshd gave it to run.
const probe = `#!/bin/sh
printf 'argc=%s command=[%s] original=[%s]\n' "$#" "$2" "${SSH_ORIGINAL_COMMAND-unset}"
[ -t 0 ] && echo tty
exit 0
`

// enterNamespace moves this process to a new mount namespace and starts it again there. It returns only an error.
func enterNamespace() error {
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	for _, dir := range []string{"/home", "/run"} {
		err = errors.Join(err, unix.Mount("test", dir, "tmpfs", 0, "mode=755"))
	}
	if err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	err = errors.Join(os.Mkdir("/run/sshd", 0o755), os.WriteFile("/home/probe", []byte(probe), 0o755))
	passwd, group := "root:x:0:0:root:/home/root:/home/probe\n", "root:x:0:\n"
	machine, errRead := os.ReadFile("/etc/passwd")
	for line := range strings.Lines(string(machine)) {
		if !strings.HasPrefix(line, "root:") {
			passwd += line // sshd needs its own account
		}
	}
	groups, errGroups := os.ReadFile("/etc/group")
	group += strings.TrimPrefix(string(groups), "root:x:0:\n")
	for _, a := range testAccounts() {
		passwd += fmt.Sprintf("%s:*:%d:%d::%s:%s\n", a.Name, a.UID, a.GID, a.Home, a.Shell)
	}
	for _, g := range testGroups() {
		group += fmt.Sprintf("%s:x:%d:%s\n", g.Name, g.GID, strings.Join(g.Members, ","))
	}
	for name, text := range map[string]string{"passwd": passwd, "group": group} {
		err = errors.Join(err, os.WriteFile("/run/"+name, []byte(text), 0o644))
		if e := unix.Mount("/run/"+name, "/etc/"+name, "", unix.MS_BIND, ""); e != nil {
			err = errors.Join(err, fmt.Errorf("mount over /etc/%s: %w", name, e))
		}
	}
	if err := errors.Join(err, errRead, errGroups); err != nil {
		return err
	}
	// By its path it may not be found in here, if we are in a chroot.
	return fmt.Errorf("start anew: %w", syscall.Exec("/proc/self/exe", os.Args, append(os.Environ(), namespaceVariable+"=1")))
}

// home makes the account's home anew, empty, and returns the account.
func home(t *testing.T, name string) Account {
	t.Helper()
	if os.Getenv(namespaceVariable) == "" {
		t.Fatal("this test needs root, for a mount namespace with accounts of its own")
	}
	m := machine(t)
	a, err := m.Account(name)
	if err != nil {
		t.Fatal(err)
	}
	must(t, os.RemoveAll(a.Home))
	must(t, os.Mkdir(a.Home, 0o755))
	must(t, os.Chmod(a.Home, 0o755))
	must(t, os.Chown(a.Home, a.UID, a.GID))
	t.Cleanup(func() { os.RemoveAll(a.Home) })
	return a
}

// machine is the namespace as Local sees it.
func machine(t *testing.T) Machine {
	t.Helper()
	m, err := Local()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// putKeys writes a file of the account, and the folder above it.
func putKeys(t *testing.T, a Account, name, content string) {
	t.Helper()
	dir := name[:strings.LastIndexByte(name, '/')]
	if dir != a.Home {
		must(t, os.MkdirAll(dir, 0o700))
		must(t, os.Chown(dir, a.UID, a.GID))
	}
	must(t, os.WriteFile(name, []byte(content), 0o600))
	must(t, os.Chown(name, a.UID, a.GID))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
