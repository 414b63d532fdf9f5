package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"ops/sshrestrict/audit"
	"ops/sshrestrict/power"
	"ops/sshrestrict/rooted"
	"ops/sshrestrict/sftpserver"
)

// newSession has the servers that the forced command starts. Who calls them by hand gets no more than they have.
func newSession(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:    "session",
		Short:  "Serve one session of a forced command",
		Long:   "Serve one session of a forced command. 'ops ssh-restrict' starts these servers with arguments that its policy renders.",
		Args:   noArgs,
		RunE:   needsVerb,
		Hidden: true,
	}
	cmd.AddCommand(newSessionSFTP(e), newSessionStore(e), newSessionSum(e), newSessionSpace(e), newSessionPower(e), newSessionWhich(e), newSessionMenu(e), newSessionFiles(e), newSessionSCP(e))
	return cmd
}

// treeFlags describe a tree of files that a client may use.
type treeFlags struct {
	root    string
	options rooted.Options
	mode    string
	paths   string
	events  events
}

func (t *treeFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&t.root, "root", "", "`FOLDER` that is served")
	f.StringVar(&t.mode, "mode", "read", "read, append, write or read-write")
	f.StringVar(&t.paths, "paths", "absolute", "absolute, rooted or both")
	f.Int64Var(&t.options.Quota, "quota", 0, "`BYTES` that the tree may have; 0 for no limit")
	f.BoolVar(&t.options.NoRead, "no-read", false, "contents are not read")
	f.BoolVar(&t.options.Delete, "delete", false, "files may be deleted and renamed")
	f.BoolVar(&t.events.recorded, "recorded", false, "go on only when the operation is recorded")
	f.IntVar(&t.events.fd, "events", 0, "`DESCRIPTOR` of a socket to report operations on")
}

func (t *treeFlags) open(ctx context.Context) (*rooted.Tree, error) {
	if err := t.options.Mode.UnmarshalText([]byte(t.mode)); err != nil {
		return nil, usageError("--mode: %w", err)
	}
	if err := t.options.Paths.UnmarshalText([]byte(t.paths)); err != nil {
		return nil, usageError("--paths: %w", err)
	}
	if !filepath.IsAbs(t.root) {
		return nil, usageError("--root %q: not an absolute path", t.root)
	}
	return rooted.Open(ctx, t.root, t.options)
}

// use opens the tree, hands it to do, and closes it.
func (t *treeFlags) use(ctx context.Context, do func(*rooted.Tree) error) error {
	if t.events.end == nil {
		t.events.end = func() {}
	}
	tree, err := t.open(ctx)
	if err != nil {
		return err
	}
	defer tree.Close()
	return do(tree)
}

func newSessionSFTP(e *env) *cobra.Command {
	t := &treeFlags{}
	cmd := &cobra.Command{
		Use:   "sftp --root FOLDER [flags]",
		Short: "Serve the sftp protocol on the standard streams",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return t.serve(cmd.Context(), e.in, func(ctx context.Context, in io.Reader, tree *rooted.Tree) error {
				return withCode(exitIO, sftpserver.Serve(ctx, tree, in, e.out, t.events.sftp))
			})
		},
	}
	t.add(cmd)
	return cmd
}

func newSessionStore(e *env) *cobra.Command {
	t := &treeFlags{}
	cmd := &cobra.Command{
		Use:   "store --root FOLDER [flags] -- PATH",
		Short: "Store the standard input as a file",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return t.serve(cmd.Context(), e.in, func(ctx context.Context, in io.Reader, tree *rooted.Tree) error {
				n, err := tree.Put(ctx, args[0], in)
				t.events.report(audit.Operation{Name: "close-write", Path: args[0], BytesIn: n, BytesOut: -1}, err)
				return withCode(exitCantCreate, err)
			})
		},
	}
	t.add(cmd)
	return cmd
}

func newSessionSum(e *env) *cobra.Command {
	t := &treeFlags{}
	cmd := &cobra.Command{
		Use:   "sum --root FOLDER [flags] -- ALGORITHM [PATH]",
		Short: "Print a file's checksum, or that of the standard input, as md5sum(1) does",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := "-"
			return t.use(cmd.Context(), func(tree *rooted.Tree) (err error) {
				sum := ""
				if len(args) == 1 {
					sum, err = rooted.Sum(args[0], e.in)
				} else {
					name = args[1]
					sum, err = tree.Sum(cmd.Context(), args[0], name)
					t.events.report(audit.Operation{Name: "open-read", Path: name, BytesIn: -1, BytesOut: -1}, err)
				}
				if err != nil {
					return withCode(exitNoInput, err)
				}
				_, err = fmt.Fprintf(e.out, "%s  %s\n", sum, name)
				return withCode(exitIO, err)
			})
		},
	}
	t.add(cmd)
	return cmd
}

func newSessionSpace(e *env) *cobra.Command {
	t := &treeFlags{}
	cmd := &cobra.Command{
		Use:   "space --root FOLDER [flags] -- PATH",
		Short: "Print how much room there is, as df -k does",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return t.use(cmd.Context(), func(tree *rooted.Tree) error {
				s, err := tree.Space(args[0])
				if err != nil {
					return withCode(exitNoInput, err)
				}
				const kilo = 1024
				total, used, free := s.Total*s.Block/kilo, (s.Total-s.Free)*s.Block/kilo, s.Available*s.Block/kilo
				_, err = fmt.Fprintf(e.out, "Filesystem 1K-blocks Used Available Use%% Mounted on\n- %d %d %d %d%% %s\n",
					total, used, free, 100*used/max(total, 1), args[0])
				return withCode(exitIO, err)
			})
		},
	}
	t.add(cmd)
	return cmd
}

func newSessionPower(e *env) *cobra.Command {
	return &cobra.Command{
		Use:                "power VERB [--wake-at=TIME]",
		Short:              "Ask logind to put the machine to sleep, or tell how it is",
		DisableFlagParsing: true, // the words are the client's, checked by one parser
		RunE: func(cmd *cobra.Command, args []string) error {
			if code := power.Local().Serve(cmd.Context(), args, e.out, e.err); code != 0 {
				return &codedError{code, errSaid}
			}
			return nil
		},
	}
}

func newSessionWhich(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "which -- NAME",
		Short: "Print where a program is, as command -v does",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			path, err := exec.LookPath(args[0])
			if err != nil {
				return &codedError{exitFailure, errSaid} // silent, as the question is asked to know
			}
			_, err = fmt.Fprintln(e.out, path)
			return withCode(exitIO, err)
		},
	}
}
