package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"ops/sshrestrict/profiles"
)

func newInit(e *env) *cobra.Command {
	var long strings.Builder
	long.WriteString("Print a ready policy for a usual job, to edit and to put into /etc/ops/ssh-restrict.\n\nProfiles:\n")
	for _, name := range profiles.Names() {
		fmt.Fprintf(&long, "  %-12s  %s\n", name, profiles.Summary(name))
	}
	return &cobra.Command{
		Use:   "init PROFILE",
		Short: "Print a ready policy for a usual job",
		Long:  strings.TrimRight(long.String(), "\n"),
		Example: "  ops ssh-restrict init backup-pull > /etc/ops/ssh-restrict/backup.yaml\n" +
			"  ops ssh-restrict init upload-only | less",
		ValidArgs: profiles.Names(),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError("init needs one profile of: %s", strings.Join(profiles.Names(), ", "))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := profiles.Text(args[0])
			if err != nil {
				return withCode(exitUsage, err)
			}
			_, err = fmt.Fprint(e.out, text)
			return withCode(exitIO, err)
		},
	}
}
