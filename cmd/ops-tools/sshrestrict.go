package main

import (
	"github.com/spf13/cobra"
)

func newSSHRestrict(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ssh-restrict",
		Short: "Restrict what an ssh key or account may do",
		Long: "Restrict what an ssh key or account may do.\n\n" +
			"As a forced command, in authorized_keys or sshd_config, it reads what the client asked for, decides by a policy,\n" +
			"and starts a program with arguments that it made itself, in a sandbox. No shell is ever involved:\n\n" +
			"  command=\"/usr/bin/ops ssh-restrict --policy backup --key laptop\",restrict ssh-ed25519 AAAA… laptop\n" +
			"  ForceCommand /usr/bin/ops ssh-restrict --user %u\n\n" +
			"Policies are files such as /etc/ops/ssh-restrict/backup.yaml, owned by root.\n\n" +
			"Exit codes of the forced command: the program's own; 64 wrong command line, 75 try again later, 77 denied,\n" +
			"78 the policy or the machine has to be corrected, 127 program missing; never 255, which is ssh's own.",
		Example: "  ops ssh-restrict init backup-pull > /etc/ops/ssh-restrict/backup.yaml\n" +
			"  ops ssh-restrict check backup\n" +
			"  ops ssh-restrict explain --policy backup -- rsync --server --sender -logDtpre.iLsfxCIvu . /srv/data/\n" +
			"  ops ssh-restrict keys install --policy backup --key nas --account backup nas.pub\n" +
			"  ops ssh-restrict log --since 24h",
		Args: noArgs,
		RunE: needsVerb,
	}
	cmd.AddCommand(newExplain(e), newCheck(e), newInit(e), newKeys(e), newLearn(e), newLog(e), newPower(e), newRun(), newUnlearn(e))
	return cmd
}
