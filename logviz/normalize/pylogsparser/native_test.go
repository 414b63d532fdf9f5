package pylogsparser

import (
	"testing"
	"time"

	"go.starlark.net/starlark"
)

func TestCallbacksInGo(t *testing.T) {
	w := &world{now: reference(), zone: time.UTC}
	for _, c := range []struct {
		f                native
		value, tag, want string
	}{
		{priority, "38", "facility", "auth"},
		{priority, "191", "severity", "debug"},
		{priority, "192", "severity", ""},
		{priority, "x", "severity", ""},
		{bsdDate, "Mar  2 12:00:30", "date", "2026-03-02 12:00:30"},
		{bsdDate, "Mar 02 12:00:30", "date", "2026-03-02 12:00:30"},
		{bsdDate, "Mar  2 12:01:30", "date", "2025-03-02 12:01:30"},
		{bsdDate, "Feb 31 12:01:30", "date", ""},
		{bsdDate, "Feb", "date", ""},
		{clfDate(), "10/Oct/2000:13:55:36 -0700", "date", "2000-10-10 13:55:36"},
		{clfDate(), "[9/Jul/2000:1:55:36", "date", "2000-07-09 01:55:36"},
		{clfDate(), "10/Foo/2000:13:55:36", "date", ""},
	} {
		log := starlark.NewDict(4)
		err := c.f.call(w, starlark.String(c.value), log)
		v, found, _ := log.Get(starlark.String(c.tag))
		got := ""
		if found {
			got = v.String()
			if s, ok := starlark.AsString(v); ok {
				got = s
			}
		}
		if got != c.want || (err == nil) == (c.want == "") {
			t.Errorf("%q: %s is %q, want %q (error %v)", c.value, c.tag, got, c.want, err)
		}
	}
	log := starlark.NewDict(1)
	set(log, "user", starlark.String(" alice\t"))
	if err := native(stripAll).call(w, starlark.None, log); err != nil {
		t.Fatal(err)
	}
	if user, _ := read(log, "user"); user != "alice" {
		t.Errorf("user is %q", user)
	}
}

func TestAChangedCallbackIsNotTakenForTheOld(t *testing.T) {
	if fingerprint("a = 1\n\n  # note\n\tb = 2") != fingerprint("  a = 1\r\nb = 2\n") {
		t.Error("white space and comments change the fingerprint")
	}
	if fingerprint("a = 1") == fingerprint("a = 2") {
		t.Error("another number has the same fingerprint")
	}
	if _, known := inGo("log['a'] = 1"); known {
		t.Error("an unknown callback is taken for a known one")
	}
}
