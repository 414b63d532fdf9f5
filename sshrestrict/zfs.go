package sshrestrict

import (
	"slices"
	"strings"
)

// zfsRule lets a client send to or receive into a dataset and those below it, as syncoid does (sanoid, syncoid's source):
// questions, snapshots and pipes of zfs send or receive with compressors and buffers, each rebuilt from what was understood.
type zfsRule struct {
	Receive dataset `yaml:"receive"`
	Send    dataset `yaml:"send"`

	Snapshot bool   `yaml:"snapshot"` // make, hold and bookmark snapshots
	Rollback bool   `yaml:"rollback"` // zfs rollback, and receive -F is granted with receive
	Destroy  bool   `yaml:"destroy"`  // snapshots only, never a dataset
	Program  folder `yaml:"program"`  // /usr/sbin/zfs
	Pool     folder `yaml:"zpool"`    // /usr/sbin/zpool
	Sudo     bool   `yaml:"sudo"`     // start both through "sudo -n"; the client's own sudo is dropped
}

func (r *zfsRule) complete() error {
	if r.Receive == "" && r.Send == "" {
		return refuse("zfs", "give receive or send, and the dataset")
	}
	if r.Program == "" {
		r.Program = "/usr/sbin/zfs"
	}
	if r.Pool == "" {
		r.Pool = "/usr/sbin/zpool"
	}
	return nil
}

func (r *zfsRule) decide(q *Request) answer {
	if a := r.prune(q.Tokens); a.start != nil || a.code != "" {
		return a
	}
	pieces, err := pipeline(q.Tokens)
	if err != nil {
		for _, t := range q.Tokens {
			if isTool(t.Text, "zfs") {
				return denied("zfs", err)
			}
		}
		return answer{}
	}
	if words := pieces[0].words; len(pieces) == 1 {
		// syncoid looks for a running receive. What else runs here is none of its business.
		if isTool(words[0], "ps") && slices.Equal(words[1:], []string{"-Ao", "args="}) {
			return allow(&Start{Stages: []Stage{{Program: "/usr/bin/ps", Args: []string{"ps", "-C", "zfs", "-o", "args="}}}, Open: true})
		}
		if stage, ok := probe(words, append(streamTools(), "zfs", "zpool")...); ok {
			stage.Stderr = pieces[0].stderr
			return allow(&Start{Stages: []Stage{stage}, Open: true})
		}
	}
	s := &Start{Open: true} // zfs speaks to the kernel through a device that no sandbox of ours divides
	ours := false
	for i, p := range pieces {
		var stage Stage
		var wrong error
		words := unprivileged(p.words)
		switch {
		case isTool(words[0], "zpool") && len(pieces) == 1:
			ours = true
			stage, wrong = r.zpool(words[1:])
		case isTool(words[0], "zfs"):
			ours = true
			stage, wrong = r.zfs(words[1:], i == 0, i == len(pieces)-1)
		default:
			stage, wrong = filter(p)
		}
		if err == nil {
			err = wrong
		}
		stage.Stderr = p.stderr
		s.Stages = append(s.Stages, stage)
	}
	switch {
	case !ours:
		return answer{}
	case err != nil:
		return denied("zfs", err)
	}
	return allow(s)
}

// prune answers "zfs destroy A@x; zfs destroy A@y", in which syncoid deletes its old snapshots. They become one command.
func (r *zfsRule) prune(tokens []Token) answer {
	commands := [][]Token{nil}
	for _, t := range tokens {
		if last := len(commands) - 1; t.Operator == ";" {
			commands = append(commands, nil)
		} else {
			commands[last] = append(commands[last], t)
		}
	}
	if len(commands) < 2 {
		return answer{}
	}
	if last := len(commands) - 1; len(commands[last]) == 0 { // behind a ; at the end
		commands = commands[:last]
	}
	dataset, snapshots := "", []string{}
	for _, command := range commands {
		texts, plain := literals(simple(command))
		texts = unprivileged(texts)
		if !plain || len(texts) != 3 || !isTool(texts[0], "zfs") || texts[1] != "destroy" {
			return answer{}
		}
		name, snapshot, _ := strings.Cut(texts[2], "@")
		if dataset != "" && name != dataset {
			return deny("zfs-dataset", "snapshots of several datasets in one command")
		}
		dataset, snapshots = name, append(snapshots, snapshot)
	}
	stage, err := r.zfs([]string{"destroy", dataset + "@" + strings.Join(snapshots, ",")}, true, true)
	if err != nil {
		return denied("zfs", err)
	}
	return allow(&Start{Stages: []Stage{stage}, Open: true})
}

// zpool answers "zpool get -o value -H PROPERTY POOL".
func (r *zfsRule) zpool(words []string) (Stage, error) {
	if len(words) == 0 || words[0] != "get" {
		return Stage{}, refuse("zfs-zpool", "zpool %s: only get is granted", quote(strings.Join(words, " ")))
	}
	args := []string{"zpool", "get"}
	rest := words[1:]
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
		option := rest[0]
		rest = rest[1:]
		switch {
		case option == "-H" || option == "-p" || option == "-Hp":
			args = append(args, option)
		case option == "-o" && len(rest) > 0 && isProperty(rest[0]):
			args, rest = append(args, option, rest[0]), rest[1:]
		default:
			return Stage{}, refuse("zfs-zpool", "the option %s of zpool get", quote(option))
		}
	}
	if len(rest) != 2 || !isProperty(rest[0]) || rest[1] != poolOf(r.Receive) && rest[1] != poolOf(r.Send) || rest[1] == "" {
		return Stage{}, refuse("zfs-zpool", "zpool get takes a property and the granted pool")
	}
	return Stage{Program: string(r.Pool), Args: append(args, rest...)}.behindSudo(r.Sudo), nil
}

func poolOf(d dataset) string {
	pool, _, _ := strings.Cut(string(d), "/")
	return pool
}

func isProperty(text string) bool {
	return isPlainName(strings.ReplaceAll(strings.ReplaceAll(text, "@", "_"), ",", "_")) && len(text) < 200
}
