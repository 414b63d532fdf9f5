package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"ops/internal/version"
)

func newVersion(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(e.out, version.String())
			return withCode(exitIO, err)
		},
	}
}
