package main

import "github.com/spf13/cobra"

func newNormalizerBench(e *env) *cobra.Command { return &cobra.Command{Use: "bench"} }
