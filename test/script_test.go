package test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// countedApart returns a word for the names of policies that limit sessions, whose files of counts are removed behind the
// test: an account's sessions are counted in one place.
func countedApart(t *testing.T) string {
	t.Helper()
	nonce := strconv.Itoa(os.Getpid())
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, folder := range []string{"/run", filepath.Join(home, ".local/state")} {
			counted, _ := filepath.Glob(folder + "/ops/ssh-restrict/*-" + nonce + ".*")
			for _, file := range counted {
				_ = os.Remove(file)
			}
		}
	})
	return nonce
}

// The scripts that need the real programs: the forced command, and what it leaves to the companion.
func TestScripts(t *testing.T) {
	programs := buildPrograms(t)
	nonce := countedApart(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", programs+":"+os.Getenv("PATH"))
			env.Setenv("NONCE", nonce)
			env.Setenv("TZ", "UTC")
			return nil
		},
	})
}
