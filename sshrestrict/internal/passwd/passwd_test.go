package passwd

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
)

func TestRoot(t *testing.T) {
	for _, look := range []func() (Account, error){
		func() (Account, error) { return ByUID(0) },
		func() (Account, error) { return ByName("root") },
	} {
		a, err := look()
		if err != nil || a.Name != "root" || a.UID != 0 || a.Home != "/root" {
			t.Errorf("got %+v, %v", a, err)
		}
	}
}

func TestUnknown(t *testing.T) {
	_, err := ByName("nobody:x")
	unknown, ok := errors.AsType[*Unknown](err)
	if !ok || !strings.Contains(unknown.Error(), `"nobody:x"`) {
		t.Errorf("got %v", err)
	}
	if _, err := open(filepath.Join(t.TempDir(), "none"), func(Account) bool { return true }); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing table: got %v", err)
	}
}

func TestFind(t *testing.T) {
	good := Account{Name: "ann", UID: 7, GID: 8, Home: "/home/ann", Shell: "/bin/sh"}
	const line = "ann:x:7:8:Ann,,,:/home/ann:/bin/sh"
	cases := []struct {
		name, table string
		found       bool
	}{
		{"plain", line + "\n", true},
		{"no line end", line, true},
		{"second", "root:x:0:0::/root:/bin/sh\n" + line, true},
		{"first of two", line + "\nann:x:9:9::/:/\n", true},
		{"after a broken line", "x\n" + line, true},
		{"after a long line", strings.Repeat("a", 3*maxLine) + "\n" + line, true},
		{"after a line as long as the buffer", strings.Repeat("a", maxLine) + "\n" + line, true},
		{"empty", "", false},
		{"long line", line + strings.Repeat("a", maxLine), false},
		{"six fields", "ann:x:7:8:/home/ann:/bin/sh\n", false},
		{"eight fields", line + ":\n", false},
		{"negative id", "ann:x:-7:8::/home/ann:/bin/sh", false},
		{"id with a sign", "ann:x:+7:8::/home/ann:/bin/sh", false},
		{"empty id", "ann:x::8::/home/ann:/bin/sh", false},
		{"no id", "ann:x:4294967295:8::/home/ann:/bin/sh", false},
		{"id too large", "ann:x:4294967303:8::/home/ann:/bin/sh", false},
		{"group is no number", "ann:x:7:users::/home/ann:/bin/sh", false},
		{"NIS plus", "+ann:x:7:8::/home/ann:/bin/sh", false},
		{"NIS minus", "-ann:x:7:8::/home/ann:/bin/sh", false},
		{"comment", "#ann:x:7:8::/home/ann:/bin/sh", false},
		{"nul", "ann:x:7:8::/home/ann\x00:/bin/sh", false},
		{"blank before the name", " " + line, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := find(strings.NewReader(c.table), func(a Account) bool { return a.Name == "ann" })
			if c.found && (err != nil || got != good) || !c.found && !errors.Is(err, errAbsent) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// Read passes over what find passes over, and an error of the file is not the end of the table.
func TestRead(t *testing.T) {
	table := "root:x:0:0::/root:\nbroken\n+nis:x:1:1::/:/\n" + strings.Repeat("a", 2*maxLine) + "\nann:x:7:8::/home/ann:/bin/sh"
	got, err := Read(strings.NewReader(table))
	if err != nil || len(got) != 2 || got[0].Name != "root" || got[1].Name != "ann" {
		t.Errorf("%+v %v", got, err)
	}
	broken := errors.New("the disk is broken")
	if _, err := Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if _, err := find(iotest.ErrReader(broken), func(Account) bool { return true }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}

// Whatever is found can be written as a line that says the same.
func FuzzParse(f *testing.F) {
	f.Add("root:x:0:0:root:/root:/bin/bash")
	f.Add("+::::::")
	f.Add("a:b:4294967295:0:::")
	f.Fuzz(func(t *testing.T, line string) {
		a, ok := parse(line)
		if !ok {
			return
		}
		if a.UID < 0 || a.GID < 0 || a.Name == "" {
			t.Fatalf("%q gives %+v", line, a)
		}
		again := fmt.Sprintf("%s:x:%d:%d::%s:%s", a.Name, a.UID, a.GID, a.Home, a.Shell)
		if b, ok := parse(again); !ok || a != b {
			t.Errorf("%q gives %+v, and %q gives %+v", line, a, again, b)
		}
	})
}
