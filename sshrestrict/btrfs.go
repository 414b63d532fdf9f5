package sshrestrict

import (
	"path"
	"slices"
	"strings"
)

// btrfsRule lets a client send or receive snapshots below a folder, as btrbk does (its ssh_filter_btrbk.sh names the
// commands): questions, and pipes of btrfs send or receive with compressors and buffers, rebuilt from what was understood.
type btrfsRule struct {
	Receive  folder `yaml:"receive"`
	Send     folder `yaml:"send"`
	Snapshot bool   `yaml:"snapshot"` // make snapshots below send
	Delete   bool   `yaml:"delete"`   // delete subvolumes below receive and send
	Program  folder `yaml:"program"`  // /usr/bin/btrfs
	Sudo     bool   `yaml:"sudo"`     // start it through "sudo -n"; the client's own sudo is dropped

	// Filesystem is where the file system is mounted, if that is above receive or send: btrbk asks about its subvolumes.
	Filesystem folder `yaml:"filesystem"`
}

func (r *btrfsRule) complete() error {
	if r.Receive == "" && r.Send == "" {
		return refuse("btrfs", "give receive or send, and the folder")
	}
	if r.Program == "" {
		r.Program = "/usr/bin/btrfs"
	}
	for _, f := range []folder{r.Receive, r.Send} {
		if f == "" {
			continue
		}
		if err := completeRoot(f); err != nil {
			return err
		}
		if _, above := r.Filesystem.relative(string(f)); r.Filesystem != "" && !above {
			return refuse("btrfs", "%s does not lie in the filesystem %s", quote(string(f)), quote(string(r.Filesystem)))
		}
	}
	return nil
}

func (r *btrfsRule) decide(q *Request) answer {
	pieces, err := pipeline(q.Tokens)
	if err != nil {
		for _, t := range q.Tokens {
			if isTool(t.Text, "btrfs") {
				return denied("btrfs", err)
			}
		}
		return answer{}
	}
	s := &Start{Open: true} // the ioctls of btrfs need rights over whole file systems
	ours := false
	for i, p := range pieces {
		var stage Stage
		var wrong error
		first, last := i == 0, i == len(pieces)-1
		words := oneWord(unprivileged(p.words))
		switch {
		case isTool(words[0], "btrfs"):
			ours = true
			stage, wrong = r.btrfs(words[1:], first, last)
		case first && last && r.question(words[0]):
			ours = true
			stage, wrong = r.answer(words)
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
		if stage, ok := probe(pieces[0].words, append(streamTools(), "btrfs")...); ok && len(pieces) == 1 {
			return allow(&Start{Stages: []Stage{stage}, Open: true})
		}
		return answer{}
	case err != nil:
		return denied("btrfs", err)
	}
	return allow(s)
}

// oneWord takes the programs of btrfs-progs-btrbk apart, "btrfs-subvolume-show", each of which has the rights for one
// subcommand.
func oneWord(words []string) []string {
	switch name := strings.ReplaceAll(words[0], "-", " "); name {
	case "btrfs send", "btrfs receive", "btrfs filesystem usage", "btrfs qgroup destroy",
		"btrfs subvolume show", "btrfs subvolume list", "btrfs subvolume snapshot", "btrfs subvolume delete":
		return append(strings.Fields(name), words[1:]...)
	}
	return words
}

// question is true for what btrbk asks other programs.
func (r *btrfsRule) question(name string) bool {
	switch name {
	case "readlink", "test", "mkdir", "cat":
		return true
	}
	return false
}

// answer renders "readlink [-v] -e|-f PATH", "test -d PATH", "mkdir -p PATH", "cat /proc/self/mountinfo".
func (r *btrfsRule) answer(words []string) (Stage, error) {
	name, operand := words[0], words[len(words)-1]
	if name == "cat" {
		if len(words) == 2 && (operand == "/proc/self/mountinfo" || operand == "/proc/self/mounts") {
			return Stage{Program: "/usr/bin/cat", Args: words}, nil
		}
		return Stage{}, refuse("btrfs-path", "the path %s", quote(operand))
	}
	options := words[1:max(1, len(words)-1)]
	known := map[string][]string{"readlink": {"-v -e", "-v -f", "-e", "-f"}, "test": {"-d", "-e"}, "mkdir": {"-p"}}[name]
	if !slices.ContainsFunc(known, func(form string) bool { return slices.Equal(options, strings.Fields(form)) }) {
		return Stage{}, refuse("btrfs-option", "the options %s of %s", quote(strings.Join(options, " ")), name)
	}
	granted := []folder{r.Receive, r.Send}
	if name == "mkdir" {
		granted = granted[:1]
	}
	located, err := locateIn(operand, granted...)
	if err != nil {
		return Stage{}, err
	}
	args := append([]string{name}, options...)
	if name != "test" {
		args = append(args, "--")
	}
	// A folder that is made is to belong to the account.
	return Stage{Program: "/usr/bin/" + name, Args: append(args, located)}.behindSudo(r.Sudo && name != "mkdir"), nil
}

// locateIn returns the path if it lies in one of the folders; empty ones are passed over.
func locateIn(p string, folders ...folder) (string, error) {
	err := refuse("btrfs-path", "the path %s is not granted", quote(p))
	if !path.IsAbs(p) {
		return "", err
	}
	for _, f := range folders {
		if f == "" {
			continue
		}
		located, inside := f.locate(p, PathsAbsolute)
		if inside == nil {
			return located, nil
		}
		err = inside
	}
	return "", err
}
