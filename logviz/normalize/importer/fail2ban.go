package importer

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"ops/logviz/normalize"
)

// Fail2ban reads a filter of fail2ban (jail.conf(5), section FILTER FILES) and the files that it includes. fail2ban
// takes the date out of a line and searches the rest; so a filter that knows the prefix of syslog becomes a body that
// reads messages, and any other reads lines, with some room at the start for the date.
func Fail2ban(fsys fs.FS, file string, o Options) (*Import, error) {
	f := &filter{importing: importing{fsys: fsys, file: file}, values: defaults()}
	if err := f.read(file, 0); err != nil {
		return nil, err
	}
	pref := f.prefilter()
	ignored := f.regexes("ignoreregex", pref)
	failed := f.regexes("failregex", pref)
	if o.Stage == "" {
		o.Stage = normalize.Line
		if f.prefix {
			o.Stage = normalize.Body
		}
	}
	if o.Stage == normalize.Body && len(o.Programs) == 0 {
		o.Programs = f.programs()
	}
	name := strings.ReplaceAll(word(strings.TrimSuffix(path.Base(file), path.Ext(file)), "fail2ban"), "-", "_")
	for _, s := range ignored { // first, so that they win
		s.name, s.set = "ignored", map[string]any{"event.action": name + "_ignored"}
		f.translate(s, o.Stage)
	}
	for _, s := range failed {
		s.name, s.set = "failure", map[string]any{"event.action": name + "_failure", "event.outcome": "failure"}
		if strings.Contains(s.pattern, "<F-NOFAIL>") || strings.Contains(s.pattern, "<F-NOFAIL/>") {
			s.name, s.set = "related", map[string]any{"event.action": name + "_related"}
		}
		f.translate(s, o.Stage)
	}
	if v := f.values["maxlines"]; len(v) > 0 && strings.TrimSpace(v[0].text) != "1" {
		f.note(v[0].file, v[0].line, "maxlines: every line is read alone")
	}
	return f.finish("fail2ban filter", o, nil), nil
}

// filter is one in the reading.
type filter struct {
	importing
	values   map[string][]located // by name, of the sections DEFAULT, Definition and Init
	prefix   bool                 // it knows the prefix of syslog
	included int
}

// located is one line of a value.
type located struct {
	file    string
	line    int
	text    string
	samples []string
}

// defaults are values that the filters take for granted, from fail2ban's common.conf by its documentation.
func defaults() map[string][]located {
	return map[string][]located{
		"__pam_auth": {{text: "pam_unix"}}, "__pid_re": {{text: `(?:\[\d+\])`}}, "__hostname": {{text: `\S+`}},
		"__date_ambit": {{text: `(?:\[\])`}}, "__kernel_prefix": {{text: `kernel:\s?\[ *\d+\.\d+\]:?`}},
		"_daemon": {{text: `\S*`}}, "logtype": {{text: "file"}},
		"__prefix_line": {{text: prefixMark}}, "__daemon_re": {{text: `[\[\(]?\S*(?:\(\S+\))?[\]\)]?:?`}},
	}
}

// prefixMark stands for the prefix of syslog.
const prefixMark = "\ue001"

// read reads a file of sections with name = value; a line that begins with white space goes on with the value above.
func (f *filter) read(file string, depth int) error {
	lines, err := f.importing.read(file)
	if err != nil {
		return err
	}
	type entry struct {
		name  string
		lines []located
	}
	var entries []entry
	var includes, later []located
	section := ""
	var comment []string
	for i, text := range lines {
		trimmed := strings.TrimSpace(text)
		at := located{file, i + 1, trimmed, nil}
		switch {
		case trimmed == "":
			comment = nil
			continue
		case trimmed[0] == '#', trimmed[0] == ';':
			comment = append(comment, trimmed)
			continue
		}
		at.samples = samplesOf(comment)
		comment = nil
		switch {
		case text[0] == ' ' || text[0] == '\t':
			if len(entries) == 0 {
				f.problem(file, i+1, "a continued line without a name before it")
				continue
			}
			last := &entries[len(entries)-1]
			last.lines = append(last.lines, at)
		case trimmed[0] == '[' && strings.HasSuffix(trimmed, "]"):
			section = trimmed[1 : len(trimmed)-1]
		default:
			sep := strings.IndexAny(trimmed, "=:")
			if sep <= 0 {
				f.problem(file, i+1, "neither a section nor NAME = VALUE: %q", cut(trimmed))
				continue
			}
			name := strings.TrimSpace(trimmed[:sep])
			at.text = strings.TrimSpace(trimmed[sep+1:])
			switch {
			case section == "INCLUDES" && name == "before":
				includes = append(includes, at)
			case section == "INCLUDES" && name == "after":
				later = append(later, at)
			case section == "DEFAULT" || section == "Definition" || section == "Init":
			default:
				name = section + "/" + name
			}
			entries = append(entries, entry{name, []located{at}})
		}
	}
	f.include(includes, depth)
	for _, e := range entries {
		if e.name == "__prefix_line" { // ours is a message already
			continue
		}
		if known := f.values[e.name]; known != nil {
			f.values["known/"+e.name] = known
		}
		f.values[e.name] = e.lines
	}
	f.include(later, depth)
	return nil
}

func (f *filter) include(files []located, depth int) {
	for _, at := range files {
		f.included++
		name := path.Join(path.Dir(at.file), at.text)
		if depth == maxDepth || f.included > maxIncludes {
			f.problem(at.file, at.line, "include of %s: more than %d files, or %d deep", cut(at.text), maxIncludes, maxDepth)
			continue
		}
		err := f.read(name, depth+1)
		switch {
		case err == nil:
		case errors.Is(err, fs.ErrNotExist) && (strings.HasSuffix(name, ".local") || path.Base(name) == "common.conf"):
			// The first is for changes of the machine's own; what matters of the second is known.
		default:
			f.problem(at.file, at.line, "include: %v", err)
		}
	}
}

// value returns the lines of a value with all that it refers to put in.
func (f *filter) value(name string) (out []located) {
	budget := maxSteps
	for _, l := range f.values[name] {
		out = append(out, f.expand(l, &budget)...)
	}
	return out
}

// maxSteps bounds the references of one value.
const maxSteps = 500

func references() *regexp.Regexp {
	return regexp.MustCompile(`%\(([A-Za-z0-9_/.-]+)\)s|<([A-Za-z0-9_/.-]+)>`)
}

func (f *filter) expand(l located, budget *int) []located {
	ref := references()
	for {
		found := false
		for _, m := range ref.FindAllStringSubmatchIndex(l.text, -1) {
			from, to := m[2], m[3]
			if from < 0 {
				from, to = m[4], m[5]
				if m[0] > 0 && (l.text[m[0]-1] == 'P' || l.text[m[0]-1] == '?') { // the name of a group
					continue
				}
			}
			name := l.text[from:to]
			v, ok := f.values[name]
			if !ok {
				continue
			}
			if *budget--; *budget < 0 || len(l.text) > maxLength {
				f.problem(l.file, l.line, "%s: the values refer to each other without end", cut(name))
				return nil
			}
			if m[0] == 0 && m[1] == len(l.text) { // nothing but a reference: its lines are lines
				var out []located
				for _, line := range v {
					if line.file == "" {
						line.file, line.line = l.file, l.line
					}
					out = append(out, f.expand(line, budget)...)
				}
				return out
			}
			var texts []string
			for _, line := range v {
				texts = append(texts, line.text)
			}
			l.text = l.text[:m[0]] + strings.Join(texts, "\n") + l.text[m[1]:]
			found = true
			break
		}
		if !found {
			break
		}
	}
	if l.text == "" {
		return nil
	}
	return []located{l}
}

// prefilter returns what stands around the content, that the other expressions read, in prefregex.
type around struct{ before, after string }

func (f *filter) prefilter() *around {
	lines := f.value("prefregex")
	if len(lines) == 0 {
		return nil
	}
	l := lines[0]
	before, rest, ok := strings.Cut(l.text, "<F-CONTENT>")
	_, after, ok2 := strings.Cut(rest, "</F-CONTENT>")
	if !ok || !ok2 {
		f.note(l.file, l.line, "prefregex without <F-CONTENT>…</F-CONTENT>: it is left away")
		return nil
	}
	return &around{before, strings.TrimSuffix(after, "$")}
}

// regexes returns the expressions of a value, each behind what prefregex asks for.
func (f *filter) regexes(name string, pref *around) (out []source) {
	for _, l := range f.value(name) {
		text := l.text
		if pref != nil {
			inner, anchored := strings.CutPrefix(text, "^")
			if !anchored {
				inner = `.*?(?:` + inner + `)`
			}
			text = pref.before + "(?:" + inner + ")" + pref.after
		}
		if strings.Contains(text, prefixMark) {
			f.prefix = true
		}
		out = append(out, source{file: l.file, line: l.line, pattern: text, samples: l.samples})
	}
	return out
}

// translate makes a pattern of an expression.
func (f *filter) translate(s source, stage normalize.Stage) {
	text := strings.ReplaceAll(s.pattern, "%%", "%")
	if at := strings.Index(text, prefixMark); at >= 0 && strings.Trim(text[:at], "^(?:<F-MLID>") == "" && stage == normalize.Body {
		text = text[:at] + text[at+len(prefixMark):]
	}
	text = strings.ReplaceAll(text, prefixMark, `.{0,200}?`)
	if stage != normalize.Body {
		text = strings.ReplaceAll(text, `\[\]`, `\[[^\]]*\]`) // where fail2ban took the date out
	}
	text, err := tags(text)
	names := &groups{}
	if err == nil {
		text, err = translate(text, func(name string) string {
			if field, typ, ok := ownGroup(name); ok {
				return names.name(field, typ)
			}
			return names.name("fail2ban."+fieldName(name), "")
		})
	}
	if err != nil {
		f.problem(s.file, s.line, "%v", err)
		return
	}
	start := `(?s:.*?)`
	if rest, ok := strings.CutPrefix(text, "^"); ok {
		text, start = rest, ""
		if stage != normalize.Body {
			start = `(?s:.{0,80}?)` // the date
		}
	}
	s.pattern = "re:" + start + "(?:" + text + ")(?s:.*)"
	f.add(s)
}

// The groups that stand for fail2ban's tags have names that no filter gives to its own.
const ownPrefix = "ops__"

func ownGroup(name string) (field, typ string, ok bool) {
	rest, ok := strings.CutPrefix(name, ownPrefix)
	if !ok {
		return "", "", false
	}
	field, typ, _ = strings.Cut(rest, "__")
	return strings.ReplaceAll(field, "_dot_", "."), typ, true
}

// tags puts expressions in for fail2ban's tags.
func tags(text string) (string, error) {
	own := func(name, re string) string { return "(?P<" + ownPrefix + name + ">" + re + ")" }
	address := reIPv4 + "|" + reIPv6
	host := `\[?(?:::f{4,6}:)?` + own("source_dot_address__host", address+`|[0-9A-Za-z_][0-9A-Za-z_.-]*`) + `\]?`
	addr := `\[?(?:::f{4,6}:)?` + own("source_dot_address__host", address) + `\]?`
	tag := regexp.MustCompile(`<(/?)([A-Z][A-Z0-9_-]*)(/?)>`)
	var wrong error
	out := tag.ReplaceAllStringFunc(text, func(t string) string {
		m := tag.FindStringSubmatch(t)
		closing, name, empty := m[1] != "", m[2], m[3] != ""
		switch {
		case name == "HOST":
			return host
		case name == "ADDR", name == "IP4", name == "IP6":
			return addr
		case name == "SUBNET", name == "CIDR":
			return addr + `(?:/[0-9]+)?`
		case name == "DNS":
			return own("source_dot_domain", `[0-9A-Za-z_][0-9A-Za-z_.-]*`)
		case name == "SKIPLINES":
			wrong = fmt.Errorf("<SKIPLINES>: a pattern reads one line")
			return ""
		case !strings.HasPrefix(name, "F-"):
			return t
		case empty:
			return ""
		case closing:
			return ")"
		case name == "F-USER":
			return "(?P<" + ownPrefix + "user_dot_name>"
		case name == "F-NOFAIL", name == "F-MLFID", name == "F-MLFGAINED", name == "F-MLFFORGET", strings.HasPrefix(name, "F-ALT_"):
			return "(?:"
		case name == "F-PORT":
			return "(?P<" + ownPrefix + "source_dot_port>"
		case name == "F-IP4", name == "F-IP6":
			return "(?P<" + ownPrefix + "source_dot_address__host>"
		}
		return "(?P<" + ownPrefix + "fail2ban_dot_" + strings.ReplaceAll(fieldName(name[2:]), ".", "_dot_") + ">"
	})
	return out, wrong
}

// programs returns the names that the expression _daemon stands for, nil if they are not a few.
func (f *filter) programs() []string {
	lines := f.value("_daemon")
	if len(lines) == 0 {
		return nil
	}
	l := lines[len(lines)-1]
	if l.file == "" {
		l.file, l.line = f.file, 1
	}
	re, err := syntax.Parse(l.text, syntax.Perl)
	if err == nil {
		if names := texts(re); len(names) > 0 {
			slices.Sort(names)
			return slices.Compact(names)
		}
	}
	f.note(l.file, l.line, "_daemon is %q, which are not a few names: the patterns read every program's messages; --program NAME says whose", cut(l.text))
	return nil
}

// maxTexts bounds how many texts an expression of programs may stand for.
const maxTexts = 32

// texts returns all texts that an expression matches, nil if they are too many.
func texts(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []string{""}
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCapture:
		return texts(re.Sub[0])
	case syntax.OpQuest:
		if some := texts(re.Sub[0]); some != nil {
			return append(some, "")
		}
	case syntax.OpCharClass:
		var out []string
		for i := 0; i+1 < len(re.Rune); i += 2 {
			for c := re.Rune[i]; c <= re.Rune[i+1]; c++ {
				if len(out) == maxTexts {
					return nil
				}
				out = append(out, string(c))
			}
		}
		return out
	case syntax.OpAlternate:
		var out []string
		for _, sub := range re.Sub {
			some := texts(sub)
			if some == nil || len(out)+len(some) > maxTexts {
				return nil
			}
			out = append(out, some...)
		}
		return out
	case syntax.OpConcat:
		out := []string{""}
		for _, sub := range re.Sub {
			some := texts(sub)
			if some == nil || len(out)*len(some) > maxTexts {
				return nil
			}
			var next []string
			for _, a := range out {
				for _, b := range some {
					next = append(next, a+b)
				}
			}
			out = next
		}
		return out
	}
	return nil
}
