package keys

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// visit is a login in the eyes of one line: who, from where, when.
type visit struct {
	account Account
	key     PublicKey
	address string // without an IPv6 prefix around IPv4
	host    string // the name, or the address without UseDNS
	now     time.Time
}

// authorise says why the options of a line or of a certificate do not let the visitor in; auth_authorise_keyopts in sshd.
func (v visit) authorise(o Options, mayBeAuthority bool) error {
	if !o.Expires.IsZero() && o.Expires.Unix() < v.now.Unix() {
		return fmt.Errorf("it expired at %s", o.Expires.UTC().Format(time.RFC3339))
	}
	if o.Principals != nil && !o.CertAuthority {
		return errors.New("it has principals= without cert-authority, which never matches")
	}
	if o.CertAuthority && !mayBeAuthority {
		return errors.New("cert-authority is not valid here")
	}
	if o.From != nil {
		switch in, err := matchHost(v.host, v.address, *o.From); {
		case err != nil:
			return fmt.Errorf("its from= %w", err)
		case !in:
			return fmt.Errorf("its from= does not have the address %s", v.address)
		}
	}
	if o.fromCertificate != nil {
		if in, err := matchCIDRList(v.address, *o.fromCertificate); err != nil || !in {
			return fmt.Errorf("the certificate's source-address does not have the address %s", v.address)
		}
	}
	return nil
}

// take says whether a line lets the visitor in; the options are then those in force. same is false for a line that is about
// another key and so needs no mention.
func (v visit) take(e Entry) (o Options, same bool, err error) {
	certificate := v.key.Certificate
	wanted := v.key
	if certificate != nil {
		wanted = certificate.Authority
	}
	if !e.HasKey || !e.Key.Equal(wanted) {
		return o, false, nil
	}
	switch {
	case e.State != Active:
		return o, true, fmt.Errorf("sshd ignores it: %w", e.Reason)
	case certificate != nil && !e.Options.CertAuthority:
		return o, true, errors.New("it is for the key itself, not for certificates of it")
	case certificate == nil && e.Options.CertAuthority:
		return o, true, errors.New("it is for certificates of the key, not for the key itself")
	}
	if err := v.authorise(e.Options, certificate != nil); err != nil || certificate == nil {
		return e.Options, true, err
	}
	inCertificate, err := certificate.options()
	if err != nil {
		return o, true, err
	}
	if err := v.authorise(inCertificate, false); err != nil {
		return o, true, err
	}
	if o, err = merge(e.Options, inCertificate); err != nil {
		return o, true, err
	}
	name := v.account.Name
	if e.Options.Principals != nil {
		if name = ""; !principalListed(*e.Options.Principals, certificate.Principals) {
			return o, true, errors.New("the certificate has none of its principals=")
		}
	}
	return o, true, certificate.check(v.now, name, false)
}

// principalListed compares with the first 40 names of a principals= list; an empty name ends it.
func principalListed(list string, principals []string) bool {
	const most = 40
	names := func(s string) []string {
		all := strings.Split(s, ",")
		if i := slices.Index(all, ""); i >= 0 {
			all = all[:i]
		}
		return all
	}
	allowed := names(list)
	allowed = allowed[:min(most, len(allowed))]
	for _, principal := range principals {
		if slices.ContainsFunc(names(principal), func(one string) bool { return slices.Contains(allowed, one) }) {
			return true
		}
	}
	return false
}

// merge combines the options of a line with those of the certificate: both have to permit, and each may forbid.
func merge(line, certificate Options) (Options, error) {
	out := Options{
		PortForwarding:  line.PortForwarding && certificate.PortForwarding,
		AgentForwarding: line.AgentForwarding && certificate.AgentForwarding,
		X11Forwarding:   line.X11Forwarding && certificate.X11Forwarding,
		PTY:             line.PTY && certificate.PTY,
		UserRC:          line.UserRC && certificate.UserRC,
		NoTouchRequired: line.NoTouchRequired && certificate.NoTouchRequired,
		VerifyRequired:  line.VerifyRequired || certificate.VerifyRequired,
		From:            line.From,
		fromCertificate: certificate.fromCertificate,
		Expires:         line.Expires,
		Environment:     line.Environment,
		PermitOpen:      line.PermitOpen,
		PermitListen:    line.PermitListen,
		Tunnel:          line.Tunnel,
		Command:         line.Command,
	}
	if out.Command == nil {
		out.Command = certificate.Command
	} else if certificate.Command != nil && *certificate.Command != *line.Command {
		return Options{}, errors.New("its command= differs from the certificate's force-command, and sshd then refuses the login")
	}
	return out, nil
}
