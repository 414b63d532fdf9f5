package main

import "github.com/spf13/cobra"

func newNormalizerNew(e *env) *cobra.Command { return &cobra.Command{Use: "new"} }
