package browser

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const exampleDay = "../../examples/attack-day.log"

// program is the real one, as a user runs it.
type program string

// buildProgram compiles it.
func buildProgram(tb testing.TB) program {
	tb.Helper()
	lookAtSources(tb)
	path := filepath.Join(tb.TempDir(), "ops-tools")
	build := exec.Command("go", "build", "-o", path, "../../cmd/ops-tools")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("go build: %v\n%s", err, out)
	}
	return program(path)
}

// lookAtSources reads the folders that the program is built from. The go command takes an old result of a test as long as
// nothing is new that the test itself opened, and what go build opens it does not see.
func lookAtSources(tb testing.TB) {
	tb.Helper()
	for _, tree := range []string{"cmd", "internal", "logviz"} {
		err := filepath.WalkDir("../../"+tree, func(_ string, _ fs.DirEntry, err error) error { return err })
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// run returns what a verb of logviz prints.
func (p program) run(tb testing.TB, args ...string) []byte {
	tb.Helper()
	cmd := exec.Command(string(p), append([]string{"logviz"}, args...)...)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); err != nil {
		tb.Fatalf("ops logviz %q: %v\n%s", args, err, talk.Bytes())
	}
	return out.Bytes()
}

// day is the page of a log, and what the program says about the log otherwise.
type day struct {
	path     string // of the page's file
	page     string // its address
	size     int64  // of the page, bytes
	stats    statistics
	attempts []attempt
}

// statistics is the part of stats --json that the tests compare.
type statistics struct {
	Lines    int `json:"lines"`
	Unparsed int `json:"unparsed"`
	Attempts struct {
		Failed   int `json:"failed"`
		Accepted int `json:"accepted"`
	} `json:"attempts"`
	Sources   int `json:"sources"`
	Countries []struct {
		Code     string `json:"code"`
		Attempts int    `json:"attempts"`
		Sources  int    `json:"sources"`
	} `json:"countries"`
	Accounts  []named `json:"accounts"`
	Methods   []named `json:"methods"`
	Addresses []struct {
		IP       string `json:"ip"`
		Attempts int    `json:"attempts"`
	} `json:"addresses"`
	Networks []struct {
		Prefix   string `json:"prefix"`
		Attempts int    `json:"attempts"`
	} `json:"networks"`
	Hours []struct {
		Start    time.Time `json:"start"`
		Attempts int       `json:"attempts"`
		Accepted int       `json:"accepted"`
		Sources  int       `json:"sources"`
		New      int       `json:"new_sources"`
	} `json:"hours"`
	Returning int        `json:"returning_sources"`
	Logins    []struct{} `json:"logins"`
	Located   struct {
		Private  int `json:"private"`
		Reserved int `json:"reserved"`
		Unknown  int `json:"unknown"`
	} `json:"located"`
}

type named struct {
	Name     string `json:"name"`
	Attempts int    `json:"attempts"`
}

// newDay makes the page of a log, with further arguments for it.
func newDay(tb testing.TB, p program, log, zone string, args ...string) *day {
	tb.Helper()
	d := &day{path: filepath.Join(tb.TempDir(), "page.html")}
	p.run(tb, append([]string{"page", "--tz", zone, log, "-o", d.path}, args...)...)
	info, err := os.Stat(d.path)
	if err != nil {
		tb.Fatal(err)
	}
	d.page, d.size = fileAddress(tb, d.path), info.Size()
	if err := json.Unmarshal(p.run(tb, "stats", "--json", "--tz", zone, log), &d.stats); err != nil {
		tb.Fatal(err)
	}
	d.attempts = readAttempts(tb, p.run(tb, "normalize", "--tz", zone, log))
	return d
}
