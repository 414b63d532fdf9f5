package test

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// files lists what is or may become part of the repository, as paths below its root. In a tree without git, such as an
// unpacked release, everything but the output folders is.
func files(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = ".."
	if out, err := cmd.Output(); err == nil {
		return strings.FieldsFunc(string(out), func(char rune) bool { return char == 0 })
	}
	var all []string
	err := fs.WalkDir(os.DirFS(".."), ".", func(path string, entry fs.DirEntry, err error) error {
		if path == "bin" || path == "out" || path == ".git" {
			return fs.SkipDir
		}
		if err == nil && entry.Type().IsRegular() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Needles are put together here, so that this file does not contain them.
func hosts() []string {
	join := func(parts ...string) string { return strings.Join(parts, ".") }
	return []string{
		join("deb", "debian", ""), join("ftp", "debian", ""), join("security", "debian", ""), join("archive", "ubuntu", ""),
		join("snapshot", "debian", ""), join("cdn", "debian", ""),
		join("proxy", "golang", ""), join("sum", "golang", ""), join("goproxy", ""),
		join("registry", "npmjs", ""), join("registry", "yarnpkg", ""), join("unpkg", "com"), join("cdn", "jsdelivr", ""),
		join("files", "pythonhosted", ""), join("pypi", "org"),
	}
}

// places are the beginnings of paths that exist on one machine only.
func places() []string {
	slash := func(parts ...string) string { return strings.Join(parts, "/") }
	return []string{slash("", "root", "go", ""), slash("", "root", "project")}
}

func TestNoMirrorsAndNoMachinePaths(t *testing.T) {
	for _, name := range files(t) {
		data, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			if os.IsNotExist(err) || isFolder(filepath.Join("..", name)) {
				continue // removed, and not yet from git's list; or a submodule
			}
			t.Error(err)
			continue
		}
		for _, host := range hosts() {
			if at := bytes.Index(data, []byte(host)); at >= 0 {
				t.Errorf("%s:%d: %q: take a mirror from the machine's own configuration or from a flag", name, line(data, at), host)
			}
		}
		for _, place := range places() {
			if at := bytes.Index(data, []byte(place)); at >= 0 {
				t.Errorf("%s:%d: %q: no path of one machine belongs into the repository", name, line(data, at), place)
			}
		}
	}
}

func line(data []byte, at int) int { return 1 + bytes.Count(data[:at], []byte("\n")) }

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func TestNoLargeFiles(t *testing.T) {
	const largest = 3_000_000 // bytes; a clone should stay a matter of seconds
	for _, name := range files(t) {
		info, err := os.Lstat(filepath.Join("..", name))
		if err == nil && info.Size() > largest {
			t.Errorf("%s is %d bytes; at most %d: generate it, or pack it", name, info.Size(), largest)
		}
	}
}

func TestTheRepositoryIsComplete(t *testing.T) {
	have := map[string]bool{}
	for _, name := range files(t) {
		have[name] = true
	}
	for _, name := range []string{
		"Makefile", "README.md", "CHANGELOG.md", "LICENSE", "CONTRIBUTING.md", ".ci/run", "doc/design.md", "go.mod", "go.sum",
	} {
		if !have[name] {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{".ci/run", "scripts/setup", "scripts/lint", "scripts/fuzz"} {
		if info, err := os.Stat(filepath.Join("..", name)); err != nil || info.Mode()&0o111 == 0 {
			t.Errorf("%s cannot be executed: %v", name, err)
		}
	}
}
