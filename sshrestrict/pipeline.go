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

// filter renders one stage between two ends of a stream: a compressor, a buffer or a meter, with options that name no file
// and run nothing.
func filter(p piece) (Stage, error) {
	name, args := p.words[0], p.words[1:]
	name = strings.TrimPrefix(strings.TrimPrefix(name, "/usr/bin/"), "/bin/")
	var flags, valued string // letters of options without and with a value
	switch name {
	case "gzip", "pigz", "zcat", "gunzip":
		flags = "cdfqv123456789"
	case "bzip2", "pbzip2", "xz", "pixz", "lzop", "lz4", "lzma", "bzcat", "xzcat":
		flags = "cdfqv0123456789"
		if name == "xz" {
			valued = "T"
		}
	case "zstd", "zstdcat", "zstdmt", "pzstd":
		flags, valued = "cdfqv0123456789", "T"
	case "mbuffer":
		flags, valued = "q", "smRrWv"
	case "pv":
		flags, valued = "ptrebqnWf", "sLB"
	default:
		return Stage{}, refuse("pipe-program", "the program %s", quote(name))
	}
	rendered := []string{name}
	for i := 0; i < len(args); i++ {
		letters, ok := strings.CutPrefix(args[i], "-")
		if !ok || letters == "" {
			return Stage{}, refuse("pipe-option", "the word %s for %s", quote(args[i]), name)
		}
		if strings.HasPrefix(name, "zstd") && (letters == "-long" || letters == "-adapt") {
			rendered = append(rendered, "-"+letters)
			continue
		}
		for letters != "" {
			letter := letters[:1]
			letters = letters[1:]
			switch {
			case strings.Contains(flags, letter):
				rendered = append(rendered, "-"+letter)
			case strings.Contains(valued, letter):
				value := letters
				letters = ""
				if value == "" {
					if i++; i == len(args) {
						return Stage{}, refuse("pipe-option", "-%s without a value", letter)
					}
					value = args[i]
				}
				if !isQuantity(value) {
					return Stage{}, refuse("pipe-option", "%s is no quantity", quote(value))
				}
				rendered = append(rendered, "-"+letter, value)
			default:
				return Stage{}, refuse("pipe-option", "the option -%s of %s", letter, name)
			}
		}
	}
	return Stage{Program: "/usr/bin/" + name, Args: rendered, Stderr: p.stderr}, nil
}

// isQuantity is true for a number with a unit: 128k, 16M, 0, 1.5G, 50%.
func isQuantity(text string) bool {
	number := strings.TrimRight(text, "bBkKmMgGtTiP%")
	if _, err := strconv.ParseFloat(number, 64); err != nil {
		return false
	}
	return len(text) <= 16 && !strings.ContainsAny(number, "+-eExXnN_pP")
}

// probe answers the questions that scripts ask before they begin. None of them needs a shell.
func probe(words []string, programs ...string) (Stage, bool) {
	switch {
	case slices.Equal(words, []string{"exit"}), slices.Equal(words, []string{"exit", "0"}), slices.Equal(words, []string{"true"}),
		slices.Equal(words, []string{"echo", "-n"}), slices.Equal(words, []string{":"}):
		return Stage{Program: "/usr/bin/true", Args: []string{"true"}}, true
	case len(words) == 3 && words[0] == "command" && words[1] == "-v", len(words) == 2 && words[0] == "which":
		name := words[len(words)-1]
		if slices.Contains(programs, name) {
			return session("which", "--", name), true
		}
	}
	return Stage{}, false
}

// streamTools are the filters that a script may ask for.
func streamTools() []string {
	return []string{
		"bzip2", "gzip", "lz4", "lzop", "mbuffer", "pbzip2", "pigz", "pixz", "pv", "pzstd", "xz", "zstd", "zstdmt",
	}
}
