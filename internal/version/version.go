// Package version says which build of the command this is. The number is written here; the commit comes from the Makefile,
// or from what the go command notes in a build from a checkout. Nothing in it depends on when or where the build was made,
// so that two builds of one commit are the same bytes. Start with [Get].
package version

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
)

// number is the release, by semver.org.
const number = "0.1.0"

// commit is set by the Makefile with the linker's -X flag and written by nothing else: the abbreviated hash of the commit
// and its date, as in "0123abc 2026-10-01", with "+" behind the hash if the tree held changes.
var commit string

// Info describes a build. Every field is a single word.
type Info struct {
	Number   string // "0.1.0"
	Commit   string // "0123abc", "0123abc+" with changes that are not committed, or "unknown"
	Date     string // of the commit, "2026-10-01", or ""
	Go       string // "go1.26.8"
	Platform string // "linux/amd64"
}

// Get returns what this program was built from.
func Get() Info {
	build, _ := debug.ReadBuildInfo()
	return describe(commit, build)
}

// String is Get().String(), the line that "ops version" prints.
func String() string { return Get().String() }

// describe prefers what the Makefile says over what the go command noted; build may be nil.
func describe(commit string, build *debug.BuildInfo) Info {
	info := Info{
		Number:   number,
		Commit:   "unknown",
		Go:       runtime.Version(),
		Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if hash, date, _ := strings.Cut(commit, " "); hash != "" {
		info.Commit, info.Date = hash, date
		return info
	}
	if build == nil {
		return info
	}
	settings := make(map[string]string, len(build.Settings))
	for _, s := range build.Settings {
		settings[s.Key] = s.Value
	}
	if hash := settings["vcs.revision"]; hash != "" {
		info.Commit = hash[:min(len(hash), 12)]
		if settings["vcs.modified"] == "true" {
			info.Commit += "+"
		}
		info.Date, _, _ = strings.Cut(settings["vcs.time"], "T")
	}
	return info
}

// String returns one line for people: "ops 0.1.0 (0123abc of 2026-10-01, go1.26.8, linux/amd64)".
func (i Info) String() string {
	source := i.Commit
	if source == "unknown" {
		source = "unknown commit"
	}
	if i.Date != "" {
		source += " of " + i.Date
	}
	return fmt.Sprintf("ops %s (%s, %s, %s)", i.Number, source, i.Go, i.Platform)
}
