// Command starter executes a program, at once or as the package launch does it, for the benchmark.
package main

import (
	"fmt"
	"os"
	"syscall"

	"ops/sshrestrict/launch"
)

func main() {
	kind, program := os.Args[1], os.Args[2]
	p := &launch.Plan{
		Stages: []launch.Command{{Program: program, Args: []string{program}, Env: []string{"PATH=/usr/bin:/bin"}, Dir: "/"}},
		Confinement: launch.Confinement{
			Level: launch.LevelRequired, Read: []string{"/etc/hosts", "/usr"}, Write: []string{"/srv", "/tmp"}, NoNewPrivileges: true,
		},
		Umask: 0o077,
	}
	err := error(nil)
	switch kind {
	case "bare":
		err = syscall.Exec(program, p.Stages[0].Args, p.Stages[0].Env)
	case "off":
		p.Confinement.Level = launch.LevelOff
	case "network":
		p.Confinement.Network = true
	}
	if err == nil {
		err = launch.Exec(p)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(launch.ExitCode(err))
}
