package audit

import (
	"strconv"
	"time"
)

const (
	facilityAuth = 4 // RFC 5424, 6.2.1
	// maxSyslog is what daemons take by default, rsyslog for one; they cut what is longer, and JSON that is cut is none.
	maxSyslog = 8 << 10
)

// syslog sends RFC 3164 messages as syslog(3) does. The text is "@cee: " and the record, a form that rsyslog and syslog-ng
// take apart by themselves.
type syslog struct {
	datagram
	pid  int
	zone *time.Location
}

func (s *syslog) String() string { return "syslog" }

func (s *syslog) write(r *Record) error { return s.send(s.message(r), nil) }

func (s *syslog) message(r *Record) []byte {
	b := append([]byte(nil), '<')
	b = append(strconv.AppendInt(b, int64(facilityAuth<<3|r.severity()), 10), '>')
	zone := s.zone
	if zone == nil {
		zone = time.UTC
	}
	b = append(r.Time.In(zone).AppendFormat(b, time.Stamp), ' ')
	b = append(b, Identifier...)
	if s.pid != 0 {
		b = append(strconv.AppendInt(append(b, '['), int64(s.pid), 10), ']')
	}
	b = append(b, ": @cee: "...)
	line := r.fit(maxSyslog - len(b))
	return append(b, line[:len(line)-1]...)
}
