package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ops/internal/terminal"
	"ops/internal/version"
	"ops/logviz"
	"ops/logviz/geo"
	"ops/logviz/live"
	"ops/logviz/normalize"
	"ops/logviz/page"
)

type liveOptions struct {
	logs       logFlags
	listen     string
	keep       string
	tokenFile  string
	maxViewers int
	title      string
	lang       string
	theme      string
	target     string
	privacy    privacyFlags
}

func newLive(e *env) *cobra.Command {
	o := &liveOptions{}
	cmd := &cobra.Command{
		Use:   "live FILE…|journal|-",
		Short: "Serve the page of a log while it is written",
		Long: "Serve the page of 'ops logviz page' while the log is written: what is new shows within a second or two, on as many\n" +
			"screens as look. With #wall behind its address the page fills a screen in a room.\n\n" +
			"Each FILE is followed through its rotation, from what was rotated within the days of --keep; 'journal' is what\n" +
			"journald has of sshd, and - the standard input. " + strings.TrimPrefix(logInput, "Each FILE is a log: ") + "\n\n" +
			"The numbers are those of the last whole days that --keep reaches into; of a log that ended before, of its last days.\n" +
			"Memory is bounded: where more arrives than is held (some 200,000 rows), the oldest minutes make room.\n\n" +
			"Who can reach a loopback address, or may write to a socket of the file system, sees the page. Anything else needs a\n" +
			"token, as 'Authorization: Bearer TOKEN', or once as http://HOST:PORT/?token=TOKEN, which the browser then keeps.\n" +
			"Nothing is encrypted: put a server that speaks TLS in front of it. /metrics is for Prometheus, /healthz for those\n" +
			"who only ask whether it runs.\n\n" +
			"--anonymize hash and --anonymize-accounts show pseudonyms, the same as 'ops logviz page' with the same key. Countries and\n" +
			"numbers are those of the addresses.",
		Example: "  ops logviz live /var/log/auth.log\n" +
			"  ops logviz live journal --keep 7d --title 'Logins at our front door'\n" +
			"  ops logviz live --listen 192.0.2.10:8474 --token-file /etc/ops/live.token /var/log/auth.log\n" +
			"  ops logviz live --listen unix:/run/ops/live.sock --anonymize hash --anonymize-accounts /var/log/auth.log\n" +
			"  ssh gate 'journalctl -f -n all -S -3d -t sshd -o json' | ops logviz live -",
		Args: someArgs("a FILE, journal, or - for the standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return runLive(cmd.Context(), e, o, args) },
	}
	o.logs.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.privacy.addresses, "anonymize", "none", "`HOW` addresses are told: none (as they are) or hash (pseudonyms)")
	flags.BoolVar(&o.privacy.accounts, "anonymize-accounts", false, "pseudonyms instead of names of accounts")
	flags.StringVar(&o.privacy.keyFile, "key-file", "", "`FILE` with the key of pseudonyms, as 'ops logviz anonymize' makes it (default: a random key, for this run only)")
	flags.StringVar(&o.target, "target", "", "where the attacks go, as `NAME@LATITUDE,LONGITUDE`, to be drawn on the map")
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8474", "`ADDRESS` to serve at: HOST:PORT, unix:PATH, or systemd for a socket unit's")
	flags.StringVar(&o.keep, "keep", "3d", "`TIME` to go back, as in 3d or 36h, rounded up to whole days")
	flags.StringVar(&o.tokenFile, "token-file", "", "`FILE` of mode 0600 with the token that viewers must know; needed beyond loopback")
	flags.IntVar(&o.maxViewers, "max-viewers", 2000, "serve `N` screens at once")
	flags.StringVar(&o.title, "title", "", "`TEXT` above the page")
	flags.StringVar(&o.lang, "lang", "auto", "language of the page: auto (the browser's), en, fr, de or es")
	flags.StringVar(&o.theme, "theme", "auto", "auto (the reader's choice), light or dark")
	return cmd
}

const (
	minKeep = 24 * time.Hour
	maxKeep = 31 * 24 * time.Hour
)

// keepTime reads --keep: a duration, or days.
func (o *liveOptions) keepTime() (time.Duration, error) {
	keep, err := time.ParseDuration(o.keep)
	if days, ok := strings.CutSuffix(o.keep, "d"); ok {
		var n int
		if n, err = strconv.Atoi(days); err == nil && n <= 1000 {
			keep = time.Duration(n) * 24 * time.Hour
		}
	}
	if err != nil || keep < minKeep || keep > maxKeep {
		return 0, usageError("--keep %s: must be 1d to 31d, as in 3d or 36h", o.keep)
	}
	return keep, nil
}

func (o *liveOptions) check(paths []string) error {
	switch {
	case o.maxViewers < 1 || o.maxViewers > 100_000:
		return usageError("--max-viewers %d: must be 1 to 100000", o.maxViewers)
	case o.privacy.addresses != "none" && o.privacy.addresses != "hash":
		return usageError("--anonymize %s: must be none or hash", o.privacy.addresses)
	}
	if err := errors.Join(checkLook(o.lang, o.theme), o.privacy.check()); err != nil {
		return err
	}
	seen := make(map[string]bool)
	for _, path := range paths {
		if seen[path] {
			return usageError("%s is given twice", path)
		}
		seen[path] = true
	}
	return nil
}

func runLive(ctx context.Context, e *env, o *liveOptions, paths []string) error {
	keep, err := o.keepTime()
	if err == nil {
		err = o.check(paths)
	}
	if err != nil {
		return err
	}
	logs, err := o.logs.open(e)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := checkLog(path); err != nil {
			return err
		}
	}
	logs.silent, logs.live = true, true
	server, token, err := o.server(e, logs, keep)
	if err != nil {
		return err
	}
	listener, err := o.open(e, token)
	if err != nil {
		return err
	}
	// Whatever ends first ends the other, and both are waited for.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	read := make(chan error, 1)
	go func() {
		read <- logs.feed(ctx, paths, e.now().Add(-keep), &feeding{server: server})
	}()
	served := make(chan error, 1)
	go func() {
		served <- server.Run(ctx, listener, func() { o.tell(e, listener, token) })
	}()
	select {
	case err = <-served:
		cancel(nil)
		err = errors.Join(err, <-read)
	case err = <-read:
		if err == nil && ctx.Err() == nil { // all input ended, and what it said can be looked at
			fmt.Fprintln(e.err, "ops: the input has ended; the page stays until interrupted")
			err = <-served
			break
		}
		cancel(nil)
		err = errors.Join(err, <-served)
	}
	_ = notify(e, "STOPPING=1")
	return err
}

// server makes the server and what it serves.
func (o *liveOptions) server(e *env, logs *logSource, keep time.Duration) (*live.Server, live.Token, error) {
	var token live.Token
	if o.tokenFile != "" {
		var err error
		if token, err = live.ReadToken(o.tokenFile); err != nil {
			return nil, token, withCode(exitNoInput, err)
		}
	}
	target, err := parseTarget(o.target)
	if err != nil {
		return nil, token, err
	}
	privacy, err := o.privacy.privacy(e)
	if err != nil {
		return nil, token, err
	}
	privacy.OneByOne = true
	info := logs.locator.Info()
	data := func(s *live.Snapshot) *page.Data {
		return &page.Data{
			Title: o.title, Generator: "ops " + version.Get().Number, Lang: o.lang, Theme: o.theme, Zone: logs.zone,
			Notes: []string{info.Note(), "Map: Natural Earth, Visionscarto"}, Target: target, Privacy: privacy,
			Table: s.Table(), Statistics: s.Statistics(info), Seq: int(s.Sequence),
		}
	}
	return live.New(live.Options{
		Zone: logs.zone, Keep: keep, Now: e.now, CSP: page.Policy(true), Token: token,
		Address: privacy.Address, Account: privacy.Account, MaxViewers: o.maxViewers, Build: version.Get().Number,
		Log: func(text string) { fmt.Fprintf(e.err, "ops: warning: %s\n", terminal.Printable(text)) },
		Page: func(s *live.Snapshot) ([]byte, error) {
			var html bytes.Buffer
			err := data(s).WriteLive(&html)
			return html.Bytes(), err
		},
		Data: func(s *live.Snapshot) ([]byte, error) { return data(s).Payload() },
	}), token, nil
}

func (o *liveOptions) open(e *env, token live.Token) (net.Listener, error) {
	listener, err := live.Listen(o.listen, e.getenv)
	if err != nil {
		return nil, withCode(exitUnavailable, err)
	}
	if !live.IsLocal(listener) && o.tokenFile == "" {
		listener.Close()
		return nil, usageError("--listen %s is reached from elsewhere: give --token-file FILE with a token that viewers must know", o.listen)
	}
	return listener, nil
}

// tell says where the page is.
func (o *liveOptions) tell(e *env, l net.Listener, _ live.Token) {
	how := ""
	if o.tokenFile != "" {
		how = fmt.Sprintf(" (once with ?token= and what is in %s)", terminal.Printable(o.tokenFile))
	}
	if l.Addr().Network() == "unix" {
		fmt.Fprintf(e.err, "ops: the page is served at unix:%s%s\n", terminal.Printable(l.Addr().String()), how)
	} else {
		fmt.Fprintf(e.err, "ops: the page is http://%s/ and, for a screen in a room, http://%[1]s/#wall%s\n", l.Addr(), how)
	}
	if err := notify(e, "READY=1"); err != nil {
		fmt.Fprintf(e.err, "ops: warning: systemd was not told that we are ready: %v\n", err)
	}
}

// notify tells systemd of a change, if it started us and asked for it (sd_notify(3)).
func notify(e *env, state string) error {
	path := e.getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	if strings.HasPrefix(path, "@") { // an abstract name
		path = "\x00" + path[1:]
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Write([]byte(state))
	return err
}

// feeding gives events to a server.
type feeding struct {
	server *live.Server
	e      logviz.Event
}

func (f *feeding) event(r *normalize.Record, place geo.Place) error {
	r.Event(&f.e)
	f.server.Add(&f.e, place)
	return nil
}

func (f *feeding) unparsed(program string) { f.server.AddUnparsed(program) }
