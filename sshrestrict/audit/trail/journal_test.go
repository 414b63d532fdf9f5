package trail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/audit"
)

// roleVariable tells a copy of the test program to be the machine with a journal instead of running the tests.
const roleVariable = "OPS_TRAIL_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(roleVariable) != "" {
		if err := playJournal(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The real journald takes our records and the real journalctl gives them back, in a mount namespace where /run is empty.
func TestRealJournal(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), roleVariable+"=journal")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

const journalFolder = "/run/log/journal"

func playJournal() error {
	const settings = "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\n"
	if err := errors.Join(
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), unix.Mount("run", "/run", "tmpfs", 0, "mode=755"),
		os.MkdirAll("/run/systemd/journal", 0o755), os.MkdirAll("/run/systemd/journald.conf.d", 0o755),
		os.MkdirAll(journalFolder, 0o755), os.WriteFile("/run/systemd/journald.conf.d/test.conf", []byte(settings), 0o644),
	); err != nil {
		return fmt.Errorf("prepare /run: %w", err)
	}
	var talk bytes.Buffer
	journald := exec.Command("/usr/lib/systemd/systemd-journald")
	journald.Stderr = &talk
	journald.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := journald.Start(); err != nil {
		return err
	}
	err := useJournal()
	_ = journald.Process.Signal(syscall.SIGTERM)
	_ = journald.Wait()
	if err != nil {
		return fmt.Errorf("%w\njournald said: %s", err, talk.String())
	}
	return nil
}

func useJournal() error {
	records := []audit.Record{full(), {Time: start(), ID: "empty", Event: audit.EventIntent}, full()}
	records[0].RequestedTruncated, records[0].ArgvTruncated = 0, 0
	records[2].Requested = new(strings.Repeat("\x01", 16<<10))
	records[2].Argv = [][]string{make([]string, 900)}
	for i := range records[2].Argv[0] {
		records[2].Argv[0][i] = strings.Repeat("\x02", 30)
	}
	l, err := audit.Open([]string{"journal"}, audit.Options{Required: true, Wait: 10 * time.Second})
	if err != nil {
		return err
	}
	defer l.Close()
	for i := range records {
		// journald is up once it takes messages.
		for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			if err = l.Write(records[i]); err == nil {
				break
			}
			if time.Now().After(deadline) {
				return err
			}
		}
		records[i].Lost = l.Lost()
	}
	logger := exec.Command("systemd-cat", "--identifier="+audit.Identifier, "echo", "a forged message")
	if out, err := logger.CombinedOutput(); err != nil {
		return fmt.Errorf("systemd-cat: %w: %s", err, out)
	}
	if out, err := exec.Command("journalctl", "--sync").CombinedOutput(); err != nil {
		return fmt.Errorf("journalctl --sync: %w: %s", err, out)
	}
	o := JournalOptions{Folder: journalFolder}
	all, errs := collect(Journal(context.Background(), o))
	if len(all) != len(records) || len(errs) != 1 || !isLineError(errs[0]) {
		return fmt.Errorf("%d records, %v; want %d and one entry that is none", len(all), errs, len(records))
	}
	for i := range records {
		if !reflect.DeepEqual(all[i], records[i]) {
			return fmt.Errorf("read %+v\nwrote %+v", all[i], records[i])
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o.Fields = []string{"_EXE=" + self}
	if all, errs = collect(Journal(context.Background(), o)); len(all) != len(records) || len(errs) != 0 {
		return fmt.Errorf("by program: %d records, %v", len(all), errs)
	}
	o.Fields = []string{"_EXE=/usr/bin/other"}
	if all, errs = collect(Journal(context.Background(), o)); len(all) != 0 || len(errs) != 0 {
		return fmt.Errorf("by another program: %d records, %v", len(all), errs)
	}
	for _, o := range []JournalOptions{{Folder: journalFolder, Until: time.Now().Add(-time.Hour)}, {Folder: journalFolder, Since: time.Now().Add(time.Hour)}} {
		if all, errs = collect(Journal(context.Background(), o)); len(all) != 0 || len(errs) != 0 {
			return fmt.Errorf("%+v: %d records, %v", o, len(all), errs)
		}
	}
	return followJournal(l)
}

// followJournal waits for an entry that comes while journalctl runs.
func followJournal(l *audit.Log) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	seen := 0
	for r, err := range Journal(ctx, JournalOptions{Folder: journalFolder, Follow: true, Fields: []string{"OPS_EVENT=intent"}}) {
		if err != nil {
			return err
		}
		if seen++; r.ID == "late" {
			if seen != 2 {
				return fmt.Errorf("%d intents before the late one, want 1", seen-1)
			}
			return nil
		}
		if err := l.Write(audit.Record{Time: start(), ID: "late", Event: audit.EventIntent}); err != nil {
			return err
		}
	}
	return errors.New("the late record was not seen")
}

// program writes a script that stands for a journalctl that misbehaves.
func program(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "journalctl")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestJournalThatFails(t *testing.T) {
	for name, c := range map[string]struct{ program, want string }{
		"no such program":      {"/nonexistent/journalctl", "no such file"},
		"exit code and reason": {program(t, `printf 'No \033[31maccess\n' >&2; exit 3`), `exit status 3: No \x1b[31maccess`},
		"endless complaints":   {program(t, `head -c 10000000 /dev/zero >&2; exit 1`), "exit status 1"},
	} {
		t.Run(name, func(t *testing.T) {
			all, errs := collect(Journal(context.Background(), JournalOptions{Program: c.program}))
			if len(all) != 0 || len(errs) != 1 || isLineError(errs[0]) || !strings.Contains(errs[0].Error(), c.want) || len(errs[0].Error()) > 10_000 {
				t.Errorf("%d records, %v", len(all), errs)
			}
		})
	}
	for _, field := range []string{"", "--file=/etc/shadow", "=x", "_EXE", "+", "a=b", "/dev/sda"} {
		if _, errs := collect(Journal(context.Background(), JournalOptions{Fields: []string{field}})); len(errs) != 1 {
			t.Errorf("the condition %q was taken", field)
		}
	}
}

func TestJournalEntries(t *testing.T) {
	object := strings.TrimSuffix(intent("x"), "\n")
	var numbers []string
	for _, c := range []byte(object) {
		numbers = append(numbers, fmt.Sprint(c))
	}
	for name, c := range map[string]struct {
		entry string
		ok    bool
	}{
		"text":        {fmt.Sprintf(`{"OPS_RECORD":%q,"MESSAGE":[1,2]}`, object), true},
		"bytes":       {`{"OPS_RECORD":[` + strings.Join(numbers, ",") + `]}`, true},
		"too large":   {`{"OPS_RECORD":null}`, false},
		"none":        {`{"MESSAGE":"x"}`, false},
		"two records": {fmt.Sprintf(`{"OPS_RECORD":[%q,%q]}`, object, object), false},
		"no byte":     {`{"OPS_RECORD":[300]}`, false},
		"garbage":     {`x`, false},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "entry")
			if err := os.WriteFile(path, []byte(c.entry+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			all, errs := collect(Journal(context.Background(), JournalOptions{Program: program(t, "cat "+path)}))
			if (len(all) == 1) != c.ok || len(all)+len(errs) != 1 {
				t.Errorf("%d records, %v", len(all), errs)
			}
		})
	}
}

// Who stops reading has the program ended.
func TestJournalStopsTheProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entry")
	if err := os.WriteFile(path, fmt.Appendf(nil, "{\"OPS_RECORD\":%q}\n", strings.TrimSuffix(intent("x"), "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	for range Journal(context.Background(), JournalOptions{Program: program(t, "cat "+path+"; exec sleep 600")}) {
		break // the loop returns only after the program's end
	}
}
