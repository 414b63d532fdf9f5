package sshrestrict

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"ops/sshrestrict/launch"
)

// commandRule runs one program that the policy's author chose. The client's command must have the rule's shape; the
// program's arguments are the rule's, with the checked values in their places.
type commandRule struct {
	Command []string  `yaml:"command,required"`
	Options []option  `yaml:"options"` // the client may give these before, between and after the words
	Run     []string  `yaml:"run"`     // what is started; Command with the program's path if left out
	Where   variables `yaml:"where"`   // what the {variables} may be

	Sandbox bool `yaml:"confine"` // raise the sandbox even if the policy has no sandbox section
	Network bool `yaml:"network"` // the program needs TCP
}

// optionsPlace stands for the client's options in Run.
const optionsPlace = "{options}"

// variable returns the name in "{name}" or "{name...}", which stands for one or more words.
func variable(word string) (name string, many, ok bool) {
	if len(word) < 3 || word[0] != '{' || word[len(word)-1] != '}' {
		return "", false, false
	}
	name = word[1 : len(word)-1]
	name, many = strings.CutSuffix(name, "...")
	return name, many, isName(strings.ReplaceAll(name, "-", "_"))
}

func (r *commandRule) complete() error {
	if len(r.Command) == 0 || r.Command[0] == "" {
		return refuse("command", "command has no words")
	}
	if _, _, hole := variable(r.Command[0]); hole {
		return refuse("command", "the name of the program cannot be a variable: the client would choose what runs")
	}
	given := map[string]bool{}
	for i, word := range r.Command {
		name, many, hole := variable(word)
		switch {
		case !hole:
			continue
		case word == optionsPlace:
			return refuse("command", "the client's options are described by \"options\" and may stand anywhere; {options} belongs into run")
		case given[name]:
			return refuse("command", "{%s} stands twice in command", name)
		case many && i != len(r.Command)-1:
			return refuse("command", "{%s...} must be the last word of command", name)
		}
		given[name] = true
		if v := r.Where.named(name); v == nil {
			return refuse("command", "{%s} has no type; say under \"where\" what it may be, such as %s: {integer: 1-100}", name, name)
		} else if v.kind == "" {
			return refuse("command", "{%s} has no type", name)
		}
	}
	for _, v := range r.Where {
		if !given[v.name] {
			return refuse("command", "where: {%s} does not stand in command", v.name)
		}
	}
	if r.Run == nil {
		r.Run = r.defaultRun()
	}
	return r.completeRun(given)
}

// defaultRun is the command itself with its options behind the program's name.
func (r *commandRule) defaultRun() []string {
	run := []string{r.Command[0]}
	if len(r.Options) > 0 {
		run = append(run, optionsPlace)
	}
	return append(run, r.Command[1:]...)
}

func (r *commandRule) completeRun(given map[string]bool) error {
	if len(r.Run) == 0 {
		return refuse("command", "run has no words")
	}
	if !strings.HasPrefix(r.Run[0], "/") {
		if strings.Contains(r.Run[0], "/") {
			return refuse("command", "run: %s is neither a name nor an absolute path", quote(r.Run[0]))
		}
	} else if path.Clean(r.Run[0]) != r.Run[0] {
		return refuse("command", "run: write %s", quote(path.Clean(r.Run[0])))
	}
	options := 0
	for i, word := range r.Run {
		if word == optionsPlace {
			options++
			continue
		}
		name, _, hole := variable(word)
		switch {
		case hole && i == 0:
			return refuse("command", "run: the program cannot be a variable")
		case hole && !given[name]:
			return refuse("command", "run: {%s} does not stand in command", name)
		}
		if err := printable(word); err != nil {
			return err
		}
	}
	if options > 1 || options == 0 && len(r.Options) > 0 {
		return refuse("command", "run needs {options} once, because the client may give options")
	}
	return nil
}

// program returns the path of what is started. Where no folder of programs has the name, the likely path is returned, and
// its start fails.
func (r *commandRule) program() string {
	name := r.Run[0]
	if strings.HasPrefix(name, "/") {
		return name
	}
	for dir := range strings.SplitSeq(searchPath, ":") {
		file := dir + "/" + name
		if form, err := formOf(file); err == nil && form == formFile && unix.Access(file, unix.X_OK) == nil {
			return file
		}
	}
	return "/usr/bin/" + name
}

func (r *commandRule) decide(q *Request) answer {
	words, ok := q.words()
	if !ok || !words[0].literal() || !r.callsMe(words[0].Text) {
		return answer{}
	}
	options, rest, err := readOptions(words[1:], r.Options, r.fixed())
	if err != nil {
		return denied("command-option", err)
	}
	values, err := r.match(rest)
	if err != nil {
		return denied("command-arguments", err)
	}
	s := &Start{Open: !r.Sandbox, Network: r.Network}
	program := r.program()
	args := []string{program}
	for _, word := range r.Run[1:] {
		if word == optionsPlace {
			args = append(args, options...)
			continue
		}
		name, _, hole := variable(word)
		if !hole {
			args = append(args, word)
			continue
		}
		args = append(args, values[name]...)
	}
	for _, v := range r.Where {
		s.Read = append(s.Read, texts(v.folders)...)
	}
	for _, o := range r.Options {
		s.Read = append(s.Read, texts(o.value.folders)...)
	}
	slices.Sort(s.Read)
	s.Read = slices.Compact(s.Read)
	s.Stages = []Stage{{Program: program, Args: args, Stderr: launch.StderrInherit}}
	return allow(s)
}

// callsMe is true if the client's word names the rule's program: as the rule has it, or with the folder of programs.
func (r *commandRule) callsMe(word string) bool {
	name := r.Command[0]
	return word == name || !strings.Contains(name, "/") && isProgram(Word{Text: word}, name)
}

// fixed are the words of the rule that look like options, so that they are not taken for the client's own.
func (r *commandRule) fixed() []string {
	var fixed []string
	for _, word := range r.Command[1:] {
		if strings.HasPrefix(word, "-") {
			fixed = append(fixed, word)
		}
	}
	return fixed
}

// match compares the client's words with the rule's and returns the values of the variables.
func (r *commandRule) match(words []Word) (map[string][]string, error) {
	values := map[string][]string{}
	template := r.Command[1:]
	for i, part := range template {
		name, many, hole := variable(part)
		switch {
		case !hole:
			if i >= len(words) || !words[i].literal() || words[i].Text != part {
				return nil, refuse("command-arguments", "expected %s as word %d", quote(part), i+2)
			}
			continue
		case i >= len(words):
			return nil, refuse("command-arguments", "the word for {%s} is missing", name)
		}
		taken := words[i : i+1]
		if many {
			taken = words[i:]
		}
		for _, w := range taken {
			text, err := r.Where.named(name).accept(w)
			if err != nil {
				return nil, fmt.Errorf("{%s}: %w", name, err)
			}
			values[name] = append(values[name], text)
		}
		if many {
			return values, nil
		}
	}
	if len(words) > len(template) {
		return nil, refuse("command-arguments", "the word %s is one too many", quote(words[len(template)].Text))
	}
	return values, nil
}
