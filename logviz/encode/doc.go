// Package encode writes events as JSON lines, CSV, logfmt or Parquet, and reads Parquet back. Start with [NewLines] for
// the formats in which an event is a line, and with [NewParquet] for the one that is a file as a whole.
//
// It promises that the same events give the same bytes; that memory stays bounded however many events come; that what
// is written is well-formed whatever an event's values hold (line ends, quotes, NUL, bytes that are not UTF-8); and that
// a line of JSON or logfmt is one event, without a control character of ASCII. What a format cannot carry is said at its
// constructor.
package encode
