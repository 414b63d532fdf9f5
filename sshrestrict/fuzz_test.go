package sshrestrict

import (
	"strings"
	"testing"
)

// meant is a rule and what it means, as a second opinion; see grant. ROOT stands for the root of rsyncTree.
type meant struct {
	rule   string
	grants []grant
}

// fuzzRules holds rules to their meaning: whatever the text, nothing is started or something that is granted. The words of
// each seed are tried with each rule.
func fuzzRules(f *testing.F, rules []meant, seeds ...string) {
	f.Helper()
	root := rsyncTree(f)
	policies := make([]*Policy, len(rules))
	for i, r := range rules {
		policies[i] = rulePolicy(f, root, r.rule)
		for j := range r.grants {
			for k, path := range r.grants[j].roots {
				r.grants[j].roots[k] = strings.ReplaceAll(path, "ROOT", root)
			}
		}
		for _, seed := range seeds {
			f.Add(uint8(i), seed)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		n := int(which) % len(rules)
		text = strings.ReplaceAll(text, "ROOT", root)
		d := judgeVCS(policies[n], text)
		if d.Verdict != Allow {
			if d.Start != nil || d.Code == "" || d.Code == "ok" {
				t.Fatalf("%s: %q: %+v", rules[n].rule, text, d)
			}
			return
		}
		if err := granted(d.Start, rules[n].grants); err != nil {
			t.Fatalf("%s: %q: %v", rules[n].rule, text, err)
		}
	})
}

// starts is a grant of one program that stands alone.
func starts(program, shape string, roots ...string) grant {
	return grant{program: program, shape: shape, roots: roots, alone: true}
}

// joins is a grant of one program that may stand in a pipe.
func joins(program, shape string, roots ...string) grant {
	return grant{program: program, shape: shape, roots: roots}
}

func FuzzBorg(f *testing.F) {
	const level = `( --(critical|error|warning|info|debug))?`
	fuzzRules(f, []meant{
		{"borg: {repository: ROOT/sub}", []grant{starts("/usr/bin/borg", ` serve( --rest --backend FILE:@ --permissions (all|no-delete))? --restrict-to-repository @( --append-only)? --umask=077`+level, "ROOT/sub")}},
		{"borg: {root: ROOT, append-only: true}", []grant{starts("/usr/bin/borg", ` serve( --rest --backend FILE:@ --permissions no-delete --restrict-to-path @| --restrict-to-path @ --append-only) --umask=077`+level, "ROOT")}},
		{"borg: {repository: ROOT/sub, quota: 1G}", []grant{starts("/usr/bin/borg", ` serve --restrict-to-repository @( --append-only)? --storage-quota 1073741824 --umask=077`+level, "ROOT/sub")}},
	}, "borg serve --info --umask=077 --storage-quota=5G", "BORG_X=y borg-1.4 serve --debug-topic=a.b -v", "borg serve --rest --backend FILE:ROOT/sub/",
		"borg serve --rest --backend=FILE:ROOT/dir_out/../x", "borg serve --restrict-to-path=/ --append-only", "borg serve '--info' --rest")
}

func FuzzRestic(f *testing.F) {
	const served = ` serve restic --stdio --config /dev/null --b2-hard-delete`
	fuzzRules(f, []meant{
		{"restic: {repository: ROOT/sub}", []grant{starts("/usr/bin/rclone", served+`( --append-only)? -- @`, "ROOT/sub")}},
		{"restic: {repository: ROOT/sub, append-only: true}", []grant{starts("/usr/bin/rclone", served+` --append-only -- @`, "ROOT/sub")}},
	}, "rclone serve restic --stdio --b2-hard-delete ", "rclone serve restic --stdio --append-only=false ROOT/sub/", "rclone --stdio serve restic / -vv",
		"rclone serve restic --stdio --password-command=id :sftp,ssh=id:x")
}

func FuzzRdiffAndUnison(f *testing.F) {
	fuzzRules(f, []meant{
		{"rdiff-backup: {root: ROOT}", []grant{starts("/usr/bin/rdiff-backup", ` (server --restrict-path @ --restrict-mode update-only|--server --restrict-update-only @)`, "ROOT")}},
		{"rdiff-backup: {root: ROOT, mode: read}", []grant{starts("/usr/bin/rdiff-backup", ` (server --restrict-path @ --restrict-mode read-only|--server --restrict-read-only @)`, "ROOT")}},
		{"unison: {root: ROOT}", []grant{starts("/usr/bin/unison", ` -server( __new-rpc-mode)?`)}},
	}, "rdiff-backup --server", "rdiff-backup --terminal-verbosity 5 server", "rdiff-backup server --restrict-path /", "unison-2.53 -server __new-rpc-mode",
		"/usr/bin/unison -server -sshcmd id")
}

func FuzzZFS(f *testing.F) {
	const (
		part       = `([A-Za-z0-9_.: -]|<blank>)+`
		below      = `(/` + part + `)*`
		list       = `([A-Za-z0-9_.:+,-]|<at>)+`
		setting    = `( -x ` + list + `| -o (readonly|canmount|compression|atime|recordsize|mountpoint=none)\S*)*`
		question   = ` (get|list|holds)( -[Hpr]| -[odtsS] ` + list + `)*( ` + list + `)? tank/(b/h|d)` + below + `((<at>|#)` + part + `)?`
		receive    = ` (receive|recv)( -[suFvnMAh]|` + setting + `)* tank/b/h` + below + `((<at>|#)` + part + `)?`
		create     = ` create( -[pu]|` + setting + `)* tank/b/h` + below + `((<at>|#)` + part + `)?`
		from       = `(tank/d` + below + `)?(<at>|#)` + part
		send       = ` send( -[RDpnPvVLecwbhs]| -[iI] ` + from + `| -X [^ -]\S*)* tank/d` + below + `(<at>|#)` + part
		snapshot   = ` ((snapshot|snap)( -r)*|bookmark|(hold|release)( -r)*( ` + part + `)?)( tank/d` + below + `(<at>|#)` + part + `| tank/b/h` + below + `(<at>|#)` + part + `){1,2}`
		rollback   = ` rollback( -[rR])* tank/b/h` + below + `(<at>|#)` + part
		destroy    = ` destroy( -d)* tank/(b/h|d)` + below + `<at>` + part + `(,` + part + `)*`
		pool       = ` get( -H| -p| -Hp| -o ` + list + `)* ` + list + ` tank`
		zfs, zpool = "/usr/sbin/zfs", "/usr/sbin/zpool"
	)
	asks := []grant{
		starts("/usr/bin/true", ``), starts(companion, ` session which -- [a-z0-9]+`), starts("/usr/bin/ps", ` -C zfs -o args=`), starts(zpool, pool),
		joins(zfs, question),
	}
	all := ` -n -- ` + zfs + `(` + question + `|` + receive + `|` + create + `|` + send + `|` + snapshot + `|` + rollback + `|` + destroy + `)`
	fuzzRules(f, []meant{
		{"zfs: {receive: tank/b/h}", append([]grant{joins(zfs, receive), starts(zfs, create)}, asks...)},
		{"zfs: {send: tank/d, snapshot: true}", append([]grant{joins(zfs, send), starts(zfs, snapshot)}, asks...)},
		{
			"zfs: {receive: tank/b/h, send: tank/d, snapshot: true, rollback: true, destroy: true, sudo: true}",
			append([]grant{joins("/usr/bin/sudo", all), starts("/usr/bin/sudo", ` -n -- `+zpool+pool)}, asks...),
		},
	}, " mbuffer  -q -s 128k -m 16M 2>/dev/null | lzop -dfc | sudo -n zfs receive  -s -F 'tank/b/h'/'x y' 2>&1", "zfs get -Hpd 1 -t snapshot guid,creation tank/d",
		"zfs send -w -I 'tank/d'@'a' tank/d@b | zstd -19 --long=27 | pv -s 5", "zfs destroy 'tank/b/h'@a;  zfs destroy 'tank/b/h'@b; ",
		"zfs destroy tank/d@a,b", "zfs hold x tank/d@s", "zfs rollback -R tank/b/h@s", "zpool get -o value -H feature@x tank", "zfs bookmark tank/d@a tank/d#a",
		"zfs create -p -o canmount=off tank/b/h/x", "command -v mbuffer", "exit", "ps -Ao args=", "zfs get createtxg", "zfs send -X tank/d/x --raw tank/d@a")
}

func FuzzBtrfs(f *testing.F) {
	const (
		show     = ` (subvolume (show|list|find-new)|filesystem (usage|df)|property get)( -[a-zA-Z]| --raw| --rootid=[0-9]+)* --( @| ro| [0-9]+){1,2}`
		receive  = ` receive( -[vqe]| -E [0-9]+| --quiet| --force-decompress| --max-errors=[0-9]+)* -- @`
		send     = ` send( -[vqe]| --quiet| --verbose| --no-data| --compressed-data| --proto=[0-9]+| -[pc] @)* --( @){1,8}`
		snapshot = ` subvolume snapshot( -r)* --( @){1,2}`
		remove   = ` (subvolume delete( --commit-(after|each)| -[cCv])*|qgroup destroy|property set) --( @| 0/[0-9]+| ro| true| false){1,32}`
		btrfs    = "/usr/bin/btrfs"
	)
	asks := func(root string) []grant {
		return []grant{
			starts("/usr/bin/true", ``), starts(companion, ` session which -- [a-z0-9]+`), starts("/usr/bin/cat", ` /proc/self/mount(info|s)`),
			starts("/usr/bin/readlink", `( -v)? -[ef] -- @`, root), starts("/usr/bin/test", ` -[de] @`, root), joins(btrfs, show, root),
		}
	}
	fuzzRules(f, []meant{
		{"btrfs: {receive: ROOT/cur}", append([]grant{joins(btrfs, receive, "ROOT/cur"), starts("/usr/bin/mkdir", ` -p -- @`, "ROOT/cur")}, asks("ROOT/cur")...)},
		{"btrfs: {send: ROOT/sub, snapshot: true, delete: true}", append([]grant{joins(btrfs, send, "ROOT/sub"), starts(btrfs, snapshot, "ROOT/sub"), starts(btrfs, remove, "ROOT/sub")}, asks("ROOT/sub")...)},
		{"btrfs: {receive: ROOT, delete: true, sudo: true}", append([]grant{
			joins("/usr/bin/sudo", ` -n -- `+btrfs+`(`+show+`|`+receive+`|`+remove+`)`, "ROOT"),
			starts("/usr/bin/sudo", ` -n -- /usr/bin/(readlink( -v)? -[ef] -- @|test -[de] @)`, "ROOT"), starts("/usr/bin/mkdir", ` -p -- @`, "ROOT"),
		}, asks("ROOT")...)},
	}, "zstd -d -c -T4 | mbuffer -v 1 -q -m 50% | sudo -n btrfs receive --max-errors=0 'ROOT/cur/'", "btrfs subvolume list -a -c -u -q -R ROOT/dir_in",
		"btrfs send -p ROOT/sub/a -c ROOT/sub/b --proto 2 ROOT/sub/s | xz -c -9", "btrfs subvolume delete --commit-each ROOT/sub/a ROOT/dir_out",
		"btrfs-qgroup-destroy 0/300 ROOT/sub", "btrfs property set ROOT/sub/a ro false", "readlink -v -e ROOT/link_out", "mkdir -p ROOT/cur/x", "test -d ROOT",
		"cat /proc/self/mounts", "btrfs subvolume snapshot -r ROOT/sub ROOT/sub/x", "btrfs subvolume find-new ROOT/sub 5")
}

func FuzzStream(f *testing.F) {
	const store = ` session store --root @ --mode (write|append) --paths absolute( --quota [0-9]+)? -- @`
	const options = `( -[pvzjJSk]| --(numeric-owner|one-file-system|acls|xattrs|selinux|zstd|same-owner|no-same-owner))*`
	const names = `( [^/ -][^ ]*)`
	fuzzRules(f, []meant{
		{"stream: {write: ROOT/cur, mode: append, quota: 1M}", []grant{
			starts(companion, store, "ROOT/cur"), starts("/usr/bin/tar", ` -x`+options+` -k`+options+` -f - -C @ --`+names+`*`, "ROOT/cur"),
		}},
		{"stream: {write: ROOT, read: ROOT/sub}", []grant{
			starts(companion, store, "ROOT"), starts("/usr/bin/tar", ` -x`+options+` -f - -C @ --`+names+`*`, "ROOT"),
			starts("/usr/bin/tar", ` -c`+options+` -f - -C @ --`+names+`+`, "ROOT/sub"),
		}},
	}, "cat > ROOT/cur/x", "cat >ROOT/dir_out/x", "dd status=none bs=1M of=ROOT/link_out", "tar xzf - -C ROOT/cur a b/c", "tar --extract --file=- --directory=ROOT",
		"tar cf- -C ROOT/sub ./deep ..", "tar -cpf - -C ROOT/sub -- -x", "tar -C ROOT/dir_in -x", "cat >> x", "tar -xk --zstd")
}

func FuzzPower(f *testing.F) {
	fuzzRules(f, []meant{
		{"power: [suspend, status]", []grant{starts(companion, ` session power (status|suspend( --wake-at=(\+[0-9]+|[0-9-]{10}T[0-9:]{8}Z))?)`)}},
		{"power: [poweroff, reboot]", []grant{starts(companion, ` session power (reboot|poweroff( --wake-at=(\+[0-9]+|[0-9-]{10}T[0-9:]{8}Z))?)`)}},
	}, "power suspend --wake-at=+3600", "sudo -n systemctl poweroff", "/sbin/reboot", "power poweroff --wake-at 2027-01-04T07:55:00+01:00", "power status", "systemctl suspend -i")
}

func FuzzCommand(f *testing.F) {
	fuzzRules(f, []meant{
		{
			`{command: [tail, "{log...}"], options: [{"-n --lines": {integer: 1-1000}}, -f], run: [/usr/bin/tail, "{options}", --, "{log...}"], where: {log: {path-in: [ROOT/sub, ROOT/cur]}}}`,
			[]grant{starts("/usr/bin/tail", `( -f| -n (1000|[1-9][0-9]{0,2}))* --( @)+`, "ROOT/sub", "ROOT/cur")},
		},
		{
			`{command: [find, "{path}", -name, "{glob}", -type, "{type}"], run: [/usr/bin/find, "{path}", -name, "{glob}", -type, "{type}"], where: {path: {folder-in: ROOT}, glob: {pattern: true}, type: {one-of: [f, d]}}}`,
			[]grant{starts("/usr/bin/find", ` @ -name [^/ -][^/ ]* -type [fd]`, "ROOT")},
		},
		{
			`{command: [journalctl, -u, "{unit}"], options: [{"-n --lines": {integer: 1-50}}, --no-pager], run: [/usr/bin/journalctl, --no-pager, "{options}", -u, "{unit}"], where: {unit: {name: 20}}}`,
			[]grant{starts("/usr/bin/journalctl", `( --no-pager| -n ([1-9]|[1-4][0-9]|50))* -u ([A-Za-z0-9]([A-Za-z0-9._:+-]|<at>){0,76})`)},
		},
	}, "tail -fn50 ROOT/sub/x ROOT/cur", "tail --lines=5 -- ROOT/dir_in/y", "find ROOT/sub -name '*.log' -type f", "find ROOT -name a?b -type d -delete",
		"journalctl -u app@1 --lines 5", "journalctl --no-pager -u -x", "tail ROOT/link_out", "tail -n '5;id' ROOT/sub/x")
}
