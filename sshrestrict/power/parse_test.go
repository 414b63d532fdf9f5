package power

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// What is read is what proc_pid_stat(5) says, whatever a process calls itself.
func FuzzParseStat(f *testing.F) {
	f.Add("12 (a) S 1 (borg) S 7 1")
	f.Add("12 (rsync) Z 1 1")
	f.Add("12 () S 4294967296")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseStat(text)
		if err != nil {
			if p != (process{}) {
				t.Fatalf("%+v with %v", p, err)
			}
		} else if p.parent < 0 || !strings.Contains(text, "("+p.name+")") {
			t.Fatalf("%q is %+v", text, p)
		}
		// Used as a name, any text comes back, and the parent is not moved by it.
		if p, err := parseStat("7 (" + text + ") S 42 1 1"); err != nil || p.name != text || p.parent != 42 {
			t.Fatalf("name %q: %+v %v", text, p, err)
		}
	})
}

// A lock that is in the list is found, whatever stands before it, or the whole list is refused.
func FuzzParseLocks(f *testing.F) {
	f.Add("1: POSIX  ADVISORY  WRITE 708 fe:00:12 0 EOF\n1: -> FLOCK ADVISORY READ 1 fe:00:13 0 EOF\n", uint32(254), uint32(0), uint64(12))
	f.Add("1: POSIX", uint32(0), uint32(43), uint64(math.MaxUint64))
	f.Fuzz(func(t *testing.T, before string, major, minor uint32, inode uint64) {
		want := fileID{major, minor, inode}
		text := before + fmt.Sprintf("\n9: POSIX  ADVISORY  WRITE 708 %02x:%02x:%d 0 EOF\n", major, minor, inode)
		held, err := parseLocks(strings.NewReader(text))
		if err == nil && !held(want) {
			t.Fatalf("%v is not found in %q", want, text)
		}
		if held, err := parseLocks(strings.NewReader("")); err != nil || held(want) {
			t.Fatalf("%v is held in nothing: %v", want, err)
		}
	})
}

func TestParseLocks(t *testing.T) {
	held, err := parseLocks(strings.NewReader("1: POSIX  ADVISORY  WRITE 708 fe:01:12 0 EOF\n2: OFDLCK ADVISORY  READ -1 00:2b:13 0 EOF\n" +
		"3: FLOCK ADVISORY WRITE 1 fe:01:14 0 EOF\n3: -> FLOCK ADVISORY WRITE 2 fe:01:15 0 EOF\n"))
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[fileID]bool{
		{0xfe, 1, 12}: true, {0xfe, 1, 14}: true, {0xfe, 1, 15}: false, {0xfe, 2, 12}: false, {0xfd, 1, 12}: false, {0xfe, 1, 99}: false,
		{0, 0x30, 13}: true, // btrfs: stat tells another device
		{0, 0x30, 99}: false, {8, 1, 13}: false,
	} {
		if held(id) != want {
			t.Errorf("%v: %v", id, !want)
		}
	}
	for _, bad := range []string{
		"x\n", "1: POSIX ADVISORY WRITE 1\n", "1: POSIX ADVISORY WRITE 1 fe:1 0 EOF\n", "1: POSIX ADVISORY WRITE 1 fe:1:2:3 0 EOF\n",
		"1: POSIX ADVISORY WRITE 1 fe:1:-2 0 EOF\n", "1: POSIX ADVISORY WRITE 1 100000000:1:2 0 EOF\n", strings.Repeat("x", 1<<20),
		strings.Repeat("1: -> x\n", 100_001),
	} {
		if _, err := parseLocks(strings.NewReader(bad)); err == nil || len(err.Error()) > 300 {
			t.Errorf("%.40q: %v", bad, err)
		}
	}
}

// Any text and any time from outside makes JSON that is read back, on one line, and short.
func FuzzOutput(f *testing.F) {
	f.Add("\x1b[2J\u202e", uint64(1))
	f.Add(strings.Repeat("\xff", 500), uint64(math.MaxUint64))
	f.Add("<script>", uint64(253402300800*1e6))
	f.Fuzz(func(t *testing.T, text string, micro uint64) {
		safe := clean(text)
		if !utf8.ValidString(safe) || len(safe) > 10*maxText || strings.ContainsFunc(safe, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) {
			t.Fatalf("%q became %q", text, safe)
		}
		s := Status{Hostname: &safe, BootTime: moment(micro), Inhibitors: []Inhibitor{{Who: safe}}}
		data, err := json.Marshal(s)
		if err != nil {
			t.Fatalf("%d: %v", micro, err)
		}
		var back Status
		if err := json.Unmarshal(data, &back); err != nil || *back.Hostname != safe {
			t.Fatalf("%s: %v", data, err)
		}
	})
}

func TestSSHUser(t *testing.T) {
	for title, want := range map[string]string{
		"sshd: ann@pts/3": "ann@pts/3", "sshd: ann@notty": "ann@notty", "sshd-session: ann@pts/3,pts/4": "ann@pts/3,pts/4", "sshd: ann": "ann",
		"sshd: DOM\\ann lee@notty": "DOM\\ann lee@notty",
		"sshd: ann [priv]":         "", "sshd: unknown [net]": "", "sshd: [accepted]": "", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups": "",
		"/usr/sbin/sshd -D": "", "": "", "sshd: ": "",
	} {
		if got, found := sshUser(title); (want != "") != found || found && got != want {
			t.Errorf("%q: %q %v", title, got, found)
		}
	}
}

func TestLetters(t *testing.T) {
	for modes, want := range map[uint32]string{0: "d", 0x20: "g", 0x2f: "pumbg", 0xff: "pumbagsf", 0x120: "g?", 1 << 31: "?"} {
		if got := letters(modes); got != want {
			t.Errorf("%#x: %s, want %s", modes, got, want)
		}
	}
}

func TestMoment(t *testing.T) {
	if moment(0) != nil || moment(math.MaxUint64) != nil || moment(253402300800*1e6) != nil {
		t.Error("not a time, but told as one")
	}
	if got := moment(1_800_000_000_999_999); got == nil || !got.Equal(time.Unix(1_800_000_000, 0)) {
		t.Errorf("%v", got)
	}
}
