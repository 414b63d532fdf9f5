package main

import (
	"os"
	"time"

	"github.com/spf13/cobra"

	"ops/sshrestrict"
	"ops/sshrestrict/menu"
)

func newSessionMenu(e *env) *cobra.Command {
	file, key := "", ""
	cmd := &cobra.Command{
		Use:   "menu --policy-file FILE",
		Short: "Answer lines typed at a terminal by the rules of a policy",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			environment := os.Environ()
			sshrestrict.ForgetZone()
			m, err := sshrestrict.OpenMenu(sshrestrict.Process{
				Environment: environment, In: os.Stdin, Out: os.Stdout, Err: os.Stderr, UID: os.Geteuid(), PID: os.Getpid(),
				Now: e.now(), Clock: time.Now, Own: os.Executable,
			}, file, key)
			if err != nil {
				return withCode(exitConfig, err)
			}
			settings := m.Settings()
			code, err := menu.Run(cmd.Context(), m, menu.Options{Prompt: settings.Prompt, Banner: settings.Banner, Idle: settings.Idle}, os.Stdin, os.Stdout)
			if err == nil && code != 0 {
				err = &codedError{code, errSaid}
			}
			return err
		},
	}
	cmd.Flags().StringVar(&file, "policy-file", "", "`FILE` of the policy")
	cmd.Flags().StringVar(&key, "key", "", "`NAME` of the key that was used")
	return cmd
}
