// Package live serves the page of ops/logviz/page while a log is written: one ring of the last days, one server, many
// viewers.
//
// Start with [New], give it what the log says by [Server.Add] and [Server.AddUnparsed], and let [Server.Run] serve
// listeners made by [Listen].
//
// What it promises:
//   - Memory is bounded, whatever the log holds and however many come to look. What is oldest makes room, and is counted.
//   - What changed is written down once for all viewers, once a second at most. A viewer that does not read delays nobody:
//     it is told to begin anew when it reads again, and is disconnected when it does not.
//   - A viewer misses nothing: an update continues the data that were fetched, or what was received before the connection
//     broke, or else says that all must be read anew.
//   - Beyond loopback nobody gets data without the token, and a page of another site gets none on loopback either.
//   - Names out of the log are JSON text, with all that markup could begin with escaped.
package live
