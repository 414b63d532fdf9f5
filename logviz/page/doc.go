// Package page makes one HTML file of a log's attempts to log in: a map that plays, charts and tables that filter each
// other, with all of its data, its script and its style inside. It opens from a disk as from a server and asks nobody for
// anything; its Content-Security-Policy would not let it.
//
// Start with a [Data], filled from a [logviz.Ledger] and a [logviz.Tally] of the same events, and [Data.WriteHTML];
// [Data.WriteMail] is the same for readers of mail, without a script. A server that feeds the page while the log grows
// takes [Data.WriteLive], [Policy] and [Data.Payload].
//
// What it promises: the numbers are those of the statistics; the same data give the same bytes; what came from a log is
// text and never markup, in the tables for readers without scripts too; the size is bounded, because rare names are
// counted together. [Privacy] says what of addresses and accounts is told.
//
// The page itself is written in TypeScript and lies in web; ./pack bundles it into web/dist, which is embedded.
package page
