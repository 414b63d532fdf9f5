package normalize

import (
	"regexp/syntax"
	"strings"
)

// A header of a rare kind must be tried before those of syslog, which match it too. So that this costs little, it stands
// behind a gate: a word that all of its patterns need somewhere, looked for first.

// gateOf returns a word without which none of the patterns can match, "" if there is none that is rare.
func gateOf(patterns []compiledPattern) string {
	best := ""
	for _, word := range wordsOf(patterns[0].parsed.needs()) {
		if len(word) <= len(best) || len(word) < 4 && word != "%" {
			continue
		}
		everywhere := true
		for _, p := range patterns[1:] {
			everywhere = everywhere && containsAny(p.parsed.needs(), word)
		}
		if everywhere {
			best = word
		}
	}
	return best
}

func containsAny(texts []string, word string) bool {
	for _, text := range texts {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// wordsOf takes texts apart into runs of letters and percent signs.
func wordsOf(texts []string) []string {
	var words []string
	for _, text := range texts {
		words = append(words, strings.FieldsFunc(text, func(r rune) bool { return r != '%' && (r|0x20 < 'a' || r|0x20 > 'z') })...)
	}
	return words
}

// needs returns texts that every text has which the pattern matches.
func (p *parsed) needs() []string {
	if p.re != nil {
		re, err := syntax.Parse(p.re.String(), syntax.Perl)
		if err != nil {
			return nil
		}
		return literalsOf(re)
	}
	var needed []string
	for _, e := range p.elements {
		if e.op == opLiteral {
			needed = append(needed, e.text)
		}
	}
	return needed
}

// literalsOf returns texts that every match of an expression holds.
func literalsOf(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 {
			return []string{string(re.Rune)}
		}
	case syntax.OpConcat:
		var all []string
		for _, sub := range re.Sub {
			all = append(all, literalsOf(sub)...)
		}
		return all
	case syntax.OpCapture, syntax.OpPlus:
		return literalsOf(re.Sub[0])
	}
	return nil
}

// longest returns the longest of some texts.
func longest(texts []string) string {
	best := ""
	for _, text := range texts {
		if len(text) > len(best) {
			best = text
		}
	}
	return best
}
