package sshrestrict

import (
	"slices"
	"strconv"
	"strings"

	"ops/sshrestrict/launch"
)

// maxStages is how many programs a client's pipe may have.
const maxStages = 8

// piece is one program of a client's pipe: plain words, and where its errors go.
type piece struct {
	words  []string
	stderr launch.Stderr
}

// pipeline reads commands joined by |, each with no redirections but 2>/dev/null and 2>&1.
func pipeline(tokens []Token) ([]piece, error) {
	pieces := []piece{{}}
	for i := 0; i < len(tokens); i++ {
		last := &pieces[len(pieces)-1]
		switch t := tokens[i]; {
		case t.Operator == "" && !t.literal():
			return nil, refuse("pipe-word", "the word %s, which a shell would change", quote(t.Text))
		case t.Operator == "":
			last.words = append(last.words, t.Text)
		case t.Operator == "|":
			if len(last.words) == 0 || len(pieces) == maxStages {
				return nil, refuse("pipe", "an empty or too long pipe")
			}
			pieces = append(pieces, piece{})
		case t.Operator == "2>&1":
			last.stderr = launch.StderrStdout
		case t.Operator == "2>" && i+1 < len(tokens) && tokens[i+1].Operator == "" && tokens[i+1].literal() && tokens[i+1].Text == "/dev/null":
			last.stderr = launch.StderrNull
			i++
		default:
			return nil, refuse("pipe-operator", "the operator %s", quote(t.Operator))
		}
	}
	if len(pieces[len(pieces)-1].words) == 0 {
		return nil, refuse("pipe", "an empty pipe")
	}
	return pieces, nil
}

// isQuantity is true for a number with a unit: 128k, 16M, 0, 1.5G, 50%.
func isQuantity(text string) bool {
	number := strings.TrimRight(text, "bBkKmMgGtTiP%")
	if _, err := strconv.ParseFloat(number, 64); err != nil {
		return false
	}
	return len(text) <= 16 && !strings.ContainsAny(number, "+-eExXnN_pP")
}

// probe answers the questions that scripts ask before they begin. None of them needs a shell. Older ones look for a program
// by its path, with ls or test.
func probe(words []string, programs ...string) (Stage, bool) {
	for _, nothing := range []string{"exit", "exit 0", "true", ":", "echo -n"} {
		if slices.Equal(words, strings.Fields(nothing)) {
			return Stage{Program: "/usr/bin/true", Args: []string{"true"}}, true
		}
	}
	asks := false
	switch len(words) {
	case 2:
		asks = words[0] == "which" || isTool(words[0], "ls")
	case 3:
		asks = words[0] == "command" && words[1] == "-v" || words[0] == "test" && words[1] == "-x"
	}
	if !asks {
		return Stage{}, false
	}
	asked := words[len(words)-1]
	for _, name := range programs {
		if isTool(asked, name) {
			return session("which", "--", name), true
		}
	}
	return Stage{}, false
}

// isTool is true for a program's name with or without the folders that distributions put it into.
func isTool(word, name string) bool {
	switch word {
	case name, "/sbin/" + name, "/usr/sbin/" + name, "/usr/bin/" + name, "/bin/" + name, "/usr/local/sbin/" + name, "/usr/local/bin/" + name:
		return true
	}
	return false
}

// unprivileged takes "sudo -n" or "doas -n" off a command: whose rights a program gets is for the policy to say.
func unprivileged(words []string) []string {
	if len(words) < 2 || !isTool(words[0], "sudo") && !isTool(words[0], "doas") {
		return words
	}
	if words[1] == "-n" && len(words) > 2 {
		return words[2:]
	}
	return words[1:]
}

// behindSudo starts a stage with root's rights if the policy says so.
func (s Stage) behindSudo(sudo bool) Stage {
	if !sudo || s.Program == companion {
		return s
	}
	args := append([]string{"sudo", "-n", "--", s.Program}, s.Args[1:]...)
	return Stage{Program: "/usr/bin/sudo", Args: args, Stderr: s.Stderr}
}
