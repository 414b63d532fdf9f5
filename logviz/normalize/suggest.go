package normalize

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Miner groups texts that no definition understands into clusters of the same form, in the way of Drain (He, Zhu, Zheng,
// Lyu: Drain: an online log parsing approach with fixed depth tree, ICWS 2017): first by program, number of tokens and
// first token, then by likeness to the clusters there. Its memory is bounded; what it has no place for is counted.
type Miner struct {
	recognizer *recognizer
	leaves     map[leaf][]*Cluster
	clusters   int
	Texts      int64 // that were added
	Left       int64 // of these, that found no place; they are in no cluster
}

// leaf is a place of the tree.
type leaf struct {
	program string
	tokens  int
	first   string
}

// Bounds of a miner's memory.
const (
	maxClusters    = 2000
	maxLeafSize    = 100
	maxTokens      = 200
	maxExamples    = 12
	maxExampleSize = 4096
)

// likeness is the share of tokens that two texts of one cluster have in common at least.
const likeness = 0.5

// Cluster is texts of one form.
type Cluster struct {
	Program string
	Count   int64
	// Examples are some of the texts, the first one first; those that differ most from it are preferred.
	Examples []string
	slots    []slot
}

// slot is what the tokens at one place have in common.
type slot struct {
	token   []atom // of all texts, as long as open is false
	masked  string
	open    bool   // they differ
	prefix  string // of all tokens, up to a character that separates
	suffix  string
	empty   bool // some token has nothing between
	host    bool // what is between may be a host or address in all of them
	named   bool // and looks like one in some: an address, or a name with a domain
	invalid bool // some token cannot be written into a definition
	blank   bool // some token has white space, as in a quotation
	wide    bool // some number is none of a port
	path    bool // all tokens begin with a slash
}

// NewMiner returns an empty miner.
func NewMiner() *Miner {
	return &Miner{recognizer: newRecognizer(), leaves: make(map[leaf][]*Cluster)}
}

// Add gives the miner a text of a program; program is empty for records that no header understands.
func (m *Miner) Add(program, text string) {
	m.Texts++
	if len(text) > maxExampleSize {
		m.Left++
		return
	}
	tokens := m.recognizer.tokens(text)
	if len(tokens) > maxTokens {
		m.Left++
		return
	}
	masks := make([]string, len(tokens))
	for i, t := range tokens {
		masks[i] = mask(t)
	}
	at := leaf{program, len(tokens), first(tokens[0], masks[0])}
	best, score := (*Cluster)(nil), 0.0
	for _, c := range m.leaves[at] {
		if s := c.like(masks); s > score {
			best, score = c, s
		}
	}
	if best == nil || score < likeness {
		if m.clusters == maxClusters || len(m.leaves[at]) == maxLeafSize {
			m.Left++
			return
		}
		best = newCluster(strings.Clone(program), tokens, masks)
		m.clusters++
		at.program, at.first = best.Program, strings.Clone(at.first)
		m.leaves[at] = append(m.leaves[at], best)
	}
	best.add(text, tokens, masks)
}

// first returns what the tree distinguishes first tokens by: nothing, where it looks like a value.
func first(token []atom, masked string) string {
	if len(token) != 1 || token[0].typ != "" || strings.ContainsAny(masked, "0123456789=") {
		return ""
	}
	return masked
}

func newCluster(program string, tokens [][]atom, masks []string) *Cluster {
	c := &Cluster{Program: program}
	for i, token := range tokens {
		kept := make([]atom, len(token))
		for k, a := range token {
			kept[k] = atom{a.typ, strings.Clone(a.text)}
		}
		s := slot{token: kept, masked: strings.Clone(masks[i]), path: true}
		s.note(token, plainText(token))
		c.slots = append(c.slots, s)
	}
	return c
}

// like returns the share of tokens in common; a place that is open already counts half.
func (c *Cluster) like(masks []string) float64 {
	same := 0.0
	words := 0
	for i := range c.slots {
		switch {
		case c.slots[i].open:
			same += 0.5
		case c.slots[i].masked == masks[i]:
			same++
			words++
		}
	}
	if words == 0 {
		return 0
	}
	return same / float64(len(c.slots))
}

func (c *Cluster) add(text string, tokens [][]atom, masks []string) {
	c.Count++
	changed := false
	for i := range c.slots {
		changed = c.slots[i].add(tokens[i], masks[i]) || changed
	}
	if len(c.Examples) < maxExamples && (changed || len(c.Examples) < 3) && !slices.Contains(c.Examples, text) {
		c.Examples = append(c.Examples, strings.Clone(text))
	}
}

// add widens the slot to another token and reports whether that was needed.
func (s *slot) add(token []atom, masked string) bool {
	text := plainText(token)
	s.note(token, text)
	if !s.open {
		if s.masked == masked {
			return false
		}
		old := plainText(s.token)
		s.open, s.host = true, true
		s.prefix = commonWords(old, text)
		s.suffix = commonEnd(old[len(s.prefix):], text[len(s.prefix):])
		s.between(old)
		s.between(text)
		return true
	}
	prefix := commonWords(s.prefix, text)
	suffix := commonEnd(s.suffix, text[len(prefix):])
	widened := len(prefix) < len(s.prefix) || len(suffix) < len(s.suffix)
	// What the tokens before had between grows by what is taken away: it may be no host any more.
	s.host = s.host && !widened
	s.prefix, s.suffix = prefix, suffix
	s.between(text)
	return widened
}

// note keeps what the type of the slot's field depends on.
func (s *slot) note(token []atom, text string) {
	s.invalid = s.invalid || !writable(text)
	s.blank = s.blank || strings.ContainsAny(text, " \t")
	s.path = s.path && strings.HasPrefix(text, "/")
	for _, a := range token {
		s.wide = s.wide || a.typ == "int" && !isPort(a.text)
	}
}

// writable reports whether a text can stand in a definition as it is.
func writable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r != '\t' && !unicode.IsPrint(r) })
}

// between notes what stands between prefix and suffix.
func (s *slot) between(text string) {
	middle := text[len(s.prefix) : len(text)-len(s.suffix)]
	s.empty = s.empty || middle == ""
	s.host = s.host && middle != "" && run(isHostByte)(middle) == len(middle)
	s.named = s.named || looksLikeHost(middle)
}

// looksLikeHost tells addresses and names with a domain, of which the last part is of letters, from other words.
func looksLikeHost(s string) bool {
	dot := strings.LastIndexByte(s, '.')
	if dot < 1 {
		return isIP(s)
	}
	isLetter := func(c byte) bool { return (c|0x20)-'a' < 26 }
	return isIP(s) || len(s)-dot > 2 && run(isLetter)(s[dot+1:]) == len(s)-dot-1
}

// commonWords returns what two texts begin with, cut behind a character that separates words.
func commonWords(a, b string) string {
	n := commonPrefix(a, b)
	for n > 0 && !isSeparator(a[n-1]) {
		n--
	}
	return a[:n]
}

// commonEnd returns what two texts end with, cut before a character that separates words.
func commonEnd(a, b string) string {
	n := 0
	for n < min(len(a), len(b)) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	for n > 0 && !isSeparator(a[len(a)-n]) {
		n--
	}
	return a[len(a)-n:]
}

func isSeparator(c byte) bool { return strings.IndexByte("=[](){}<>,:;'\"|", c) >= 0 }

// Clusters returns the clusters of a program, or of all if there is none named; the largest first.
func (m *Miner) Clusters(programs ...string) []*Cluster {
	var out []*Cluster
	for at, clusters := range m.leaves {
		if len(programs) == 0 || slices.Contains(programs, at.program) {
			out = append(out, clusters...)
		}
	}
	slices.SortFunc(out, func(a, b *Cluster) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Program, b.Program), cmp.Compare(a.Examples[0], b.Examples[0]))
	})
	return out
}

// Form shows what the texts of the cluster have in common, with "…" for what differs.
func (c *Cluster) Form() string {
	var b strings.Builder
	for i := range c.slots {
		s := &c.slots[i]
		if i > 0 {
			b.WriteByte(' ')
		}
		if s.open {
			b.WriteString(s.prefix + "…" + s.suffix)
			continue
		}
		for _, a := range s.token {
			if a.typ == "" {
				b.WriteString(a.text)
			} else {
				b.WriteString("…")
			}
		}
	}
	return b.String()
}
