// Package strictyaml reads YAML 1.2 configuration into Go structs and accepts nothing that the author may not have meant.
// Start with [Decode]. Every mistake is reported as an [*Error] with file, line and column, and all that one reading can
// find are reported together.
//
// # What is strict
//
// A key that the struct does not have is an error that names the nearest known key. So is a key given twice, a value of
// the wrong type (nothing is converted: the number 10 is not the text "10", and yes is a text, not a truth value), a list
// where a single value belongs or the other way round, an empty value where something is expected, a number that does not
// fit, a whole number with a leading zero (octal or not?), a second document, a directive and a tag. Bytes that are not
// UTF-8, control characters and characters that change the direction of text are refused, since what the reader of the
// file sees must be what the program reads.
//
// # What is understood
//
// Block and flow style, all five kinds of scalar, comments, anchors, aliases and the merge key "<<", whose entries count
// as written at their anchor. A leading byte order mark and line ends of CR LF are accepted. Scalars are resolved by the
// core schema of YAML 1.2 (chapter 10.3), whatever version the parser below would follow.
//
// # Limits
//
// A file is at most [MaxSize] bytes and [MaxDepth] levels deep, and stands for at most [MaxValues] values once aliases are
// followed, so that a small file cannot ask for much memory.
//
// # Two readers
//
// What the grammar of YAML says is decided by github.com/goccy/go-yaml, of which only the lexer and the parser are used.
// The types are this package's own work, because that module's decoder converts between types and stops at the first
// mistake.
//
// A program that starts for one decision and reads its policy with cold caches cannot wait for a full parser. So a small
// reader goes first: it knows collections in block and flow style, scalars on one line, literal blocks and comments, as
// most files have nothing else. It either makes the very tree that the parser's way makes, places included, or gives up
// without a message, and the parser's way is taken from the start. Tables, spliced files and two fuzz targets hold the two to each other.
// The texts that Decode fills may be parts of one copy of the file.
package strictyaml
