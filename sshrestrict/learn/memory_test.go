package learn

import (
	"runtime"
	"strings"
	"testing"
)

// Each line costs about what it holds: logs have millions of them.
func TestReadNeedsLittleForALine(t *testing.T) {
	const lines = 500
	log := strings.Repeat(`{"time":"2027-01-01T00:00:00Z","event":"intent","decision":"allow","requested":"ls"}`+"\n", lines)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	found := 0
	for _, err := range Read(strings.NewReader(log)) {
		if err != nil {
			t.Fatal(err)
		}
		found++
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / lines; found != lines || each > 16<<10 {
		t.Errorf("%d lines, %d bytes for each", found, each)
	}
}
