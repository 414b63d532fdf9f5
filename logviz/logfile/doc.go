// Package logfile reads log records from files and streams, plain or compressed, in bounded memory.
//
// Start with [Open]; call [Reader.Next] until io.EOF. A record is one line, or one entry of `journalctl -o export`,
// which [Fields] takes apart; `journalctl -o json` is one object a line and so simply lines.
//
//	r, err := logfile.Open("/var/log/auth.log.2.gz", logfile.Options{})
//	…
//	defer r.Close()
//	for {
//		rec, err := r.Next()
//		if err == io.EOF { break }
//		…
//	}
//
// What it promises:
//   - gzip, xz and zstd are known by their first bytes, never by the name; members written one after the other are
//     read as one text.
//   - The memory used does not grow with the length of the input, of a line, of an entry, nor with what a compressed
//     header asks for: a record longer than Options.MaxRecord is skipped and reported with its beginning, and a window
//     or dictionary above 64 MiB is refused. A compressed file that unpacks to terabytes costs time only.
//   - Nothing ends silently: data that break off, are damaged or are no text end in a [DataError] that says after which
//     line, and never in io.EOF. What was read before is given first. (Two things no reader can see: a file cut off
//     exactly between two members, and damage in data that were packed without a checksum.)
//   - A record costs no allocation.
//
// A reader belongs to one goroutine.
package logfile
