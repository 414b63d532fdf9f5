package main

import "github.com/spf13/cobra"

func newNormalizerLint(e *env) *cobra.Command { return &cobra.Command{Use: "lint"} }
