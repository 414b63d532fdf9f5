package sshrestrict

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMatchNames(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*.git", "proj.git", true},
		{"*.git", "team/proj.git", false},
		{"*.git", "proj", false},
		{"team/*.git", "team/proj.git", true},
		{"team/*.git", "other/proj.git", false},
		{"team/*.git", "team/a/proj.git", false},
		{"**", "proj.git", true},
		{"**", "a/b/c", true},
		{"**/*.git", "proj.git", true},
		{"**/*.git", "a/b/proj.git", true},
		{"**/*.git", "a/b/proj", false},
		{"team/**", "team/a/b", true},
		{"team/**", "other/a", false},
		{"a/**/b", "a/b", true},
		{"a/**/b", "a/x/y/b", true},
		{"a/**/b", "a/x/y/c", false},
		{`a\*b`, "a*b", true},
		{`a\*b`, "axb", false},
		{"[ab]", "b", true},
	} {
		if got := matchNames(strings.Split(c.pattern, "/"), strings.Split(c.name, "/")); got != c.want {
			t.Errorf("%s, %s: %v", c.pattern, c.name, got)
		}
	}
}

func TestLocateRepository(t *testing.T) {
	root := t.TempDir()
	for _, dir := range []string{"proj.git", "secret.git/inside", "team/proj.git", "real*name"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{
		"link.git": "proj.git", "link-secret.git": "secret.git", "deep.git": "team/../secret.git/inside", "out.git": "/etc",
		"dangling.git": "none.git", "team/up.git": "../secret.git", "absolute.git": root + "/proj.git", "folder": "team",
	} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	r := &repositories{Root: folder(root), Names: []string{"**"}, Except: []string{"secret.git", "**/hidden"}}
	if err := r.complete(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, want string }{
		{"proj.git", "/proj.git"},
		{root + "/proj.git", "/proj.git"},
		{root + "//./proj.git/", "/proj.git"},
		{"~/proj.git", "/proj.git"},
		{"~//proj.git", "/proj.git"},
		{"link.git", "/proj.git"},
		{"folder/proj.git", "/team/proj.git"},
		{"folder/new.git", "/team/new.git"},
		{"new/er.git", "/new/er.git"},
		{"secret.git", "!repository"},
		{"secret.git/inside", "!repository"},
		{"link-secret.git", "!repository"},
		{"link-secret.git/new", "!repository"},
		{"deep.git", "!repository"},
		{"team/up.git", "!repository"},
		{"folder/up.git", "!repository"},
		{"a/hidden", "!repository"},
		{"hidden/x", "!repository"},
		{"out.git", "!path-link"},
		{"out.git/passwd", "!path-link"},
		{"absolute.git", "!path-link"}, // openat2 does not follow absolute links beneath a folder
		{"dangling.git", "!path-link"},
		{"", "!repository"},
		{".", "!repository"},
		{"~", "!repository"},
		{"~/", "!repository"},
		{root, "!repository"},
		{root + "x/proj.git", "!path-outside"},
		{"/etc", "!path-outside"},
		{"../proj.git", "!path-parent"},
		{"~/../proj.git", "!path-parent"},
		{"proj.git/../secret.git", "!path-parent"},
		{"proj.git/..", "!path-parent"},
		{"-x", "!path-dash"},
		{strings.Repeat("a/", 40), "!repository"},
		{"~root/proj.git", "!repository-home"},
		{"~root", "!repository-home"},
	} {
		got, err := r.locate(Word{Text: c.name})
		got = strings.TrimPrefix(got, root)
		if refused, ok := err.(*refusal); ok {
			got = "!" + refused.code
		}
		if got != c.want {
			t.Errorf("%q: %s (%v), want %s", c.name, got, err, c.want)
		}
	}
	one := &repositories{Repository: folder(root + "/real*name")}
	if err := one.complete(); err != nil {
		t.Fatal(err)
	}
	if _, err := one.locate(Word{Text: "real*name"}); err != nil {
		t.Error(err)
	}
	if _, err := one.locate(Word{Text: "realXname"}); err == nil {
		t.Error("the star in the repository's name stands for other names")
	}
}
