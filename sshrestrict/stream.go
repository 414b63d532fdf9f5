package sshrestrict

import (
	"slices"
	"strings"
)

// streamRule lets a client store what it sends, or fetch a folder as an archive: "cat > FILE", "dd of=FILE", "tar -x", "tar -c".
// There is no redirection: our own program stores the stream below the root.
type streamRule struct {
	Write folder `yaml:"write"` // streams and archives are stored and unpacked here
	Mode  Mode   `yaml:"mode"`  // append (no overwriting) or write; write if left out
	Read  folder `yaml:"read"`  // archives are made of this folder
	Quota size   `yaml:"quota"`
}

func newStreamRule() *streamRule { return &streamRule{Mode: ModeWrite} }

func (r *streamRule) complete() error {
	if r.Write == "" && r.Read == "" {
		return refuse("stream", "give write or read, and the folder")
	}
	if r.Mode != ModeAppend && r.Mode != ModeWrite {
		return refuse("stream", "the mode is append or write")
	}
	for _, f := range []folder{r.Write, r.Read} {
		if f != "" {
			if err := completeRoot(f); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *streamRule) decide(q *Request) answer {
	tokens := q.Tokens
	switch {
	case len(tokens) >= 2 && tokens[0].Text == "cat" && tokens[1].Operator != "":
		if len(tokens) != 3 || tokens[1].Operator != ">" || tokens[2].Operator != "" {
			return deny("stream-redirect", "only \"cat > FILE\" stores a stream")
		}
		return r.store(tokens[2].Word)
	case len(tokens) == 0:
		return answer{}
	}
	words, ok := q.words()
	switch {
	case ok && isProgram(words[0], "dd"):
		return r.dd(words[1:])
	case ok && isProgram(words[0], "tar"):
		return r.tar(words[1:])
	}
	return answer{}
}

func (r *streamRule) store(target Word) answer {
	switch {
	case r.Write == "":
		return deny("stream-write", "writing is not granted")
	case !target.literal():
		return deny("stream-path", "the path %s", quote(target.Text))
	}
	located, err := r.Write.locate(target.Text, PathsAbsolute)
	if err != nil {
		return denied("stream-path", err)
	}
	if strings.HasSuffix(located, "/") {
		return deny("stream-path", "%s is a folder", quote(located))
	}
	rule := sftpRule{Root: r.Write, Mode: r.Mode, Quota: r.Quota}
	return allow(serve(r.Write, r.Mode, append(rule.arguments("store"), "--", located)...))
}

// dd takes "dd of=FILE" with block sizes, which mean nothing to the stored file.
func (r *streamRule) dd(words []Word) answer {
	target := ""
	for _, w := range words {
		key, value, found := strings.Cut(w.Text, "=")
		switch {
		case !found || !w.literal():
			return deny("stream-option", "the word %s for dd", quote(w.Text))
		case key == "of" && target == "":
			target = value
		case (key == "bs" || key == "obs" || key == "ibs") && isQuantity(value), key == "status" && isPlainName(value):
		default:
			return deny("stream-option", "the word %s for dd", quote(w.Text))
		}
	}
	if target == "" {
		return deny("stream-path", "dd without of=")
	}
	return r.store(Word{Text: target})
}

// tar takes -x or -c with -f - and letters that neither name files nor run programs, -C FOLDER, and names below it.
func (r *streamRule) tar(words []Word) answer {
	texts, ok := literals(words)
	if !ok {
		return deny("stream-option", "words that a shell would expand")
	}
	direction, dir, archive := "", "", ""
	var letters, names []string
	for i := 0; i < len(texts); i++ {
		word := texts[i]
		value := func() string {
			if i++; i < len(texts) {
				return texts[i]
			}
			return ""
		}
		switch {
		case word == "--numeric-owner" || word == "--one-file-system" || word == "--sparse" || word == "--acls" || word == "--xattrs":
			letters = append(letters, word)
		case strings.HasPrefix(word, "--"):
			return deny("stream-option", "the option %s of tar", quote(word))
		case i == 0 || strings.HasPrefix(word, "-"):
			cluster := strings.TrimPrefix(word, "-")
			for j, letter := range cluster {
				switch {
				case strings.ContainsRune("xct", letter) && direction == "":
					direction = string(letter)
				case strings.ContainsRune("pvzjJSkhl", letter) && letter != 'l' && letter != 'h':
					letters = append(letters, "-"+string(letter))
				case letter == 'f' && j == len(cluster)-1:
					archive = value()
				case letter == 'C' && j == len(cluster)-1 && dir == "":
					dir = value()
				default:
					return deny("stream-option", "the option -%c of tar", letter)
				}
			}
		default:
			names = append(names, word)
		}
	}
	if archive != "" && archive != "-" {
		return deny("stream-path", "the archive %s: only - is a stream", quote(archive))
	}
	root, name := r.Write, "-x"
	switch direction {
	case "x":
		if r.Mode == ModeAppend && !slices.Contains(letters, "-k") {
			letters = append(letters, "-k")
		}
	case "c":
		root, name = r.Read, "-c"
	default:
		return deny("stream-option", "tar without -x or -c")
	}
	if root == "" {
		return deny("stream-direction", "tar %s is not granted", name)
	}
	if dir == "" {
		dir = string(root)
	}
	located, err := root.locate(dir, PathsAbsolute)
	if err != nil {
		return denied("stream-path", err)
	}
	args := append([]string{"tar", name}, letters...)
	args = append(args, "-f", "-", "-C", located, "--")
	for _, each := range names {
		if _, err := folder(strings.TrimSuffix(located, "/")).locate(each, PathsAbsolute); err != nil || strings.HasPrefix(each, "/") {
			return deny("stream-path", "the name %s in the archive", quote(each))
		}
		args = append(args, each)
	}
	if direction == "c" && len(names) == 0 {
		return deny("stream-path", "tar -c without names")
	}
	s := &Start{
		Stages: []Stage{{Program: "/usr/bin/tar", Args: args}}, Dir: located,
		Execute: []string{"/usr/bin/gzip", "/usr/bin/bzip2", "/usr/bin/xz", "/usr/bin/zstd"},
		Read:    []string{"/etc/passwd", "/etc/group", "/etc/nsswitch.conf"}, Confine: true,
	}
	if direction == "c" {
		return allow(s.tree(root, ModeRead))
	}
	return allow(s.tree(root, ModeWrite))
}
