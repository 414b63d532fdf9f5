package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/logviz/geo"
)

type geoOptions struct {
	logs logFlags
	json bool
}

// location is the stable form of an answer.
type location struct {
	IP      netip.Addr `json:"ip"`
	Kind    string     `json:"kind"` // country, private, reserved, unknown
	Code    string     `json:"code"` // ISO 3166-1 alpha-2, "" without a country
	Country string     `json:"country"`
}

func newGeo(e *env) *cobra.Command {
	o := &geoOptions{}
	cmd := &cobra.Command{
		Use:   "geo IP…",
		Short: "Say which country addresses are in",
		Long: "Say which country addresses are in: where their network is registered or used, which is not where the person is.\n\n" +
			"Private and reserved addresses are named as such. - reads addresses from the standard input, one a line.",
		Example: "  ops logviz geo 8.8.8.8 2001:4860:4860::8888\n  ops logviz geo --json - < addresses.txt",
		Args:    someArgs("an IP, or - for the standard input"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runGeo(cmd.Context(), e, o, args) },
	}
	cmd.Flags().StringVar(&o.logs.geoipDB, "geoip-db", "", "MMDB `FILE` to look up in (default: the built-in table)")
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

func runGeo(ctx context.Context, e *env, o *geoOptions, args []string) error {
	locator, err := o.logs.locator()
	if err != nil {
		return err
	}
	answers := []location{}
	add := func(text string) error {
		ip, err := netip.ParseAddr(strings.TrimSpace(text))
		if err != nil {
			return withCode(exitData, fmt.Errorf("%q is not an IP address", text))
		}
		place := locator.Lookup(ip)
		answers = append(answers, location{ip, place.Kind.String(), place.Code, geo.Name(place.Code)})
		return ctx.Err()
	}
	var wrong error
	for _, arg := range args {
		if arg != "-" {
			wrong = errors.Join(wrong, add(arg))
			continue
		}
		lines := bufio.NewScanner(e.in)
		for lines.Scan() {
			if lines.Text() != "" {
				wrong = errors.Join(wrong, add(lines.Text()))
			}
		}
		wrong = errors.Join(wrong, withCode(exitIO, lines.Err()))
	}
	if o.json {
		return errors.Join(wrong, printJSON(e.out, answers))
	}
	t := &terminal.Table{
		Columns: []terminal.Column{{Title: "Address"}, {Title: "Code"}, {Title: "Place"}},
		Style:   terminal.NewStyle(e.out, e.getenv),
	}
	for _, a := range answers {
		place := a.Country
		if a.Code == "" {
			place = "(" + a.Kind + ")"
		}
		t.Row(a.IP.String(), a.Code, place)
	}
	var b bytes.Buffer
	t.WriteTo(&b) // a buffer takes everything
	fmt.Fprintln(e.err, terminal.Printable(locator.Info().Note()))
	_, err = e.out.Write(b.Bytes())
	return errors.Join(wrong, withCode(exitIO, err))
}
