package test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// machine is a made-up system for scripts/setup: a folder of commands that only note how they were called.
type machine struct {
	t      *testing.T
	bin    string // the only folder in PATH
	root   string // stands for /
	system string // stands for /etc/os-release
	log    string // the calls of apt-get, one in each line
}

// newMachine has everything that setup looks for. System is the content of /etc/os-release.
func newMachine(t *testing.T, system string) *machine {
	t.Helper()
	// Not t.TempDir, since another user than the test's must reach it.
	dir, err := os.MkdirTemp("", "setup")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	m := &machine{
		t: t, bin: filepath.Join(dir, "bin"), root: filepath.Join(dir, "root"),
		system: filepath.Join(dir, "os-release"), log: filepath.Join(dir, "log"),
	}
	for _, folder := range []string{dir, m.bin, m.root, m.root + "/etc", m.root + "/etc/ssl", m.root + "/etc/ssl/certs", m.root + "/usr", m.root + "/usr/include", m.root + "/usr/sbin", m.root + "/usr/lib/polkit-1", m.root + "/usr/share/zoneinfo/Europe"} {
		if err := errors.Join(os.MkdirAll(folder, 0o755), os.Chmod(folder, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	m.write(m.system, system, 0o644)
	m.write(m.log, "", 0o666)
	m.write(m.root+"/usr/include/stdlib.h", "", 0o644)
	m.write(m.root+"/usr/sbin/sshd", "", 0o755)
	m.write(m.root+"/usr/lib/polkit-1/polkitd", "", 0o755)
	m.write(m.root+"/usr/share/zoneinfo/Europe/Paris", "", 0o644)
	for _, name := range []string{
		"ffmpeg", "git", "make", "gcc", "shellcheck", "ssh", "rsync", "borg", "restic", "rclone", "hg", "svn", "cvs", "rdiff-backup",
		"unison", "mosh-server", "git-lfs", "git-annex", "sshfs", "lftp", "pscp", "dbus-daemon", "journalctl", "man", "mount", "patch",
		"logrotate", "xz", "zstd", "lognormalizer", "chromium-headless-shell",
	} {
		m.command(name, "exit 0")
	}
	m.command("go", "echo go1.26.8")
	m.command("env", `while [[ $1 == *=* ]]; do export "$1"; shift; done; exec "$@"`)
	m.command("apt-get", `echo "$DEBIAN_FRONTEND $*" >>"`+m.log+`"`)
	return m
}

func (m *machine) write(path, text string, mode os.FileMode) {
	m.t.Helper()
	if err := errors.Join(os.WriteFile(path, []byte(text), mode), os.Chmod(path, mode)); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) command(name, script string) {
	m.t.Helper()
	m.write(filepath.Join(m.bin, name), "#!/bin/bash\n"+script+"\n", 0o755)
}

func (m *machine) remove(names ...string) {
	m.t.Helper()
	for _, name := range names {
		if err := os.Remove(filepath.Join(m.bin, name)); err != nil {
			m.t.Fatal(err)
		}
	}
}

// aptInstalls lets apt-get bring the named commands when it is told to install.
func (m *machine) aptInstalls(names ...string) {
	m.t.Helper()
	const script = `echo "$DEBIAN_FRONTEND $*" >>"%s"
if [[ $* == *install* ]]; then
	for name in %s; do
		cp "$0" "${0%%/*}/$name"
	done
fi`
	m.command("cp", `PATH=/usr/bin:/bin cp "$@"`)
	m.command("apt-get", fmt.Sprintf(script, m.log, strings.Join(names, " ")))
}

// setup runs the script and returns what it printed. uid 0 means the user of the test.
func (m *machine) setup(uid uint32, args ...string) (string, error) {
	m.t.Helper()
	script, err := filepath.Abs("../scripts/setup")
	if err != nil {
		m.t.Fatal(err)
	}
	if uid != 0 { // the repository itself may be closed to that user
		text, err := os.ReadFile(script)
		if err != nil {
			m.t.Fatal(err)
		}
		script = filepath.Join(m.bin, "setup")
		m.write(script, string(text), 0o755)
	}
	cmd := exec.Command("/bin/bash", append([]string{script}, args...)...)
	cmd.Env = []string{"PATH=" + m.bin, "OPS_SETUP_SYSTEM=" + m.system, "OPS_SETUP_ROOT=" + m.root}
	cmd.Dir = m.root
	if uid != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (m *machine) calls() string {
	m.t.Helper()
	text, err := os.ReadFile(m.log)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(text)
}

const (
	debian = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n"
	mint   = "ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"
	fedora = "ID=fedora\n"
)

func wantAll(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
}

func TestSetupDoesNothingWhenAllIsThere(t *testing.T) {
	m := newMachine(t, debian)
	for _, target := range []string{"build", "demo", "test"} {
		if out, err := m.setup(0, target); err != nil || out != "" {
			t.Errorf("%s: %v, printed %q", target, err, out)
		}
	}
	if calls := m.calls(); calls != "" {
		t.Errorf("apt-get was called: %s", calls)
	}
}

func TestSetupInstallsOnlyWhatIsMissing(t *testing.T) {
	for name, system := range map[string]string{"debian": debian, "like ubuntu": mint} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, system)
			m.remove("ffmpeg", "shellcheck")
			m.aptInstalls("ffmpeg")
			out, err := m.setup(0, "demo")
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			wantAll(t, out, "  ffmpeg: encodes the films", "Installing: ffmpeg\n")
			lines := strings.Split(strings.TrimSpace(m.calls()), "\n")
			if len(lines) != 2 || !strings.HasSuffix(lines[0], " update") ||
				!strings.HasSuffix(lines[1], " install --no-install-recommends ffmpeg") ||
				!strings.HasPrefix(lines[1], "noninteractive -q -y ") || !strings.Contains(lines[1], "Acquire::Retries=3") {
				t.Errorf("apt-get was called as %q", lines)
			}
			if again, err := m.setup(0, "demo"); err != nil || again != "" {
				t.Errorf("second time: %v %q", err, again)
			}
		})
	}
}

func TestSetupNamesEveryReason(t *testing.T) {
	m := newMachine(t, fedora)
	m.remove("ffmpeg", "git", "make", "gcc", "shellcheck")
	if err := errors.Join(os.Remove(m.root+"/usr/include/stdlib.h"), os.Remove(m.root+"/etc/ssl/certs")); err != nil {
		t.Fatal(err)
	}
	out, err := m.setup(0, "test")
	if err == nil {
		t.Errorf("no failure: %s", out)
	}
	wantAll(t, out, "ffmpeg: encodes", "git: lists", "make: runs", "gcc: compiles", "libc6-dev: gives", "shellcheck: lints",
		"ca-certificates: lets", "not Debian or Ubuntu", "  ffmpeg (the package ffmpeg on Debian)",
		"  /usr/include/stdlib.h (the package libc6-dev on Debian)")
	if calls := m.calls(); calls != "" {
		t.Errorf("apt-get was called: %s", calls)
	}
}

func TestSetupElsewhereNeedsOnlyTheTarget(t *testing.T) {
	m := newMachine(t, fedora)
	m.remove("shellcheck", "gcc", "apt-get")
	if out, err := m.setup(0, "demo"); err != nil || out != "" {
		t.Errorf("demo: %v %q", err, out)
	}
	if out, err := m.setup(0, "test"); err == nil {
		t.Errorf("test: no failure: %q", out)
	}
}

func TestSetupFailsWhenAptDoes(t *testing.T) {
	m := newMachine(t, debian)
	m.remove("ffmpeg")
	m.command("apt-get", `echo "$*" >>"`+m.log+`"; exit 100`)
	out, err := m.setup(0, "demo")
	if err == nil {
		t.Error("no failure")
	}
	wantAll(t, out, "apt-get could not install ffmpeg")
	if got := strings.Count(m.calls(), "update"); got != 3 {
		t.Errorf("%d attempts, want 3", got)
	}
}

func TestSetupNoticesAPackageWithoutItsCommand(t *testing.T) {
	m := newMachine(t, debian)
	m.remove("ffmpeg")
	out, err := m.setup(0, "demo")
	if err == nil {
		t.Error("no failure")
	}
	wantAll(t, out, "ffmpeg is installed, but ffmpeg is still not there")
}

func TestSetupAsOrdinaryUser(t *testing.T) {
	const nobody = 65534
	uid := uint32(nobody)
	if os.Geteuid() != 0 {
		uid = uint32(os.Geteuid())
	}
	m := newMachine(t, debian)
	if err := os.Chmod(m.bin, 0o777); err != nil {
		t.Fatal(err)
	}
	m.remove("ffmpeg")
	out, err := m.setup(uid, "demo")
	if err == nil {
		t.Error("without sudo: no failure")
	}
	wantAll(t, out, "installing needs root", "install sudo")
	m.command("sudo", `echo "sudo $1" >>"`+m.log+`"; exec "$@"`)
	m.aptInstalls("ffmpeg")
	if out, err := m.setup(uid, "demo"); err != nil {
		t.Errorf("with sudo: %v: %s", err, out)
	}
	wantAll(t, m.calls(), "sudo env\nnoninteractive -q -y")
}

func TestSetupChecksGo(t *testing.T) {
	cases := []struct{ version, want string }{
		{"echo go1.26", ""},
		{"echo go1.27rc1", ""},
		{"echo go2.0", ""},
		{"echo devel go1.28-abcdef", ""},
		{"echo go1.25.9", "is go1.25.9: install Go 1.26 or newer from https://go.dev/dl/"},
		{"echo go0.99", "install Go 1.26"},
		{"echo gibberish", "does not tell its version: gibberish"},
		{"echo 'go: go.mod requires go >= 1.26.0' >&2; exit 1", "does not work: go: go.mod requires go >= 1.26.0; install Go 1.26"},
	}
	for _, c := range cases {
		m := newMachine(t, debian)
		m.command("go", c.version)
		out, err := m.setup(0, "build")
		if (err != nil) != (c.want != "") || !strings.Contains(out, c.want) {
			t.Errorf("%s: %v %q, want %q", c.version, err, out, c.want)
		}
	}
	m := newMachine(t, debian)
	m.remove("go")
	out, err := m.setup(0, "build")
	if err == nil {
		t.Error("no go: no failure")
	}
	wantAll(t, out, "the command go is not there: install Go 1.26")
}

func TestSetupUsage(t *testing.T) {
	m := newMachine(t, debian)
	for _, args := range [][]string{{}, {"everything"}, {"demo", "test"}} {
		out, err := m.setup(0, args...)
		if err == nil || !strings.Contains(out, "usage: scripts/setup build|demo|test") {
			t.Errorf("%q: %v %s", args, err, out)
		}
	}
}
