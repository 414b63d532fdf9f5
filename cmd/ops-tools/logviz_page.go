package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/durable"
	"ops/internal/terminal"
	"ops/internal/version"
	"ops/logviz"
	"ops/logviz/geo"
	"ops/logviz/normalize"
	"ops/logviz/page"
	"ops/logviz/worldmap"
)

type pageOptions struct {
	logs    logFlags
	output  string
	title   string
	lang    string
	theme   string
	target  string
	privacy privacyFlags
	mail    bool
	json    bool
}

func newPage(e *env) *cobra.Command {
	o := &pageOptions{}
	cmd := &cobra.Command{
		Use:   "page FILE… -o PAGE",
		Short: "Make one HTML page of a log's attacks: a map that plays, charts, tables",
		Long: "Make one HTML page of a log's attempts to log in: a map of the world that plays the day, and charts and tables that\n" +
			"filter each other. It is one file that needs no other and asks no server for anything; without scripts it shows its\n" +
			"numbers as tables.\n\n" + logInput + "\n\n" +
			"A log of up to a fortnight is told by the minute. Of a log with very many addresses and accounts, the rare ones are\n" +
			"counted together; the numbers stay those of 'ops logviz stats'.\n\n" +
			"--mail makes a page of tables instead, in which the logins that succeeded come first; as .eml it is a message with the\n" +
			"map as a picture and the numbers as plain text too, to which the mail program adds sender and receiver.\n\n" +
			"--anonymize says what the page tells of addresses: network, the /24 or the /48 of IPv6; hash, a pseudonym; country,\n" +
			"nothing else. How many addresses there were is told all the same. Names of accounts stay, unless --anonymize-accounts\n" +
			"gives them pseudonyms too: among them are those that exist, and passwords that were typed at the wrong place.",
		Example: "  ops logviz page /var/log/auth.log -o attacks.html\n" +
			"  ops logviz page --mail /var/log/auth.log -o today.eml && sendmail admin@example.org <today.eml\n" +
			"  ops logviz page --lang de --title \"Angriffe auf nas\" --target nas@48.85,2.35 auth.log.1.gz -o attacks.html\n" +
			"  ops logviz page --anonymize country --anonymize-accounts /var/log/auth.log -o /srv/www/attacks.html\n" +
			"  journalctl -u ssh -S yesterday -o json | ops logviz page - -o yesterday.html",
		Args: someArgs("a FILE, or - for the standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return runPage(cmd.Context(), e, o, args) },
	}
	o.logs.add(cmd)
	o.privacy.add(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&o.output, "output", "o", "", "`PAGE` to write: .html, or with --mail .eml")
	flags.StringVar(&o.title, "title", "", "`TEXT` above the page")
	flags.StringVar(&o.lang, "lang", "auto", "language of the page: auto (the browser's), en, fr, de or es")
	flags.StringVar(&o.theme, "theme", "auto", "auto (the reader's choice), light or dark")
	flags.StringVar(&o.target, "target", "", "where the attacks went, as `NAME@LATITUDE,LONGITUDE`, to be drawn on the map")
	flags.BoolVar(&o.mail, "mail", false, "the numbers only, without a script, for the body of a mail; -o X.eml makes a whole message")
	flags.BoolVar(&o.json, "json", false, "print the statistics as JSON, as 'ops logviz stats --json' does, with all names")
	return cmd
}

func runPage(ctx context.Context, e *env, o *pageOptions, paths []string) error {
	target, err := o.check()
	if err != nil {
		return err
	}
	if err := checkOutput(o.output); err != nil {
		return err
	}
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	privacy, err := o.privacy.privacy(e)
	if err != nil {
		return err
	}
	count := &booking{tallying: tallying{tally: logviz.NewTally(logs.zone)}, ledger: logviz.NewLedger(logs.zone)}
	if o.format() == ".eml" {
		count.timeline = logviz.NewTimeline(defaultStep)
	}
	read, err := logs.read(ctx, paths, count)
	if err != nil {
		return err
	}
	info := logs.locator.Info()
	data := &page.Data{
		Title: o.title, Generator: "ops " + version.Get().Number, Lang: o.lang, Theme: o.theme, Zone: logs.zone,
		Table: count.ledger.Table(page.DefaultRows), Statistics: count.tally.Statistics(info),
		Notes: []string{info.Note(), "Map: Natural Earth, Visionscarto"}, Target: target, Privacy: privacy,
	}
	fmt.Fprintln(e.err, read.summary())
	fmt.Fprintln(e.err, terminal.Printable(info.Note()))
	if o.json {
		if err := printJSON(e.out, data.Statistics); err != nil {
			return err
		}
	}
	out, err := durable.Create(o.output, 0o666)
	if err != nil {
		return withCode(exitCantCreate, err)
	}
	if err := o.write(out, data, count.timeline); err != nil {
		return withCode(exitIO, errors.Join(err, out.Discard()))
	}
	return withCode(exitIO, out.Commit())
}

func (o *pageOptions) write(w io.Writer, data *page.Data, timeline *logviz.Timeline) error {
	switch {
	case o.format() == ".eml":
		picture, err := mailPicture(data, timeline)
		if err != nil {
			return err
		}
		return data.WriteMessage(w, picture)
	case o.mail:
		return data.WriteMail(w, nil)
	}
	return data.WriteHTML(w)
}

// format is the ending of the output.
func (o *pageOptions) format() string { return strings.ToLower(filepath.Ext(o.output)) }

// check reads the flags before the log is read.
func (o *pageOptions) check() (*worldmap.Landmark, error) {
	if o.output == "" {
		return nil, usageError("page needs -o PAGE, as in -o attacks.html")
	}
	switch ext := o.format(); {
	case ext == ".eml" && !o.mail:
		return nil, usageError("-o %s: .eml is for --mail", o.output)
	case ext != ".html" && ext != ".htm" && ext != ".eml":
		return nil, usageError("-o %s: the name must end in .html, or with --mail in .eml", o.output)
	}
	if o.mail && o.theme == "dark" {
		return nil, usageError("--theme dark: a mail is light, since not every reader of mail keeps both colours of a pair")
	}
	if err := errors.Join(checkLook(o.lang, o.theme), o.privacy.check()); err != nil {
		return nil, err
	}
	return parseTarget(o.target)
}

// checkLook reads the flags of a page's language and theme.
func checkLook(lang, theme string) error {
	if !slices.Contains([]string{"auto", "en", "fr", "de", "es"}, lang) {
		return usageError("--lang %s: must be auto, en, fr, de or es", lang)
	}
	if !slices.Contains([]string{"auto", "light", "dark"}, theme) {
		return usageError("--theme %s: must be auto, light or dark", theme)
	}
	return nil
}

// booking counts for a page.
type booking struct {
	tallying
	ledger   *logviz.Ledger
	timeline *logviz.Timeline // for the picture of a message, else nil
}

func (b *booking) event(r *normalize.Record, place geo.Place) error {
	if err := b.tallying.event(r, place); err != nil {
		return err
	}
	b.ledger.Add(&b.e, place)
	if b.timeline != nil {
		b.timeline.Add(&b.e, place)
	}
	return nil
}
