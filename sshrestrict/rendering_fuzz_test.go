package sshrestrict

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rendering is a second opinion about what one policy may start, written without a look at the rules: the program and its
// arguments, joined by line feeds, match one of the expressions. In those, ROOT is the policy's root, PATH stands for a
// repository below it, PORT for one of the ports 60001 to 60010, and UUID and KEY for what git-annex calls so.
type rendering struct {
	rule    string // of the policy; ROOT stands for the root
	starts  []string
	environ string // what each variable matches that the rule adds
}

// fuzzRule fuzzes the commands of one kind. The root has the repositories proj and secret, of which none may be served, links
// to secret and out of the root, and a file.
func fuzzRule(f *testing.F, renderings []rendering, seeds ...string) {
	f.Helper()
	root, err := filepath.EvalSymlinks(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	for _, dir := range []string{"/proj/sub", "/secret/sub", "/team/proj.git"} {
		if err := os.MkdirAll(root+dir, 0o755); err != nil {
			f.Fatal(err)
		}
	}
	if err := os.WriteFile(root+"/file", nil, 0o644); err != nil {
		f.Fatal(err)
	}
	for link, target := range map[string]string{"link": "secret", "out": "/etc", "up": "..", "nowhere": "/tmp/none", "team/link": "../secret/sub"} {
		if err := os.Symlink(target, root+"/"+link); err != nil {
			f.Fatal(err)
		}
	}
	variables := strings.NewReplacer(
		"ROOT", regexp.QuoteMeta(root), "PATH", `(?P<path>[^\n]+)`, "PORT", `(?P<port>[0-9]+)`, "UUID", `[0-9a-f-]{36}`,
		"KEY", `[^-/\n][^/\n]*`,
	)
	policies := make([]*Policy, len(renderings))
	starts, environs := make([]*regexp.Regexp, len(renderings)), make([]*regexp.Regexp, len(renderings))
	for i, r := range renderings {
		if policies[i], err = Parse("x", "x.yaml", []byte("allow: [{"+strings.ReplaceAll(r.rule, "ROOT", root)+"}]\n")); err != nil {
			f.Fatal(err)
		}
		starts[i] = regexp.MustCompile(`^(?:` + variables.Replace(strings.Join(r.starts, "|")) + `)$`)
		environs[i] = regexp.MustCompile(`^(?:` + variables.Replace(r.environ) + `)$`)
		for _, seed := range seeds {
			f.Add(uint8(i), strings.ReplaceAll(seed, "ROOT", root))
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		n := int(which) % len(renderings)
		d := judgeVCS(policies[n], text)
		if d.Verdict != Allow {
			if d.Start != nil || d.Code == "" || d.Code == "ok" || d.Reason == "" {
				t.Fatalf("%q: %+v", text, d)
			}
			return
		}
		if len(d.Start.Stages) != 1 {
			t.Fatalf("%q starts %s", text, d.Start)
		}
		stage := d.Start.Stages[0]
		line := strings.Join(append([]string{stage.Program}, stage.Args...), "\n")
		match := starts[n].FindStringSubmatch(line)
		if match == nil {
			t.Fatalf("%q starts %q", text, line)
		}
		for i, name := range starts[n].SubexpNames() {
			port, _ := strconv.Atoi(match[i])
			if name == "path" && match[i] != "" && !repositoryBelow(root, match[i]) || name == "port" && match[i] != "" && (port < 60001 || port > 60010) {
				t.Fatalf("%q: the %s %q in %q", text, name, match[i], line)
			}
		}
		for _, arg := range stage.Args {
			if p, ok := strings.CutPrefix(arg, "path:"); ok && (!strings.HasPrefix(p, root) || !inside(root, p, root)) {
				t.Fatalf("%q: the path %q", text, p)
			}
			if p, ok := strings.CutPrefix(arg, "pattern:"); ok && (slices.Contains(strings.Split(unescape(p), "/"), "..") || strings.HasPrefix(p, "-")) {
				t.Fatalf("%q: the pattern %q", text, p)
			}
		}
		for _, entry := range d.Start.Env {
			if !environs[n].MatchString(entry) {
				t.Fatalf("%q: the variable %q", text, entry)
			}
		}
		for _, p := range slices.Concat(d.Start.Read, d.Start.Write, d.Start.Execute) {
			if filepath.Clean(p) != p || strings.HasPrefix(root, p+"/") || p == "/" || p == "/etc" {
				t.Fatalf("%q opens %s in the sandbox", text, p)
			}
		}
	})
}

// repositoryBelow is true for a clean path below root, not in secret, and leading to neither by links.
func repositoryBelow(root, p string) bool {
	clean := filepath.Clean(p) == p && strings.HasPrefix(p, root+"/") && !strings.HasPrefix(p+"/", root+"/secret/")
	if !clean || !inside(root, p+"/", root) {
		return false
	}
	real, err := filepath.EvalSymlinks(p)
	return err != nil || !strings.HasPrefix(real+"/", root+"/secret/")
}

func FuzzGit(f *testing.F) {
	const environ = `GIT_CONFIG_GLOBAL=/dev/null|GIT_NO_LAZY_FETCH=1|GIT_CONFIG_COUNT=[23]|GIT_CONFIG_KEY_[012]=[a-zA-Z.]+|` +
		`GIT_CONFIG_VALUE_[012]=(never|/dev/null|ROOT/[^\n]+)|GIT_ANNEX_SHELL_(LIMITED|READONLY)=1|GIT_ANNEX_SHELL_DIRECTORY=ROOT/[^\n]+`
	const annex = `/usr/bin/git-annex-shell\ngit-annex-shell\n`
	const options = `(\n--uuid\nUUID|\n--debug|\n--quiet)*`
	fuzzRule(f, []rendering{
		{"git: {root: ROOT, except: [secret]}", []string{`/usr/bin/git\ngit\nupload-pack\n--strict\nPATH`}, environ},
		{"git: {root: ROOT, except: [secret], paths: both, hooks: false, lfs: true, annex: true}", []string{
			`/usr/bin/git\ngit\nupload-pack\n--strict\nPATH`, `/usr/bin/git-lfs-(authenticate\ngit-lfs-authenticate|transfer\ngit-lfs-transfer)\nPATH\ndownload`,
			annex + `(configlist|notifychanges|p2pstdio|sendkey|lockcontent|inannex)\nPATH(\nKEY)*` + options,
		}, environ},
		{"git: {root: ROOT, except: [secret], mode: read-write, archive: true, lfs: true, annex: true}", []string{
			`/usr/bin/git\ngit\n(upload-pack\n--strict|receive-pack|upload-archive)\nPATH`,
			`/usr/bin/git-lfs-(authenticate\ngit-lfs-authenticate|transfer\ngit-lfs-transfer)\nPATH\n(upload|download)`,
			annex + `(configlist|notifychanges|p2pstdio|sendkey|lockcontent|inannex|recvkey|dropkey)\nPATH(\nKEY)*(` + options + `|\n--force)*` +
				`(\n--(\n(autoinit|unlocked|direct)=1?|\nremoteuuid=UUID)*\n--)?`,
		}, environ},
	},
		"git-upload-pack 'ROOT/proj'", "git receive-pack '~/team/proj.git'", "git-upload-archive 'proj'", "git-upload-pack 'ROOT/secret'",
		"git-upload-pack 'ROOT/link'", "git-upload-pack ROOT/team/link/x", "git-receive-pack '/proj/sub'", "git-upload-pack '--help'",
		"git-lfs-authenticate ROOT/proj upload", "git-lfs-transfer ROOT/a/b download", "git-lfs-authenticate proj download "+strings.Repeat("0a", 32),
		"git-annex-shell 'p2pstdio' 'ROOT/proj' '--debug' '"+uuid+"' --uuid "+uuid, "git-annex-shell configlist '/~/proj' -- autoinit=1 --",
		"git-annex-shell 'recvkey' '/~/a' 'SHA256E-s5--00' '--' 'remoteuuid="+uuid+"' unlocked=1 direct= '--' dummy rsync --server . .",
		"git-annex-shell dropkey proj --force --quiet WORM--x WORM--y", "git-annex-shell inannex proj a b c",
	)
}

func FuzzHg(f *testing.F) {
	const environ = `HGPLAIN=1|HGRCPATH=/etc/mercurial/hgrc:/etc/mercurial/hgrc\.d|HGRCSKIPREPO=1|TMPDIR=ROOT/[^\n]+/\.hg|` +
		`SSH_ORIGINAL_COMMAND=hg -R [^\n]+ serve --stdio`
	fuzzRule(f, []rendering{
		{"hg: {root: ROOT, except: [secret]}", []string{`/usr/bin/hg-ssh\nhg-ssh\n--read-only\nPATH`}, environ},
		{"hg: {root: ROOT, except: [secret], mode: read-write, hooks: false}", []string{`/usr/bin/hg\nhg\n-R\nPATH\nserve\n--stdio`}, environ},
		{"hg: {root: ROOT, except: [secret], mode: read-write, create: true, paths: rooted}", []string{
			`/usr/bin/hg\nhg\n-R\nPATH\nserve\n--stdio`, `/usr/bin/hg\nhg\ninit\n--\nPATH`,
		}, environ},
	},
		"hg -R ROOT/proj serve --stdio", "hg -R 'proj' serve --stdio", "hg init new", "hg init ROOT/proj/.hg/x", "hg -R bundle:x serve --stdio",
		"hg -R link serve --stdio", "hg -R /proj/sub serve --stdio", "hg -R --debugger serve --stdio", "hg -R up serve --stdio", "hg init nowhere/x",
	)
}

func FuzzSvn(f *testing.F) {
	fuzzRule(f, []rendering{
		{"svn: {root: ROOT}", []string{`/usr/bin/svnserve\nsvnserve\n-t\n-r\nROOT\n--tunnel-user\ncarol\n-R`}, ``},
		{"svn: {root: ROOT, mode: read-write, user: key}", []string{`/usr/bin/svnserve\nsvnserve\n-t\n-r\nROOT\n--tunnel-user\nkey`}, ``},
	}, "svnserve -t", "svnserve --tunnel", "svnserve -t -r ROOT", "svnserve -t -r /", "svnserve -t --tunnel-user=root", "'svnserve' \"-t\"")
}

func FuzzCvs(f *testing.F) {
	const start = `/usr/bin/cvs\ncvs\n-f\n-T\n/var/tmp\n--allow-root=ROOT`
	fuzzRule(f, []rendering{
		{"cvs: {repository: ROOT, temporary: /var/tmp}", []string{start + `\n-R\nserver`}, ``},
		{"cvs: {repository: ROOT, temporary: /var/tmp, mode: read-write}", []string{start + `\nserver`}, ``},
	}, "cvs server", "cvs --allow-root=/ server", "cvs -d /etc server", "/usr/bin/cvs 'server'")
}

func FuzzBzr(f *testing.F) {
	const start = `/usr/bin/brz\nbrz\n--no-plugins\n--no-aliases\nserve\n--inet\n--directory=ROOT`
	fuzzRule(f, []rendering{
		{"bzr: {root: ROOT}", []string{start}, `BRZ_LOG=/dev/null|BZR_LOG=/dev/null`},
		{"bzr: {root: ROOT, mode: read-write}", []string{start + `\n--allow-writes`}, `BRZ_LOG=/dev/null|BZR_LOG=/dev/null`},
	}, "bzr serve --inet --directory=/ --allow-writes", "brz serve --inet", "bzr serve --directory=ROOT --inet", "bzr serve --inet --directory=/etc")
}

func FuzzDarcs(f *testing.F) {
	fuzzRule(f, []rendering{
		{"darcs: {root: ROOT, except: [secret]}", []string{`/usr/bin/darcs\ndarcs\ntransfer-mode\n--repodir\nPATH`}, ``},
		{"darcs: {root: ROOT, except: [secret], mode: read-write, hooks: false}", []string{
			`/usr/bin/darcs\ndarcs\ntransfer-mode\n--repodir\nPATH`,
			`/usr/bin/darcs\ndarcs\napply\n--all\n--no-test\n--no-prehook\n--no-posthook\n--repodir\nPATH`,
		}, ``},
	}, "darcs transfer-mode --repodir ROOT/proj/", "darcs apply --all --debug --repodir 'ROOT/proj'", "darcs apply --all --repodir team/link",
		"darcs transfer-mode --repodir ~/proj", "darcs apply --all --posthook=id --repodir proj")
}

func FuzzFossil(f *testing.F) {
	const environ = `SSH_CONNECTION=127\.0\.0\.1 1 127\.0\.0\.1 22|REMOTE_USER=carol`
	fuzzRule(f, []rendering{
		{"fossil: {root: ROOT, except: [secret], user: carol}", []string{`/usr/bin/fossil\nfossil\nhttp\n--nojail\nPATH`}, environ},
		{"fossil: {root: ROOT, except: [secret], administrator: true}", []string{`/usr/bin/fossil\nfossil\ntest-http\nPATH`}, environ},
	}, "fossil test-http ROOT/file", "fossil http x.fossil", "fossil test-http link", "fossil test-http --localauth", "fossil test-http ~/file")
}

func FuzzMosh(f *testing.F) {
	fuzzRule(f, []rendering{{"mosh: {ports: 60001-60010, command: [/bin/true, -x]}", []string{
		`/usr/bin/mosh-server\nmosh-server\nnew\n(-s|-i\n[0-9a-f.:]+)(\n-c\n[0-9]{1,8}|\n-l\n(LANG|LANGUAGE|LC_[A-Za-z0-9_]*)=[A-Za-z0-9_.@:+,-]*)*` +
			`\n-p\nPORT:PORT\n--\n/bin/true\n-x`,
	}, `SSH_CONNECTION=.*`}},
		"mosh-server 'new' '-s' '-c' '256' '-l' 'LANG=de_DE.UTF-8' '-l' 'LC_ALL=C' '-p' '60001:60003'", "mosh-server new -i 192.0.2.1 -v",
		"mosh-server new -i 2001:db8::1 -p 60010", "mosh-server new -s -- sh", "mosh-server new -p 22", "mosh-server new -l PATH=/tmp -c 8",
	)
}

func FuzzDocker(f *testing.F) {
	fuzzRule(f, []rendering{{"docker: {grant: equals-root}", []string{`/usr/bin/docker\ndocker\nsystem\ndial-stdio`}, ``}},
		"docker system dial-stdio", "docker -H x system dial-stdio", "/usr/local/bin/docker 'system' \"dial-stdio\"")
}

func FuzzNix(f *testing.F) {
	fuzzRule(f, []rendering{
		{"nix: {serve: true}", []string{`/usr/bin/nix-store\nnix-store\n--serve`}, ``},
		{"nix: {write: true, grant: equals-root}", []string{`/usr/bin/nix-store\nnix-store\n--serve(\n--write)?`}, ``},
		{"nix: {daemon: true, grant: equals-root}", []string{`/usr/bin/nix-daemon\nnix-daemon\n--stdio`}, ``},
	}, "nix-store --serve", "nix-store --serve --write", "nix-daemon --stdio", "nix-store --serve --store /tmp", "nix-store '--serve --write'")
}

func FuzzSftp(f *testing.F) {
	const start = `ops-tools\nops-tools\nsession\nsftp\n--root\nROOT\n--mode\n`
	fuzzRule(f, []rendering{
		{"sftp: {root: ROOT}", []string{start + `read\n--paths\nabsolute`}, ``},
		{"sftp: {root: ROOT, mode: append, paths: both, quota: 1K}", []string{start + `append\n--paths\nboth\n--quota\n1024`}, ``},
		{"sftp: {root: ROOT, mode: read-write}", []string{start + `read-write\n--paths\nabsolute\n--delete`}, ``},
	}, "internal-sftp", "/usr/lib/openssh/sftp-server -e -l INFO -f AUTH", "internal-sftp -f local5 -l info", "internal-sftp -d /", "sftp-server -R")
}

func FuzzScp(f *testing.F) {
	const start, words = `ops-tools\nops-tools\nsession\nscp\n--root\nROOT\n--mode\n`, `(\n-[rpdv])*\n--`
	const target, source = `target\n--\npath:ROOT[^\n]*`, `source\n--(\npath:ROOT[^\n]*|\npattern:[^\n]+)+`
	fuzzRule(f, []rendering{
		{"scp: {root: ROOT}", []string{start + `read\n--paths\nabsolute` + words + source}, ``},
		{"scp: {root: ROOT, mode: append}", []string{start + `append\n--paths\nabsolute` + words + target}, ``},
		{"scp: {root: ROOT, mode: read-write}", []string{start + `read-write\n--paths\nabsolute\n--delete` + words + `(` + source + `|` + target + `)`}, ``},
	}, "scp -f ROOT/file", "scp -v -r -p -d -t ROOT/proj", "scp -rvt proj", "scp -f ROOT/*/x 'a b' file", "scp -t -- ROOT/out/x", "scp -t ROOT/proj/../x",
		"scp -t ~/x", "scp -f -q -r [a-f]*", "scp -f -t x", "scp -S/tmp/x -f a")
}
