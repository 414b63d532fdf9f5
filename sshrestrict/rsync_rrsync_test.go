package sshrestrict

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rrsyncDriver runs the installed rrsync for each line of its input, in a process of its own, with what would start rsync
// replaced by a word of consent. Its arguments are rrsync's.
const rrsyncDriver = `
import argparse, fcntl, glob, os, re, socket, stat, subprocess, sys, time # once, for all children
code = compile(open('/usr/bin/rrsync').read(), 'rrsync', 'exec')
out = os.dup(1)
def consent(*args, **more):
    os.write(out, b'allow\n')
    os._exit(0)
for line in sys.stdin.read().split('\n')[:-1]:
    child = os.fork()
    if child == 0:
        os.environ['SSH_ORIGINAL_COMMAND'] = line
        os.execlp, subprocess.run = consent, consent
        null = os.open('/dev/null', os.O_RDWR)
        for fd in (0, 1, 2): os.dup2(null, fd)
        try:
            exec(code, {'__name__': '__main__', '__file__': '/usr/bin/rrsync'})
        except BaseException: pass
        os.write(out, b'deny\n')
        os._exit(0)
    os.waitpid(child, 0)
`

// rrsyncVerdicts asks rrsync, which comes with rsync, about many commands at once.
func rrsyncVerdicts(t *testing.T, commands []string, args ...string) []bool {
	t.Helper()
	cmd := exec.Command("/usr/bin/python3", append([]string{"-c", rrsyncDriver}, args...)...)
	cmd.Stdin = strings.NewReader(strings.Join(commands, "\n") + "\n")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []bool
	for s := bufio.NewScanner(strings.NewReader(string(out))); s.Scan(); {
		verdicts = append(verdicts, s.Text() == "allow")
	}
	if len(verdicts) != len(commands) {
		t.Fatalf("%d verdicts for %d commands", len(verdicts), len(commands))
	}
	return verdicts
}

// rsyncPart is a piece of a command with what is known about the two verdicts on it.
type rsyncPart struct {
	text string
	// stricter says why we refuse what rrsync accepts, and wider the reverse; both empty if they agree.
	stricter, wider string
}

func rsyncParts() (clusters, options, paths []rsyncPart) {
	same := func(texts ...string) (parts []rsyncPart) {
		for _, text := range texts {
			parts = append(parts, rsyncPart{text: text})
		}
		return parts
	}
	clusters = same("-logDtpre.iLsfxCIvu", "-re.", "-vvvnlogDtprRze.LsfxCIvu", "-aL", "-klre.", "-Lre.", "-re", "-reX.", "-resh", "-r -l -t",
		"-HHAXXSxxUyyre.", "-B700", "-@5", "-B", "-e.iL", "-sre.", "-Fre.", "-Tx", "-M--x", "-re.iL;id", "-h")
	options = append(same("--delete", "--delete-after", "--delete-missing-args", "--remove-source-files", "--remove-sent-files",
		"--copy-links", "--copy-unsafe-links", "--copy-devices", "--write-devices", "--log-format=%i", "--timeout=5", "--bwlimit=100",
		"--numeric-ids", "--inplace", "--append", "--partial", "--safe-links", "--size-only", "--use-qsort", "--files-from=-", "--from0",
		"--no-implied-dirs", "--files-from=/etc/passwd", "--files-from=ROOT/../outside/secret", "--iconv", "--rsync-path=x", "--rsh=x", "-e x", "--daemon",
		"--config=x", "--log-file=ROOT/log", "--exclude-from=x", "--filter=x", "--debug=ALL", "--no-munge-links", "--password-file=x", "--protect-args", "--info=FLIST2",
		"--link-dest=x --", "--x", "--delet", "--address=x", "--read-batch=x", "--compress-choice=zstd", "--skip-compress=gz/mp3",
		"--usermap=a:b", "--groupmap=0-9:5", "--max-size=1m", "--checksum-seed=1", "--fake-super", "--ignore-missing-args", "--stderr=all",
		"--backup-dir=/nowhere", "--dirs"),
		rsyncPart{text: "--sender", stricter: "in the second place only"},
		rsyncPart{text: "--server", stricter: "in the first place only"},
		rsyncPart{text: "--super=x", stricter: "a flag has no value"},
		rsyncPart{text: "--super", stricter: "a client has no say in being root"},
		rsyncPart{text: "--munge-links", stricter: "the policy chooses"},
		rsyncPart{text: "--iconv=x,y", stricter: "names would not be those that were checked"},
		rsyncPart{text: "--max-alloc=0", stricter: "no limit of memory"},
		rsyncPart{text: "--max-alloc=999P", stricter: "as good as no limit"},
		rsyncPart{text: "--only-write-batch=/root/x", stricter: "clients send X"},
		rsyncPart{text: "--log-format=%m%n", stricter: "clients send four formats"},
		rsyncPart{text: "--compress-threads=9999", stricter: "takes all processors"},
		rsyncPart{text: "--temp-dir=/etc", stricter: "for receivers; rrsync leaves it to a sender unseen"},
		rsyncPart{text: "--backup", wider: "openrsync sends it"},
		rsyncPart{text: "--relative", wider: "openrsync sends it"},
		rsyncPart{text: "--checksum", wider: "the long form of a letter"},
		rsyncPart{text: "--no-whole-file", wider: "a user's -M--no-whole-file"},
		rsyncPart{text: "--append-verify", wider: "a user's -M--append-verify"},
		rsyncPart{text: "--stop-after=5", wider: "a user's -M--stop-after=5"},
	)
	paths = append(same("ROOT", "ROOT/", "ROOT/sub", "ROOT/sub/x", "ROOT/dir_out", "ROOT/dir_out/", "ROOT/dir_out/secret", "ROOT/link_out", "ROOT/link_in",
		"ROOT/../outside", "../outside", "ROOT/sub/../../outside", "sub/x", ".", "ROOT/*.txt", "ROOT/dir_in/", `ROOT/with\ space.txt`,
		"ROOT/sub ROOT/pub.txt", "ROOT/sub ROOT/../x", "ROOT/./sub/x", "./sub",
		"/etc/passwd", "ROOTbase/secret", "~/x", "$(id)", "ROOT/sub;id", "ROOT/{sub,cur}"),
		rsyncPart{text: "/", stricter: "rrsync takes it as relative to the root; the style absolute refuses"},
		rsyncPart{text: "/sub/x", stricter: "likewise"},
		rsyncPart{text: "ROOT/none", wider: "rrsync refuses what does not exist; rsync itself says so"},
		rsyncPart{text: "-dash", stricter: "rrsync puts -- before it; no client sends such a path"},
		rsyncPart{text: "ROOT/*_out", wider: "rrsync refuses the links it found; rsync sends them as links"},
	)
	return clusters, options, paths
}

// rsyncLine is a command made of parts.
type rsyncLine struct {
	command string
	parts   []rsyncPart
}

// explained is true if the verdicts on it should differ.
func (l rsyncLine) explained() bool {
	return slices.ContainsFunc(l.parts, func(p rsyncPart) bool { return p.stricter+p.wider != "" })
}

// TestRsyncAgainstRrsync compares our verdicts about reading with rrsync's. Whatever we allow stays inside of the root, and
// each difference has a reason. rrsync before 3.5 does not know absolute paths and fewer options: then the first is all that
// is looked at.
func TestRsyncAgainstRrsync(t *testing.T) {
	root := rsyncTree(t)
	clusters, options, paths := rsyncParts()
	none := rsyncPart{}
	var lines []rsyncLine // first those in which one part is looked at alone
	add := func(parts ...rsyncPart) {
		texts := []string{"rsync", "--server", "--sender", parts[0].text, parts[1].text, ".", parts[2].text}
		texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
		lines = append(lines, rsyncLine{strings.ReplaceAll(strings.Join(texts, " "), "ROOT", root), parts})
	}
	for _, c := range clusters {
		add(c, none, paths[0])
	}
	for _, o := range options {
		add(clusters[0], o, paths[0])
	}
	for _, p := range paths {
		add(clusters[0], none, p)
	}
	alone := len(lines)
	random := rand.New(rand.NewPCG(3, 5))
	for range 80 {
		add(clusters[random.IntN(len(clusters))], options[random.IntN(len(options))], paths[random.IntN(len(paths))])
	}
	commands := make([]string, len(lines))
	for i, l := range lines {
		commands[i] = l.command
	}
	script, err := os.ReadFile("/usr/bin/rrsync")
	if err != nil {
		t.Fatal(err)
	}
	comparable := strings.Contains(string(script), "args.absolute")
	theirs := rrsyncVerdicts(t, commands, "-ro", "-absolute", root)
	policy := rsyncPolicy(t, root, "mode: read")
	allowed, differ := 0, 0
	for i, l := range lines {
		d := policy.Decide(NewRequest(KindCommand, l.command, MaxCommand))
		ours := d.Verdict == Allow
		if ours {
			allowed++
			if err := checkRsync(root, d.Start, "mode: read"); err != nil {
				t.Errorf("%q: %v", l.command, err)
			}
		}
		explained := slices.ContainsFunc(l.parts, func(p rsyncPart) bool { return ours && p.wider != "" || !ours && p.stricter != "" })
		if ours != theirs[i] {
			differ++
		}
		if comparable && (ours != theirs[i] && !explained || ours == theirs[i] && i < alone && l.explained()) {
			t.Errorf("%q: ours %v (%s), rrsync's %v", l.command, ours, fmt.Sprint(d.Code, " ", d.Reason), theirs[i])
		}
	}
	t.Logf("%d commands, %d allowed, %d differ from rrsync", len(lines), allowed, differ)
}
