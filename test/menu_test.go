package test

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// menuPolicy is a menu over three folders below a root: data to read, in to append with a quota, out to write.
func menuPolicy(root, more string) string {
	return strings.ReplaceAll(`
allow:
  - sftp: {root: @/data, mode: read}
  - sftp: {root: @/in, mode: append, quota: 100K}
  - sftp: {root: @/out, mode: write}
  - command: [wait]
    run: [/usr/bin/cat]
  - command: [hello, "{who}"]
    run: [/usr/bin/echo, hello, "{who}"]
    where: {who: {name: 20}}
interactive: {menu: true, prompt: "lab> ", banner: "Wel\ecome"MORE}
sandbox: {level: required}
audit: {to: [@/audit.jsonl], files: all, result: true}
`, "@", root) + more
}

func menuFolders(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"data/sub", "in", "out"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	makeFile(t, root+"/data/notes.txt", "remember\n")
	makeFile(t, root+"/data/hostile", "\x1b[31mred\x07\ttab \u202e\xff\x9b2J é漢\nend")
	makeFile(t, root+"/data/na\x1b[32mme\n", "")
	makeFile(t, root+"/secret", "secret\n")
	if err := os.Symlink("../../secret", root+"/data/link"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/etc", root+"/data/etc"); err != nil {
		t.Fatal(err)
	}
	return root
}

// A person with a terminal and an ssh client.
func TestMenuOnTerminal(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	root := menuFolders(t)
	key := s.grant("terminal", strings.ReplaceAll(menuPolicy(root, ""), "MORE", ""))
	c := openConsole(t, "ssh", append(s.options(key), "-t", "root@127.0.0.1")...)
	const prompt = "lab> "
	do := func(line, want string) string {
		t.Helper()
		c.types(line + "\r")
		c.expect(line)
		shown := c.expect(want)
		return shown + c.expect("\x1b[J"+prompt)
	}

	c.expect(`Wel\x1bcome`)
	c.expect(prompt)
	do("help", "put FILE")
	do("pwd", "\n/\r")
	do("ls", "data/  read\r\nin/  append\r\nout/  write\r\n")
	do("ls -l /data", `na\x1b[32mme\n`)
	do("cd data", "")
	do("pwd", "\n/data\r")
	do("cat hostile", `\x1b[31mred\x07`)
	do("cat link", "leads out of the folder")
	do("cat etc/passwd", "symbolic link")
	do("cat /data/../../etc/passwd", "denied (path-outside)")
	do("cd /etc", "denied (path-outside)")
	do("cd notes.txt", "not a folder")
	do("pwd", "\n/data\r")
	if strings.Contains(c.shown(), "\x1b[31m") || strings.Contains(c.shown(), "\x1b[32m") || strings.Contains(c.shown(), "root:x:") || strings.Contains(c.shown(), "secret\n") {
		t.Errorf("hostile bytes or a file from outside reached the terminal")
	}

	// Keys: completion, history, search, editing, keys without a meaning.
	c.types("cat no\t\r")
	c.expect("remember\r\n")
	c.types("\x1b[A\r")
	c.expect("remember\r\n")
	c.types("\x12pw\r")
	c.expect("\n/data\r")
	c.types("hello xorld\x1b[D\x1b[D\x1b[D\x1b[D\x7fw\r")
	c.expect("hello world\r\n")
	c.types("hello you\x03")
	c.expect(prompt)
	c.types("\x1a\x1chello me\r")
	c.expect("hello me\r\n")
	c.types("hello a\rhello b\rhello c\r") // pasted
	c.expect("hello a\r\n")
	c.expect("hello b\r\n")
	c.expect("hello c\r\n")
	c.expect(prompt)
	c.resize(40, 10)
	do("hello narrow", "hello narrow\r\n")
	c.resize(80, 24)

	// A program that reads has the terminal to itself; Ctrl-Z does not stop it, Ctrl-C ends it.
	c.types("wait\r")
	c.expect("lab> wait")
	c.expect("\r\n")
	c.types("typed\x1a\r")
	c.expect("typed")
	c.expect("typed")
	c.types("\x03")
	c.expect(prompt)
	do("hello again", "hello again\r\n")

	t.Run("less", func(t *testing.T) {
		var b strings.Builder
		for i := range 5000 {
			fmt.Fprintf(&b, "row %d\n", i)
		}
		makeFile(t, root+"/data/rows", b.String()+"\x1b[31mlast\n")
		c.types("less rows\r")
		c.expect("row 22\r\n")
		c.types(" ")
		c.expect("row 45\r\n")
		c.types("b")
		c.expect("row 0\r\n")
		c.types("/row 1234\r")
		c.expect("row 1234\r\n")
		c.types("!sh\rv:e /etc/passwd\r|id\r")
		c.types("G")
		c.expect(`\x1b[31mlast`)
		c.types("/nowhere\r")
		c.expect("not found: nowhere")
		c.resize(60, 12)
		c.types("g")
		c.expect("row 10\r\n")
		c.types("q")
		c.expect(prompt)
	})

	t.Run("get and put", func(t *testing.T) {
		shown := do("get notes.txt", "9 bytes, SHA-256 ")
		_, text, _ := strings.Cut(shown, "-----BEGIN FILE notes.txt-----\r\n")
		text, _, _ = strings.Cut(text, "\r\n-----END FILE-----")
		if content, err := base64.StdEncoding.DecodeString(text); err != nil || string(content) != "remember\n" || !strings.Contains(shown, "scp -P ") {
			t.Errorf("got %q from %q", content, shown)
		}
		random := make([]byte, 30_000)
		_, _ = rand.Read(random)
		put := func(path, typed, want string) {
			t.Helper()
			c.types("put " + path + "\r")
			c.expect("then a dot and Enter")
			c.types(typed)
			c.expect(want)
			c.expect(prompt)
		}
		lines := base64.StdEncoding.EncodeToString(random)
		put("/in/random", "-----BEGIN FILE x-----\r"+lines[:76]+"\r\n"+lines[76:]+"\r-----END FILE-----\r.", "Stored 30000 bytes, SHA-256")
		if stored, err := os.ReadFile(root + "/in/random"); err != nil || string(stored) != string(random) {
			t.Errorf("stored %d bytes, %v", len(stored), err)
		}
		c.types("\r")
		put("/in/empty", ".", "Stored 0 bytes")
		put("/in/bad", "aGVsbG8=\rexit\r!!!!\r.", "no base64")
		put("/in/cut", "aGVsb\r.", "cut off")
		put("/in/dropped", "aGVsbG8=\x03", "given up")
		put("/in/more", base64.StdEncoding.EncodeToString(make([]byte, 80_000))+".", "quota exceeded")
		do("put /in/random", "nothing can be overwritten here")
		do("put /data/x", "denied (menu-mode)")
		do("get /out/x", "denied (menu-mode)")
		entries, err := os.ReadDir(root + "/in")
		if err != nil || len(entries) != 2 {
			t.Errorf("%v, %v", entries, err)
		}
	})
	c.types("exit\r")
	if code := c.exit(); code != 77 { // of the last line
		t.Errorf("exit code %d", code)
	}
	var stored []string
	for _, session := range trailOf(t, root+"/audit.jsonl") {
		for _, each := range done(&session) {
			if strings.HasPrefix(each, "close-write") {
				stored = append(stored, each)
			}
		}
	}
	if len(stored) != 7 || stored[0] != "close-write /random in=30000" {
		t.Errorf("the audit has %q", stored)
	}
}

// Without a terminal, lines come in a stream, and so do files.
func TestMenuWithoutTerminal(t *testing.T) {
	s := startSSHD(t, buildPrograms(t))
	root := menuFolders(t)
	key := s.grant("stream", strings.ReplaceAll(menuPolicy(root, ""), "MORE", ""))
	hostile, err := os.ReadFile(root + "/data/hostile")
	if err != nil {
		t.Fatal(err)
	}
	makeFile(t, root+"/in/there", "there\n")
	for name, c := range map[string]struct {
		in, out, err string
		code         int
	}{
		"several":  {"cd data\npwd\nless notes.txt\nhello you\n", "/data\nremember\nhello you\n", "", 0},
		"get":      {"get data/hostile\n", string(hostile), "", 0},
		"cat":      {"cat data/hostile\n", string(hostile), "", 0},
		"put":      {"put in/x\nthe rest\n\x00is content\nexit\n", "", "", 0},
		"put more": {"put in/y\n" + strings.Repeat("x", 200_000), "", "ops: write /in/y: quota exceeded", 1},
		"no put":   {"put data/x\nhello you\n", "", "denied (menu-mode)", 77},
		"bad put":  {"put it's\nhello you\n", "", "denied (command-syntax)", 77},
		"put over": {"put in/there\nhello you\n", "", "nothing can be overwritten here", 1},
		"denied":   {"cat /etc/passwd\n", "", "denied (path-outside)", 77},
		"missing":  {"cat data/nothing\n", "", "/data/nothing: no such file", 1},
		"names":    {"ls data\n", "etc\nhostile\nlink\nna\\x1b[32mme\\n\nnotes.txt\nsub/\n", "", 0},
	} {
		out, talk, code := s.clientWith(nil, c.in, "ssh", append(s.options(key), "-T", "root@127.0.0.1")...)
		if out != c.out || !strings.Contains(talk, c.err) || code != c.code {
			t.Errorf("%s: %q, %q, %d", name, out, talk, code)
		}
	}
	if text, err := os.ReadFile(root + "/in/x"); err != nil || string(text) != "the rest\n\x00is content\nexit\n" {
		t.Errorf("stored %q, %v", text, err)
	}
	if _, err := os.Stat(root + "/in/y"); err == nil {
		t.Error("half a file stays")
	}
}

// The binary itself on a terminal: what ends it, and that the terminal is as it was.
func TestMenuEnds(t *testing.T) {
	programs := buildPrograms(t)
	root := menuFolders(t)
	for name, c := range map[string]struct{ more, policy, keys, want string }{
		"ctrl-d":     {"", "", "\x04", ""},
		"exit":       {"", "", "exit\r", ""},
		"idle":       {", idle: 1s", "", "", "Nothing was typed for 1.0 s: good-bye."},
		"idle, less": {", idle: 1s", "", "less data/notes.txt\r", "Nothing was typed"},
		"time":       {"", "limits: {time: 2s}\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			policies := t.TempDir()
			makeFile(t, policies+"/m.yaml", strings.ReplaceAll(menuPolicy(root, c.policy), "MORE", c.more))
			script := "stty -g; " + programs + "/ops ssh-restrict --policies " + policies + " --policy m; echo code $?; stty -g"
			console := openConsole(t, "/bin/sh", "-c", script)
			console.expect("lab> ")
			console.types(c.keys)
			console.expect(c.want)
			console.expect("code ")
			console.exit()
			lines := strings.Fields(console.shown())
			if first, last := lines[0], lines[len(lines)-1]; first != last || strings.Count(first, ":") < 10 {
				t.Errorf("the terminal was %s and is %s", first, last)
			}
		})
	}
}
