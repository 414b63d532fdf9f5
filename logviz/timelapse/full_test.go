package timelapse

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

// TestDiskFull writes onto small file systems, so that the disk is full in the middle, in the last write, or in the
// index that is written after the last frame.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 { // play the test once more, as root of a user namespace
		cmd := exec.Command("unshare", "-mr", os.Args[0], "-test.run=^TestDiskFull$")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v (this test needs root, or a kernel that lets users have namespaces)\n%s", err, out)
		}
		return
	}
	f := shortFilm(t)
	for _, ext := range Extensions() {
		whole := filepath.Join(t.TempDir(), "day"+ext)
		if err := f.WriteFile(t.Context(), whole, nil); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(whole)
		if err != nil {
			t.Fatal(err)
		}
		const page = 4096
		need := (info.Size() + page - 1) / page
		for _, pages := range []int64{need / 2, need - 1} {
			dir := t.TempDir()
			if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprint("size=", pages*page)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "day"+ext)
			err := f.WriteFile(t.Context(), path, nil)
			switch {
			case err == nil:
				t.Errorf("%s: %d bytes fit onto %d pages", ext, info.Size(), pages)
			case !errors.Is(err, syscall.ENOSPC), !strings.Contains(err.Error(), path), !strings.Contains(err.Error(), "no space left on device"):
				t.Errorf("%s on %d of %d pages: %v", ext, pages, need, err)
			default:
				leftovers(t, dir)
			}
			if err := syscall.Unmount(dir, 0); err != nil {
				t.Error(err)
			}
		}
	}
}
