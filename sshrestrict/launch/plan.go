// Package launch starts the program that a forced command has decided on: it closes what is open, sets limits, raises the
// sandbox and replaces the process, or stays as the parent where a result, a time limit or a recording is asked for.
// Start with Plan, then Exec and Run; the package decides nothing and never calls a shell.
package launch

import "time"

// Plan is one decided start: a program, or programs joined by pipes. It is complete: nothing of the process's own
// environment, folder or descriptors reaches the programs except what stands here and the three standard streams.
type Plan struct {
	Stages      []Command   // in the order of the pipe; one for most plans, never none
	Confinement Confinement // what the programs can reach
	Limits      Limits      // how much they may use
	Umask       int         // of the programs, such as 0o077; -1 leaves it
	Result      bool        // somebody wants to know how it ended: stay as the parent
	Record      string      // file for an asciicast v2 recording of the terminal, empty for none: stay as the parent
	Keep        []int       // descriptors that stay open in the programs, such as the lock of a session slot
}

// Command is one program of a plan.
type Command struct {
	Program string   // absolute path; owned by root and not writable by others, which Exec checks
	Args    []string // with the program's name first
	Env     []string // the whole environment, as KEY=VALUE
	Dir     string   // absolute folder to start in
	Stderr  Stderr
}

// Stderr tells where the error stream of one stage goes.
type Stderr int

const (
	StderrInherit Stderr = iota // to the client
	StderrNull                  // nowhere, as in 2>/dev/null
	StderrStdout                // into the pipe, as in 2>&1
)

// Level tells how much the sandbox must achieve.
type Level int

const (
	LevelBest     Level = iota // what the kernel offers; what was achieved is reported
	LevelRequired              // refuse to start where Landlock cannot be had
	LevelOff                   // no Landlock
)

// Confinement is the second wall: what the programs can reach even if they are made to misbehave. Paths that do not
// exist are left out. Libraries, the dynamic loader, zone data and harmless devices can always be read.
type Confinement struct {
	Level           Level
	Read            []string // files and trees that may be read
	Write           []string // files and trees that may be read, written, created and deleted
	Execute         []string // files and trees that may be read and executed, beside the stages' own programs
	Network         bool     // sockets of the network may be used; denied by a filter, and TCP by Landlock too from ABI 4
	NoNewPrivileges bool     // set-user-ID programs such as sudo lose their power; forced by Landlock unless root
}

// Limits bound what the programs use; zero means no limit.
type Limits struct {
	Time      time.Duration // of the wall clock; stay as the parent
	CPU       time.Duration // of each process
	Memory    int64         // bytes of address space of each process
	Processes int64         // of the account
	OpenFiles int64         // of each process
	FileSize  int64         // bytes of each file written
	Nice      int           // added to the niceness, 0 to 19
}
