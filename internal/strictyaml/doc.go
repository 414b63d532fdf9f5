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
// The grammar is read by github.com/goccy/go-yaml; only its lexer and parser are used. The types are this package's own
// work, because that module's decoder converts between types and stops at the first mistake.
package strictyaml
