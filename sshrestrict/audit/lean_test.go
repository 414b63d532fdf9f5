package audit

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The package is part of every forced command's start, so what is slow to start or large stays out.
func TestLean(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "golang.org/x/sys/unix") {
		t.Fatalf("go list says %s", out)
	}
	for _, heavy := range []string{"net", "encoding/json", "regexp", "os/exec", "os/user", "text/template", "crypto/rand", "log"} {
		if slices.Contains(deps, heavy) {
			t.Errorf("imports %s", heavy)
		}
	}
}
