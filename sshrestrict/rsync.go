package sshrestrict

import (
	"bytes"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/launch"
)

// rsyncRule serves one side of the rsync protocol from one folder, by the real rsync, whose arguments are rendered here.
// The shape of a client's command is that of server_options() in rsync's options.c.
//
// What a client says inside of the protocol, such as filter rules that name files and the names of --files-from=-, no
// argument shows. There the sandbox confines, and from rsync 3.5 on --confine-root too.
type rsyncRule struct {
	Root     folder    `yaml:"root,required"`
	Mode     Mode      `yaml:"mode"`     // read
	Paths    PathStyle `yaml:"paths"`    // absolute
	Secluded Secluded  `yaml:"secluded"` // refuse
	Program  folder    `yaml:"program"`  // /usr/bin/rsync

	Delete     bool  `yaml:"delete"`      // files of the root, by --delete, --force or --remove-source-files; false
	Overwrite  *bool `yaml:"overwrite"`   // files that exist; true, but for mode append
	MungeLinks bool  `yaml:"munge-links"` // store symbolic links so that nobody can follow them; false
}

// Secluded tells what is done with a client that sends its arguments in the stream, by rsync -s.
type Secluded int

const (
	SecludedRefuse Secluded = iota
	SecludedProxy           // read them, check them and give them to rsync on its command line
)

// UnmarshalText reads "refuse" or "proxy".
func (s *Secluded) UnmarshalText(text []byte) error {
	return choose(s, string(text), "refuse", "proxy")
}

func (r *rsyncRule) complete() error {
	if r.Program == "" {
		r.Program = "/usr/bin/rsync"
	}
	switch {
	case r.Delete && !r.Mode.Writes():
		return refuse("rsync", "delete: true needs a mode that writes, not %s", r.Mode)
	case r.Delete && r.Mode == ModeAppend:
		return refuse("rsync", "mode append deletes nothing; leave delete out, or choose mode write")
	case r.Overwrite != nil && !r.Mode.Writes():
		return refuse("rsync", "overwrite has no meaning with mode read; leave it out")
	case r.Overwrite != nil && *r.Overwrite && r.Mode == ModeAppend:
		return refuse("rsync", "mode append overwrites nothing; leave overwrite out, or choose mode write")
	case r.Delete && !r.overwrites():
		return refuse("rsync", "overwrite: false does not protect what delete: true removes; choose one")
	}
	return completeRoot(r.Root)
}

// overwrites is false if a file that exists stays as it is.
func (r *rsyncRule) overwrites() bool {
	return r.Mode != ModeAppend && (r.Overwrite == nil || *r.Overwrite)
}

func (r *rsyncRule) decide(q *Request) answer {
	if len(q.Tokens) == 0 || !isProgram(q.Tokens[0].Word, "rsync") && q.Tokens[0].Text != string(r.Program) {
		return answer{}
	}
	words, ok := q.words()
	if !ok {
		return deny("rsync-syntax", "an operator of the shell behind rsync; clients before 3.2.4 do not quote such names")
	}
	c := &rsyncCommand{}
	if err := c.readServer(words[1:]); err != nil {
		return denied("rsync-option", err)
	}
	if err := r.permits(c); err != nil {
		return denied("rsync-option", err)
	}
	pending := ""
	if c.secluded {
		switch {
		case r.Secluded == SecludedRefuse:
			return deny("rsync-secluded", "the client sends its arguments in the stream (-s, --secluded-args), where they are not seen; "+
				"secluded: proxy reads and checks them there")
		case c.dot:
			return deny("rsync-secluded", "arguments both in the command and in the stream")
		case q.Input == nil:
			pending = "the options and paths that the client sends in the stream"
		default:
			if err := c.readStream(q); err != nil {
				return denied("rsync-secluded", err)
			}
		}
	}
	if !c.dot && pending == "" {
		return deny("rsync-dot", "no \".\" between options and paths")
	}
	return r.start(c, pending)
}

// start checks what the command asks for and renders it.
func (r *rsyncRule) start(c *rsyncCommand, pending string) answer {
	if err := r.permits(c); err != nil {
		return denied("rsync-option", err)
	}
	paths, err := r.operands(c)
	if err != nil {
		return denied("rsync-path", err)
	}
	options, err := r.options(c, paths)
	if err != nil {
		return denied("rsync-option", err)
	}
	args := []string{"rsync", "--server"}
	if c.sender {
		args = append(args, "--sender")
	}
	if cluster := c.cluster(); cluster != "" {
		args = append(args, cluster)
	}
	args = slices.Concat(args, options, r.own(c), []string{"--", "."}, paths)
	if c.has("files-from", "-") && pending == "" {
		pending = "the names that the client sends for --files-from, which only the sandbox confines"
	}
	s := &Start{
		Stages: []Stage{{Program: string(r.Program), Args: args, Stderr: launch.StderrInherit}},
		Dir:    string(r.Root), Pending: pending,
	}
	switch {
	case c.sender && !c.removes():
		s.Read = append(s.Read, string(r.Root))
	default:
		s.Write = append(s.Write, string(r.Root))
	}
	if !c.sender && c.mapsNames() {
		s.Read = append(s.Read, "/etc/passwd", "/etc/group", "/etc/nsswitch.conf")
	}
	return allow(s)
}

// permits checks what the client wants to do against the rule's mode.
func (r *rsyncRule) permits(c *rsyncCommand) error {
	switch {
	case c.sender && !r.Mode.Reads():
		return refuse("rsync-read", "reading (--sender) is not in the mode %s", r.Mode)
	case !c.sender && !r.Mode.Writes():
		return refuse("rsync-write", "writing is not in the mode %s", r.Mode)
	}
	for _, o := range c.options {
		switch {
		case r.Delete:
		case o.kind == rsyncDeletes, o.kind == rsyncRemoves && c.sender:
			return refuse("rsync-delete", "--%s deletes, and the rule has no delete: true", o.name)
		}
		switch {
		case r.overwrites() || c.sender:
		case o.name == "partial-dir", o.name == "delay-updates", o.name == "backup", o.name == "backup-dir", o.name == "suffix":
			return refuse("rsync-overwrite", "--%s can move or replace a file that exists, and the rule overwrites none", o.name)
		}
	}
	if !r.overwrites() && !c.sender && c.letter('b') {
		return refuse("rsync-overwrite", "-b can move or replace a file that exists, and the rule overwrites none")
	}
	return nil
}

// own are the options that the rule adds.
func (r *rsyncRule) own(c *rsyncCommand) []string {
	var own []string
	if !c.sender && !r.overwrites() {
		own = append(own, "--ignore-existing")
	}
	if r.MungeLinks {
		own = append(own, "--munge-links")
	}
	if !knowsConfineRoot(string(r.Program)) {
		return own
	}
	if root, err := filepath.EvalSymlinks(string(r.Root)); err == nil {
		own = append(own, "--confine-root="+root)
	}
	if !c.sender && !c.has("fake-super", "") { // with which devices are plain files
		own = append(own, "--drop-D")
	}
	return own
}

// knowsConfineRoot tells by its table of options whether the program is an rsync of 3.5 or later. To ask it for its
// version would mean to start it.
func knowsConfineRoot(program string) bool {
	fd, err := unix.Open(program, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	const most = 16 << 20
	if unix.Fstat(fd, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Size == 0 || st.Size > most {
		return false
	}
	image, err := unix.Mmap(fd, 0, int(st.Size), unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_POPULATE)
	if err != nil {
		return false
	}
	defer func() { _ = unix.Munmap(image) }()
	return bytes.HasPrefix(image, []byte("\x7fELF")) && bytes.Contains(image, []byte("\x00confine-root\x00"))
}

// adjust changes a field for a case of explain --batch.
func (r *rsyncRule) adjust(key, value string) (bool, error) {
	switch key {
	case "secluded":
		return true, r.Secluded.UnmarshalText([]byte(value))
	case "paths", "path_mode":
		return true, r.Paths.UnmarshalText([]byte(value))
	}
	return false, nil
}
