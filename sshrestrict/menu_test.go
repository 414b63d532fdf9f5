package sshrestrict

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ops/sshrestrict/internal/passwd"
)

// newMenu is a menu over three folders below a root: /data to read, /in to append, /out to write; and a command.
func newMenu(t *testing.T, root string) *Menu {
	t.Helper()
	text := strings.ReplaceAll(`
allow:
  - sftp: {root: @/data, mode: read}
  - sftp: {root: @/in, mode: append, paths: rooted}
  - rclone: {root: @/out, mode: write}
  - command: [tail, -n, "{n}", "{file}"]
    where: {n: {integer: 1-9}, file: {file-in: @/data}}
  - command: [df, -h]
interactive: {menu: true}
audit: {to: [@/audit.jsonl]}
`, "@", root)
	p, err := Parse("menu", "menu.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"data/sub", "in", "out"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	m := &Menu{forced: forced{policy: p, account: passwd.Account{Name: "someone", Home: "/"}}, files: newFiles(p)}
	m.Now, m.Clock = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), time.Now
	m.files.scp = "22 someone@192.0.2.1"
	return m
}

// decided is what a line starts, as text, or the code of its refusal.
func (m *Menu) decided(text string) string {
	q := NewRequest(KindCommand, text, m.policy.MaxCommand)
	q.Now = m.Now
	line, _, d, mine := m.fileLine(q)
	if !mine {
		d = m.policy.Decide(q)
	}
	switch {
	case d.Verdict != Allow:
		return d.Code
	case d.Start == nil:
		return line.name
	}
	return d.Start.String()
}

// What a person may type: each line starts our own server with a path below one root, or it is refused.
func TestMenuLines(t *testing.T) {
	root := t.TempDir()
	m := newMenu(t, root)
	const get = " --hint 'scp -P 22 "
	for name, c := range map[string]struct{ typed, want string }{
		"the top":                    {"ls", "ls"},
		"the top by name":            {"ls /", "ls"},
		"above the top":              {"ls ../../..", "ls"},
		"where am I":                 {"pwd", "pwd"},
		"a place":                    {"ls data", "--root @/data --mode read --paths rooted --place data -- ls /"},
		"a place, absolute":          {"ls -l /data/sub", "--place data -l -- ls /sub"},
		"options together":           {"ls -la data", "--place data -l -a -- ls /"},
		"the server's own path":      {"cat @/data/a", "--place data -- cat /a"},
		"name with a blank":          {`cat "data/a b"`, "-- cat '/a b'"},
		"name with a dash":           {"cat -- /data/-x", "-- cat /-x"},
		"name with quotes":           {`cat data/it\'s`, `-- cat '/it'\''s'`},
		"get":                        {"get data/a", get + "someone@192.0.2.1:@/data/a .' -- get /a"},
		"get where paths are rooted": {"get in/a", get + "someone@192.0.2.1:/a .' -- get /a"},
		"put":                        {"put in/a", get + "FILE someone@192.0.2.1:/a' -- put /a"},
		"dots within":                {"cat data/sub/../a", "-- cat /a"},
		"dots from one to another":   {"cat data/../in/a", "--place in -- cat /a"},
		"command":                    {"tail -n 5 @/data/a", "/usr/bin/tail -n 5 @/data/a"},

		"outside":                       {"cat /etc/passwd", "path-outside"},
		"outside by dots":               {"cat data/../../etc/passwd", "path-outside"},
		"outside, the server's own":     {"cat @/secret", "path-outside"},
		"outside, a longer name":        {"cat @/database/x", "path-outside"},
		"hidden by rooted paths":        {"cat @/in/a", "path-outside"},
		"nothing":                       {"cat ''", "menu-usage"},
		"no path":                       {"cat", "menu-usage"},
		"two paths":                     {"cat data/a data/b", "menu-usage"},
		"more for pwd":                  {"pwd data", "menu-usage"},
		"all places as a file":          {"cat /", "menu-usage"},
		"put over all places":           {"put /", "menu-usage"},
		"put to read":                   {"put data/a", "menu-mode"},
		"get from write":                {"get out/a", "menu-mode"},
		"cat from write":                {"cat out/a", "menu-mode"},
		"an option":                     {"ls -R data", "menu-option"},
		"a long option":                 {"ls --color=auto", "menu-option"},
		"an option of less":             {"less -R data/a", "menu-option"},
		"a command of less":             {"less +!sh data/a", "menu-usage"},
		"log file of less":              {"less -o/in/x data/a", "menu-option"},
		"an option as path":             {"cat -- -x -y", "menu-usage"},
		"pattern":                       {"cat data/*", "menu-pattern"},
		"question mark":                 {"cat data/?", "menu-pattern"},
		"class":                         {"cat data/[a]", "menu-pattern"},
		"home":                          {"cat ~/x", "menu-pattern"},
		"somebody's home":               {"cd ~root", "menu-pattern"},
		"variable":                      {"cat $HOME", "command-syntax"},
		"variable in quotes":            {`cat "$HOME"`, "command-syntax"},
		"command substitution":          {"cat $(id)", "command-syntax"},
		"backticks":                     {"cat `id`", "command-syntax"},
		"braces":                        {"cat data/{a,b}", "command-syntax"},
		"history expansion":             {"!sh", "command-syntax"},
		"comment":                       {"#", "command-syntax"},
		"pipe":                          {"cat data/a | sh", "command-unknown"},
		"and":                           {"ls && id", "command-unknown"},
		"semicolon":                     {"ls; id", "command-unknown"},
		"background":                    {"less data/a &", "command-unknown"},
		"into a file":                   {"cat data/a > in/b", "command-unknown"},
		"from a file":                   {"put in/a < /etc/passwd", "command-unknown"},
		"assignment":                    {"LESSOPEN=x less data/a", "command-unknown"},
		"path of a program":             {"/bin/cat data/a", "command-unknown"},
		"shell":                         {"sh", "command-unknown"},
		"another server":                {"ops-tools session files", "command-unknown"},
		"control character":             {"cat data/a\x1b[31m", "command-control"},
		"newline":                       {"ls\nid", "command-control"},
		"NUL":                           {"cat data/a\x00b", "command-control"},
		"not UTF-8":                     {"cat data/\xff", "command-encoding"},
		"direction":                     {"cat data/\u202egnp.exe", "command-character"},
		"full-width slash":              {"cat data\uff0f..", "command-character"},
		"an open quote":                 {"cat 'data/a", "command-syntax"},
		"a backslash at the end":        {`cat data/a\`, "command-syntax"},
		"too long":                      {"cat data/" + strings.Repeat("a", MaxCommand), "command-long"},
		"options of a command":          {"tail -f @/data/a", "command-option"},
		"a file outside of a command's": {"tail -n 5 /etc/passwd", "path-outside"},
	} {
		t.Run(name, func(t *testing.T) {
			at := func(text string) string { return strings.ReplaceAll(text, "@/", root+"/") }
			typed, want := at(c.typed), at(c.want)
			got := m.decided(typed)
			if got != want && !strings.HasSuffix(got, want) {
				t.Errorf("%q: %s, want %s", typed, got, want)
			}
		})
	}
}

// Names of places: the last element of the root, with a number where it comes twice.
func TestPlaces(t *testing.T) {
	p, err := Parse("p", "p.yaml", []byte("allow: [{sftp: {root: /a/data}}, {sftp: {root: /b/data}}, {scp: {root: /c}}, {sftp: {root: /data-2}}]"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, place := range placesOf(p) {
		names = append(names, place.name)
	}
	if want := []string{"data", "data-2", "data-2-2"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if now := newFiles(&Policy{rules: p.rules[:1]}).now; now != "/data" {
		t.Errorf("with one place the menu begins in %s", now)
	}
}

func TestMenuCompletion(t *testing.T) {
	root := t.TempDir()
	m := newMenu(t, root)
	for _, name := range []string{"data/notes.txt", "data/no way", "data/.hidden", "data/it's", "data/bad\x1bname", "data/bad\nname", "data/bidi\u202e", "in/x"} {
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc", filepath.Join(root, "data", "link")); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"":                   "0 cat cd df get less ls put pwd tail",
		"l":                  "0 less ls",
		"cat ":               "4 data/ in/ out/",
		"cat /":              "4 /data/ /in/ /out/",
		"cat da":             "4 data/",
		"cat data/":          `4 data/it\'s data/link data/no\ way data/notes.txt data/sub/`,
		"cat data/.":         "4 data/.hidden",
		"cat data/no":        `4 data/no\ way data/notes.txt`,
		`cat data/no\ w`:     `4 data/no\ way`,
		`cat "data/no w`:     `4 data/no\ way`,
		`cat 'data/no w`:     `4 data/no\ way`,
		"cat data/link/":     "4 ",
		"cat data/../":       "4 data/../data/ data/../in/ data/../out/",
		"cat /etc/":          "4 ",
		"cat ../../etc/":     "4 ",
		"ls -l in/":          "6 in/x",
		"tail -n 5 " + root:  fmt.Sprintf("10 %s/data/", root),
		"pwd ":               "4 ",
		"nothing ":           "8 ",
		"df ":                "3 -h",
		"cat data/\x1b[31m":  "4 ",
		"cat data/notes.txt": "4 data/notes.txt",
	} {
		start, words := m.Complete(line)
		if got := fmt.Sprintf("%d %s", start, strings.Join(words, " ")); got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
}

// A policy's own command of that name comes first; without rules for sftp there are no commands for files.
func TestMenuOfOwnNames(t *testing.T) {
	p, err := Parse("p", "p.yaml", []byte("allow: [{command: [cat, x]}, {sftp: {root: /a/data}}]"))
	if err != nil {
		t.Fatal(err)
	}
	m := &Menu{forced: forced{policy: p}, files: newFiles(p)}
	if got := m.decided("cat x"); got != "/usr/bin/cat x" {
		t.Errorf("cat is %s", got)
	}
	if got := strings.Join(m.Files(), "; "); got != "ls [-l] [-a] [PATH]; less FILE; get FILE; cd [FOLDER]; pwd" {
		t.Errorf("files: %s", got)
	}
	p.rules = p.rules[:1]
	m.files = newFiles(p)
	if m.Files() != nil || m.decided("ls") != "command-unknown" {
		t.Errorf("without sftp: %q, %s", m.Files(), m.decided("ls"))
	}
}

// pwd, ls and cd of the top need no program, and are recorded.
func TestMenuOfItsOwn(t *testing.T) {
	root := t.TempDir()
	m := newMenu(t, root)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	m.Out, m.Err = write, write
	m.files.now = "/data/sub"
	for _, line := range []string{"pwd", "cd", "pwd", "ls", "cd ~"} {
		m.Do(t.Context(), line)
	}
	write.Close()
	var out bytes.Buffer
	if _, err := out.ReadFrom(read); err != nil {
		t.Fatal(err)
	}
	want := "/data/sub\n/\ndata/  read\nin/  append\nout/  write\n"
	if got := out.String(); !strings.HasPrefix(got, want) || !strings.Contains(got, "denied (menu-pattern)") {
		t.Errorf("got %q", got)
	}
	log, err := os.ReadFile(filepath.Join(root, "audit.jsonl"))
	if err != nil || bytes.Count(log, []byte(`"event":"intent"`)) != 5 {
		t.Errorf("%v, %s", err, log)
	}
}

// Whatever is typed, what is started is our server with a clean path below a place, or a program of the policy.
func FuzzMenuLine(f *testing.F) {
	for _, seed := range []string{"ls -la /data/../x", `cat "a b"\ c`, "get -- -x", "put ~", "cd ''", "tail -n 3 /x"} {
		f.Add(seed)
	}
	p, err := Parse("p", "p.yaml", []byte("allow: [{sftp: {root: /nowhere/data}}, {sftp: {root: /nowhere/in, mode: append, paths: rooted}}]"))
	if err != nil {
		f.Fatal(err)
	}
	m := &Menu{forced: forced{policy: p}, files: newFiles(p)}
	f.Fuzz(func(t *testing.T, text string) {
		q := NewRequest(KindCommand, text, MaxCommand)
		_, _, d, mine := m.fileLine(q)
		if !mine || d.Verdict != Allow || d.Start == nil {
			return
		}
		args := d.Start.Stages[0].Args
		last, verb, dashes := args[len(args)-1], args[len(args)-2], args[len(args)-3]
		if d.Start.Stages[0].Program != companion || dashes != "--" || !strings.Contains(" ls cat less get put cd ", " "+verb+" ") ||
			!strings.HasPrefix(last, "/") || filepath.Clean(last) != last {
			t.Errorf("%q starts %s", text, d.Start)
		}
		if i := slices.Index(args, "--root"); args[i+1] != "/nowhere/data" && args[i+1] != "/nowhere/in" {
			t.Errorf("%q starts %s", text, d.Start)
		}
		typedWords(text)
	})
}
