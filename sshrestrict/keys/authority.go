package keys

import (
	"errors"
	"os"
)

// searchAuthorities tries TrustedUserCAKeys and the principals; user_cert_trusted_ca in sshd.
func (m Machine) searchAuthorities(out *Outcome, c Config, v visit) (Options, bool) {
	certificate := v.key.Certificate
	content, err := os.ReadFile(c.TrustedUserCAKeys)
	if err != nil {
		out.refuse("TrustedUserCAKeys", err)
		return Options{}, false
	}
	trusted := false
	listed, broken := listedKeys(string(content))
	for _, key := range listed {
		trusted = trusted || key.Equal(certificate.Authority)
	}
	if !trusted {
		if broken != nil {
			out.step(c.TrustedUserCAKeys, "is broken: %v; what follows does not count", broken)
		}
		out.refuse(c.TrustedUserCAKeys, errors.New("the certificate's authority is not trusted"))
		return Options{}, false
	}
	var principal *Options
	name := v.account.Name
	if c.AuthorizedPrincipalsFile != "" || c.AuthorizedPrincipalsCommand != "" {
		name = ""
		principal = m.searchPrincipals(out, c, v)
		if principal == nil {
			out.refuse("AuthorizedPrincipalsFile", errors.New("the certificate has none of the account's principals"))
			return Options{}, false
		}
	}
	if err := certificate.check(v.now, name, true); err != nil {
		out.refuse(c.TrustedUserCAKeys, err)
		return Options{}, false
	}
	options, err := certificate.options()
	if err == nil {
		err = v.authorise(options, false)
	}
	if err == nil && principal != nil {
		if err = v.authorise(*principal, false); err == nil {
			options, err = merge(*principal, options)
		}
	}
	if err != nil {
		out.refuse(c.TrustedUserCAKeys, err)
		return Options{}, false
	}
	out.step(c.TrustedUserCAKeys, "lets the certificate in")
	out.File, out.Reason = c.TrustedUserCAKeys, c.TrustedUserCAKeys
	return options, true
}
