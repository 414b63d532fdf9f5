package sshrestrict

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/internal/passwd"
)

// begin counts one session and returns the code of the refusal, or "".
func begin(t *testing.T, p *Policy, folder string, now time.Time) (slot int, code string) {
	t.Helper()
	slot, err := takeSlot(p, folder, os.Geteuid(), now)
	later, ok := errors.AsType[*errLater](err)
	if err != nil && (!ok || slot != -1 || later.reason == "") {
		t.Fatalf("slot %d, %v", slot, err)
	}
	if ok {
		return slot, later.code
	}
	return slot, ""
}

func TestRate(t *testing.T) {
	p := &Policy{Name: "x", Rate: Rate{2, time.Minute}}
	folder := filepath.Join(t.TempDir(), "state")
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		after time.Duration
		code  string
	}{
		{0, ""},
		{time.Second, ""},
		{2 * time.Second, "rate"},
		{59 * time.Second, "rate"},
		{time.Minute, ""}, // the first is a minute old
		{time.Minute, "rate"},
		{61 * time.Second, ""},
		{62 * time.Second, "rate"},
		{time.Hour, ""},
		{time.Hour, ""},
		{time.Hour, "rate"},
		{time.Hour - time.Second, "rate"}, // the clock was set back by less than the span
		{time.Hour - 59*time.Second, "rate"},
		{time.Minute * 10, ""}, // and by more
		{time.Minute * 10, ""},
		{time.Minute * 10, "rate"},
	} {
		if slot, code := begin(t, p, folder, start.Add(c.after)); code != c.code || slot != -1 {
			t.Errorf("after %v: slot %d, %q, want %q", c.after, slot, code, c.code)
		}
	}
}

// Two sessions of which the one that was looked at first comes to the counter last.
func TestRateInAnotherOrder(t *testing.T) {
	p := &Policy{Name: "x", Rate: Rate{1, time.Minute}}
	folder := filepath.Join(t.TempDir(), "state")
	now := time.Now()
	if _, code := begin(t, p, folder, now.Add(time.Millisecond)); code != "" {
		t.Fatal(code)
	}
	if _, code := begin(t, p, folder, now); code != "rate" {
		t.Errorf("the session that was a moment earlier: %q", code)
	}
}

// Each descriptor of its own is another holder for flock(2), so goroutines stand for processes here.
func TestManySessionsAtOnce(t *testing.T) {
	const clients = 200
	p := &Policy{Name: "x", Sessions: 7, Rate: Rate{90, time.Hour}}
	folder := filepath.Join(t.TempDir(), "state")
	var taken, sessions, other atomic.Int32
	var gate, done sync.WaitGroup
	gate.Add(1)
	slots := make(chan int, clients)
	now := time.Now()
	for i := range clients {
		done.Go(func() {
			gate.Wait()
			slot, err := takeSlot(p, folder, os.Geteuid(), now.Add(-time.Duration(i)*time.Millisecond))
			later, refused := errors.AsType[*errLater](err)
			switch {
			case err == nil:
				taken.Add(1)
				slots <- slot
			case refused && later.code == "sessions":
				sessions.Add(1)
			default:
				other.Add(1)
			}
		})
	}
	gate.Done()
	done.Wait()
	if taken.Load() != 7 || sessions.Load() != clients-7 || other.Load() != 0 {
		t.Errorf("%d sessions, %d refused for their number, %d otherwise", taken.Load(), sessions.Load(), other.Load())
	}
	for len(slots) > 0 {
		unix.Close(<-slots)
	}
	if slot, code := begin(t, p, folder, now); code != "" || slot < 3 {
		t.Errorf("after all have ended: slot %d, %q", slot, code)
	} else {
		unix.Close(slot)
	}
}

func TestRateOfManyAtOnce(t *testing.T) {
	const clients = 200
	p := &Policy{Name: "x", Rate: Rate{20, time.Hour}}
	folder := filepath.Join(t.TempDir(), "state")
	var allowed atomic.Int32
	var gate, done sync.WaitGroup
	gate.Add(1)
	now := time.Now()
	for i := range clients {
		done.Go(func() {
			gate.Wait()
			if _, err := takeSlot(p, folder, os.Geteuid(), now.Add(time.Duration(i*7919%clients)*time.Millisecond)); err == nil {
				allowed.Add(1)
			}
		})
	}
	gate.Done()
	done.Wait()
	if allowed.Load() != 20 {
		t.Errorf("%d sessions began, want 20", allowed.Load())
	}
}

// A session that is refused for the rate gives its slot back.
func TestRefusedSessionHoldsNoSlot(t *testing.T) {
	p := &Policy{Name: "x", Sessions: 1, Rate: Rate{1, time.Hour}}
	folder := filepath.Join(t.TempDir(), "state")
	now := time.Now()
	slot, code := begin(t, p, folder, now)
	if code != "" {
		t.Fatal(code)
	}
	if _, code := begin(t, p, folder, now); code != "sessions" {
		t.Errorf("the second: %q", code)
	}
	unix.Close(slot)
	for range 3 {
		if _, code := begin(t, p, folder, now); code != "rate" {
			t.Errorf("the next: %q", code)
		}
	}
}

// Whatever the counter holds, it is no crash, and at most so many sessions begin as the policy allows.
func TestHostileCounter(t *testing.T) {
	now := time.Now()
	number := func(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }
	for name, content := range map[string][]byte{
		"empty":         nil,
		"a byte":        {7},
		"far position":  number(math.MaxUint64),
		"all ones":      bytes.Repeat([]byte{0xff}, 8*6),
		"least number":  append(number(0), number(1<<63)...),
		"far future":    append(number(3), bytes.Repeat(number(math.MaxInt64), 5)...),
		"text":          []byte("the quick brown fox jumps over the lazy dog"),
		"longer":        make([]byte, 1<<20),
		"cut in a time": make([]byte, 8*3+5),
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "state")
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(folder+"/x.rate", content, 0o600); err != nil {
				t.Fatal(err)
			}
			p := &Policy{Name: "x", Rate: Rate{3, time.Minute}}
			began := 0
			for range 20 {
				if _, code := begin(t, p, folder, now); code == "" {
					began++
				}
			}
			if began != 3 {
				t.Errorf("%d sessions began, want 3", began)
			}
		})
	}
}

// What cannot be counted is refused for now, never let through.
func TestStateFolderFaults(t *testing.T) {
	now := time.Now()
	for name, spoil := range map[string]func(t *testing.T, folder string) error{
		"somebody else's":    func(_ *testing.T, folder string) error { return os.Chown(folder, 65534, 65534) },
		"writable by others": func(_ *testing.T, folder string) error { return os.Chmod(folder, 0o777) },
		"writable by group":  func(_ *testing.T, folder string) error { return os.Chmod(folder, 0o720) },
		"a file": func(_ *testing.T, folder string) error {
			return errors.Join(os.Remove(folder), os.WriteFile(folder, nil, 0o600))
		},
		"a link": func(_ *testing.T, folder string) error {
			return errors.Join(os.Rename(folder, folder+".real"), os.Symlink(folder+".real", folder))
		},
		"counter and slot are links": func(t *testing.T, folder string) error {
			target := filepath.Join(t.TempDir(), "victim")
			return errors.Join(os.Symlink(target, folder+"/x.rate"), os.Symlink(target, folder+"/x.slot.0"))
		},
		"counter and slot are folders": func(_ *testing.T, folder string) error {
			return errors.Join(os.Mkdir(folder+"/x.rate", 0o700), os.Mkdir(folder+"/x.slot.0", 0o700))
		},
		"counter is a pipe": func(_ *testing.T, folder string) error { return unix.Mkfifo(folder+"/x.rate", 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "state")
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := spoil(t, folder); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, code := begin(t, &Policy{Name: "x", Rate: Rate{5, time.Minute}, Sessions: 1}, folder, now); code != "state" {
					t.Errorf("%q, want state", code)
				}
			}
		})
	}
	t.Chdir(t.TempDir())
	for _, home := range []string{"", "relative"} {
		if _, code := begin(t, &Policy{Name: "x", Sessions: 1}, stateFolder(passwd.Account{UID: 1, Home: home}), now); code != "state" {
			t.Errorf("home %q: %q", home, code)
		}
	}
	if made, err := os.ReadDir("."); err != nil || len(made) > 0 {
		t.Errorf("made where the process stands: %v, %v", made, err)
	}
}

// tmpfs mounts a file system on a folder for the thread of the test alone, which ends with it.
func tmpfs(t *testing.T, dir, options string) string {
	t.Helper()
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		t.Fatalf("a mount namespace needs root: %v", err)
	}
	err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	if err = errors.Join(err, unix.Mount("test", dir, "tmpfs", 0, options)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

func TestStateOnAFullDisk(t *testing.T) {
	dir := tmpfs(t, t.TempDir(), "size=16k,mode=700")
	p := &Policy{Name: "x", Rate: Rate{1000, time.Minute}}
	if err := os.Mkdir(dir+"/state", 0o700); err != nil {
		t.Fatal(err)
	}
	fill, err := os.Create(dir + "/fill")
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = fill.Write(make([]byte, 512))
	}
	fill.Close()
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	// One page is free: the counter of 8008 bytes needs two.
	if err := os.Truncate(dir+"/fill", 12<<10); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, code := begin(t, p, dir+"/state", time.Now()); code != "state" {
			t.Errorf("%q, want state", code)
		}
	}
	if err := os.Remove(dir + "/fill"); err != nil {
		t.Fatal(err)
	}
	if _, code := begin(t, p, dir+"/state", time.Now()); code != "" {
		t.Errorf("with room again: %q", code)
	}
}

func TestStateOnAReadOnlyDisk(t *testing.T) {
	dir := tmpfs(t, t.TempDir(), "size=64k,mode=700")
	if err := os.Mkdir(dir+"/state", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("test", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*Policy{{Name: "x", Sessions: 2}, {Name: "x", Rate: Rate{2, time.Hour}}} {
		if _, code := begin(t, p, dir+"/state", time.Now()); code != "state" {
			t.Errorf("%q, want state", code)
		}
		if _, code := begin(t, p, dir+"/new/state", time.Now()); code != "state" {
			t.Errorf("to be made: %q, want state", code)
		}
	}
}

// A policy without limits needs no folder, so that a broken home locks nobody out.
func TestNothingToCount(t *testing.T) {
	if slot, err := takeSlot(&Policy{Name: "x"}, "/proc/no/such", 12345, time.Now()); slot != -1 || err != nil {
		t.Errorf("%d, %v", slot, err)
	}
}
