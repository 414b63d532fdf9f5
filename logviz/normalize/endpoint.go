package normalize

import (
	"net/netip"

	"ops/logviz"
)

// setEndpoint says what an X.address is: X.ip if it is one, else X.domain (ECS, field set "source"). sshd writes
// UNKNOWN where it could not learn the peer.
func setEndpoint(e *logviz.Event, owner, address string) {
	if ip, err := netip.ParseAddr(address); err == nil {
		e.Set(owner+".ip", logviz.IPValue(ip))
	} else if address != "UNKNOWN" {
		e.Set(owner+".domain", logviz.StringValue(address))
	}
}
