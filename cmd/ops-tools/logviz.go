package main

import "github.com/spf13/cobra"

func newLogviz(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "logviz",
		Short: "Turn logs into events, numbers and films",
		Long: "Turn logs of ssh attacks into events with the field names of the Elastic Common Schema, into statistics,\n" +
			"and into a film on a map of the world.",
		Example: "  ops logviz stats /var/log/auth.log\n" +
			"  ops logviz timelapse /var/log/auth.log -o day.mp4\n" +
			"  journalctl -u ssh -o json | ops logviz normalize -",
		Args: noArgs,
		RunE: needsVerb,
	}
	cmd.AddCommand(newTimelapse(e), newNormalize(e), newStats(e), newChart(e), newPage(e), newLive(e), newGeo(e), newNormalizer(e),
		newExplainLine(e), newCoverage(e), newSuggest(e), newDetect(e), newAnonymize(e))
	return cmd
}
