package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ops/logviz/geo/internal/blob"
)

const head = "# Generated: Thu, 25 Jun 2026 04:33:59 GMT\n# Vendor: IPFire Project\n# License: CC BY-SA 4.0\n"

func source(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRun(t *testing.T) {
	v4 := source(t, "geoip", head+"16777216,16777471,AU\n16777472,16778239,UK\n16778240,16779263,??\n")
	v6 := source(t, "geoip6", head+"2001:200::,2001:200:ffff:ffff:ffff:ffff:ffff:ffff,JP\n2001:201::,2001:207:ffff:ffff:ffff:ffff:ffff:ffff,EU\n")
	var files [2][]byte
	for i := range files {
		folder := t.TempDir()
		var talk bytes.Buffer
		if err := run(v4, v6, folder, &talk); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"IPFire Location, 2026-06-25, CC BY-SA 4.0", "3 countries", `"??" is no country: 1 source`, `"EU" is no country: 1 source`} {
			if !strings.Contains(talk.String(), want) {
				t.Errorf("the output lacks %q:\n%s", want, &talk)
			}
		}
		file, err := os.ReadFile(filepath.Join(folder, "ipfire.geo"))
		if err != nil {
			t.Fatal(err)
		}
		files[i] = file
	}
	if !bytes.Equal(files[0], files[1]) {
		t.Error("two runs gave different files")
	}
	d, err := blob.Decode(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(d.Codes, " "); got != "AU GB JP" {
		t.Errorf("codes are %s", got)
	}
}

func TestRunErrors(t *testing.T) {
	good := source(t, "geoip", head+"1,2,AU\n")
	bad := source(t, "bad", head+"1;2;AU\n")
	missing := filepath.Join(t.TempDir(), "geoip")
	for want, files := range map[string][2]string{
		missing:           {missing, good},
		bad + ": line 4":  {good, bad},
		"the second IPv6": {good, good},
	} {
		folder := t.TempDir()
		if err := run(files[0], files[1], folder, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		if left, _ := os.ReadDir(folder); len(left) > 0 {
			t.Errorf("after an error the folder has %v", left)
		}
	}
}
