package sshrestrict

import (
	"bytes"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// realShells are those whose reading of words ours is compared with.
func realShells() []string { return []string{"/usr/bin/dash", "/usr/bin/bash"} }

// endOfCase comes behind the words of each text in a shell's output; no text holds it.
const endOfCase = "\x01end\x01"

// shellWords has a shell print the words of texts that the splitter took for plain words and nothing else. The shell has no
// environment, no folder of programs, an empty folder to be in, and expands no patterns.
func shellWords(t *testing.T, shell string, texts []string) [][]string {
	t.Helper()
	var script strings.Builder
	script.WriteString("set -f\nPATH=\n")
	for _, text := range texts {
		script.WriteString("printf '%s\\0' " + text + "\nprintf '%s\\0' '" + endOfCase + "'\n")
	}
	cmd := exec.Command(shell, "-s")
	cmd.Stdin, cmd.Env, cmd.Dir = strings.NewReader(script.String()), []string{}, t.TempDir()
	var failures bytes.Buffer
	cmd.Stderr = &failures
	out, err := cmd.Output()
	if err != nil || failures.Len() > 0 {
		t.Fatalf("%s: %v: %.300s\n%.1000q", shell, err, failures.String(), texts)
	}
	var all [][]string
	for one := range strings.SplitSeq(strings.TrimSuffix(string(out), endOfCase+"\x00"), endOfCase+"\x00") {
		all = append(all, strings.Split(strings.TrimSuffix(one, "\x00"), "\x00"))
	}
	return all
}

// plainWords returns the words of a text without operators; nil if the splitter does not take it for that.
func plainWords(text string) []Word {
	q := NewRequest(KindCommand, text, MaxCommand)
	words := make([]Word, 0, len(q.Tokens))
	for _, token := range q.Tokens {
		if token.Operator != "" {
			return nil
		}
		words = append(words, token.Word)
	}
	return words
}

// sameWords holds that both shells read each text as the splitter does, but for homes, which the splitter tells.
func sameWords(t *testing.T, texts []string) {
	t.Helper()
	for _, shell := range realShells() {
		for i, theirs := range shellWords(t, shell, texts) {
			ours := plainWords(texts[i])
			equal := func(w Word, word string) bool { return w.Text == word || w.Tilde }
			if !slices.EqualFunc(ours, theirs, equal) {
				t.Errorf("%q: %s reads %.500q, we %.500v", texts[i], shell, theirs, ours)
			}
		}
	}
}

// TestWordsLikeShells puts every piece of quoting beside every other one, in pairs and in all orders.
func TestWordsLikeShells(t *testing.T) {
	pieces := []string{
		`a`, `'`, `"`, `\`, ` `, `''`, `""`, `'b c'`, `"b c"`, `\ `, `\'`, `\"`, `\\`, `'\'`, `"\""`, `"\\"`, `"\b"`, `'"'`, `"'"`, `~`,
		`~/x`, `=`, `A=`, `:`, `:~`, `!`, `\!`, `#`, `\#`, `*`, `\*`, `'*'`, `[`, `]`, `[a]`, `?`, `-`, `--`, `%`, `^`, `@`, `+`, `,`, `.`,
		`/`, `1`, `é`, `$`, `\$`, `'$x'`, "\\`", `{`, `\{`, `'{a,b}'`, `(`, `'('`, `;`, `\;`, `|`, `'|'`, `<`, `\<`, `>`, `">"`, `&`, `'&'`,
	}
	var texts []string
	add := func(text string) {
		if len(plainWords(text)) > 0 {
			texts = append(texts, text)
		}
	}
	for _, first := range pieces {
		for _, second := range pieces {
			add(first + second)
			for _, third := range []string{`a`, `'`, `"`, ` b`, `\ `, `~`, `=~`} {
				add(first + second + third)
				add("x" + third + first + second)
			}
		}
	}
	if len(texts) < 20_000 {
		t.Fatalf("only %d texts are plain words", len(texts))
	}
	sameWords(t, texts)
}

// FuzzWords holds that what the splitter takes for plain words, dash and bash read as the same words; that it finds no
// control character in any; and that it says where in the text a mistake is.
func FuzzWords(f *testing.F) {
	for _, text := range []string{
		`git-upload-pack 'it'\''s.git'`, `scp -f "with space" \*.txt`, `a 'b' "c\"d" e\ f ~ ~x g=~:~ h+=~`, `x=1 2>&1 |& y`, `[!a] ['!'a] a#b`,
		`'' "" \'`, `a;b&&c||d>e`, "é\u202e", `!x`, `1>&2 10>x`, `a\`, `"a`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q := NewRequest(KindCommand, text, MaxCommand)
		if q.Err != nil {
			e, ok := q.Err.(*SyntaxError)
			if !ok || e.Offset < 0 || e.Offset > len(text) || q.Tokens != nil || !strings.HasPrefix(e.Code, "command-") {
				t.Fatalf("%q: %v, %d tokens", text, q.Err, len(q.Tokens))
			}
			return
		}
		for _, token := range q.Tokens {
			if strings.ContainsFunc(token.Text, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }) {
				t.Fatalf("%q: the word %q", text, token.Text)
			}
		}
		if len(plainWords(text)) > 0 {
			sameWords(t, []string{text})
		}
	})
}
