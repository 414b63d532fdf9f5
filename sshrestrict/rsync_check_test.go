package sshrestrict

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// checkRsync is the second opinion about what was rendered, written without a look at the rule's own tables: each argument
// is a known word, a known option with a harmless value, or a path inside of the root.
func checkRsync(root string, s *Start, fields string) error {
	stage := s.Stages[0]
	args := stage.Args
	if len(s.Stages) != 1 || filepath.Base(stage.Program) != "rrsync" && filepath.Base(stage.Program) != "rsync" || args[0] != "rsync" || args[1] != "--server" {
		return fmt.Errorf("the program is %q with %q", stage.Program, args)
	}
	args = args[2:]
	sender := args[0] == "--sender"
	if sender {
		args = args[1:]
	}
	cluster := regexp.MustCompile(`^-[vqbundlmOJyWHogDtUNpEAXrcCIRxSz8]*(e[0-9]{0,5}\.[0-9A-Za-z]*)?$`)
	flag := regexp.MustCompile(`^--(no-(r|R|W|relative|recursive|specials|implied-dirs|i-d|i-r|inc-recursive|msgs2stderr|whole-file)|` +
		`acls|append(-verify)?|backup|checksum|cvs-exclude|delay-updates|devices|dirs|dry-run|executability|existing|fake-super|` +
		`from0|fsync|fuzzy|group|hard-links|i-[dr]|ignore-(errors|existing|missing-args|non-existing|times)|implied-dirs|inc-recursive|` +
		`inplace|links|list-only|mkpath|msgs2stderr|new-compress|numeric-ids|old-compress|omit-(dir|link)-times|one-file-system|` +
		`open-noatime|owner|partial|perms|preallocate|prune-empty-dirs|recursive|relative|safe-links|size-only|sparse|specials|stats|` +
		`times|update|use-qsort|whole-file|xattrs|munge-links|drop-D)$`)
	deletes := regexp.MustCompile(`^--(del|delete(-[a-z-]+)?|force)$`)
	removes := regexp.MustCompile(`^--remove-(source|sent)-files$`)
	value := regexp.MustCompile(`^--(timeout|stop-after|time-limit|checksum-seed|compress-level|max-delete|modify-window|compress-threads|` +
		`block-size|bwlimit|m(ax|in)-size|max-alloc)=-?[0-9.]+[A-Za-z]*([+-]1)?$|` +
		`^--((checksum|compress)-choice|stderr|info)=[A-Za-z0-9_,-]+$|^--stop-at=[0-9A-Za-z:/-]+$|^--log-format=(%i|%i%I|%o|X)$|` +
		`^--out-format=(%i|%i%I|%o|X)$|^--only-write-batch=X$|^--files-from=-$|^--suffix=[^/]*$|^--skip-compress=[^~]*$|` +
		`^--(usermap|groupmap|chown)=[^/]+$`)
	for ; len(args) > 0 && args[0] != "--"; args = args[1:] {
		name, text, _ := strings.Cut(args[0], "=")
		allowed := strings.Contains(fields, "delete: true")
		switch {
		case cluster.MatchString(args[0]), flag.MatchString(args[0]), value.MatchString(args[0]):
		case deletes.MatchString(args[0]) && allowed, removes.MatchString(args[0]) && (allowed || !sender):
		case name == "--confine-root" && text == root:
		case name == "--files-from" && inside(root, text, root):
		case name == "--partial-dir" && !sender && !strings.HasPrefix(text, "/") && !strings.Contains("/"+text+"/", "/../"):
		case !sender && strings.HasPrefix(text, "/") && inside(root, text, root) && receiversFolder(name):
		case !sender && text != "" && !strings.Contains("/"+text+"/", "/../") && receiversFolder(name):
		default:
			return fmt.Errorf("the option %q", args[0])
		}
	}
	if len(args) < 2 || args[1] != "." {
		return fmt.Errorf("no -- and dot in %q", stage.Args)
	}
	paths := args[2:]
	if !sender && len(paths) != 1 && s.Pending == "" {
		return fmt.Errorf("the targets %q", paths)
	}
	for _, p := range paths {
		if strings.HasPrefix(p, "-") || !inside(root, p, s.Dir) {
			return fmt.Errorf("the path %q leaves %s", p, root)
		}
	}
	return nil
}

func receiversFolder(option string) bool {
	switch option {
	case "--link-dest", "--copy-dest", "--compare-dest", "--backup-dir", "--temp-dir", "--partial-dir":
		return true
	}
	return false
}

// inside is true if the path, taken from dir on, ends inside of the root when the links before its last part are followed,
// and the last one too if a slash follows it. Missing parts are where their folder is.
func inside(root, p, dir string) bool {
	if !filepath.IsAbs(p) {
		p = dir + "/" + p
	}
	if strings.Contains(p+"/", "/../") {
		return false
	}
	slash := strings.HasSuffix(p, "/") || strings.HasSuffix(p, "/.")
	p = filepath.Clean(p)
	name := ""
	if !slash && p != root {
		name = "/" + filepath.Base(p)
		p = filepath.Dir(p)
	}
	for {
		real, err := filepath.EvalSymlinks(p)
		if err == nil {
			p = real
			break
		}
		if !os.IsNotExist(err) {
			return true // not a folder, too long: nothing can be opened there
		}
		name = "/" + filepath.Base(p) + name
		p = filepath.Dir(p)
	}
	p = filepath.Clean(p + name)
	return p == root || strings.HasPrefix(p, root+"/")
}

func FuzzRsync(f *testing.F) {
	root := rsyncTree(f)
	rules := []string{
		"mode: read", "mode: write", "mode: append", "mode: read-write, delete: true", "mode: read-write, paths: rooted",
		"mode: read-write, paths: both, munge-links: true", "mode: read, program: /usr/bin/rsync, paths: both",
	}
	policies := make([]*Policy, len(rules))
	for i, fields := range rules {
		policies[i] = rsyncPolicy(f, root, fields+", secluded: proxy")
	}
	for i, text := range []string{
		"rsync --server --sender -logDtpre.iLsfxCIvu . " + root + "/sub/../x *.txt -dash",
		"rsync --server -blogDtpre.iLsfxCIvu --backup-dir ../x --link-dest=" + root + "/prev . " + root + "/cur",
		"rsync --server -re. --partial-dir .. . ./dir_out/",
		"rsync --server --sender -rRe. --files-from=/etc/passwd . /./sub/*/./y [!a]* /../",
		"rsync --server --sender -slogDtpre.iLsfxCIvu",
		"rsync --server -sre31.14i --usermap=*:root -B700 -@-1 --max-size=1.5kib+1",
	} {
		f.Add(uint8(i), text, []byte("rsync\x00--inplace\x00.\x00"+root+"/*/\x00\x00rest"))
	}
	f.Fuzz(func(t *testing.T, which uint8, text string, stream []byte) {
		n := int(which) % len(rules)
		q := NewRequest(KindCommand, text, MaxCommand)
		q.Input = strings.NewReader(string(stream))
		d := policies[n].Decide(q)
		if d.Verdict != Allow {
			if d.Start != nil || d.Code == "" || d.Code == "ok" {
				t.Fatalf("%q: %+v", text, d)
			}
			return
		}
		if err := checkRsync(root, d.Start, rules[n]); err != nil {
			t.Fatalf("%s: %q with %q: %v", rules[n], text, stream, err)
		}
	})
}
