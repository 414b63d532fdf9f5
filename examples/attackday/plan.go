package main

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"

	"ops/logviz/geo"
)

// plan decides who connects when.
type plan struct {
	rand     *rand.Rand
	scale    float64 // 1 is the day in examples
	table    *geo.Table
	ports    map[netip.Addr]int // the last port of each address
	sessions []*session
}

// burst is an attack from a single network.
type burst struct {
	country  string
	start    time.Duration // since midnight
	length   time.Duration
	hosts    int // in one /24
	sessions int
	accounts []string
	success  string // account that the last connection gets into, or ""
}

func bursts() []burst {
	return []burst{
		{country: "NL", start: 3*time.Hour + 12*time.Minute, length: 28 * time.Minute, hosts: 1, sessions: 150, accounts: []string{"root"}},
		{
			country: "BR", start: 11*time.Hour + 5*time.Minute, length: 47 * time.Minute, hosts: 9, sessions: 190,
			accounts: append([]string{"root", "root", "root", "root"}, strings.Fields(knownNames)...),
		},
		{
			country: "SG", start: 19*time.Hour + 20*time.Minute, length: 41 * time.Minute, hosts: 5, sessions: 300,
			accounts: []string{"backup", "backup", "backup", "root"}, success: "backup",
		},
	}
}

// day is the time in which connections begin: the slowest of them is over before midnight.
const day = 24*time.Hour - 4*time.Minute

func (p *plan) fill() error {
	p.ports = map[netip.Addr]int{}
	world := countries()
	total := 0.0
	for _, c := range world {
		total += c.weight
	}
	want := map[string]int{}
	for _, c := range world {
		want[c.code] = max(1, int(math.Round(c.weight/total*900*p.scale)))
	}
	attacks := bursts()
	for _, b := range attacks {
		want[b.country]++ // the network of the burst is the last one drawn
	}
	want["DE"] += 2 // the administrators
	hosts, err := hostsIn(p.rand, p.table, want)
	if err != nil {
		return err
	}
	take := func(code string) netip.Addr {
		list := hosts[code]
		hosts[code] = list[:len(list)-1]
		return list[len(list)-1]
	}
	office, runner := take("DE"), take("DE")
	for _, b := range attacks {
		p.burst(b, take(b.country))
	}
	for _, c := range world {
		for _, h := range hosts[c.code] {
			p.bot(c, h)
		}
	}
	for _, code := range []string{"US", "DE", "CN", "FR", "NL", "BR", "IN", "JP", "SG", "GB"} {
		h, err := host6(p.rand, p.table, code)
		if err != nil {
			return err
		}
		for _, c := range world {
			if c.code == code {
				p.bot(c, h)
			}
		}
	}
	p.inside()
	p.administrators(office, runner)
	return nil
}

// connect adds a connection. The ports of an address go up, as those of a busy client do.
func (p *plan) connect(from netip.Addr, at time.Duration) *session {
	port := p.ports[from]
	if port == 0 {
		port = 32768 + p.rand.IntN(20_000)
	}
	port += 2 * (1 + p.rand.IntN(40))
	if port > 60_999 {
		port -= 28_000
	}
	p.ports[from] = port
	s := &session{start: at, from: from, port: port, rand: p.rand}
	p.sessions = append(p.sessions, s)
	return s
}

// bot lets a host of the botnet come a few times, most only once or twice and some often, when it is awake there.
func (p *plan) bot(c country, host netip.Addr) {
	n := min(30, int(math.Pow(1-p.rand.Float64(), -0.7)))
	end := []ending{closes, closes, closes, bye, resets}[p.rand.IntN(5)] // a host has one program
	tries := []int{1, 1, 2, 3, 4, 5, maxTries, maxTries}[p.rand.IntN(8)]
	for range n {
		at := time.Duration(p.rand.Float64() * float64(day))
		for p.rand.Float64() > c.awake(at.Seconds()) {
			at = time.Duration(p.rand.Float64() * float64(day))
		}
		s := p.connect(host, at)
		switch k := p.rand.IntN(100); {
		case k < 13:
			s.scan()
		case k < 16:
			s.otherMethod(pick(p.rand, strings.Fields(unknownNames)), pick(p.rand, []string{"publickey", "none", "keyboard-interactive/pam"}))
		case k < 17 && tries == 1:
			s.passwords("", 1, false, end) // some programs forget the name
		default:
			s.passwords(account(p.rand), tries, p.rand.IntN(5) < 3, end)
		}
	}
}

// burst comes from the /24 of a host.
func (p *plan) burst(b burst, host netip.Addr) {
	a := host.As4()
	hosts := make([]netip.Addr, b.hosts)
	for i := range hosts {
		a[3] = byte(10 + i*7)
		hosts[i] = netip.AddrFrom4(a)
	}
	n := max(1, int(float64(b.sessions)*p.scale))
	for i := range n {
		at := b.start + time.Duration((float64(i)+p.rand.Float64())/float64(n)*float64(b.length))
		p.connect(pick(p.rand, hosts), at).passwords(pick(p.rand, b.accounts), maxTries, p.rand.IntN(10) < 9, closes)
	}
	if b.success != "" {
		s := p.connect(hosts[0], b.start+b.length+20*time.Second)
		s.login("password", b.success, 34, "", 7*time.Second)
	}
}

// inside is what comes from private addresses: a monitoring host that only knocks, and a colleague's mistyped passwords.
func (p *plan) inside() {
	monitor, desk := netip.MustParseAddr("10.20.0.7"), netip.MustParseAddr("192.168.8.23")
	for at := 5 * time.Minute; at < day; at += 30 * time.Minute {
		s := p.connect(monitor, at)
		s.say("Connection closed by %s [preauth]", s.addr())
	}
	p.connect(desk, 8*time.Hour+41*time.Minute).passwords("deploy", 2, false, closes)
	p.connect(desk, 14*time.Hour+3*time.Minute).passwords("depoly", 1, false, closes)
}

// administrators log in with a key.
func (p *plan) administrators(office, runner netip.Addr) {
	key, runnerKey := fingerprint(p.rand), fingerprint(p.rand)
	for _, v := range []struct {
		at, stay time.Duration
		from     netip.Addr
		key      string
	}{
		{6*time.Hour + 30*time.Minute, 11 * time.Second, runner, runnerKey},
		{8*time.Hour + 43*time.Minute, 26 * time.Minute, office, key},
		{13*time.Hour + 17*time.Minute, 4 * time.Minute, office, key},
		{18*time.Hour + 30*time.Minute, 9 * time.Second, runner, runnerKey},
		{20*time.Hour + 34*time.Minute, 71 * time.Minute, office, key}, // somebody has noticed
	} {
		p.connect(v.from, v.at+time.Duration(p.rand.Int64N(int64(50*time.Second)))).login("publickey", "deploy", 1001, v.key, v.stay)
	}
}
