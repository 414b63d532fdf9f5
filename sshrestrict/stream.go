package sshrestrict

import "strings"

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
		case (key == "bs" || key == "obs" || key == "ibs") && isQuantity(value), key == "status" && isPlainName(value),
			w.Text == "conv=fsync", w.Text == "conv=fdatasync", w.Text == "iflag=fullblock":
		default:
			return deny("stream-option", "the word %s for dd", quote(w.Text))
		}
	}
	if target == "" {
		return deny("stream-path", "dd without of=")
	}
	return r.store(Word{Text: target})
}
