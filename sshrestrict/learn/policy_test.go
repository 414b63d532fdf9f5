package learn_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict"
	"ops/sshrestrict/learn"
)

// split is how the policy's own reading of a command goes into a proposal.
func split(command string) ([][]string, error) {
	q := sshrestrict.NewRequest(sshrestrict.KindCommand, command, sshrestrict.MaxCommand)
	if q.Err != nil {
		return nil, q.Err
	}
	programs := [][]string{nil}
	for i := 0; i < len(q.Tokens); i++ {
		switch t := q.Tokens[i]; {
		case t.Operator == "|":
			programs = append(programs, nil)
		case t.Operator == "2>&1":
		case t.Operator == "2>" && i+1 < len(q.Tokens) && q.Tokens[i+1].Text == "/dev/null":
			i++
		case t.Operator != "":
			return nil, fmt.Errorf("the operator %s", t.Operator)
		default:
			programs[len(programs)-1] = append(programs[len(programs)-1], t.Text)
		}
	}
	return programs, nil
}

// A proposal is a policy that allows just what it was learnt from.
func TestProposalsArePolicies(t *testing.T) {
	const pull, push = "rsync --server --sender -logDtpre.iLsfxCIvu . ", "rsync --server -logDtpre.iLsfxCIvu . "
	learnt := []string{
		pull + "/srv/learn/data/", pull + "/srv/learn/data/sub", pull + `/srv/learn/my\ data/x`, push + "/srv/learn/in/host1/",
		"rsync --server -vlogDtprze.iLsfxCIvu --delete-during --timeout=60 --bwlimit=100 . /srv/learn/in/host2/",
		"rsync --server -logDtpre.iLsfxCIvu --link-dest /srv/learn/in/host3/prev --partial-dir .part . /srv/learn/in/host3/cur/",
		"rsync --server --sender -logDtpre.iLsfxCIvu --remove-source-files --numeric-ids . /srv/learn/out/",
		"scp -f /srv/learn/pub/a.txt", "scp -r -p -t /srv/learn/drop/",
		"git-upload-pack '/srv/learn/git/a.git'", "git-receive-pack '/srv/learn/git/b.git'", "git upload-pack '/srv/learn/git/b.git'",
		"git-upload-archive '/srv/learn/git/c.git'", "git-lfs-authenticate /srv/learn/git/d.git download",
		"hg -R /srv/learn/hg/proj serve --stdio",
		"rclone serve restic --stdio --append-only --b2-hard-delete /srv/learn/restic ",
		"zfs receive -s -F 'tank/backup/a'", " mbuffer -q -s 128k -m 16M 2>/dev/null | lzop -dfc | zfs receive -s -F 'tank/backup/b' 2>&1",
		"zfs get -H name 'tank/backup/a'", "zpool get -o value -H feature@extensible_dataset 'tank'",
		"zfs destroy 'tank/backup/a@syncoid_1'",
		"zfs send -w 'pool/data@s1' | lzop | mbuffer -q", "zfs snapshot 'pool/data@s2'",
		"btrfs receive '/mnt/learn/backup/a'", "btrfs subvolume show '/mnt/learn/backup/a'",
		"systemctl suspend", "poweroff",
		"/usr/bin/uptime", "df -h", "systemctl status nginx", "systemctl status app", "systemctl --no-pager restart nginx",
		"tail -n 5 /var/log/learn/a.log", "tail -n 200 /var/log/learn/b.log", "/usr/local/bin/check 10 'a b' \"it's\" 'no' ''",
		"cat /srv/learn/l/a", "cat /srv/learn/l/b", "cat /srv/learn/l/c", "cat /srv/learn/l/d",
	}
	p, err := learn.Propose(func(yield func(learn.Evidence, error) bool) {
		for _, text := range learnt {
			if !yield(learn.Evidence{Text: text}, nil) {
				return
			}
		}
	}, learn.Options{Split: split})
	if err != nil || p.Covered != len(learnt) || len(p.Refused) != 0 {
		t.Errorf("%d of %d covered, %v, refused %+v", p.Covered, len(learnt), err, p.Refused)
	}
	policy, err := sshrestrict.Parse("learnt", "learnt.yaml", []byte(p.YAML))
	if err != nil {
		t.Fatalf("%v\n%s", err, p.YAML)
	}
	decide := func(text string) *sshrestrict.Decision {
		q := sshrestrict.NewRequest(sshrestrict.KindCommand, text, sshrestrict.MaxCommand)
		q.Now, q.Explain = time.Now(), true
		return policy.Decide(q)
	}
	for _, text := range learnt {
		if d := decide(text); d.Verdict != sshrestrict.Allow {
			t.Errorf("%q was learnt, and is refused: %s (%s)\n%v", text, d.Reason, d.Code, d.Steps)
		}
	}
	for _, text := range []string{
		"", "sh", "id", "uptime now", "df -i", "systemctl restart app", "systemctl stop nginx", "systemctl reboot", "reboot",
		"tail -n 4 /var/log/learn/a.log", "tail -n 201 /var/log/learn/a.log", "tail -n 5 /var/log/learn/c.log", "tail -f /var/log/learn/a.log",
		"cat /srv/learn/l/../../../etc/passwd", "cat /etc/passwd",
		push + "/srv/learn/data/", pull + "/srv/learn/in/host1/", pull + "/srv/learn", pull + "/", pull + "/srv/learn/data/ /etc",
		"rsync --server -logDtpre.iLsfxCIvu --delete . /srv/learn/in/host1/", "rsync --server -slogDtpre.iLsfxCIvu",
		"scp -t /srv/learn/pub/a.txt", "scp -f /srv/learn/drop/x",
		"git-receive-pack '/srv/learn/git/a.git'", "git-upload-pack '/srv/learn/git/e.git'", "git-upload-archive '/srv/learn/git/a.git'",
		"hg -R /srv/learn/hg/other serve --stdio", "hg init /srv/learn/hg/proj", "rclone serve restic --stdio /srv/learn/other",
		"zfs receive tank/other", "zfs send tank/backup@x", "zfs receive pool/data", "zfs destroy pool/data@s1", "zfs rollback tank/backup@x",
		"btrfs receive /mnt/learn/other", "btrfs send /mnt/learn/backup/a", "btrfs subvolume delete /mnt/learn/backup/a",
		"/usr/local/bin/check 10 'a b' \"it's\" 'no'", "/usr/local/bin/check 11 'a b' \"it's\" 'no' ''", "internal-sftp",
	} {
		if d := decide(text); d.Verdict == sshrestrict.Allow {
			t.Errorf("%q was not learnt, and is allowed by %s: %s\n%s", text, d.Rule, d.Start, p.YAML)
		}
	}
	if t.Failed() {
		t.Log("\n" + p.YAML)
	}
}

// Whatever is proposed is a policy, and what it covers is allowed unless the file system says otherwise.
func FuzzProposalsArePolicies(f *testing.F) {
	f.Add("uptime -p")
	f.Add("rsync --server --sender -logDtpre.iLsfxCIvu --delete . '/srv/learn/a b'")
	f.Add("git-upload-pack '/srv/learn/x, y/[a].git'")
	f.Add("zfs send -i @a 'tank/a@b' | mbuffer -q | lzop")
	f.Add("/usr/local/bin/check 'a: b' '#' \"it's\" '' 5")
	f.Add("btrfs subvolume snapshot -r /srv/learn/a /srv/learn/b")
	f.Add("rclone serve restic --stdio /srv/learn/ö")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := learn.Propose(func(yield func(learn.Evidence, error) bool) { yield(learn.Evidence{Text: text}, nil) },
			learn.Options{Split: split})
		if err != nil {
			t.Fatal(err)
		}
		if p.YAML == "" {
			return
		}
		policy, err := sshrestrict.Parse("learnt", "learnt.yaml", []byte(p.YAML))
		if err != nil {
			t.Fatalf("%v\n%s", err, p.YAML)
		}
		if len(policy.Rules()) != len(p.Rules) {
			t.Errorf("%d rules in\n%s", len(policy.Rules()), p.YAML)
		}
		for i, name := range policy.Rules() {
			if !strings.HasSuffix(name, " "+p.Rules[i].Kind) {
				t.Errorf("rule %d is %s, want %s", i, name, p.Rules[i].Kind)
			}
		}
	})
}
