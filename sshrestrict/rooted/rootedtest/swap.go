package rootedtest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

// swaps is how many swaps each operation has to stand.
const swaps = 10_000

// Swapped does every operation again and again in the folder "spot" of the root of a [Box], which the caller has filled,
// while that is swapped with a link to the secret outside. It wants each operation to be done, which returns nil, and to be
// refused, which returns [fs.ErrPermission], at least once: both sides were met then. Nothing outside may change, and no
// unfinished upload may stay.
func Swapped(t *testing.T, dir, root string, operations map[string]func() error) {
	t.Helper()
	spot, other := filepath.Join(root, "spot"), filepath.Join(root, "spot2")
	if err := os.Symlink("../secret", other); err != nil {
		t.Fatal(err)
	}
	before := Outside(t, dir)
	// Bursts of an odd number of swaps: between them, the folder stays what it is for long enough to finish something.
	stop, next, swapped := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var n atomic.Int64
	go func() {
		defer close(swapped)
		for {
			for range 33 {
				if err := unix.Renameat2(unix.AT_FDCWD, spot, unix.AT_FDCWD, other, unix.RENAME_EXCHANGE); err != nil {
					t.Error(err)
				}
				n.Add(1)
			}
			select {
			case <-stop:
				return
			case <-next:
			}
		}
	}()
	type outcome struct{ done, refused int }
	outcomes := map[string]outcome{}
	met := func() bool {
		for name := range operations {
			if o := outcomes[name]; o.done == 0 || o.refused == 0 {
				return false
			}
		}
		return true
	}
	for round := 0; round < 100 || (n.Load() < swaps || !met()) && round < 20_000; round++ {
		for name, do := range operations {
			if round%3 == 0 {
				select {
				case next <- struct{}{}:
				default:
				}
			}
			o := outcomes[name]
			switch err := do(); {
			case err == nil:
				o.done++
			case errors.Is(err, fs.ErrPermission):
				o.refused++
			}
			outcomes[name] = o
		}
	}
	close(stop)
	<-swapped
	if n.Load() < swaps {
		t.Errorf("only %d swaps", n.Load())
	}
	if !met() {
		t.Errorf("not every operation met both sides: %v", outcomes)
	}
	if after := Outside(t, dir); after != before {
		t.Errorf("outside:\n%s\nwas\n%s", after, before)
	}
	if left, err := filepath.Glob(root + "/spot*/.*.part"); err != nil || len(left) > 0 {
		t.Errorf("unfinished files stay: %q %v", left, err)
	}
}
