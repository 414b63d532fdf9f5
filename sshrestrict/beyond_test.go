package sshrestrict

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"ops/sshrestrict/internal/passwd"
)

// grant is the second opinion on what a policy lets start: one program, and the shape of all its arguments. It is written
// from the policies' meaning, without a look at the code that decides.
type grant struct {
	program string // absolute, or companion
	// shape is a regular expression over the arguments, joined by blanks. @ stands for a path inside the roots.
	shape  string
	roots  []string
	except string // a path that nothing may lead to
	alone  bool   // the stage must not be one of a pipe
}

// filters are the programs between the ends of a pipe, with quantities as their only values.
func filters() []grant {
	const quantity = `[0-9.]+[bBkKmMgGtTiP%]*`
	all := []grant{
		{program: "/usr/bin/mbuffer", shape: `( -q| -[smrRWPv] ` + quantity + `)*`},
		{program: "/usr/bin/pv", shape: `( -[ptrebaqnWf]| -[sLBi] ` + quantity + `)*`},
	}
	for name := range strings.FieldsSeq("gzip zcat gunzip pigz pbzip2 pixz bzip2 bzip3 bzcat xz lzma xzcat zstd zstdcat zstdmt pzstd lzop lz4 lz4cat") {
		all = append(all, grant{program: "/usr/bin/" + name, shape: `( -[cdfqvkn]| -[0-9]{1,2}| -[pjT][0-9]{1,3}| --(stdout|decompress|quiet|force|fast|best|` +
			`rsyncable|adapt|long|ultra|no-progress)| --(long|fast|threads)=` + quantity + `)*`})
	}
	return all
}

// admits checks one stage against the grant.
func (g grant) admits(stage Stage) error {
	if stage.Program != g.program || len(stage.Args) == 0 || stage.Args[0] != g.program && stage.Args[0] != filepath.Base(g.program) {
		return fmt.Errorf("the program is %s as %q", stage.Program, stage.Args)
	}
	words, folder := "", "" // folder is that of tar's names
	for i, arg := range stage.Args[1:] {
		if stage.Args[i] == "-C" {
			folder = arg
		}
		if !utf8.ValidString(arg) || strings.ContainsFunc(arg, unicode.IsControl) {
			return fmt.Errorf("the argument %q is no text", arg)
		}
		if behind := slices.Index(stage.Args, "--"); folder != "" && behind >= 0 && i >= behind && !g.reaches(folder+"/"+arg) {
			return fmt.Errorf("the name %q leads out of %s", arg, folder)
		}
		if label, named, isPath := pathIn(arg); isPath && g.reaches(named) {
			arg = label + "@"
		} else if strings.Contains(arg, "@") {
			arg = strings.ReplaceAll(arg, "@", "<at>")
		}
		words += " " + strings.ReplaceAll(arg, " ", "<blank>")
	}
	if !regexp.MustCompile(`^(?:` + g.shape + `)$`).MatchString(words) {
		return fmt.Errorf("the arguments of %s are not as they should be: %s", g.program, words)
	}
	return nil
}

// pathIn returns the path in an argument, and what stands in front of it.
func pathIn(arg string) (label, named string, ok bool) {
	label = regexp.MustCompile(`^(FILE:|path:|pattern:|--directory=|--allow-root=)?`).FindString(arg)
	named = arg[len(label):]
	return label, named, filepath.IsAbs(named)
}

// reaches is true if a path stays inside one of the roots, as it is written and where links lead, and is none that is left
// out. What does not exist is where its folder is. A pattern is looked at up to its first wildcard.
func (g grant) reaches(p string) bool {
	if strings.Contains(p+"/", "/../") {
		return false
	}
	real := filepath.Clean(p)
	missing := ""
	for {
		if found, err := filepath.EvalSymlinks(real); err == nil {
			real = filepath.Join(found, missing)
			break
		}
		if _, err := os.Lstat(real); err == nil {
			return false // a link to nothing
		}
		missing = filepath.Join(filepath.Base(real), missing)
		real = filepath.Dir(real)
	}
	if g.except != "" && within(real, g.except) {
		return false
	}
	return slices.ContainsFunc(g.roots, func(root string) bool { return within(filepath.Clean(p), root) && within(real, root) })
}

func within(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

// granted wants every stage of a start to be admitted by some grant, and one of them to be no mere filter.
func granted(s *Start, grants []grant) error {
	if len(s.Stages) == 0 {
		return errors.New("no program")
	}
	meant := false
	for _, stage := range s.Stages {
		var all []error
		admitted := slices.ContainsFunc(grants, func(g grant) bool {
			err := g.admits(stage)
			if err == nil && g.alone && len(s.Stages) > 1 {
				err = fmt.Errorf("%s in a pipe", g.program)
			}
			if stage.Program == g.program {
				all = append(all, err)
			}
			return err == nil
		})
		if admitted {
			meant = true
			continue
		}
		if !slices.ContainsFunc(filters(), func(g grant) bool { return g.admits(stage) == nil }) {
			return fmt.Errorf("nothing grants %s %q: %w", stage.Program, stage.Args, errors.Join(all...))
		}
	}
	if !meant {
		return errors.New("only filters")
	}
	return nil
}

// checkEnvironment wants a program's variables to be ours, or to be passed on and harmless.
func checkEnvironment(env []string, home string) error {
	fixed := map[string]string{
		"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": home, "SHELL": "/bin/false",
		"PAGER": "cat", "GIT_PAGER": "cat", "SYSTEMD_PAGER": "cat", "EDITOR": "/bin/false", "VISUAL": "/bin/false", "LESSSECURE": "1",
	}
	ours := regexp.MustCompile(`^(USER|LOGNAME|BORG_(SELFTEST|BASE_DIR)|PYTHONDONTWRITEBYTECODE|RCLONE_CONFIG|UNISON|HGPLAIN|HGRCPATH|` +
		`HGRCSKIPREPO|TMPDIR|GIT_(CONFIG_(GLOBAL|COUNT|(KEY|VALUE)_[0-9])|NO_LAZY_FETCH)|GIT_ANNEX_SHELL_(LIMITED|DIRECTORY|READONLY)|` +
		`B[RZ][RZ]_LOG|REMOTE_USER|SSH_ORIGINAL_COMMAND|SSH_CONNECTION|SSH_TTY|SSH_USER_AUTH)=`)
	passed := regexp.MustCompile(`^(LANG|LANGUAGE|LC_[A-Za-z0-9_]*|TERM|GIT_PROTOCOL)=[A-Za-z0-9_.@:+,=-]*$`)
	for _, entry := range env {
		name, value, _ := strings.Cut(entry, "=")
		if want, is := fixed[name]; is && value == want {
			continue
		}
		if fixed[name] != "" || !ours.MatchString(entry) && !passed.MatchString(entry) || strings.ContainsFunc(entry, unicode.IsControl) {
			return fmt.Errorf("the variable %q", entry)
		}
	}
	return nil
}

// casesGrants is what the policies under testdata mean.
func casesGrants(below string) map[string][]grant {
	at := func(program, shape string, roots ...string) grant {
		for i := range roots {
			roots[i] = below + roots[i]
		}
		return grant{program: program, shape: shape, roots: roots, alone: true}
	}
	piped := func(program, shape string, roots ...string) grant {
		g := at(program, shape, roots...)
		g.alone = false
		return g
	}
	git := func(program, shape string) grant {
		g := at(program, shape, "/srv/git")
		g.except = below + "/srv/git/secret.git"
		return g
	}
	const lfs = "/usr/bin/git-lfs-"
	const set = `tank/backup/host1(/[A-Za-z0-9_.: -]+)*`
	const snap = `((<at>|#)([A-Za-z0-9_.: -]|<blank>)+)?`
	const properties = `([A-Za-z0-9_.:+,-]|<at>)+`
	const sftp = ` session sftp --root @ --paths absolute`
	ops := []grant{
		at("/usr/bin/ls", `( -[alh1])* --( @)+`, "/srv/data", "/var/log/app"),
		at("/usr/bin/cat", ` -- @`, "/srv/data", "/var/log/app"),
		at("/usr/bin/tail", `( -f| -n [0-9]{1,4})* -- @`, "/var/log/app"),
		at("/usr/bin/find", ` @ -name [^/-][^/]*`, "/srv/data", "/var/log/app"),
		at("/usr/bin/tar", ` -cf - -C @ \.`, "/srv/data"),
		at("/usr/bin/uptime", ``), at("/usr/bin/df", ` -h`),
		at("/usr/bin/systemctl", `( --no-pager)+ (restart|status) -- (nginx|app)(\.service)?`),
	}
	asks := []grant{at("/usr/bin/true", ``), at(companion, ` session which -- [a-z0-9]+`)}
	return map[string][]grant{
		"any": {at("/usr/bin/uptime", ``)},
		"borg": {at("/usr/bin/borg", ` serve( --rest --backend FILE:@ --permissions no-delete)? --restrict-to-repository @( --append-only)? --umask=077`+
			`( --(critical|error|warning|info|debug))?`, "/srv/borg/host1")},
		"btrfs": append([]grant{
			piped("/usr/bin/btrfs", ` receive( -[vqe]| -E [0-9]+| --quiet| --force-decompress| --max-errors=[0-9]+)* -- @`, "/mnt/backup/host1"),
			piped("/usr/bin/btrfs", ` (subvolume (show|list|find-new)|filesystem (usage|df)|property get)( -[a-zA-Z]| --raw| --rootid=[0-9]+)* --( @| ro| [0-9]+)+`, "/mnt/backup/host1"),
			at("/usr/bin/readlink", `( -v)? -[ef] -- @`, "/mnt/backup/host1"), at("/usr/bin/test", ` -[de] @`, "/mnt/backup/host1"),
			at("/usr/bin/mkdir", ` -p -- @`, "/mnt/backup/host1"), at("/usr/bin/cat", ` /proc/self/mount(info|s)`),
		}, asks...),
		"bzr":    {at("/usr/bin/brz", ` --no-plugins --no-aliases serve --inet --directory=@ --allow-writes`, "/srv/bzr")},
		"cvs":    {at("/usr/bin/cvs", ` -f -T /tmp --allow-root=@ server`, "/srv/cvs")},
		"darcs":  {at("/usr/bin/darcs", ` (transfer-mode|apply --all --no-test) --repodir @`, "/srv/darcs/proj")},
		"docker": {at("/usr/bin/docker", ` system dial-stdio`)},
		"dump": {
			at(companion, ` session store --root @ --mode write --paths absolute -- @`, "/srv/incoming"),
			at("/usr/bin/tar", ` -x( -[pvzjJSk]| --(numeric-owner|one-file-system|acls|xattrs|selinux|zstd|same-owner|no-same-owner))* -f - -C @ --( [^/-]\S*)*`, "/srv/incoming"),
			at("/usr/bin/pg_dump", `( -F (c|custom|p|plain|t|tar)| -Z [0-9]| -[asOx]| --(clean|if-exists|no-owner))* -- db1`),
			at("/usr/bin/mysqldump", ` --no-defaults( --(single-transaction|quick|routines|triggers|events|no-tablespaces))* db1`),
		},
		"fossil": {at("/usr/bin/fossil", ` (http --nojail|test-http) @`, "/srv/fossil")},
		"git-ro": {git("/usr/bin/git", ` upload-pack --strict @`), git(lfs+"authenticate", ` @ download`), git(lfs+"transfer", ` @ download`)},
		"git-rw": {
			git("/usr/bin/git", ` (upload-pack --strict|receive-pack|upload-archive) @`),
			git(lfs+"authenticate", ` @ (up|down)load`), git(lfs+"transfer", ` @ (up|down)load`),
			git("/usr/bin/git-annex-shell", ` [a-z0-9]+ @.*`),
		},
		"hg": {at("/usr/bin/hg", ` -R @ serve --stdio`, "/srv/hg/proj")}, "menu": ops,
		"mosh": {at("/usr/bin/mosh-server", ` new -s( -c [0-9]+)?( -l (LANG|LANGUAGE|LC_[A-Z]+)=[A-Za-z0-9_.@-]*)* -p 6[0-9]{4}:6[0-9]{4} -- /usr/bin/ops ssh-restrict --policy menu`)},
		"nix":  {at("/usr/bin/nix-daemon", ` --stdio`), at("/usr/bin/nix-store", ` --serve( --write)?`)},
		"ops":  ops,
		"power": {
			at("/usr/bin/systemctl", ` --check-inhibitors=yes (suspend|poweroff)`), at("/usr/bin/true", ``),
		},
		"rdiff":   {at("/usr/bin/rdiff-backup", ` (server --restrict-path @ --restrict-mode update-only|--server --restrict-update-only @)`, "/srv/rdiff/host1")},
		"restic":  {at("/usr/bin/rclone", ` serve restic --stdio --config /dev/null --b2-hard-delete --append-only -- @`, "/srv/restic/host1")},
		"scp-ro":  {at(companion, ` session scp --root @ --mode read --paths absolute( -[rpdv])* --source --( path:@| pattern:(@|[^/ ]+(/[^/ ]*)*))+`, "/srv/data")},
		"scp-wo":  {at(companion, ` session scp --root @ --mode write --paths absolute( -[rpdv])* --target -- path:@`, "/srv/incoming")},
		"sftp-ro": {at(companion, strings.Replace(sftp, "--paths", "--mode read --paths", 1), "/srv/data")},
		"sftp-rw": {at(companion, strings.Replace(sftp, "--paths", "--mode read-write --paths", 1)+` --delete`, "/srv/restic/host1")},
		"svn":     {at("/usr/bin/svnserve", ` -t -r @ --tunnel-user carol`, "/srv/svn")},
		"unison":  {at("/usr/bin/unison", ` -server( __new-rpc-mode)?`)},
		"zfs-recv": append([]grant{
			piped("/usr/sbin/zfs", ` (get|list|holds)( -[Hpr]| -[odtsS] `+properties+`)*( `+properties+`)? `+set+snap),
			piped("/usr/sbin/zfs", ` (receive|recv)( -[suFvnMAh]| -x `+properties+`| -o (readonly|canmount|compression|atime|recordsize|mountpoint=none).*)* `+set+snap),
			at("/usr/sbin/zfs", ` create( -[pu]| -o (readonly|canmount|compression|atime|recordsize|mountpoint=none).*)* `+set+snap),
			at("/usr/sbin/zpool", ` get( -H| -p| -Hp| -o `+properties+`)* `+properties+` tank`),
			at("/usr/bin/ps", ` -C zfs -o args=`),
		}, asks...),
	}
}

// FuzzNothingBeyondThePolicy holds every policy of the table of cases to what it means: whatever a client sends, in the
// command, in a variable and in the stream, either nothing is started or something that the policy grants.
func FuzzNothingBeyondThePolicy(f *testing.F) {
	below, err := filepath.EvalSymlinks(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	furnish(f, below)
	cases := readCases(f, below)
	grants := casesGrants(below)
	policies := map[string]*Policy{}
	var names []string
	for _, file := range policyFiles(f) {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		if policies[name], err = Parse(name, file, []byte(elsewhere(string(text), below))); err != nil {
			f.Fatal(err)
		}
		if grants[name] == nil && !strings.HasPrefix(name, "rsync") {
			f.Fatalf("nothing is said about the policy %s", name)
		}
		names = append(names, name)
	}
	for _, c := range cases {
		if i := slices.Index(names, strings.ReplaceAll(strings.ToLower(c.Policy), "_", "-")); c.Kind == KindCommand {
			f.Add(uint8(i), strings.ReplaceAll(c.Command, below, ""), "LC_ALL=C.UTF-8", []byte("rsync\x00--server\x00.\x00/srv/data/\x00\x00"))
		}
	}
	account := passwd.Account{Name: "carol", Home: below + "/home"}
	f.Fuzz(func(t *testing.T, which uint8, text, variable string, stream []byte) {
		name := names[int(which)%len(names)]
		p := policies[name]
		q := NewRequest(KindCommand, elsewhere(text, below), p.MaxCommand)
		q.Account, q.Now, q.Input, q.TTY = account, time.Unix(0, 0), bytes.NewReader(stream), len(stream)%2 == 0
		if strings.Contains(variable, "=") && !strings.Contains(variable, "\x00") {
			q.Env = []string{variable}
		}
		d := p.Decide(q)
		if d.Verdict != Allow {
			if d.Start != nil || d.Code == "" || d.Code == "ok" {
				t.Fatalf("%s: %q: %+v", name, text, d)
			}
			return
		}
		err := granted(d.Start, grants[name])
		switch name {
		case "rsync-ro":
			if err = granted(d.Start, []grant{{program: "/usr/bin/true"}}); err != nil {
				err = checkRsync(below+"/srv/data", d.Start, "mode: read")
			}
		case "rsync-wo":
			err = checkRsync(below+"/srv/backup/host1", d.Start, "mode: write")
		case "rsync-rw":
			err = checkRsync(below+"/srv/backup/host1", d.Start, "mode: read-write, delete: true")
		}
		if err != nil {
			t.Fatalf("%s: %q: %v", name, text, err)
		}
		for _, stage := range p.plan(q, d.Start, "/usr/bin/ops-tools").Stages {
			if err := checkEnvironment(stage.Env, account.Home); err != nil {
				t.Fatalf("%s: %q with %q: %v", name, text, variable, err)
			}
			if !filepath.IsAbs(stage.Program) {
				t.Fatalf("%s: %q: the program %q is not absolute", name, text, stage.Program)
			}
		}
	})
}
