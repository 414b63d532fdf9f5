package sshrestrict

import (
	"slices"
	"strings"

	"ops/internal/strictyaml"
)

// rcloneRule serves rclone's sftp remotes: the sftp protocol, and the commands that rclone sends beside it, which are the same
// from 1.40 on (backend/sftp in its source). It asks once what shell there is, tries whether there are programs for
// checksums, has them print those of files, and asks df for space where the sftp server does not tell it. No shell and
// none of those programs is started for it: our own program answers from the same tree as the sftp server.
//
// rclone may set the times of a file on another connection than it wrote the file on, which append and write do not allow: a
// session changes only what is its own. So it needs set_modtime = false there, and --inplace from 1.63 on.
type rcloneRule struct {
	sftpRule
}

// UnmarshalYAML reads the same fields as those of sftp.
func (r *rcloneRule) UnmarshalYAML(n strictyaml.Node) error { return n.Decode(&r.sftpRule) }

// shellQuestion tells three shells apart by what each makes of it. A POSIX shell prints the second half.
const shellQuestion = "echo ${ShellId}%ComSpec%"

// decideText answers the question about the shell, which is no list of plain words.
func (r *rcloneRule) decideText(text string) answer {
	if text != shellQuestion {
		return answer{}
	}
	return allow(&Start{Stages: []Stage{{Program: "/usr/bin/echo", Args: []string{"echo", "%ComSpec%"}}}})
}

func (r *rcloneRule) decide(q *Request) answer {
	if a := r.sftpRule.decide(q); a.start != nil || a.code != "" {
		return a
	}
	if a, ok := r.trial(q.Tokens); ok {
		return a
	}
	words, ok := q.words()
	if !ok {
		return answer{}
	}
	texts, plain := literals(words)
	algorithm := sumAlgorithm(texts)
	switch {
	case !plain && sumAlgorithm([]string{words[0].Text}) == "" && words[0].Text != "df":
		return answer{}
	case !plain:
		return deny("rclone-path", "words that a shell would expand")
	case algorithm != "" && (r.Mode == ModeWrite || r.Read != nil && !*r.Read): // a trial too, so that rclone does without
		return deny("rclone-read", "checksums tell of contents, and the policy does not let them be read")
	case algorithm != "" && len(texts) == 1: // a trial with an empty input
		return allow(serve(r.Root, r.Mode, append(r.arguments("sum"), "--", algorithm)...))
	case algorithm != "":
		return r.about(texts[1:], "sum", algorithm)
	case texts[0] == "df" && len(texts) > 1 && texts[1] == "-k":
		return r.about(texts[2:], "space")
	}
	if len(texts) == 3 && texts[0] == "type" && texts[1] == "-p" {
		texts = []string{"which", texts[2]}
	}
	if stage, ok := probe(texts, sumPrograms()...); ok && stage.Program == companion {
		return allow(&Start{Stages: []Stage{stage}})
	}
	return answer{}
}

// trial answers "echo 'abc' | md5sum", by which old versions try whether there is such a program.
func (r *rcloneRule) trial(tokens []Token) (answer, bool) {
	pieces, err := pipeline(tokens)
	if err != nil || len(pieces) != 2 || !slices.Equal(pieces[0].words, []string{"echo", "abc"}) || len(pieces[1].words) != 1 {
		return answer{}, false
	}
	algorithm := sumAlgorithm(pieces[1].words)
	if algorithm == "" || r.Mode == ModeWrite {
		return answer{}, false
	}
	s := serve(r.Root, r.Mode, append(r.arguments("sum"), "--", algorithm)...)
	s.Files = false // it reads no file
	s.Stages = slices.Insert(s.Stages, 0, Stage{Program: "/usr/bin/echo", Args: []string{"echo", "abc"}})
	return allow(s), true
}

// about renders a question about one path.
func (r *rcloneRule) about(paths []string, server string, words ...string) answer {
	if len(paths) > 0 && paths[0] == "--" {
		paths = paths[1:]
	}
	if len(paths) != 1 {
		return deny("rclone-path", "expected one path")
	}
	if _, err := r.Root.locate(paths[0], r.Paths); err != nil {
		return denied("rclone-path", err)
	}
	return allow(serve(r.Root, r.Mode, append(append(append(r.arguments(server), "--"), words...), paths[0])...))
}

// sumPrograms are the names that rclone looks for and our program stands in for.
func sumPrograms() []string { return []string{"md5sum", "sha1sum", "sha256sum"} }

// sumAlgorithm is "md5" for md5sum and so on, empty for other commands.
func sumAlgorithm(words []string) string {
	if len(words) == 0 || !slices.Contains(sumPrograms(), words[0]) {
		return ""
	}
	return strings.TrimSuffix(words[0], "sum")
}
