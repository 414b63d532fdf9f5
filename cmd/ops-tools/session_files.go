package main

import (
	"os"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/sshrestrict/audit"
	"ops/sshrestrict/menu/files"
	"ops/sshrestrict/rooted"
)

func newSessionFiles(e *env) *cobra.Command {
	t := &treeFlags{}
	r := files.Request{In: os.Stdin, Out: os.Stdout, Zone: e.zone}
	cmd := &cobra.Command{
		Use:   "files --root FOLDER [flags] -- ls|cat|less|get|put|cd PATH",
		Short: "Do one of the menu's commands for files",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			r.Verb, r.Path = args[0], args[1]
			r.Terminal = terminal.IsTerminal(r.In) && terminal.IsTerminal(r.Out)
			r.Log = func(event files.Event) {
				o := audit.Operation{Name: event.Op, Path: event.Path, BytesIn: -1, BytesOut: -1}
				switch event.Op {
				case "close-read":
					o.BytesOut = event.Read
				case "close-write":
					o.BytesIn = event.Written
				}
				t.events.report(o, event.Err)
			}
			return t.use(cmd.Context(), func(tree *rooted.Tree) error {
				return withCode(exitFailure, files.Run(cmd.Context(), tree, r))
			})
		},
	}
	t.add(cmd)
	f := cmd.Flags()
	f.BoolVarP(&r.Long, "long", "l", false, "ls: a table with modes, sizes and times")
	f.BoolVarP(&r.All, "all", "a", false, "ls: also names that begin with a dot")
	f.StringVar(&r.Place, "place", "", "`NAME` that stands before the path where people see it")
	f.StringVar(&r.Hint, "hint", "", "get, put: the `COMMAND` that does the same")
	f.DurationVar(&r.Idle, "idle", 0, "`TIME` to wait for a key; 0 for ever")
	return cmd
}
