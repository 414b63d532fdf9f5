package normalize

import (
	"net/netip"
	"strings"

	"ops/logviz"
)

// unknownPeer is what sshd writes where it could not learn the peer.
const unknownPeer = "UNKNOWN"

// endpointOf returns the X of an X.address that is one of a host, not of a mailbox.
func endpointOf(field string) (owner string, ok bool) {
	owner, ok = strings.CutSuffix(field, ".address")
	return owner, ok && !strings.HasPrefix(owner, "email.")
}

// setEndpoint says what an X.address is: X.ip if it is one, else X.domain (ECS, field set "source").
func setEndpoint(e *logviz.Event, owner, address string) {
	if ip, err := netip.ParseAddr(address); err == nil {
		e.Set(owner+".ip", logviz.IPValue(ip))
	} else if address != unknownPeer {
		e.Set(owner+".domain", logviz.StringValue(address))
	}
}
