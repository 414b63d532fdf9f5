package main

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"ops/sshrestrict"
	"ops/sshrestrict/keys"
)

// completion offers words to a shell. It prints no errors: the line is not finished.
type completion = cobra.CompletionFunc

// completePolicies offers the policies of the folder that --policies names, as often as they are taken.
func completePolicies(most int) completion {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveDefault // files
		}
		folder := sshrestrict.Folder
		if f := cmd.Flag("policies"); f != nil && f.Value.String() != "" {
			folder = f.Value.String()
		}
		files, _ := filepath.Glob(filepath.Join(folder, "*.yaml"))
		names := make([]string, len(files))
		for i, file := range files {
			names[i] = strings.TrimSuffix(filepath.Base(file), ".yaml")
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

const anyNumber = 1 << 20

// completePolicyFlag offers policies for --policy, which the verb has.
func completePolicyFlag(cmd *cobra.Command) {
	offer := completePolicies(1)
	completeFlag(cmd, "policy", func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return offer(cmd, nil, "")
	})
}

// completeAccounts offers the machine's accounts.
func completeAccounts(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	machine, err := keys.Local()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := make([]string, len(machine.Accounts))
	for i, a := range machine.Accounts {
		names[i] = a.Name
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

func completeWords(words ...string) completion {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// completeFlag panics if the verb has no such flag: a mistake of ours.
func completeFlag(cmd *cobra.Command, flag string, offer completion) {
	if err := cmd.RegisterFlagCompletionFunc(flag, offer); err != nil {
		panic(err)
	}
}
