package main

import (
	"github.com/spf13/cobra"

	"ops/sshrestrict"
)

// newRun describes the forced command, for its help and manual page. The program ops answers it by itself, before it would
// look for this one.
func newRun() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run --policy NAME [--key NAME]",
		Short: "The forced command itself, which sshd starts; the word run may be left out",
		Long: "The forced command itself, which sshd starts; the word run may be left out. It reads the client's wish from\n" +
			"SSH_ORIGINAL_COMMAND, decides by the policy, records that, and becomes the program that the policy starts.\n\n" +
			"A policy is a file of root's, in a folder of root's. The client gets one line with the code of a denial; the audit has the\n" +
			"reason.\n\n" +
			"Exit codes: the program's own; 64 wrong command line, 75 try again later, 77 denied, 78 the policy or the machine has to be\n" +
			"corrected, 127 program missing; never 255, which is ssh's own.",
		Example: "  command=\"/usr/bin/ops ssh-restrict --policy backup --key nas\",restrict ssh-ed25519 AAAA… nas\n" +
			"  ForceCommand /usr/bin/ops ssh-restrict --user %u\n" +
			"  SSH_ORIGINAL_COMMAND=uptime ops ssh-restrict run --policy monitoring",
		RunE: func(*cobra.Command, []string) error {
			return usageError("the forced command is the program ops, and this is its companion; call ops ssh-restrict run")
		},
	}
	f := cmd.Flags()
	f.String("policy", "", "`NAME` of the policy")
	f.String("user", "", "the same, for ForceCommand: %u stands for the account's `NAME`")
	f.String("key", "", "`NAME` of the key, for the audit")
	f.String("policies", sshrestrict.Folder, "`FOLDER` of the policies")
	completePolicyFlag(cmd)
	return cmd
}
