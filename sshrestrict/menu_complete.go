package sshrestrict

import (
	"os"
	"path"
	"slices"
	"strings"
)

// typedWords returns the words of a line as far as they are typed: the whole ones, the beginning of the last one, and where in
// the line that starts. Quotes that are still open are as good as closed.
func typedWords(line string) (words []string, last string, start int) {
	var word strings.Builder
	quote := byte(0)
	inside := false
	start = len(line)
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c == ' ' && quote == 0 {
			if inside {
				words = append(words, word.String())
				word.Reset()
			}
			inside = false
			continue
		}
		if !inside {
			inside, start = true, i
		}
		switch {
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && i+1 < len(line):
			i++
			word.WriteByte(line[i])
		default:
			word.WriteByte(c)
		}
	}
	if !inside {
		return words, "", len(line)
	}
	return words, word.String(), start
}

// escaped writes a word as the menu's own reader takes it for itself: with a backslash before everything that has another
// meaning. See split.
func escaped(word string) string {
	var b strings.Builder
	for _, c := range []byte(word) {
		if strings.IndexByte(" '\"\\$`*?[](){};&|<>!~#", c) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(c)
	}
	return b.String()
}

// maxCompletions is how many entries of a folder are looked at.
const maxCompletions = 10_000

// entries lists what is in a folder below f, folders with a slash behind, whatever links lead there: a link that leaves f is
// not followed. Errors mean that there is nothing to propose.
func (f folder) entries(rel string) []string {
	root, err := os.OpenRoot(string(f))
	if err != nil {
		return nil
	}
	defer root.Close()
	dir, err := root.Open(rel)
	if err != nil {
		return nil
	}
	defer dir.Close()
	found, _ := dir.ReadDir(maxCompletions)
	names := make([]string, len(found))
	for i, e := range found {
		names[i] = e.Name()
		if e.IsDir() {
			names[i] += "/"
		}
	}
	return names
}

// complement returns what the menu's own commands would take behind the words, of what starts with prefix.
func (f *files) complement(commands []fileCommand, words []string, prefix string) []string {
	var list []string
	if len(words) == 0 {
		for _, c := range commands {
			list = append(list, c.name)
		}
	} else if slices.ContainsFunc(commands, func(c fileCommand) bool { return c.name == words[0] && c.name != "pwd" }) {
		list = f.paths(prefix)
	}
	return slices.DeleteFunc(list, func(c string) bool { return !strings.HasPrefix(c, prefix) })
}

// paths lists what is in the folder that the beginning of a path names, in the form of that path.
func (f *files) paths(prefix string) []string {
	typed := prefix[:strings.LastIndexByte(prefix, '/')+1]
	at, below, err := f.locate(typed)
	if err != nil {
		return nil
	}
	var list []string
	if at == nil {
		for i := range f.places {
			list = append(list, typed+f.places[i].name+"/")
		}
		return list
	}
	hidden := strings.HasPrefix(path.Base(prefix), ".") && !strings.HasSuffix(prefix, "/")
	for _, name := range at.rule.Root.entries("." + below) {
		if hidden || !strings.HasPrefix(name, ".") {
			list = append(list, typed+name)
		}
	}
	return list
}
