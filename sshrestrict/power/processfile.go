package power

import (
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"syscall"
)

// errEnded tells that a process went away between two looks.
var errEnded = errors.New("ended")

// process reads one process, and its arguments only where its name asks for them.
func (m Machine) process(pid int) (process, error) {
	folder := m.path("proc/" + strconv.Itoa(pid))
	text, err := read(folder+"/stat", maxFile)
	if errors.Is(err, syscall.ESRCH) {
		return process{}, errEnded
	}
	if err != nil {
		return process{}, err
	}
	p, err := parseStat(text)
	if err != nil {
		return process{}, err
	}
	p.pid = pid
	switch p.name {
	case "rsync", "sshd", "sshd-session":
		title, err := head(folder+"/cmdline", 4096)
		if errors.Is(err, syscall.ESRCH) {
			return process{}, errEnded
		}
		if err != nil {
			return process{}, err
		}
		p.title = strings.TrimRight(strings.ReplaceAll(title, "\x00", " "), " ")
	}
	return p, nil
}

// parseStat reads the name and the parent from a file as in proc_pid_stat(5): "PID (NAME) STATE PARENT …". The name may
// hold anything, also blanks and parentheses, but what follows it does not, so its end is the last parenthesis.
func parseStat(text string) (process, error) {
	first, last := strings.IndexByte(text, '('), strings.LastIndexByte(text, ')')
	if first < 0 || last < first {
		return process{}, fmt.Errorf("stat has no name: %s", strconv.QuoteToASCII(clean(text)))
	}
	words := strings.Fields(text[last+1:])
	if len(words) < 2 {
		return process{}, fmt.Errorf("stat has no parent: %s", strconv.QuoteToASCII(clean(text)))
	}
	if words[0] == "Z" || words[0] == "X" {
		return process{}, errEnded // only its parent has not looked yet
	}
	parent, err := strconv.ParseUint(words[1], 10, 31)
	if err != nil {
		return process{}, fmt.Errorf("stat has no parent: %s", strconv.QuoteToASCII(clean(text)))
	}
	return process{parent: int(parent), name: text[first+1 : last]}, nil
}

func sortProcesses(p []Process) {
	sort.Slice(p, func(i, j int) bool { return p[i].PID < p[j].PID })
}
