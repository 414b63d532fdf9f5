// Package encode writes events to a stream: as JSON lines, CSV, logfmt or Parquet, and reads Parquet back. Start with
// [New] and one of [Formats]; an [Encoder] takes events one by one and must be closed, since some formats end with
// something.
//
// It promises that the same events give the same bytes; that memory stays bounded however many events come; that what
// is written is well-formed whatever an event's values hold (line ends, quotes, NUL, bytes that are not UTF-8); and that
// a line of JSON or logfmt is one event, without a control character of ASCII. What a format cannot carry is said at its
// constructor.
package encode
