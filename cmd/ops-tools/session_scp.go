package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"ops/sshrestrict/rooted"
	"ops/sshrestrict/scpserver"
)

func newSessionSCP(e *env) *cobra.Command {
	t := &treeFlags{}
	o := scpserver.Options{}
	target := false
	cmd := &cobra.Command{
		Use:   "scp --root FOLDER (--source | --target) [flags] -- path:PATH | pattern:PATTERN…",
		Short: "Serve the old scp protocol on the standard streams",
		Args:  someArgs("a path"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.Source == target {
				return usageError("scp needs one of --source and --target")
			}
			for _, arg := range args {
				form, text, _ := strings.Cut(arg, ":")
				if form != "path" && form != "pattern" || text == "" {
					return usageError("scp: %q is neither path:PATH nor pattern:PATTERN", arg)
				}
				o.Paths = append(o.Paths, scpserver.Path{Text: text, Pattern: form == "pattern"})
			}
			return t.serve(cmd.Context(), e.in, func(ctx context.Context, in io.Reader, tree *rooted.Tree) error {
				o.Tree, o.Log = tree, t.events.scp
				code, err := scpserver.Serve(ctx, o, in, e.out)
				if err == nil && code == 0 {
					return nil
				}
				return &codedError{code, errSaid} // the client was told within the protocol
			})
		},
	}
	t.add(cmd)
	f := cmd.Flags()
	f.BoolVar(&o.Source, "source", false, "send files to the client")
	f.BoolVar(&target, "target", false, "take files from the client")
	f.BoolVarP(&o.Recursive, "recursive", "r", false, "whole folders")
	f.BoolVarP(&o.Preserve, "preserve", "p", false, "keep times and permissions")
	f.BoolVarP(&o.Target, "folder", "d", false, "the target has to be a folder")
	f.BoolVarP(&o.Verbose, "verbose", "v", false, "accepted from clients, without effect")
	return cmd
}
