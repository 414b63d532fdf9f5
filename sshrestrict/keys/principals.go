package keys

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// searchPrincipals looks for a name of the certificate in AuthorizedPrincipalsFile and returns the options of the first line
// that has one; nil if none has.
func (m Machine) searchPrincipals(out *Outcome, c Config, v visit) *Options {
	if c.AuthorizedPrincipalsFile != "" {
		name, err := expand(c.AuthorizedPrincipalsFile, v.account)
		content := ""
		if err == nil {
			content, err = m.readAsSshd(name, v.account, c.StrictModes)
		}
		if err != nil {
			out.step("AuthorizedPrincipalsFile", "refused: %v", err)
		}
		number := 0
		for line := range strings.Lines(content) {
			number++
			options, err := principalLine(line, v.key.Certificate.Principals, m.zone())
			switch place := fmt.Sprintf("%s:%d", name, number); {
			case err != nil:
				out.step(place, "sshd ignores it: %v", err)
			case options != nil:
				out.step(place, "names a principal of the certificate")
				return options
			}
		}
	}
	if c.AuthorizedPrincipalsCommand != "" {
		out.Unknown = append(out.Unknown, "AuthorizedPrincipalsCommand "+c.AuthorizedPrincipalsCommand+" may name a principal; it cannot be seen from here")
	}
	return nil
}

// principalLine reads "[options] name". A # begins a comment anywhere. nil means that the line is about others.
func principalLine(line string, principals []string, zone *time.Location) (*Options, error) {
	text, _, _ := strings.Cut(line, "\x00")
	text, _, _ = strings.Cut(text, "#")
	text = strings.Trim(strings.TrimLeft(text, " \t"), "\n \t")
	if text == "" {
		return nil, nil
	}
	before, name := "", text
	at := strings.LastIndexByte(text, ' ')
	if at < 0 {
		at = strings.LastIndexByte(text, '\t')
	}
	if at >= 0 {
		before, name = text[:at], strings.TrimLeft(text[at:], " \t")
	}
	options, err := ParseOptions(before, zone)
	if err != nil || !slices.Contains(principals, name) {
		return nil, err
	}
	return &options, nil
}
