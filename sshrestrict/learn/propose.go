package learn

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"ops/sshrestrict/audit"
)

// Options are what a proposal needs to know. Split is required.
type Options struct {
	// Split takes a command apart as the policy does: the programs of a pipe, each as its words. What is no list of plain
	// words (other operators, expansions, quotes without an end) is an error. Redirections of the error stream to /dev/null
	// or to the output may be left out.
	Split func(command string) (programs [][]string, err error)

	// Denied also learns from what was refused. Where every command is refused at first, that is all there is; but it is
	// also what attackers tried.
	Denied bool

	// Folder tells whether a path of the log is a folder on this machine, if that is known. Without it a path stands for a
	// folder unless the command says that it is a file.
	Folder func(path string) (folder, known bool)

	// Homes are the home folders of the machine's accounts. No rule's root holds one, since a .ssh folder may be there.
	Homes []string
}

// Proposal is a policy for a person to read.
type Proposal struct {
	Account, Key string // whose evidence it comes from; empty from [Propose]

	YAML    string    // the policy's text, empty if there are no rules
	Rules   []Rule    // in the order of the text
	Covered int       // pieces of evidence that a rule allows
	Refused []Refused // what is not covered, the most frequent first
}

// Rule is one rule of a proposal.
type Rule struct {
	Kind   string // such as rsync
	YAML   string // one line, such as "rsync: {root: /srv/data, mode: read}"; that of a command has two or three
	Count  int    // pieces of evidence that it comes from
	Denied int    // of these, how many were refused at that time
	Note   string // what to think of, empty mostly
}

// Refused is a reason why evidence led to no rule.
type Refused struct {
	Reason  string
	Count   int
	Example string // the first one by its text, printable, shortened
}

// maxDistinct is how many different pieces of evidence are kept.
const maxDistinct = 100_000

// Propose makes one policy of all the evidence. The same evidence gives the same proposal in whatever order it comes.
func Propose(evidence iter.Seq2[Evidence, error], o Options) (Proposal, error) {
	counts, err := count(evidence)
	if err != nil {
		return Proposal{}, err
	}
	return propose(counts, o), nil
}

// ProposeEach makes a policy of each account and key, so that no key is given what only another one used. They are sorted
// by account and key.
func ProposeEach(evidence iter.Seq2[Evidence, error], o Options) ([]Proposal, error) {
	counts, err := count(evidence)
	if err != nil {
		return nil, err
	}
	type subject struct{ account, key string }
	subjects := map[subject]map[Evidence]int{}
	for e, n := range counts {
		s := subject{e.Account, e.Key}
		if subjects[s] == nil {
			subjects[s] = map[Evidence]int{}
		}
		subjects[s][e] = n
	}
	var all []Proposal
	for s, counts := range subjects {
		p := propose(counts, o)
		p.Account, p.Key = s.account, s.key
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Proposal) int {
		return cmp.Or(strings.Compare(a.Account, b.Account), strings.Compare(a.Key, b.Key))
	})
	return all, nil
}

func count(evidence iter.Seq2[Evidence, error]) (map[Evidence]int, error) {
	counts := map[Evidence]int{}
	for e, err := range evidence {
		if err != nil {
			return nil, err
		}
		if counts[e]++; len(counts) > maxDistinct {
			return nil, fmt.Errorf("learn: more than %d different commands; learn from a shorter time or for one key", maxDistinct)
		}
	}
	return counts, nil
}

// sample is a finding with how often it was made.
type sample struct {
	finding
	from          Evidence
	count, denied int
}

func propose(counts map[Evidence]int, o Options) Proposal {
	c := &classifier{splitter: o.Split, folder: o.Folder, homes: o.Homes}
	if c.splitter == nil {
		c.splitter = func(string) ([][]string, error) { return nil, errors.New("no splitter") }
	}
	b := &builder{homes: o.Homes, refused: map[refusal]*Refused{}}
	var samples []sample
	for e, n := range counts {
		s := sample{from: e, count: n}
		if e.Denied {
			s.denied = n
			if !o.Denied {
				b.refuse(s, "refused at that time: learn from it only if you know who asked")
				continue
			}
		}
		var why refusal
		if s.finding, why = c.classify(e); why != "" {
			b.refuse(s, why)
			continue
		}
		samples = append(samples, s)
	}
	b.build(samples)
	return b.proposal()
}

// builder puts the rules together.
type builder struct {
	homes   []string
	rules   []Rule
	refused map[refusal]*Refused
}

func (b *builder) refuse(s sample, why refusal) {
	example := s.from.Text
	if example == "" {
		example = s.from.Path
	}
	const most = 120
	if len(example) > most {
		example = strings.ToValidUTF8(example[:most], "") + "…"
	}
	example = audit.Escape(example)
	r := b.refused[why]
	if r == nil {
		r = &Refused{Reason: why, Example: example}
		b.refused[why] = r
	}
	r.Count += s.count
	r.Example = min(r.Example, example)
}

func (b *builder) add(kind, value, note string, from ...sample) {
	r := Rule{Kind: kind, YAML: kind + ": " + value, Note: note}
	for _, s := range from {
		r.Count += s.count
		r.Denied += s.denied
	}
	b.rules = append(b.rules, r)
}

func (b *builder) proposal() Proposal {
	p := Proposal{Rules: b.rules}
	for _, r := range b.refused {
		p.Refused = append(p.Refused, *r)
	}
	slices.SortFunc(p.Refused, func(x, y Refused) int {
		return cmp.Or(y.Count-x.Count, strings.Compare(x.Reason, y.Reason))
	})
	var text strings.Builder
	for _, r := range p.Rules {
		p.Covered += r.Count
		fmt.Fprintf(&text, "  # seen %s", times(r.Count))
		if r.Denied > 0 {
			fmt.Fprintf(&text, ", refused %s", times(r.Denied))
		}
		if r.Note != "" {
			text.WriteString("; " + r.Note)
		}
		text.WriteString("\n  - " + strings.ReplaceAll(r.YAML, "\n", "\n    ") + "\n")
	}
	if text.Len() > 0 {
		p.YAML = "allow:\n" + text.String()
	}
	return p
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
