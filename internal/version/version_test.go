package version

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestDescribe(t *testing.T) {
	noted := &debug.BuildInfo{Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"},
		{Key: "vcs.time", Value: "2026-09-30T10:11:12Z"},
		{Key: "vcs.modified", Value: "true"},
	}}
	end := ", " + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + ")"
	cases := []struct {
		name   string
		commit string
		build  *debug.BuildInfo
		want   string
	}{
		{"Makefile", "fedcba9 2026-10-01", nil, "(fedcba9 of 2026-10-01" + end},
		{"Makefile goes first", "fedcba9+ 2026-10-01", noted, "(fedcba9+ of 2026-10-01" + end},
		{"Makefile without a date", "fedcba9", nil, "(fedcba9" + end},
		{"go command", "", noted, "(0123456789ab+ of 2026-09-30" + end},
		{"nobody", "", new(debug.BuildInfo), "(unknown commit" + end},
		{"no information at all", "", nil, "(unknown commit" + end},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got, want := describe(c.commit, c.build).String(), "ops "+number+" "+c.want; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
	if got := String(); !strings.HasPrefix(got, "ops "+number+" (") {
		t.Errorf("String: %s", got)
	}
}
