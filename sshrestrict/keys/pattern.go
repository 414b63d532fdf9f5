package keys

import (
	"errors"
	"strings"
)

// matchPattern matches all of s with a pattern of * and ?, in time bounded by the product of the lengths: the patterns of
// other people's files are hostile input.
func matchPattern(s, pattern string) bool {
	i, j := 0, 0
	star, mark := -1, 0
	for i < len(s) {
		switch {
		case j < len(pattern) && pattern[j] == '*':
			star, mark = j, i
			j++
		case j < len(pattern) && (pattern[j] == '?' || pattern[j] == s[i]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	return strings.Trim(pattern[j:], "*") == ""
}

// verdict is the answer of a list of patterns.
type verdict int

const (
	refused verdict = iota - 1 // by a pattern with !
	unmatched
	matched
)

// matchPatternList matches s with patterns that are separated by commas, each perhaps after a !; match_pattern_list in sshd.
func matchPatternList(s, list string, lower bool) verdict {
	const longest = 1023 // bytes of one pattern; a longer one makes the whole list match nothing
	if lower {
		list = lowerASCII(list)
	}
	got := unmatched
	for list != "" {
		pattern, rest, _ := strings.Cut(strings.TrimPrefix(list, "!"), ",")
		if len(pattern) >= longest {
			return unmatched
		}
		if matchPattern(s, pattern) {
			if list[0] == '!' {
				return refused
			}
			got = matched
		}
		list = rest
	}
	return got
}

var errPattern = errors.New("has an empty pattern, or a network with bits behind its mask: sshd then refuses every address")

// matchHost answers a from= list for a client; match_host_and_ip in sshd. host is the name, or the address without UseDNS.
// An error means that sshd refuses all addresses.
func matchHost(host, address, list string) (bool, error) {
	byAddress, err := matchAddressList(address, list)
	if err != nil || byAddress == refused {
		return false, err
	}
	byName := matchPatternList(lowerASCII(host), list, true)
	return byName != refused && (byName == matched || byAddress == matched), nil
}

func lowerASCII(s string) string {
	return strings.Map(func(char rune) rune {
		if 'A' <= char && char <= 'Z' {
			return char + 'a' - 'A'
		}
		return char
	}, s)
}
