package keys

import (
	"errors"
	"math"
	"net"
	"strconv"
	"strings"
)

// permit takes the value of permitopen= or permitlisten=, "host:port" or "[address]:port", for the latter also a bare port.
func (p *optionParser) permit(to *[]string, barePort bool) error {
	if len(*to) >= maxPermits {
		return errors.New("too many permission directives")
	}
	value, err := p.value()
	if err != nil {
		return err
	}
	if barePort && !strings.Contains(value, ":") {
		value = "*:" + value
	}
	host, port, ok := splitHost(value)
	const longest = 1025 // NI_MAXHOST
	if !ok || len(host) >= longest {
		return errors.New("invalid permission hostname")
	}
	if port != "*" && !isPort(port) {
		return errors.New("invalid permission port")
	}
	*to = append(*to, value)
	return nil
}

// splitHost cuts at the first colon or slash outside of brackets. A missing port is returned as "".
func splitHost(s string) (host, port string, ok bool) {
	end := 0
	if strings.HasPrefix(s, "[") {
		end = strings.IndexByte(s, ']') + 1
		if end == 0 {
			return "", "", false
		}
	} else if end = strings.IndexAny(s, ":/"); end < 0 {
		end = len(s)
	}
	if end == len(s) {
		return s, "", true
	}
	if s[end] != ':' && s[end] != '/' {
		return "", "", false
	}
	return s[:end], s[end+1:], true
}

// isPort accepts 1 to 65535 and names of services.
func isPort(s string) bool {
	if n, ok := parseNumber(s, 0, 65535); ok {
		return n > 0
	}
	n, err := net.LookupPort("tcp", s)
	return err == nil && n > 0
}

// tunnel takes the value of tunnel=, a number or "any".
func (p *optionParser) tunnel() error {
	value, err := p.value()
	if err != nil {
		return err
	}
	const largest = math.MaxInt32 - 2
	n, ok := parseNumber(value, 0, largest)
	if strings.EqualFold(value, "any") {
		n, ok = math.MaxInt32, true
	}
	if !ok {
		return errors.New("invalid tun device")
	}
	device := int(n)
	p.out.Tunnel = &device
	return nil
}

// parseNumber reads a decimal number as strtonum(3) does: blanks and a sign may stand before it.
func parseNumber(s string, least, largest int64) (int64, bool) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	digits := strings.TrimPrefix(s, "-")
	if len(digits) == len(s) {
		digits = strings.TrimPrefix(s, "+")
	}
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && least <= n && n <= largest
}
