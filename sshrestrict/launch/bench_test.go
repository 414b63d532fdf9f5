package launch

import (
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// BenchmarkExec compares, in one run and in turns, a program that calls execve at once with the same program that calls
// Exec, without a sandbox, with Landlock, and with the filter for the network as well. What is started is an empty static
// program of Go. The figures are medians: the time of "bare", and what each other way adds to it and how it relates to it.
func BenchmarkExec(b *testing.B) {
	kinds := []struct{ argument, name string }{{"bare", "bare"}, {"off", "checks"}, {"network", "landlock"}, {"on", "all"}}
	took := make([][]time.Duration, len(kinds))
	for b.Loop() {
		for i, kind := range kinds {
			c := exec.Command(program("starter"), kind.argument, program("empty"))
			c.Env = []string{}
			c.Stderr = os.Stderr
			begin := time.Now()
			if err := c.Run(); err != nil {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(begin))
		}
	}
	median := func(i int) time.Duration { slices.Sort(took[i]); return took[i][len(took[i])/2] }
	bare := median(0)
	b.ReportMetric(float64(bare.Microseconds()), "bare-µs")
	for i, kind := range kinds[1:] {
		now := median(i + 1)
		b.ReportMetric(float64((now - bare).Microseconds()), kind.name+"-µs-more")
		b.ReportMetric(float64(now)/float64(bare), kind.name+"-ratio")
	}
}
