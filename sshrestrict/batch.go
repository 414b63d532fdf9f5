package sshrestrict

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Case is one line of a file of cases: which policy answers what to which command.
type Case struct {
	Line      int
	Name      string
	Policy    string
	Modifiers []string // key=value, see [Case.apply]
	Kind      Kind
	Command   string
	Allowed   bool // what is expected
	Source    string
}

// maxCase is the length of the longest line in bytes, and of the longest command.
const maxCase = 4 << 20

// ReadCases reads cases, one a line, tab-separated: NAME, POLICY[+KEY=VALUE…], COMMAND, allow or deny, and optionally where
// the case comes from. COMMAND is a Go string in quotes, in which @@REP(S,N)@@ stands for S repeated N times, or <none> for
// a login without a command. Empty lines and lines that start with # are passed over. Errors name file and line.
func ReadCases(file string, r io.Reader) ([]Case, error) {
	var cases []Case
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxCase)
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		c, err := readCase(text)
		if err != nil {
			return nil, fmt.Errorf("read cases %s:%d: %w", file, n, err)
		}
		c.Line = n
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read cases %s: %w", file, err)
	}
	return cases, nil
}

func readCase(line string) (Case, error) {
	fields := strings.Split(line, "\t")
	if len(fields) != 4 && len(fields) != 5 {
		return Case{}, fmt.Errorf("%d fields; expected NAME, POLICY, COMMAND, allow or deny, and SOURCE, separated by tabs", len(fields))
	}
	policy, modifiers, modified := strings.Cut(fields[1], "+")
	c := Case{Name: fields[0], Policy: policy, Kind: KindLogin}
	if modified {
		for part := range strings.SplitSeq(modifiers, "+") {
			if last := len(c.Modifiers) - 1; last >= 0 && !strings.Contains(part, "=") { // a + in a value, such as a zone's
				c.Modifiers[last] += "+" + part
				continue
			}
			c.Modifiers = append(c.Modifiers, part)
		}
	}
	if fields[2] != "<none>" {
		command, err := strconv.Unquote(fields[2])
		if err != nil {
			return c, fmt.Errorf("the command %s is neither a Go string in quotes nor <none>", quote(fields[2]))
		}
		if c.Command, err = repeat(command); err != nil {
			return c, err
		}
		if c.Kind = KindCommand; c.Command == "" {
			c.Kind = KindEmpty
		}
	}
	switch fields[3] {
	case "allow":
		c.Allowed = true
	case "deny":
	default:
		return c, fmt.Errorf("expected allow or deny, found %s", quote(fields[3]))
	}
	if len(fields) == 5 {
		c.Source = fields[4]
	}
	return c, nil
}

// repeat replaces @@REP(S,N)@@, once: what stands in S stays as it is.
func repeat(command string) (string, error) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(command, "@@REP(")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		inside, after, closed := strings.Cut(rest, ")@@")
		comma := strings.LastIndexByte(inside, ',')
		if !closed || comma < 0 {
			return "", errors.New("a malformed @@REP(S,N)@@")
		}
		n, err := strconv.Atoi(inside[comma+1:])
		if err != nil || n < 0 || n > maxCase || b.Len()+n*comma > maxCase {
			return "", errors.New("a malformed or too large @@REP(S,N)@@")
		}
		for range n {
			b.WriteString(inside[:comma])
		}
		command = after
	}
}

// Judge answers the case by the policy of its name in a folder. base gives what the case does not: account, time.
func (c *Case) Judge(folder string, base Request) (*Decision, error) {
	p, err := loadFor(folder, c.Policy)
	if err != nil {
		return nil, err
	}
	q := NewRequest(c.Kind, c.Command, p.MaxCommand)
	q.Account, q.Now, q.TTY, q.Address, q.Env, q.Key = base.Account, base.Now, base.TTY, base.Address, base.Env, base.Key
	for _, m := range c.Modifiers {
		key, value, _ := strings.Cut(m, "=")
		if err := c.apply(key, value, p, q); err != nil {
			return nil, fmt.Errorf("line %d, %s: %w", c.Line, m, err)
		}
	}
	return p.Decide(q), nil
}

// loadFor finds RSYNC_RO as RSYNC_RO.yaml or rsync-ro.yaml.
func loadFor(folder, name string) (*Policy, error) {
	p, err := Load(folder, name, os.Geteuid())
	if errors.Is(err, os.ErrNotExist) {
		return Load(folder, strings.ReplaceAll(strings.ToLower(name), "_", "-"), os.Geteuid())
	}
	return p, err
}

// adjustable is a rule of which a case can change a field.
type adjustable interface {
	adjust(key, value string) (known bool, err error)
}

// apply changes the policy or the request: from, expires, time and days and zone (of hours), rewrite=no, fields of rules
// such as secluded; now, tty, key, env (KEY=VALUE), SSH_CONNECTION.
func (c *Case) apply(key, value string, p *Policy, q *Request) error {
	hours := func() *Hours {
		if p.Hours == nil {
			p.Hours = &Hours{}
		}
		return p.Hours
	}
	switch key {
	case "SSH_CONNECTION":
		q.Address, q.Port = parseConnection(value)
		return nil
	case "env":
		q.Env = append(slices.Clone(q.Env), value)
		return nil
	case "key":
		q.Key = value
		return nil
	case "tty":
		q.TTY = value != "no" && value != "false" && value != "0"
		return nil
	case "rewrite":
		q.Asked = value == "no"
		return nil
	case "now":
		return parseNow(value, &q.Now)
	case "from":
		p.From = nil
		for text := range strings.SplitSeq(value, ",") {
			var prefix Prefix
			if err := prefix.UnmarshalText([]byte(text)); err != nil {
				return err
			}
			p.From = append(p.From, prefix)
		}
		return nil
	case "expires":
		var d Date
		err := d.UnmarshalText([]byte(value))
		p.Expires = time.Time(d)
		return err
	case "time", "between":
		return hours().Between.UnmarshalText([]byte(value))
	case "days":
		return hours().Days.UnmarshalText([]byte(value))
	case "zone":
		return hours().Zone.UnmarshalText([]byte(value))
	}
	known := false
	for i := range p.rules {
		if rule, ok := p.rules[i].rule.(adjustable); ok {
			took, err := rule.adjust(key, value)
			if err != nil {
				return err
			}
			known = known || took
		}
	}
	if !known {
		return fmt.Errorf("nothing in the policy is called %s", quote(key))
	}
	return nil
}

// parseNow reads a date, a date with a time, RFC 3339, or a time of the day that now has.
func parseNow(text string, now *time.Time) error {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			*now = t
			return nil
		}
	}
	minute, err := minuteOf(text)
	if err != nil {
		return fmt.Errorf("expected a time such as 23:30 or 2026-11-23T23:30, found %s", quote(text))
	}
	y, m, d := now.Local().Date()
	*now = time.Date(y, m, d, 0, minute, 0, 0, time.Local)
	return nil
}

// ParseTime reads what --at takes.
func ParseTime(text string, now time.Time) (time.Time, error) {
	err := parseNow(text, &now)
	return now, err
}
