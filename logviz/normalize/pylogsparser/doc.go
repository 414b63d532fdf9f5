// Package pylogsparser reads the XML definitions of pylogsparser 0.1 to 1.2 and normalises lines with
// them, so that a folder of such files, or a user's own, keeps working without being translated.
//
// Every active normalizer is tried on every line, the later one winning where two set the same tag:
// first those applied to raw, then to body, then to any other tag. What was an accident there is
// settled here: files run in the order of their names, patterns in that of theirs; of several
// substitutes that fit one place the longest is meant; a year that a stamp lacks is guessed from the
// reference given, not from the wall clock; and a callback that fails costs its own effect, never the
// rest of the event, which is marked transform_error.
//
// Regular expressions run on Go's engine, whose time is linear in the line. Callbacks, which are Python 2,
// are rewritten to Starlark: no files, no network, a bound on their steps.
package pylogsparser
