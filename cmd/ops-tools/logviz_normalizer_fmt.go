package main

import "github.com/spf13/cobra"

func newNormalizerFmt(e *env) *cobra.Command { return &cobra.Command{Use: "fmt"} }
