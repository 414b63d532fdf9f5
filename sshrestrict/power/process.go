package power

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// isWork is true for programs that run for a while, copy or install something, and leave a mess when they are killed.
// What runs as a service of type oneshot is among the jobs anyway.
func isWork(name string) bool {
	switch name {
	case "rsync", "borg", "restic", "rdiff-backup", "duplicity", "rsnapshot", "btrbk", "syncoid", "zfs", "btrfs",
		"dpkg", "apt-get", "aptitude", "update-initramf", "pg_dump", "pg_basebackup", "mysqldump":
		return true
	}
	return false
}

// process is one line of the table of processes.
type process struct {
	pid, parent int
	name        string // without blanks added, at most 15 bytes
	title       string // the arguments, joined by blanks
}

// processes looks for work and for ssh connections.
func (m Machine) processes(context.Context) (func(*Status), error) {
	table, err := m.processTable()
	if err != nil {
		return nil, err
	}
	ours := map[int]bool{} // this process and what it came from
	for pid := m.PID; pid > 0 && !ours[pid]; pid = table[pid].parent {
		ours[pid] = true
	}
	work, ssh := []Process{}, []Process{}
	for pid, p := range table {
		switch {
		case ours[pid]:
		case isWork(p.name) && !table.isDaemon(p):
			work = append(work, Process{pid, clean(p.name)})
		case p.name == "sshd" || p.name == "sshd-session":
			if user, ok := sshUser(p.title); ok {
				ssh = append(ssh, Process{pid, clean(user)})
			}
		}
	}
	sortProcesses(work)
	sortProcesses(ssh)
	all := len(work) + len(ssh)
	work, ssh = work[:min(len(work), maxList)], ssh[:min(len(ssh), maxList)]
	parents := map[int]int{}
	for _, p := range ssh {
		parents[p.PID] = table[p.PID].parent
	}
	return func(s *Status) { s.Work, s.SSH, s.sshParents = work, ssh, parents }, cut(all, len(work)+len(ssh))
}

// processTable is all processes by their number.
type processTable map[int]process

// isDaemon is true for an rsync that only waits for connections: one that serves has an rsync as its parent.
func (t processTable) isDaemon(p process) bool {
	return p.name == "rsync" && strings.Contains(" "+p.title+" ", " --daemon ") && t[p.parent].name != "rsync"
}

// sshUser reads the title that sshd gives to the process of a connection once its user is proven: "sshd: ann@pts/3",
// "sshd-session: ann@notty", "sshd: ann" for a tunnel alone. The others have brackets: "sshd: ann [priv]", "[net]",
// "[accepted]", "[listener]".
func sshUser(title string) (string, bool) {
	_, rest, _ := strings.Cut(title, ": ")
	return rest, rest != "" && !strings.Contains(rest, "[")
}

// processTable reads /proc. Where the mount option hidepid hides the processes of others, nothing is known.
func (m Machine) processTable() (processTable, error) {
	const most = 100_000
	folder, err := os.Open(m.path("proc"))
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	names, err := folder.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	table := processTable{}
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil || pid <= 0 {
			continue
		}
		p, err := m.process(pid)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errEnded) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("process %d: %w", pid, err)
		}
		if table[pid] = p; len(table) > most {
			return nil, fmt.Errorf("there are more than %d processes", most)
		}
	}
	if _, seen := table[1]; !seen {
		return nil, errors.New("the processes of others are hidden; see hidepid in proc(5)")
	}
	return table, nil
}
