package strictyaml

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// compareReaders reads a file in both ways. It returns what the fast reader wrongly made of it, if anything, and whether
// the fast reader took the file at all.
func compareReaders(data []byte) (wrong string, taken bool) {
	slow := report{name: "f"}
	if slow.clean(data); slow.fatal {
		return "", false
	}
	source := slow.source
	fast := readFast(&source)
	if fast == nil {
		return "", false
	}
	root := slow.readSlowly()
	if err := slow.err(); err != nil {
		return fmt.Sprintf("the slow way has an error: %v", err), true
	}
	return difference("root", fast, root), true
}

// difference returns where two trees differ first.
func difference(path string, fast, slow *node) string {
	type all struct {
		form  form
		kind  scalarKind
		at    pos
		text  string
		count int32
	}
	a, b := all{fast.form, fast.kind, fast.at, fast.text, fast.count}, all{slow.form, slow.kind, slow.at, slow.text, slow.count}
	if a != b {
		return fmt.Sprintf("%s: fast %+v, slow %+v", path, a, b)
	}
	x, y := fast.first, slow.first
	for i := 0; x != nil && y != nil; i++ {
		if fast.form == mapping && (x.key != y.key || x.keyAt != y.keyAt) {
			return fmt.Sprintf("%s: fast %q at %v, slow %q at %v", path, x.key, x.keyAt, y.key, y.keyAt)
		}
		if d := difference(fmt.Sprintf("%s.%d", path, i), x, y); d != "" {
			return d
		}
		x, y = x.next, y.next
	}
	if x != nil || y != nil {
		return path + ": chains of different length"
	}
	return ""
}

// usual are files that the fast reader must take: giving up would be right and slow.
var usual = []string{
	"a: b\n", "a: b", "a:\n", "a: \n", "a:", "a: # c\n", "a:  b # c\nd: e\n", "\n\n# c\na: b\n", "---\na: b\n", "--- # c\n# d\n\na: b\n",
	"- a\n- b\n", "-\n-\n", "- # c\n- b\n", "-\n  a: b\n", "- a: b\n  c: d\n- e: f\n", "-   a: b\n    c: d\n", "- - a\n  - b\n- c\n",
	"a:\n- b\n- c\nd: e\n", "a:\n  - b\n  - c\nd: e\n", "a:\n  b:\n    c: d\ne: f\n", "a:\n  b\n", "a:\n  \"b\"\nc: 'd'\n", "a:\n  [b]\n",
	"a:\n\n  # c\n  b: c\n\n# d\ne: f\n", "a: b\n      # c\nd: e\n", "  a: b\n  c: d\n",
	"[]\n", "{}\n", "[a, b]", "[a, b, ]\n", "{a: b, }\n", "{a: b, c: {d: [e, {f: g}]}, }\n", "a: [\n  b, # c\n  # d\n  e\n]\nf: {\n  g: h,\n\n  i: j }\n",
	"{a: , b: }\n", "{a:\n  b}\n", "[[], {}, [[]], '', \"\"]\n", "a: [b # c\n ]\n", "a: [ b , c ]\n", "a: {b: c} # d\n",
	"a: 'it''s'\nb: ''''\nc: ''\n", `a: "\0\a\b\t\n\v\f\r\e\ \"\/\\\N\_\L\P\x41\u00e9\U0001f642"` + "\n", "'a b': c\n\"d\\te\": f\n", "{'a': b, \"c\": d}\n",
	"a: |\n  x\n  y\nb: c\n", "a: |-\n  x\n\n   y\n\n", "- |\n x\n- |-\n y", "a: |\n  # no comment\n# comment\nb: c\n", "a:\n  b: |\n    c: d\n\n\n  e: f\n",
	"a: it's\nb: x\"y\nc: a#b\nd: a:b\ne: http://x/?y=[z]\nf: a,b\ng: x & y * z ! | > % @ ` {} []\n", "a: -b\nc: --d\n", "a b c: d e f\n", "a-b.c_d/e: f\n",
	"a: 1\nb: -1\nc: 0x1F\nd: 0o7\ne: 1.5\nf: .inf\ng: ~\nh: null\ni: true\nj: 1_0\nk: 0755\nl: 2026-10-01\nm: 01:00\n", "1: a\n~: b\ntrue: c\n.5: d\n",
	"a: <b>\n<c: d\n", "é: ü # ö\nß: [ä, \"é\", {ñ: 漢}]\n漢字: 🙂 x\n", "- é: a\n  b: [é, c]\n-\n", "a: é\nb:", "a:\r\n  - b\r\n  - c\r\n", "\ufeffa: b\n",
	"command: [systemctl, status, \"{unit}\"]\nwhere: {unit: {one-of: [nginx1.service]}}\n", "at: {days: mon-fri, between: \"01:00-05:00\", zone: Europe/Paris}\n",
	"run: [/usr/bin/x, --no-pager, -n, --, \"{unit}\"]\n", "ip: {source.ip: 2001:db8::1, source.port: 22}\n", "a: [b:c, d::e, https://f]\n", "a: {b: https://c:1/d}\n",
	strings.Repeat("- ", MaxDepth-3) + "x", strings.Repeat("[", MaxDepth-2) + strings.Repeat("]", MaxDepth-2), deepMappings(MaxDepth - 3), manyKeys(40),
	"a: " + strings.Repeat("x", 2000) + "\n" + strings.Repeat("k", 2000) + ": y\n", "a: " + strings.Repeat("1", longestNumber) + "\n",
}

// unusual are files that the fast reader must not take, or may take only as the slow way does.
var unusual = []string{
	"", " ", "\n", "# c\n", "---\n", "...\n", "a", "'a'", "|\n x\n", "\"a\"\n", "--- a\n", "--- a: b\n", "---\n---\na: b\n", "a: b\n---\n", "a: b\n...\n", "a: b\n--- c\n", "---a: b\n", "...a: b\n",
	"a: &x b\nc: *x\n", "&x a: b\n", "*x : y\n", "a: !!str b\n", "! a\n", "%YAML 1.2\n---\na: b\n", "a: %b\n", "? a\n: b\n", "?a: b\n", "a: ?b\n", ": a\n", "a: :b\n", "a: : b\n", "a: b: c\n", "a: b:\n",
	"a: 'b': c\n", "a: \"b\"c\n", "a: 'b'#c\n", "a: [b]#c\n", "a: [b] c\n", "a: [b]: c\n", "[a]: b\n", "{a: b}: c\n", "[a] b\n", "[a]\nb: c\n", "{a: b}\n- c\n",
	"a: b\n  c\n", "a: b\n\n  c: d\n", "a:\n  b\n  c\n", "a:\n  b\n c: d\n", "a:\n    b: c\n  d: e\n", "- a\n  b\n", "- a\n b\n", "- a: b\n c: d\n", "- a: b\n   c: d\n", "a:\n- b\n c: d\n", "a: b\n- c\n", "- a\nb: c\n",
	"a: - b\n", "a: -\n", "a: - \n", "-\na: b\n", "a:\n-\nb: c\n", "a:\n-\n-\nb: c\n", "- -\n-\n", "- -\n  - a\n -\n", "- - a\n - b\n", "-a\n", "--\n", "- --- a\n", "- ...\n", "-- a: b\n", "a:\n---\n", "[\n---\n]\n", "[a,\n...\n]\n", "[\n--- a\n]\n",
	"a: b \nc: d\n", "a: b   \n", "a: b  ", "a : b\n", "a  : b\n", "'a' : b\n", "a:b\n", "a:b: c\n", "{a:b}\n", "{a :b}\n", "{\"a\":b}\n", "{\"a\": b}\n", "{a: b:c}\n", "{a: b: c}\n", "{a: [b:c]}\n", "{a: [b: c]}\n", "[a: b]\n", "[{a: b:c}, d:e]\n", "[{a: b}, c:d]\n", "{a: # c\n b:c}\n", "{a:\n b:c}\n", "{a: b\n:c}\n", "{a: :b}\n", "{a: b:}\n", "[a:]\n", "[a:, b]\n", "{a://b: c}\n", "{a: {b:/c}}\n",
	"[a\n b]\n", "[a b\n]\n", "[a \n]\n", "[a\n, b]\n", "[a\n# c\n, b]\n", "[a # c\n b]\n", "[,]\n", "[a,,b]\n", "{,}\n", "{a}\n", "{a, b: c}\n", "[a}\n", "{a]\n", "{a: b]}\n", "[a}b]\n", "[- a]\n", "[-]\n", "[-, a]\n", "[a[b]\n", "{a{b: c}\n", "[a", "{a: b", "{a:", "[", "{", "]", "}", "a: ]\n", "a: }b\n", "[#a\n]\n", "[a,#b\n]\n", "[a #b\n]", "[\"a\"b]\n", "['a' 'b']\n", "[\"a\n b\"]\n", "[ ? a ]\n", "[*a]\n", "[&a b]\n", "[!t a]\n", "[|\n a]\n",
	"a: {\nb: c\n}\n", "a: [\nb\n]\n", "  a: [\nb\n]\n", "- a: {b: c,\n d: e}\n  f: g\n", "a: {b: [c,\nd],\ne: f}\ng: h\n", "a:\n  - [b,\n  c]\n  - {d: e,\nf: g}\nh: i\n", "a: [{b: c}, d\n]\n", "a: {bbbbbb: c, d: e\n}\nf: g\n",
	"a: \"b\nc\"\n", "a: 'b\n c'\n", "a: \"b\\\n c\"\n", "a: \"\\z\"\n", "a: \"\\xg0\"\n", "a: \"\\x4\"\n", "a: \"\\u12\"", "a: \"\\ud83d\\ude42\"\n", "a: \"\\udc00\"\n", "a: \"\\U00110000\"\n", "a: \"\\U80000041\"\n", "a: \"\\", "a: \"\\x", "a: \"b", "a: 'b", "a: 'b''", "'a", "\"a\nb\": c\n",
	"a:\tb\n", "\ta: b\n", "a: b\t\n", "a: b\t# c\n", "a: \"b\tc\"\n", "a: 'b\tc'\n", "# \t\na: b\n", "a:\n\tb: c\n", "[a,\tb]\n", "a: |\n  b\tc\n",
	"a: |\nb: c\n", "a: |\n", "a: |", "a: |\n\n  b\n", "a: |\n  b \n  c\n", "a: |\n  b\n \nc: d\n", "a: |\n  b\n   \n  c\n", "a: |\n   b\n  c\n", "a: |+\n  b\n\n", "a: |2\n  b\n", "a: | # c\n  b\n", "a: |  \n  b\n", "a: >\n  b\n  c\n", "a: >-\n  b\n", "- |\nx\n", "- - |\n  x\n", "a:\n  |\n  b\n", "- |\n  a\n b: c\n", "a: |-\n  b\n  ", "a: |-\n  b ", "a: |x\n b\n", "a: |\n  ---\n", "a: |\n ...\nb: c\n", "|\n---\n", "a: |\n b\n--- c\n", "a: |\n b\n... c\n",
	"a: b\na: c\n", "a: b\n'a': c\n", "{a: b, a: c}\n", "{a: {b: c, b: d}}\n", manyKeys(40) + "k7: x\n", "1: a\n0x1: b\n",
	"<<: {a: b}\n", "a: {<<: {b: c}}\n", "'<<': a\n", "a: <<\n", "a: b<<c\n", "a<<: b\n", "a: x <<: y\n", "{a <<: b}\n", "[<<]\n", "<<\n", "<<a: b\n", "a: <<<b\n",
	"@a: b\n", "`a: b\n", "a: @b\n", "a: `b\n", "a: ,b\n", "a: -,f\n", ",a: b\n", "a: ]b\n", "a: }\n", "a: #b\n", "a: #b\n  c\n", "#a: b\n", "a #b: c\n", "a#b: c\n", "a: b #c: d\n", "a: b#\n",
	"é : a\n", "é: b \n", "a: \"é\": b\n", "漢: 'x' y\n", "a:\u00a0b\n", "\u00a0a: b\n", "a: \u3000\n", "a\u0301: b\n", "a: b\u00a0\nc: d\n",
	strings.Repeat("- ", MaxDepth-2) + "x", strings.Repeat("- ", MaxDepth-1) + "x", strings.Repeat("- ", MaxDepth) + "x", strings.Repeat("- ", 500_000), strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth), strings.Repeat("[", 100_000), strings.Repeat("{a: ", 5000),
	deepMappings(MaxDepth - 2), deepMappings(MaxDepth), deepMappings(MaxDepth + 1), "a: " + strings.Repeat("1", longestNumber+1), "a: " + strings.Repeat("1", 300) + "." + strings.Repeat("1", 300), "{" + strings.Repeat("1", longestNumber+1) + ": a}\n",
	"- " + strings.Repeat("\n", 70_000) + "a\n", strings.Repeat("-\n", 20_000), strings.Repeat("-\n", maxTokens), strings.Repeat("-\n", maxTokens+1), "[" + strings.Repeat("a, ", maxTokens/2) + "]", strings.Repeat("#\n", maxTokens+1) + "a: b", strings.Repeat("#\n", maxTokens/2) + "[" + strings.Repeat("a,", maxTokens/4) + "]",
}

// TestFastReaderOnSplicedFiles puts words into the files above and pieces of them into each other.
func TestFastReaderOnSplicedFiles(t *testing.T) {
	const files, longest, least = 40_000, 300, 4000
	var seeds []string
	for _, file := range slices.Concat(usual, unusual) {
		if len(file) <= longest {
			seeds = append(seeds, file)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	countTaken := 0
	for range files {
		file := seeds[random.IntN(len(seeds))]
		for range 1 + random.IntN(4) {
			from := random.IntN(len(file) + 1)
			to := min(len(file), from+random.IntN(3))
			piece := words[random.IntN(len(words))]
			if random.IntN(3) == 0 {
				other := seeds[random.IntN(len(seeds))]
				start := random.IntN(len(other) + 1)
				piece = other[start : start+random.IntN(len(other)-start+1)]
			}
			file = file[:from] + piece + file[to:]
		}
		wrong, taken := compareReaders([]byte(file))
		if wrong != "" {
			t.Errorf("%q: %s", file, wrong)
		}
		if taken {
			countTaken++
		}
	}
	if countTaken < least {
		t.Errorf("only %d of %d files were taken; this tests little", countTaken, files)
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: v\n", i)
	}
	return b.String()
}

func TestFastReaderTakesWhatIsUsual(t *testing.T) {
	for _, file := range usual {
		wrong, taken := compareReaders([]byte(file))
		if wrong != "" {
			t.Errorf("%.200q: %s", file, wrong)
		}
		if !taken {
			t.Errorf("%.200q: not taken", file)
		}
	}
}

func TestFastReaderIsLikeTheSlowOne(t *testing.T) {
	for _, file := range append(repositoryFiles(t), unusual...) {
		if wrong, _ := compareReaders([]byte(file)); wrong != "" {
			t.Errorf("%.200q: %s", file, wrong)
		}
	}
}

// repositoryFiles returns all YAML files of the repository.
func repositoryFiles(t testing.TB) []string {
	var files []string
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "out") {
			return fs.SkipDir
		}
		if ext := filepath.Ext(name); d.Type().IsRegular() && (ext == ".yaml" || ext == ".yml") {
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			files = append(files, string(text))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 6 {
		t.Errorf("only %d YAML files were found", len(files))
	}
	return files
}
