// Package trail reads the records of package audit back: from files and their rotated generations, from lines that went
// through syslog, and from the journal. Start with [Read], [Files] or [Journal], which are sequences of records, and give
// them to [Sessions], which puts the records of each session together and keeps those that a [Query] asks for.
//
// A sequence yields an error for each line that is no record, as a [*LineError], and goes on: stop at the first to be
// strict, or use [Tolerant] to count them. Any other error is the last thing that a sequence yields. Lines, and what is
// kept of them, are bounded. Text that was escaped for the log is plain again in the records, so whoever prints it makes
// it harmless first.
package trail
