package normalize

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"ops/logviz"
)

// Suggestion is a definition made from clusters.
type Suggestion struct {
	YAML []byte
	Name string
	// Texts is how many texts its patterns come from; Without is how many more are in clusters that have no pattern, as no
	// text of theirs can be written into a file or an earlier pattern reads them.
	Texts, Without int64
	Patterns       int
}

// draft is a pattern in the making.
type draft struct {
	name, pattern string
	literal       int // bytes of plain text
	cluster       *Cluster
	tests         []draftTest
}

type draftTest struct {
	line   string
	expect []logviz.Field
}

// maxDraftTests is how many tests a suggested pattern has at most.
const maxDraftTests = 2

// Suggest writes a definition of that name for the texts of a program, of which source tells where they come from. It
// has a pattern for each cluster, those with more plain text first, and real texts as tests. It passes its own tests.
// The error says that there is nothing to make a pattern of.
func (m *Miner) Suggest(name, program, source string) (*Suggestion, error) {
	clusters := openKeys(m.Clusters(program))
	s := &Suggestion{Name: name}
	var drafts []*draft
	for _, c := range clusters {
		s.Texts += c.Count
		drafts = append(drafts, newDraft(c, product(name, program)))
	}
	slices.SortStableFunc(drafts, func(a, b *draft) int { return cmp.Compare(b.literal, a.literal) })
	nameDrafts(drafts)
	for {
		kept, err := tryDrafts(name, program, drafts)
		if err != nil {
			return nil, err
		}
		if len(kept) == len(drafts) {
			break
		}
		drafts = kept
	}
	for _, c := range clusters {
		if !slices.ContainsFunc(drafts, func(d *draft) bool { return d.cluster == c }) {
			s.Texts, s.Without = s.Texts-c.Count, s.Without+c.Count
		}
	}
	if len(drafts) == 0 {
		return nil, fmt.Errorf("no pattern can be made for program %q: of %d texts none can be written into a definition", program, s.Without)
	}
	s.Patterns = len(drafts)
	s.YAML = writeDrafts(name, program, source, drafts)
	d, err := Parse(name+".yaml", s.YAML)
	if err != nil {
		return nil, fmt.Errorf("the suggested definition is not readable, which is a mistake of this program: %w", err)
	}
	if failures := d.Check(); len(failures) > 0 {
		return nil, fmt.Errorf("the suggested definition fails its tests, which is a mistake of this program: %w", failures[0])
	}
	return s, nil
}

// tryDrafts reads each draft's examples with all drafts, makes tests of those that it wins, and returns the drafts that
// won any.
func tryDrafts(name, program string, drafts []*draft) (kept []*draft, err error) {
	d := &Definition{Kind: KindV1, Name: name, Stage: Body, file: name}
	if program == "" {
		d.Stage = Line
	}
	for _, draft := range drafts {
		p := Pattern{Name: draft.name}
		p.Pattern.Value = draft.pattern
		d.Patterns = append(d.Patterns, p)
	}
	e, err := New(d)
	if err != nil {
		return nil, err
	}
	o := Options{Reference: referenceOfTests(), NoOriginal: true}
	var r Record
	var event logviz.Event
	for _, draft := range drafts {
		draft.tests = nil
		for _, line := range draft.cluster.Examples {
			if !writable(line) || len(draft.tests) == maxDraftTests {
				continue
			}
			r.reset(line)
			e.NewStream(o).only(line, &r)
			if len(r.parts) == 0 || r.parts[0].rule.name != draft.name {
				continue
			}
			r.Event(&event)
			test := draftTest{line: line}
			for _, c := range r.captures {
				test.expect = append(test.expect, logviz.Field{Name: c.field.name, Value: event.Get(c.field.name)})
			}
			draft.tests = append(draft.tests, test)
		}
		if len(draft.tests) > 0 {
			kept = append(kept, draft)
		}
	}
	return kept, nil
}

// nameDrafts names patterns for the first words of their plain text.
func nameDrafts(drafts []*draft) {
	used := make(map[string]int)
	for _, d := range drafts {
		name := ""
		words := 0
		for _, s := range d.cluster.slots {
			if s.open || len(s.token) != 1 || s.token[0].typ != "" || words == 4 {
				continue
			}
			if w := strings.Trim(asWord(s.token[0].text, '-'), "-"); w != "" {
				name, words = name+"-"+w, words+1
			}
		}
		name = cmp.Or(strings.Trim(name[:min(len(name), 48)], "-"), "line")
		if used[name]++; used[name] > 1 {
			name = name + "-" + strconv.Itoa(used[name])
			used[name]++ // should a text be named so
		}
		d.name = name
	}
}

// asWord turns a text into the letters and digits of a name, with separator for other characters.
func asWord(text string, separator rune) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < 0x80 && isHostByte(byte(r)) && r != '.' && r != ':' && r != '%' && r != '-' && r != '_':
			return r | 0x20 // a digit has this bit
		case r == '-' || r == '_' || r == '.' || r == '/':
			return separator
		}
		return -1
	}, text)
}

// product is the first word of the names of fields that the Elastic Common Schema does not have.
func product(name, program string) string {
	word := strings.Trim(asWord(cmp.Or(program, name), '_'), "_")
	if word == "" || isECSName(word+".x") {
		word = "app_" + word
	}
	return strings.Trim(word, "_")
}

// newDraft makes a pattern of a cluster.
func newDraft(c *Cluster, product string) *draft {
	d := &draft{cluster: c}
	w := &patternWriter{product: product, used: make(map[string]bool), line: c.Program == ""}
	for i := range c.slots {
		if i > 0 {
			w.literal(" ")
		}
		w.slot(&c.slots[i])
	}
	d.pattern, d.literal = w.String(), w.literals
	if strings.HasPrefix(d.pattern, "re:") {
		d.pattern = `\` + d.pattern
	}
	return d
}

// patternWriter writes a pattern.
type patternWriter struct {
	strings.Builder
	product  string
	line     bool // a record without a header
	used     map[string]bool
	before   string // the plain text since the last field
	literals int
	owner    string // of the address before: source or destination
	fields   int
}

// literal writes plain text.
func (w *patternWriter) literal(text string) {
	for i := range len(text) {
		switch c := text[i]; c {
		case '\\', '(', ')':
			w.WriteByte('\\')
		case '%', '[':
			w.WriteByte('\\')
		}
		w.WriteByte(text[i])
	}
	w.before += text
	w.literals += len(strings.ReplaceAll(text, " ", ""))
}

func (w *patternWriter) slot(s *slot) {
	switch {
	case s.invalid:
		// What cannot be written is matched as a whole.
		if s.blank || s.empty {
			w.field("text", s)
		} else {
			w.field("word", s)
		}
	case s.open:
		w.literal(s.prefix)
		switch {
		case s.empty || s.blank:
			w.field("text", s)
		case s.host:
			w.field("host", s)
		default:
			w.field("word", s)
		}
		w.literal(s.suffix)
	default:
		for _, a := range s.token {
			if a.typ == "" {
				w.literal(a.text)
			} else {
				w.field(a.typ, s)
			}
		}
	}
}

func (w *patternWriter) field(typ string, s *slot) {
	if w.fields == maxFields-1 { // the rest of the line goes into one
		typ = "text"
	}
	name, typ := w.guess(typ, s)
	w.used[name] = true
	w.fields++
	fmt.Fprintf(w, "%%{%s:%s}", name, typ)
	w.before = ""
}

// guess names a field for what stands before it.
func (w *patternWriter) guess(typ string, s *slot) (name, as string) {
	before := strings.ToLower(w.before)
	key := strings.TrimRight(before, " \t=:[(<'\"/#")
	if i := strings.LastIndexFunc(key, func(r rune) bool { return !(r < 0x80 && (isWordByte(byte(r)) || r == '-')) }); i >= 0 {
		key = key[i+1:]
	}
	t, _ := newTypes().lookUp(typ)
	switch {
	case t != nil && t.moment && w.line && !w.used[logviz.FieldTimestamp]:
		return logviz.FieldTimestamp, typ
	case typ == "ip" || typ == "host":
		if owner := ownerOf(key); owner != "" && (typ == "ip" || s.named || !isPreposition(key)) {
			w.owner = owner
			if name = owner + ".address"; !w.used[name] {
				return name, "host"
			}
		}
		if typ == "host" { // no address, as far as can be seen
			return w.guess("word", s)
		}
	case typ == "int" && !s.wide && (key == "port" || key == "spt" || key == "sport" || key == "dpt" || key == "dport" || w.before == ":" && w.owner != ""):
		owner := cmp.Or(w.owner, "source")
		switch key[0:min(1, len(key))] {
		case "s":
			owner = "source"
		case "d":
			owner = "destination"
		}
		if name = owner + ".port"; !w.used[name] {
			return name, "port"
		}
	case typ == "int" && key == "pid" && !w.used["process.pid"]:
		return "process.pid", typ
	case (typ == "word" || typ == "quoted" || typ == "text") && !w.used["user.name"]:
		switch key {
		case "user", "for", "acct", "account", "login", "username", "ruser":
			return "user.name", typ
		}
	}
	if s.open && s.path && s.prefix == "" && typ == "word" && !w.used["file.path"] {
		return "file.path", typ
	}
	return w.own(key), typ
}

// ownerOf tells whose address stands behind a word.
func ownerOf(key string) string {
	switch key {
	case "from", "by", "client", "rhost", "src", "peer", "remote", "remote_addr", "clientip", "srcip":
		return "source"
	case "to", "dst", "dest", "server", "daddr", "dstip":
		return "destination"
	}
	return ""
}

// isPreposition tells the words behind which a person or a place may stand as well as a host: "removed by alice".
func isPreposition(key string) bool { return key == "from" || key == "by" || key == "to" }

// own names a field that has no name in the schema: for its key in "key=value", else by its number.
func (w *patternWriter) own(key string) string {
	if strings.HasSuffix(w.before, "=") || strings.HasSuffix(w.before, `="`) {
		if word := strings.Trim(asWord(key, '_'), "_"); word != "" && len(word) <= 32 && !w.used[w.product+"."+word] {
			return w.product + "." + word
		}
	}
	return fmt.Sprintf("%s.field_%d", w.product, w.fields+1)
}

// writeDrafts writes the definition.
func writeDrafts(name, program, source string, drafts []*draft) []byte {
	var b strings.Builder
	what := "lines without a header"
	if program != "" {
		what = program
	}
	fmt.Fprintf(&b, "# Suggested from the log, to be read by a person: names of fields are guessed, and the lines of the tests are real\n"+
		"# ones, with whatever names and addresses they hold.\n")
	fmt.Fprintf(&b, "kind: %s\nname: %s\n", KindV1, name)
	fmt.Fprintf(&b, "description: %s\n", yamlText("What "+printed(what)+" says in "+printed(source)+"."))
	fmt.Fprintf(&b, "versions: [%s]\n", yamlText("as seen in "+printed(source)))
	if program == "" {
		fmt.Fprintf(&b, "stage: line\n")
	} else {
		fmt.Fprintf(&b, "stage: body\nwhen:\n  process.name: [%s]\n", yamlText(program))
	}
	fmt.Fprintf(&b, "patterns:\n")
	for _, d := range drafts {
		fmt.Fprintf(&b, "  - name: %s\n    pattern: %s\n", yamlText(d.name), yamlText(d.pattern))
		fmt.Fprintf(&b, "    set: {event.action: %s}\n    tests:\n", yamlText(strings.ReplaceAll(d.name, "-", "_")))
		for _, t := range d.tests {
			fmt.Fprintf(&b, "      - line: %s\n", yamlText(t.line))
			if len(t.expect) == 0 {
				continue
			}
			var expect []string
			for _, f := range t.expect {
				expect = append(expect, yamlKey(f.Name)+": "+yamlText(f.Value.String()))
			}
			fmt.Fprintf(&b, "        expect: {%s}\n", strings.Join(expect, ", "))
		}
	}
	return []byte(b.String())
}

// printed leaves out what cannot stand in a sentence.
func printed(text string) string {
	return strings.Map(func(r rune) rune {
		if writable(string(r)) && r != '\t' && r != 0xfffd {
			return r
		}
		return '?'
	}, text)
}

func yamlKey(name string) string {
	if strings.HasPrefix(name, "@") {
		return `"` + name + `"`
	}
	return name
}

// yamlText writes a text as a scalar that is read as just this text, whatever it holds.
func yamlText(text string) string {
	if !strings.ContainsAny(text, `'"\`) && isPlainYAML(text) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\t':
			b.WriteString(`\t`)
		case !writable(string(r)):
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// isPlainYAML reports whether a text needs no quotes: a word that is neither a number nor one of YAML's own.
func isPlainYAML(text string) bool {
	if text == "" || !(text[0]|0x20 >= 'a' && text[0]|0x20 <= 'z') || run(isNameByte)(text) != len(text) {
		return false
	}
	switch strings.ToLower(text) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
		return false
	}
	return true
}

// Programs returns the programs that have texts, those with the most first.
func (m *Miner) Programs() []string {
	texts := make(map[string]int64)
	for at, clusters := range m.leaves {
		for _, c := range clusters {
			texts[at.program] += c.Count
		}
	}
	return slices.SortedFunc(maps.Keys(texts), func(a, b string) int {
		return cmp.Or(cmp.Compare(texts[b], texts[a]), cmp.Compare(a, b))
	})
}
