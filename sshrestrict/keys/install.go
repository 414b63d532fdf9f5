package keys

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Target is the file that gets the lines.
type Target struct {
	Account Account
	File    string   // absolute; "" is .ssh/authorized_keys in the home
	Others  []string // further files in which sshd looks for keys of the account; they are read, not written
	Groups  []Group  // of the account, who may read the others by them; optional
}

// InstallOptions say how far [Install] may go.
type InstallOptions struct {
	Replace bool // put a new line in the place of an old one with the same key, and take out further ones
	DryRun  bool // change nothing
}

// Change tells what [Install] did, or would do.
type Change struct {
	File     string   `json:"file"`
	Added    int      `json:"added"`
	Replaced int      `json:"replaced"`
	Removed  int      `json:"removed"`
	Same     int      `json:"same"`  // lines that were there already
	Diff     string   `json:"diff"`  // in the unified format, without context; "" if nothing changes
	Notes    []string `json:"notes"` // what else was put right, or is worth knowing
}

// Install puts lines, as [Line] makes them, into an account's file. The file is replaced in one step: whatever happens, it
// is the old one or the new one. What the account may have put into its home is not followed, so root may run this. Other
// runs of Install on the folder wait for this one; nothing is lost between them.
//
// A line that is there already is left alone. The same key with anything else is a *[Conflict], unless Replace is set. A new
// file gets mode 0600 and the account's owner and group, a file in a folder of root mode 0644; an old one keeps its mode,
// less the right of others to write.
func Install(ctx context.Context, target Target, lines []string, options InstallOptions) (Change, error) {
	return install(ctx, realSystem(), target, lines, options)
}

func install(ctx context.Context, sys system, target Target, lines []string, options InstallOptions) (Change, error) {
	if target.File == "" {
		target.File = path.Join(target.Account.Home, ".ssh", "authorized_keys")
	}
	change, err := target.install(ctx, sys, lines, options)
	change.File = target.File
	if err != nil {
		return change, fmt.Errorf("install keys into %s: %w", target.File, err)
	}
	return change, nil
}

func (t Target) install(ctx context.Context, sys system, lines []string, options InstallOptions) (Change, error) {
	added, err := parseNew(lines)
	if err != nil {
		return Change{}, err
	}
	for _, name := range t.Others {
		if err := t.checkOther(name, added); err != nil {
			return Change{}, err
		}
	}
	dir, err := openFolder(path.Dir(t.File), t.Account, !options.DryRun)
	if options.DryRun && errors.Is(err, fs.ErrNotExist) {
		p := newPlan(t.File, "")
		err := p.add(added, options.Replace)
		return p.change(), err
	}
	if err != nil {
		return Change{}, err
	}
	defer dir.Close()
	if !options.DryRun {
		if err := lockFolder(ctx, dir.File); err != nil {
			return Change{}, err
		}
	}
	slot := slot{sys: sys, dir: dir, base: path.Base(t.File), account: t.Account}
	old, err := slot.read()
	if err != nil {
		return Change{}, err
	}
	p := newPlan(t.File, old)
	if err := p.add(added, options.Replace); err != nil {
		return Change{}, err
	}
	change := p.change()
	if !options.DryRun {
		note, err := slot.tighten()
		if err != nil {
			return Change{}, err
		}
		if note != "" {
			change.Notes = append(change.Notes, note)
		}
		if change.Diff != "" {
			err = slot.write(p.content())
		}
		if err != nil {
			return change, err
		}
	}
	return change, nil
}

// parseNew reads the lines to install, which sshd has to take and which may not say anything twice.
func parseNew(lines []string) ([]Entry, error) {
	var out []Entry
	for i, line := range lines {
		text := strings.TrimSuffix(line, "\n")
		if strings.ContainsAny(text, "\n\r\x00") {
			return nil, fmt.Errorf("new line %d has a line end or a NUL in it", i+1)
		}
		e := parseLine(text+"\n", time.UTC)
		if e.State != Active {
			return nil, fmt.Errorf("new line %d is not one that sshd takes: %v", i+1, e.Reason)
		}
		for _, earlier := range out {
			if sameKey(earlier, e) {
				return nil, fmt.Errorf("new line %d has the key of another new line, %s; give it once", i+1, e.Key.Fingerprint())
			}
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil, errors.New("there are no lines")
	}
	return out, nil
}

// sameKey says whether two lines are about the same key in the same role.
func sameKey(a, b Entry) bool {
	return a.HasKey && b.HasKey && a.Key.Equal(b.Key) && a.Options.CertAuthority == b.Options.CertAuthority
}

// checkOther looks for the new keys in a file that is not written.
func (t Target) checkOther(name string, added []Entry) error {
	file, err := openAs(name, t.Account, t.Groups)
	if errors.Is(err, fs.ErrNotExist) || path.Clean(name) == path.Clean(t.File) {
		if err == nil {
			file.Close()
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the keys in another file of the account: %w", err)
	}
	defer file.Close()
	content, err := readBounded(file)
	if err != nil {
		return err
	}
	for _, e := range Parse(name, content, time.UTC).Entries {
		for _, n := range added {
			if sameKey(e, n) && !sameText(e, n) {
				c := conflict(e)
				c.Elsewhere = true
				return c
			}
		}
	}
	return nil
}

// lockFolder waits for other runs, at most ten seconds. A lock on the folder leaves no file behind.
func lockFolder(ctx context.Context, dir *os.File) error {
	const patience, pause = 10 * time.Second, 5 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := unix.Flock(int(dir.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for another program that has locked %s: %w", dir.Name(), ctx.Err())
		case <-time.After(pause):
		}
	}
}
