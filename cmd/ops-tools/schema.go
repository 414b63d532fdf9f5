package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ops/logviz"
	"ops/logviz/normalize"
	"ops/sshrestrict/schema"
)

// schemas gives the JSON Schema of every kind of file that the program reads, and of its stable output.
func schemas() map[string][]byte {
	return map[string][]byte{
		"normalizer": normalize.Schema(),
		"policy":     schema.Policy(),
		"statistics": logviz.StatisticsSchema(),
	}
}

func newSchema(e *env) *cobra.Command {
	kinds := slices.Sorted(maps.Keys(schemas()))
	return &cobra.Command{
		Use:       "schema KIND",
		Short:     "Print the JSON Schema of a kind of file",
		Long:      "Print the JSON Schema (draft 2020-12) of a kind of file, for editors and checks.\nKinds: " + strings.Join(kinds, ", ") + ".",
		Example:   "  ops schema normalizer > normalizer.schema.json\n  ops schema policy > /etc/ops/policy.schema.json",
		ValidArgs: kinds,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && slices.Contains(kinds, args[0]) {
				return nil
			}
			return usageError("schema needs one kind of: %s", strings.Join(kinds, ", "))
		},
		RunE: func(_ *cobra.Command, args []string) error {
			_, err := fmt.Fprintf(e.out, "%s", schemas()[args[0]])
			return withCode(exitIO, err)
		},
	}
}
