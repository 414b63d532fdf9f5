package keys

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// play does a piece of work in a process of its own: one that can be killed, or that has its own mounts.
func play(stage string, args []string) error {
	if stage == "full disk" {
		return playFullDisk(args[0])
	}
	account, line := Account{Name: "alice", UID: 61001, GID: 61001, Home: args[0]}, args[1]
	target := Target{Account: account}
	if stage == "install" {
		_, err := Install(background(), target, []string{line}, InstallOptions{Replace: true})
		return err
	}
	if stage == "endless" { // two lines take turns until somebody kills us
		for {
			for _, one := range args[1:] {
				if _, err := Install(background(), target, []string{one}, InstallOptions{Replace: true}); err != nil {
					return err
				}
			}
		}
	}
	sys, real := realSystem(), realSystem()
	reached := func(now string) {
		if now == stage {
			_ = unix.Kill(os.Getpid(), unix.SIGKILL)
			select {} // the signal is on its way
		}
	}
	syncs := 0
	sys.write = func(f *os.File, s string) error {
		reached("created")
		if _, err := f.WriteString(s[:len(s)/2]); err != nil {
			return err
		}
		reached("half written")
		return real.write(f, s[len(s)/2:])
	}
	sys.sync = func(f *os.File) error {
		syncs++
		defer reached([]string{"", "synced", "folder synced"}[syncs])
		return real.sync(f)
	}
	sys.rename = func(dir int, from, to string) error {
		defer reached("renamed")
		return real.rename(dir, from, to)
	}
	_, err := install(background(), sys, target, []string{line}, InstallOptions{Replace: true})
	return err
}

// playFullDisk mounts a file system of 64 KiB on the home and fills it with one line.
func playFullDisk(home string) error {
	err := errors.Join(unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""), unix.Mount("tiny", home, "tmpfs", 0, "size=64k,mode=755"))
	if err != nil {
		return fmt.Errorf("mount: %w", err)
	}
	target := Target{Account: Account{Name: "alice", UID: 61001, GID: 61001, Home: home}}
	old := "restrict,command=\"old\" " + ed25519A + "\n"
	if _, err := Install(background(), target, []string{old}, InstallOptions{}); err != nil {
		return err
	}
	long := `restrict,command="` + strings.Repeat("x", 128<<10) + `" ` + ed25519B
	_, err = Install(background(), target, []string{long}, InstallOptions{})
	if !errors.Is(err, unix.ENOSPC) || !strings.Contains(err.Error(), "authorized_keys") {
		return fmt.Errorf("full disk: got %v, want ENOSPC and the name", err)
	}
	if got, err := os.ReadFile(home + "/.ssh/authorized_keys"); string(got) != old {
		return fmt.Errorf("full disk: the old file holds %q %v", got, err)
	}
	if entries, err := os.ReadDir(home + "/.ssh"); len(entries) != 1 {
		return fmt.Errorf("full disk: the folder holds %v %v", entries, err)
	}
	return nil
}
