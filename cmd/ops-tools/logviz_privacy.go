package main

import (
	"net/netip"

	"github.com/spf13/cobra"

	"ops/logviz/anonymize"
	"ops/logviz/page"
)

// privacyFlags say what a page tells of addresses and accounts.
type privacyFlags struct {
	addresses string
	accounts  bool
	keyFile   string
}

func (f *privacyFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.addresses, "anonymize", "none", "`HOW` addresses are told: none (as they are), network, hash or country")
	flags.BoolVar(&f.accounts, "anonymize-accounts", false, "pseudonyms instead of names of accounts")
	flags.StringVar(&f.keyFile, "key-file", "", "`FILE` with the key of pseudonyms, as 'ops logviz anonymize' makes it (default: a random key, for this run only)")
}

func (f *privacyFlags) check() error {
	switch f.addresses {
	case "none", "network", "hash", "country":
	default:
		return usageError("--anonymize %s: must be none, network, hash or country", f.addresses)
	}
	if f.keyFile != "" && f.addresses != "hash" && !f.accounts {
		return usageError("--key-file is for --anonymize hash and --anonymize-accounts")
	}
	return nil
}

func (f *privacyFlags) privacy(e *env) (p page.Privacy, err error) {
	switch f.addresses {
	case "network":
		p = page.Networks()
	case "country":
		p = page.CountriesOnly()
	}
	if f.addresses != "hash" && !f.accounts {
		return p, nil
	}
	keys := anonymizeOptions{keyFile: f.keyFile}
	key, err := keys.key(e)
	if err != nil {
		return p, err
	}
	names := anonymize.New(key, anonymize.Options{})
	if f.addresses == "hash" {
		p.Address, p.HideNetworks = func(a netip.Addr) string { return names.Name("address", a.String()) }, true
	}
	if f.accounts {
		p.Account = names.User
	}
	return p, nil
}
