package learn

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"ops/internal/strictyaml"
)

// words is a small splitter for the tests: blanks, quotes, backslashes, pipes, and an error for the rest.
func words(text string) ([][]string, error) {
	text = strings.NewReplacer(" 2>/dev/null", "", " 2>&1", "").Replace(text)
	programs := [][]string{nil}
	var word strings.Builder
	started := false
	end := func() {
		if started {
			last := len(programs) - 1
			programs[last] = append(programs[last], word.String())
		}
		word.Reset()
		started = false
	}
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case ' ':
			end()
			continue
		case '|':
			end()
			programs = append(programs, nil)
			continue
		case '\'', '"':
			stop := strings.IndexByte(text[i+1:], c)
			if stop < 0 || c == '"' && strings.ContainsAny(text[i+1:i+1+stop], "$`\\") {
				return nil, errors.New("a quote")
			}
			word.WriteString(text[i+1 : i+1+stop])
			i += stop + 1
		case '\\':
			if i++; i == len(text) {
				return nil, errors.New("a backslash")
			}
			word.WriteByte(text[i])
		case '$', '`', '(', ')', '{', '}', ';', '&', '<', '>', '#', '!':
			return nil, errors.New("an operator")
		default:
			word.WriteByte(c)
		}
		started = true
	}
	end()
	return programs, nil
}

// commands is evidence of commands that were allowed.
func commands(texts ...string) iter.Seq2[Evidence, error] {
	return func(yield func(Evidence, error) bool) {
		for _, text := range texts {
			if !yield(Evidence{Text: text}, nil) {
				return
			}
		}
	}
}

func proposal(t *testing.T, o Options, texts ...string) Proposal {
	t.Helper()
	o.Split = words
	p, err := Propose(commands(texts...), o)
	if err != nil {
		t.Fatal(err)
	}
	backwards := slices.Clone(texts)
	slices.Reverse(backwards)
	again, err := Propose(commands(backwards...), o)
	if err != nil || fmt.Sprint(again) != fmt.Sprint(p) {
		t.Errorf("in another order: %v, not %v, %v", again, p, err)
	}
	sum := p.Covered
	for _, r := range p.Refused {
		sum += r.Count
	}
	if sum != len(texts) {
		t.Errorf("%d covered, %v refused, of %d", p.Covered, p.Refused, len(texts))
	}
	return p
}

// rules are the rules of a proposal, one in each line.
func rules(p Proposal) string {
	var lines []string
	for _, r := range p.Rules {
		lines = append(lines, strings.ReplaceAll(r.YAML, "\n", " "))
	}
	return strings.Join(lines, "\n")
}

func TestRules(t *testing.T) {
	const pull, push = "rsync --server --sender -logDtpre.iLsfxCIvu . ", "rsync --server -logDtpre.iLsfxCIvu . "
	for name, c := range map[string]struct {
		commands []string
		want     string
	}{
		"rsync pull":    {[]string{pull + "/srv/data/"}, "rsync: {root: /srv/data, mode: read}"},
		"rsync push":    {[]string{push + "/srv/backup/host1/"}, "rsync: {root: /srv/backup/host1, mode: write, delete: false}"},
		"rsync with -z": {[]string{"/usr/bin/rsync --server --sender -vvnlogDtprRze.LsfxCIvu --bwlimit=100 --timeout 60 . /srv/data"}, "rsync: {root: /srv/data, mode: read}"},
		"rsync push, --delete": {
			[]string{push + "/srv/a/b", "rsync --server -logDtpre.iLsfxCIvu --delete-during --force . /srv/a/b"},
			"rsync: {root: /srv/a/b, mode: write, delete: true}",
		},
		"deleting stays where it was seen": {
			[]string{push + "/srv/a/b", "rsync --server -logDtpre.iLsfxCIvu --delete . /srv/a/c"},
			"rsync: {root: /srv/a/b, mode: write, delete: false}\nrsync: {root: /srv/a/c, mode: write, delete: true}",
		},
		"writing stays where it was seen": {
			[]string{pull + "/srv/data/a", pull + "/srv/data/b", push + "/srv/data/in"},
			"rsync: {root: /srv/data/a, mode: read}\nrsync: {root: /srv/data/b, mode: read}\nrsync: {root: /srv/data/in, mode: write, delete: false}",
		},
		"rsync both ways":                  {[]string{pull + "/srv/a/b", push + "/srv/a/b"}, "rsync: {root: /srv/a/b, mode: read-write, delete: false}"},
		"removing source files is writing": {[]string{"rsync --server --sender -logDtpre. --remove-source-files . /srv/out/"}, "rsync: {root: /srv/out, mode: read-write, delete: true}"},
		"common folder":                    {[]string{pull + "/srv/data/a/x", pull + "/srv/data/b/", pull + "/srv/data/ab"}, "rsync: {root: /srv/data, mode: read}"},
		"names with a common beginning":    {[]string{pull + "/srv/backup/host1", pull + "/srv/backup/host10"}, "rsync: {root: /srv/backup, mode: read}"},
		"nothing in common":                {[]string{pull + "/srv/data", pull + "/var/log/app"}, "rsync: {root: /var/log/app, mode: read}\nrsync: {root: /srv/data, mode: read}"},
		"not the folder of all services":   {[]string{pull + "/srv/a", pull + "/srv/b"}, "rsync: {root: /srv/a, mode: read}\nrsync: {root: /srv/b, mode: read}"},
		"not the folder of all homes":      {[]string{pull + "/home/a/docs", pull + "/home/b/docs"}, "rsync: {root: /home/a/docs, mode: read}\nrsync: {root: /home/b/docs, mode: read}"},
		"not a home":                       {[]string{pull + "/home/a/docs/x", pull + "/home/a/pics"}, "rsync: {root: /home/a/docs/x, mode: read}\nrsync: {root: /home/a/pics, mode: read}"},
		"paths in options": {
			[]string{"rsync --server -logDtpre.iLsfxCIvu --link-dest ../prev --backup-dir=old . /srv/b/cur/"}, "",
		},
		"paths in options, absolute": {
			[]string{"rsync --server -logDtpre.iLsfxCIvu --link-dest /srv/b/prev --partial-dir .part . /srv/b/cur/"},
			"rsync: {root: /srv/b, mode: write, delete: false}",
		},
		"two paths":             {[]string{pull + "/srv/data/a /srv/data/b"}, "rsync: {root: /srv/data, mode: read}"},
		"quoted path":           {[]string{pull + `/srv/my\ data`, pull + "'/srv/my data/x'"}, "rsync: {root: '/srv/my data', mode: read}"},
		"path with a '":         {[]string{pull + `/srv/it\'s`}, "rsync: {root: '/srv/it''s', mode: read}"},
		"wildcards in a source": {[]string{pull + "/srv/data/sub/*.txt", "scp -f '/srv/logs/a[0-9]/x'"}, "rsync: {root: /srv/data/sub, mode: read}\nscp: {root: /srv/logs, mode: read}"},
		"scp":                   {[]string{"scp -f /srv/data/pub.txt", "scp -v -r -p -t /srv/in/"}, "scp: {root: /srv/data, mode: read}\nscp: {root: /srv/in, mode: write}"},
		"git":                   {[]string{"git-upload-pack '/srv/git/a.git'", "git-upload-pack '/srv/git/b.git'", "git-receive-pack '/srv/git/b.git'"}, "git: {root: /srv/git, repositories: [a.git], mode: read}\ngit: {root: /srv/git, repositories: [b.git], mode: read-write}"},
		"git below":             {[]string{"git upload-pack '/srv/git/team/a.git'", "git-upload-archive '/srv/git/x.git'"}, "git: {root: /srv/git/team, repositories: [a.git], mode: read}\ngit: {root: /srv/git, repositories: [x.git], mode: read, archive: true}"},
		"git lfs":               {[]string{"git-lfs-authenticate /srv/git/a.git upload"}, "git: {root: /srv/git, repositories: [a.git], mode: read-write, lfs: true}"},
		"hg":                    {[]string{"hg -R /srv/hg/proj serve --stdio"}, "hg: {root: /srv/hg, repositories: [proj], mode: read}"},
		"restic":                {[]string{"rclone serve restic --stdio --append-only /srv/restic/a ", "rclone serve restic --stdio --b2-hard-delete /srv/restic/b"}, "restic: {repository: /srv/restic/a, append-only: true}\nrestic: {repository: /srv/restic/b}"},
		"restic, one without append-only": {
			[]string{"rclone serve restic --stdio --append-only /srv/r", "rclone serve restic --stdio /srv/r"}, "restic: {repository: /srv/r}",
		},
		"zfs": {
			[]string{
				"zfs receive -s -F 'tank/backup/a'", "mbuffer -q -s 128k -m 16M 2>/dev/null | lzop -dfc | zfs receive -s -F 'tank/backup/b' 2>&1",
				"zfs get -H name 'tank/backup/a'", "zpool get -o value -H feature@extensible_dataset 'tank'", "zfs destroy 'tank/backup/a@syncoid_1'",
			}, "zfs: {receive: tank/backup, destroy: true}",
		},
		"zfs send":  {[]string{"zfs send -w 'pool/data@s1' | lzop | mbuffer -q", "zfs snapshot pool/data@s2"}, "zfs: {send: pool/data, snapshot: true}"},
		"btrfs":     {[]string{"btrfs receive '/mnt/backup/a'", "btrfs subvolume list -a '/mnt/backup/a'"}, "btrfs: {receive: /mnt/backup/a}"},
		"power":     {[]string{"systemctl suspend", "poweroff"}, "power: [poweroff, suspend]"},
		"a command": {[]string{"/usr/bin/uptime", "uptime"}, "command: [uptime]"},
		"same folder kept": {
			[]string{"/usr/sbin/smartctl -a /dev/nvme"}, "",
		},
		"another folder": {[]string{"/usr/local/bin/check_disk -w '10%'"}, "command: [/usr/local/bin/check_disk, '-w', '10%']"},
		"operands":       {[]string{"systemctl status nginx", "systemctl status app"}, "command: [systemctl, status, '{value1}'] where: {value1: {one-of: [app, nginx]}}"},
		"not more than was seen": {
			[]string{"systemctl status nginx", "systemctl restart app"}, "command: [systemctl, restart, app]\ncommand: [systemctl, status, nginx]",
		},
		"all combinations": {
			[]string{"systemctl status a", "systemctl restart a", "systemctl status b", "systemctl restart b"},
			"command: [systemctl, '{value1}', '{value2}'] where: {value1: {one-of: [restart, status]}, value2: {one-of: [a, b]}}",
		},
		"numbers": {
			[]string{"tail -n 5 /var/log/app/a.log", "tail -n 200 /var/log/app/b.log", "tail -n 50 /var/log/app/a.log"},
			"command: [tail, '-n', '{value1}', '{value2}'] where: {value1: {integer: 5-200}, value2: {one-of: [/var/log/app/a.log, /var/log/app/b.log]}}",
		},
		"one number":         {[]string{"tail -n 5 /var/log/app/a.log"}, "command: [tail, '-n', '5', /var/log/app/a.log]"},
		"octal is no number": {[]string{"chk 007", "chk 008"}, "command: [chk, '{value1}'] where: {value1: {one-of: ['007', '008']}}"},
		"files of a folder":  {[]string{"cat /var/log/app/a", "cat /var/log/app/b", "cat /var/log/app/c", "cat /var/log/app/d"}, "command: [cat, '{value1}'] where: {value1: {file-in: /var/log/app}}"},
		"options are no values": {
			[]string{"df -h", "df -i"}, "command: [df, '-h']\ncommand: [df, '-i']",
		},
		"programs that run others are exact": {
			[]string{"tar -cf - -C /srv/a .", "tar -cf - -C /srv/b ."}, "command: [tar, '-cf', '-', '-C', /srv/a, '.']\ncommand: [tar, '-cf', '-', '-C', /srv/b, '.']",
		},
		"empty word":      {[]string{"check ''"}, "command: [check, '']"},
		"looks like YAML": {[]string{"say no null 1e3 'a: b' '#c' '- d' '&e' '*f'", "say yes"}, "command: [say, 'yes']"},
	} {
		t.Run(name, func(t *testing.T) {
			p := proposal(t, Options{}, c.commands...)
			if got := rules(p); got != c.want {
				t.Errorf("got\n%s\nwant\n%s\nrefused %v", got, c.want, p.Refused)
			}
			decoded(t, p)
		})
	}
}

// decoded reads the proposal's YAML back as a policy's allow list.
func decoded(t *testing.T, p Proposal) []map[string]any {
	t.Helper()
	var policy struct {
		Allow []map[string]any `yaml:"allow"`
	}
	if p.YAML == "" {
		if len(p.Rules) > 0 {
			t.Error("rules and no text")
		}
		return nil
	}
	if err := strictyaml.Decode("proposal", []byte(p.YAML), &policy); err != nil {
		t.Fatalf("%v in\n%s", err, p.YAML)
	}
	if len(policy.Allow) != len(p.Rules) {
		t.Errorf("%d rules in the text, want %d:\n%s", len(policy.Allow), len(p.Rules), p.YAML)
	}
	return policy.Allow
}

func TestRefused(t *testing.T) {
	for text, reason := range map[string]string{
		"rsync --server -slogDtpre.iLsfxCIvu":                                    "secluded-args",
		"rsync --server --sender -slogDtpre.iLsfxCIvu":                           "secluded-args",
		"rsync --server --sender --protect-args -lre.iLsfxCIvu . /srv/data":      "secluded-args",
		"rsync -e /srv/x a:b /tmp":                                               "client of another machine",
		"rsync --server --daemon .":                                              "no rule is known",
		"rsync --server -logDtpre.iLsfxCIvu --log-file=/srv/x . /srv/a/b":        "no rule is known",
		"rsync --server -logDtpre.iLsfxCIvu --opt /srv/x . /srv/a/b":             "no rule is known",
		"rsync --server -logDtpr":                                                "no rule is known",
		"rsync --server --sender -logDtpre.iLsfxCIvu . /":                        "confines nothing",
		"rsync --server --sender -logDtpre.iLsfxCIvu . /home/a":                  "home folder",
		"rsync --server --sender -logDtpre.iLsfxCIvu . /home":                    "home folder",
		"rsync --server --sender -logDtpre.iLsfxCIvu . /root/":                   "home folder",
		"rsync --server --sender -logDtpre.iLsfxCIvu . /home/a/.ssh":             ".ssh folder",
		"rsync --server --sender -logDtpre.iLsfxCIvu . /srv/../etc":              "..",
		"rsync --server --sender -logDtpre.iLsfxCIvu . data":                     "relative to the home",
		"rsync --server --sender -logDtpre.iLsfxCIvu . '~/data'":                 "relative to the home",
		"rsync --server --sender -logDtpre.iLsfxCIvu . '/*'":                     "confines nothing",
		"rsync --server --sender -logDtpre.iLsfxCIvu . /srv/data /var/log/x":     "several folders",
		"rsync --server -logDtpre.iLsfxCIvu --temp-dir=/var/tmp/x . /srv/data/a": "several folders",
		"rsync --server -logDtpre.iLsfxCIvu --link-dest ~/x . /srv/data/a":       "relative to the home",
		"rsync --server -logDtpre.iLsfxCIvu . /etc/cron.d":                       "system's own folders",
		"rsync --server -logDtpre.iLsfxCIvu . /usr/local/bin":                    "system's own folders",
		"rsync --server --sender -logDtpre.iLsfxCIvu . /proc/1":                  "/proc",
		"scp -t /etc/cron.d":                             "system's own folders",
		"scp a:b c":                                      "client of another machine",
		"scp -S x -t /srv/a":                             "no rule is known",
		"scp -f /pub.txt":                                "confines nothing",
		"internal-sftp":                                  "have sftp-server log them",
		"git-upload-pack '/a.git'":                       "confines nothing",
		"git-upload-pack --help":                         "no rule is known",
		"git-upload-pack 'a.git'":                        "relative to the home",
		"git-receive-pack '/home/a/x.git'":               "home folder",
		"hg -R /srv/hg/a serve --stdio -v":               "no rule is known",
		"svnserve -t":                                    "inside the protocol",
		"borg serve --info":                              "inside the protocol",
		"tar -cf - -I /srv/x -C /srv/data .":             "options of a program that can run others",
		"tar -c --checkpoint-action=exec=x .":            "options of a program that can run others",
		"split --filter=x /srv/y":                        "options of a program that can run others",
		"systemctl edit nginx":                           "options of a program that can run others",
		"systemctl restart nginx --root=/srv/x":          "options of a program that can run others",
		"journalctl --directory=/srv/x":                  "options of a program that can run others",
		"find /srv/data -delete":                         "options of a program that can run others",
		"git config core.pager x":                        "changes its settings",
		"git -c core.pager=x upload-pack /srv/git/a.git": "changes its settings",
		"git log":          "changes its settings",
		"sftp -S /srv/x h": "changes its settings",
		"hg log":           "no rule is known",
		"mbuffer -q -o /srv/x | zfs receive tank/a/b":             "a pipe",
		"scp -f /srv/pub.txt":                                     "a file right in a top folder",
		"rsync --server -logDtpre.iLsfxCIvu . '/srv/a/*'":         "wildcards",
		"rsync --server --sender -logDtprkLe.iLsfxCIvu . /srv/a/": "no rule is known",
		"borg delete /srv/borg/a":                                 "as a client",
		"rclone rcd --rc-no-auth":                                 "no rule is known",
		"rclone serve sftp /srv":                                  "another way",
		"rclone serve restic --stdio remote:":                     "remote of rclone",
		"zfs destroy -r tank/backup":                              "whole dataset",
		"zfs list tank/backup":                                    "nothing was sent",
		"zfs receive ../x":                                        "no rule is known",
		"btrfs send -f /srv/x /mnt/b/s":                           "no rule is known",
		"btrfs subvolume delete /mnt/b/s":                         "nothing was sent",
		"zfs send tank/a@b | sh":                                  "a pipe",
		"ps | cat":                                                "a pipe",
		"mbuffer | lzop":                                          "a pipe",
		"sh -c 'ls'":                                              "a shell, which",
		"/bin/bash -c ls":                                         "a shell, which",
		"/bin/sh -c 'echo ansible-tmp'":                           "ansible",
		"echo ~ && echo ansible-tmp-1":                            "ansible",
		"python3 x.py":                                            "an interpreter",
		"python3.11 -c x":                                         "an interpreter",
		"perl5.36.0 x":                                            "an interpreter",
		"awk 1":                                                   "an interpreter",
		"vim x":                                                   "an editor",
		"less /var/log/x":                                         "a pager",
		"env X=1 ls":                                              "a wrapper",
		"nice ls":                                                 "a wrapper",
		"xargs ls":                                                "a wrapper",
		"ssh other ls":                                            "a wrapper",
		"sudo -i":                                                 "another account",
		"sudo systemctl restart x":                                "another account",
		"docker system dial-stdio":                                "equals root",
		"mosh-server new":                                         "mosh",
		"nix-store --serve":                                       "nix",
		"unison -server":                                          "unison",
		"rdiff-backup server":                                     "rdiff-backup",
		"cd /srv":                                                 "shell's own",
		"exit":                                                    "shell's own",
		"ls; id":                                                  "asks for a shell",
		"ls $(id)":                                                "asks for a shell",
		"cat 'x":                                                  "asks for a shell",
		"":                                                        "asks for a shell",
		" | cat":                                                  "asks for a shell",
		"''":                                                      "asks for a shell",
		"ls\n":                                                    "do not print",
		"ls \x1b[2J":                                              "do not print",
		"ls \u202e":                                               "do not print",
		"ls \xff":                                                 "do not print",
		"ls " + strings.Repeat("x", 20_000):                       "longer than",
		"X=1 ls":                                                  "variables before",
		"./x":                                                     "outside of the system's",
		"/srv/incoming/x":                                         "outside of the system's",
		"../../bin/ls":                                            "outside of the system's",
		"-x":                                                      "outside of the system's",
		"'a b'":                                                   "outside of the system's",
		"cat /root/.ssh/id_ed25519":                               "a .ssh folder",
		"cat /srv/../etc/x":                                       "..",
		"cat /etc/shadow":                                         "passwords or keys",
		"check --if=/etc/shadow":                                  "passwords or keys",
		"cat /etc/ssh/ssh_host_rsa_key":                           "passwords or keys",
		"cat '/srv/*'":                                            "wildcards",
		"cat '~/x'":                                               "wildcards",
		"cat '{n}'":                                               "braces",
	} {
		p := proposal(t, Options{}, text)
		if len(p.Rules) != 0 || p.YAML != "" || len(p.Refused) != 1 || !strings.Contains(p.Refused[0].Reason, reason) {
			t.Errorf("%.80q: rules %q, refused %+v, want %q", text, rules(p), p.Refused, reason)
		}
		for _, r := range p.Refused {
			if !printable(strings.ReplaceAll(r.Example, `\`, "")) || len(r.Example) > 400 {
				t.Errorf("%.80q: the example %q", text, r.Example)
			}
		}
	}
}

func TestText(t *testing.T) {
	e := []Evidence{
		{Text: "uptime"},
		{Text: "uptime", Denied: true},
		{Text: "hg -R /srv/hg/a serve --stdio"},
		{Text: "systemctl status a"},
		{Text: "systemctl status b"},
		{Text: "sh -c id", Denied: true},
	}
	all := func(yield func(Evidence, error) bool) {
		for _, e := range e {
			if !yield(e, nil) {
				return
			}
		}
	}
	p, err := Propose(all, Options{Split: words, Denied: true})
	const want = `allow:
  # seen once; hg's request does not tell pushes from pulls: write mode: read-write if this key pushes
  - hg: {root: /srv/hg, repositories: [a], mode: read}
  # seen 2 times
  - command: [systemctl, status, '{value1}']
    where: {value1: {one-of: [a, b]}}
  # seen 2 times, refused once
  - command: [uptime]
`
	if err != nil || p.YAML != want || p.Covered != 5 || len(p.Refused) != 1 {
		t.Errorf("got %v\n%s\nrefused %v", err, p.YAML, p.Refused)
	}
	p, err = Propose(all, Options{Split: words})
	if err != nil || strings.Contains(p.YAML, "refused") || p.Covered != 4 || len(p.Refused) != 1 || p.Refused[0].Count != 2 {
		t.Errorf("without the denied: %v\n%s\nrefused %v", err, p.YAML, p.Refused)
	}
}

func TestOptions(t *testing.T) {
	const pull = "rsync --server --sender -logDtpre.iLsfxCIvu . "
	p := proposal(t, Options{Homes: []string{"/srv/borg", "/var/www", "/"}}, pull+"/srv/borg/", pull+"/srv/", pull+"/srv/borg/data")
	if got := rules(p); got != "rsync: {root: /srv/borg/data, mode: read}" || p.Covered != 1 {
		t.Errorf("with homes: %s, %v", got, p.Refused)
	}
	folder := func(p string) (bool, bool) { return p != "/srv/data/pub.txt", p != "/srv/data/unknown" }
	p = proposal(t, Options{Folder: folder}, pull+"/srv/data/pub.txt")
	if got := rules(p); got != "rsync: {root: /srv/data, mode: read}" {
		t.Errorf("with a file: %s", got)
	}
	if p, err := Propose(commands("uptime"), Options{}); err != nil || len(p.Rules) != 0 {
		t.Errorf("without a splitter: %v %v", p, err)
	}
	broken := errors.New("broken")
	if _, err := Propose(func(yield func(Evidence, error) bool) { yield(Evidence{}, broken) }, Options{}); !errors.Is(err, broken) {
		t.Errorf("an error of the evidence: %v", err)
	}
	many := func(yield func(Evidence, error) bool) {
		for i := 0; yield(Evidence{Text: fmt.Sprint("x ", i)}, nil); i++ {
		}
	}
	if _, err := Propose(many, Options{Split: words}); err == nil {
		t.Error("evidence without end was taken")
	}
}

// What one key did is not given to another one.
func TestProposeEach(t *testing.T) {
	all, err := ProposeEach(func(yield func(Evidence, error) bool) {
		_ = yield(Evidence{Account: "b", Key: "k", Text: "rsync --server --sender -lre.iLsfxCIvu . /srv/backup/host2/"}, nil) &&
			yield(Evidence{Account: "b", Key: "j", Text: "rsync --server --sender -lre.iLsfxCIvu . /srv/backup/host1/"}, nil) &&
			yield(Evidence{Account: "a", Text: "uptime"}, nil)
	}, Options{Split: words})
	var got []string
	for _, p := range all {
		got = append(got, p.Account+" "+p.Key+" "+rules(p))
	}
	want := "a  command: [uptime]\nb j rsync: {root: /srv/backup/host1, mode: read}\nb k rsync: {root: /srv/backup/host2, mode: read}"
	if err != nil || strings.Join(got, "\n") != want {
		t.Errorf("got %v\n%s", err, strings.Join(got, "\n"))
	}
}

func TestManyVariants(t *testing.T) {
	var texts []string
	for i := range 40 {
		texts = append(texts, fmt.Sprintf("check host%d", i))
	}
	p := proposal(t, Options{}, texts...)
	if len(p.Rules) != 0 || len(p.Refused) != 1 || p.Refused[0].Count != 40 || !strings.Contains(p.Refused[0].Reason, "too many different values") {
		t.Errorf("%v %v", p.Rules, p.Refused)
	}
	for i := range maxVariants {
		texts = append(texts, fmt.Sprintf("check a%d", i))
	}
	if p = proposal(t, Options{}, texts...); len(p.Rules) != 0 || !strings.Contains(p.Refused[0].Reason, "too many different commands") {
		t.Errorf("%v %v", p.Rules, p.Refused)
	}
}

// Whatever the commands are, the proposal is YAML that says exactly them: each covered command fits a rule word for word or
// by a root, and no other text of the log is in it.
func FuzzPropose(f *testing.F) {
	f.Add("uptime", "rsync --server --sender -lre.i . /srv/a/b")
	f.Add("say 'a: b' '#c' \"it's\" '- d' '[x]' ', '", "say \\- '? x' '!t' '%d' '|' '>' '@' no '' 1_000 0x1 .inf ~")
	f.Add("git-upload-pack '/srv/it'\\''s, [x]/a b.git'", "rsync --server -e.i --delete . '/srv/: #/x y'")
	f.Add("check 1 2", "check 10 'ö\u0301 漢'")
	f.Fuzz(func(t *testing.T, a, b string) {
		p := proposal(t, Options{}, a, b)
		allow := decoded(t, p)
		for i, entry := range allow {
			r := p.Rules[i]
			value, ok := entry[r.Kind]
			if !ok || len(entry) > 2 || len(entry) == 2 && entry["where"] == nil {
				t.Fatalf("rule %d of %q is %v", i, p.YAML, entry)
			}
			if r.Kind != "command" {
				continue
			}
			if !slices.ContainsFunc([]string{a, b}, func(text string) bool { return fits(text, value.([]any), entry["where"]) }) {
				t.Errorf("no command fits rule %d of\n%s\ncommands %q and %q", i, p.YAML, a, b)
			}
		}
	})
}

// fits is true if the command has the words of the template.
func fits(text string, template []any, where any) bool {
	programs, err := words(text)
	if err != nil || len(programs) != 1 || len(programs[0]) != len(template) {
		return false
	}
	for i, word := range programs[0] {
		want := template[i].(string)
		if i == 0 {
			if word != want && !strings.HasSuffix(word, "/bin/"+want) {
				return false
			}
			continue
		}
		if !strings.HasPrefix(want, "{") {
			if word != want {
				return false
			}
			continue
		}
		types := where.(map[string]any)[strings.Trim(want, "{}")].(map[string]any)
		if values, ok := types["one-of"].([]any); ok && !slices.Contains(values, any(word)) {
			return false
		}
	}
	return true
}
