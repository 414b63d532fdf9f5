// Package normalize turns log records into events. What it knows of products stands in definitions: YAML files, one for
// a product, whose patterns are lines with typed fields in them and carry their own tests. [Builtin] gives the shipped
// definitions, [New] compiles definitions into an [Engine], and a [Stream] of the engine reads the records of one file
// in order.
//
// It promises that a record is either understood, or refused with the reason, in time that does not explode with the
// record's length, whatever the record holds; and that the same records and options give the same events.
package normalize
