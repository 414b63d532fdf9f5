// Package audit writes down what a forced command was asked, what it decided and how that ended: one [Record] for each, as
// one JSON object in one line. Start with [Open] and [Log.Write]; package trail reads the records back.
//
// # Form
//
// Every text of a record is printable, in the line and also after the JSON was decoded: a backslash is doubled, a control
// byte or a byte that is not UTF-8 stands as \xHH, a character that does not show or that changes the direction of text as
// \uHHHH or \UHHHHHHHH. [Unescape] undoes that. So a record is always one line, no client can write a second one, and no
// tool that prints a field obeys it. The fields and their names are those of [Record]; an empty one is left out, but the
// requested command of an intent is null if the client sent none, which is not the same as an empty one.
//
// # What is recorded and what is not
//
// The client's command is recorded as it came, up to 16 KiB, and so are the rendered arguments. Nothing is masked: a mask
// that guesses hides attacks and still misses passwords. Who puts a password into a command shows it to every user of the
// machine anyway, by /proc. The environment, the contents of files and streams, and keys (other than their fingerprints)
// are never recorded. Files are made readable for their owner only.
//
// # What can be trusted
//
// A forced command runs with the rights of its account. So an account that can run programs of its own choice can write
// records too, to the journal and to syslog under any name, and can change a file that it may write to. The journal notes
// who really sent an entry (_UID, _EXE) and cannot be changed by the account. Records that were lost since a sink failed
// are counted in the next record of the same process; what another process lost cannot be known.
package audit
