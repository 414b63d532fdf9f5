package sshrestrict

import (
	"slices"
	"strings"
)

// tarAsked is what a client's tar means.
type tarAsked struct {
	direction string   // "x" or "c"
	options   []string // that name no file and run nothing
	dir       string
	names     []string
}

// tarLetter returns the short form of a long option, empty if there is none that is taken.
func tarLetter(option string) string {
	switch option {
	case "--extract", "--get":
		return "x"
	case "--create":
		return "c"
	case "--file":
		return "f"
	case "--directory":
		return "C"
	case "--preserve-permissions", "--same-permissions":
		return "p"
	case "--verbose":
		return "v"
	case "--gzip":
		return "z"
	case "--bzip2":
		return "j"
	case "--xz":
		return "J"
	case "--sparse":
		return "S"
	case "--keep-old-files":
		return "k"
	}
	return ""
}

// readTar reads letters in clusters, the first of which needs no dash, long options in full, and names.
func readTar(words []string) (tarAsked, error) {
	asked := tarAsked{}
	for i := 0; i < len(words); i++ {
		word := words[i]
		letters, value, attached := "", "", false
		switch {
		case slices.Contains([]string{"--numeric-owner", "--one-file-system", "--acls", "--xattrs", "--selinux", "--zstd", "--same-owner", "--no-same-owner"}, word):
			asked.options = append(asked.options, word)
			continue
		case word == "--":
			asked.names = append(asked.names, words[i+1:]...)
			return asked, nil
		case strings.HasPrefix(word, "--"):
			word, value, attached = strings.Cut(word, "=")
			if letters = tarLetter(word); letters == "" || attached && letters != "f" && letters != "C" {
				return asked, refuse("stream-option", "the option %s of tar", quote(words[i]))
			}
		case strings.HasPrefix(word, "-") && word != "-":
			letters = word[1:]
		case i == 0:
			letters = word
		default:
			asked.names = append(asked.names, word)
			continue
		}
		if cluster, ok := strings.CutSuffix(letters, "f-"); ok { // the archive's name attached
			letters, value, attached = cluster+"f", "-", true
		}
		for j, letter := range letters {
			last := j == len(letters)-1
			if last && (letter == 'f' || letter == 'C') && !attached {
				if i++; i < len(words) {
					value = words[i]
				}
			}
			switch {
			case (letter == 'x' || letter == 'c') && asked.direction == "":
				asked.direction = string(letter)
			case strings.ContainsRune("pvzjJSk", letter):
				asked.options = append(asked.options, "-"+string(letter))
			case letter == 'f' && last && value == "-":
			case letter == 'f' && last:
				return asked, refuse("stream-path", "the archive %s: only - is a stream", quote(value))
			case letter == 'C' && last && asked.dir == "" && value != "":
				asked.dir = value
			default:
				return asked, refuse("stream-option", "the option %s of tar", quote(words[min(i, len(words)-1)]))
			}
		}
	}
	return asked, nil
}

// tar unpacks below the written folder, or makes an archive of names below the read one.
func (r *streamRule) tar(words []Word) answer {
	texts, ok := literals(words)
	if !ok {
		return deny("stream-option", "words that a shell would expand")
	}
	asked, err := readTar(texts)
	if err != nil {
		return denied("stream-option", err)
	}
	root, mode := r.Write, ModeWrite
	switch {
	case asked.direction == "":
		return deny("stream-option", "tar without -x or -c")
	case asked.direction == "c":
		root, mode = r.Read, ModeRead
	case r.Mode == ModeAppend && !slices.Contains(asked.options, "-k"):
		asked.options = append(asked.options, "-k")
	}
	switch {
	case root == "":
		return deny("stream-direction", "tar -%s is not granted", asked.direction)
	case asked.dir == "":
		asked.dir = string(root)
	}
	located, err := root.locate(asked.dir, PathsAbsolute)
	if err != nil {
		return denied("stream-path", err)
	}
	args := append([]string{"tar", "-" + asked.direction}, asked.options...)
	args = append(args, "-f", "-", "-C", located, "--")
	for _, name := range asked.names {
		if _, err := folder(strings.TrimSuffix(located, "/")).locate(name, PathsAbsolute); err != nil || strings.HasPrefix(name, "/") {
			return deny("stream-path", "the name %s in the archive", quote(name))
		}
		args = append(args, name)
	}
	if mode == ModeRead && len(asked.names) == 0 {
		return deny("stream-path", "tar -c without names")
	}
	s := &Start{
		Stages: []Stage{{Program: "/usr/bin/tar", Args: args}}, Dir: located,
		Execute: []string{"/usr/bin/gzip", "/usr/bin/bzip2", "/usr/bin/xz", "/usr/bin/zstd"},
		Read:    []string{"/etc/passwd", "/etc/group", "/etc/nsswitch.conf"}, Confine: true,
	}
	return allow(s.tree(root, mode))
}
