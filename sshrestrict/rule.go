package sshrestrict

import (
	"errors"
	"fmt"

	"ops/sshrestrict/launch"
)

// rule is one entry of a policy's allow list, decoded from YAML by its fields' tags.
type rule interface {
	// complete fills defaults and refuses contradictions, after decoding. It touches no file.
	complete() error
	// decide answers a request. It may look at the file system below the rule's own roots and nowhere else, and starts
	// nothing. It never takes the client's words over: it reads what they mean and renders that anew.
	decide(q *Request) answer
}

// newRule returns an empty rule of a kind, nil if there is none of that name.
func newRule(kind string) rule {
	switch kind {
	case "borg":
		return new(borgRule)
	case "btrfs":
		return new(btrfsRule)
	case "bzr":
		return new(bzrRule)
	case "cvs":
		return new(cvsRule)
	case "darcs":
		return new(darcsRule)
	case "docker":
		return new(dockerRule)
	case "fossil":
		return new(fossilRule)
	case "git":
		return new(gitRule)
	case "hg":
		return new(hgRule)
	case "mosh":
		return new(moshRule)
	case "nix":
		return new(nixRule)
	case "power":
		return new(powerRule)
	case "rclone":
		return new(rcloneRule)
	case "rdiff-backup":
		return newRdiffRule()
	case "restic":
		return new(resticRule)
	case "rsync":
		return new(rsyncRule)
	case "scp":
		return new(scpRule)
	case "sftp":
		return new(sftpRule)
	case "stream":
		return newStreamRule()
	case "svn":
		return new(svnRule)
	case "unison":
		return new(unisonRule)
	case "zfs":
		return new(zfsRule)
	}
	return nil
}

// kinds lists what newRule knows, and "command", for messages.
func kinds() []string {
	return []string{
		"borg", "btrfs", "bzr", "command", "cvs", "darcs", "docker", "fossil", "git", "hg", "mosh", "nix", "power",
		"rclone", "rdiff-backup", "restic", "rsync", "scp", "sftp", "stream", "svn", "unison", "zfs",
	}
}

// verbatim is a rule that also knows a command which is no list of plain words, by its whole text. What it starts must have
// nothing of that text in it.
type verbatim interface {
	decideText(text string) answer
}

// answer is what one rule says to one request. The zero answer says that the request is not of the rule's kind.
type answer struct {
	start  *Start
	code   string // of a denial
	reason string // of a denial, for the log: may name paths of the server
}

func allow(s *Start) answer { return answer{start: s} }

// deny refuses a request that is of the rule's kind. code is short, stable and shown to the client: "rsync-delete".
func deny(code, format string, args ...any) answer {
	return answer{code: code, reason: fmt.Sprintf(format, args...)}
}

// denied turns the error of a check into a denial; an error that knows its own code keeps it.
func denied(code string, err error) answer {
	if r, ok := errors.AsType[*refusal](err); ok {
		code = r.code
	}
	return answer{code: code, reason: err.Error()}
}

// refusal is the error of a check.
type refusal struct{ code, reason string }

func (r *refusal) Error() string { return r.reason }

func refuse(code, format string, args ...any) error {
	return &refusal{code, fmt.Sprintf(format, args...)}
}

// Start is what a rule wants started. What every program of a policy has in common (environment, limits, the sandbox's
// level) is added by the policy.
type Start struct {
	Stages []Stage  // in the order of the pipe, mostly one
	Env    []string // beside the policy's: KEY=VALUE
	Dir    string   // to start in; empty for the account's home

	Read, Write, Execute []string // what the sandbox opens beside the programs themselves
	Network              bool

	// Open is true for rules whose author chose the program: its needs are not known to us, so that the sandbox is
	// raised only if the policy has a sandbox section.
	Open bool
	// Menu is true for our menu, which confines what it starts and nothing before.
	Menu bool
	// Confine is true for programs that nothing but the sandbox keeps within the root: without one they are not started.
	Confine bool
	// Files is true for our own servers of files, which report what they do for the audit.
	Files bool
	// Keep are descriptors that the rendered arguments refer to.
	Keep []int
	// Pending says what is still to be checked when the session runs and cannot be known before, such as arguments
	// that come in the stream. Empty mostly.
	Pending string
}

// Stage is one program.
type Stage struct {
	Program string   // absolute path, or companion
	Args    []string // with the program's name first
	Stderr  launch.Stderr
}

// companion in Stage.Program stands for our second program, which serves sftp, scp and the menu.
const companion = "ops-tools"

// serve returns a start of one of our own servers of files, confined to a root as far as the mode goes.
func serve(root folder, m Mode, args ...string) *Start {
	s := &Start{Stages: []Stage{session(args...)}, Dir: string(root), Files: true}
	return s.tree(root, m)
}

// session returns a stage that runs one of our own servers.
func session(args ...string) Stage {
	return Stage{Program: companion, Args: append([]string{companion, "session"}, args...)}
}
