// Package schema gives events the field names of a schema: those of the Elastic Common Schema, which they have, those
// of the Open Cybersecurity Schema Framework, or those of pylogsparser. Start with [Named]; a [View] fills another event
// with the fields of the first under its own names.
//
// It promises that nothing is lost: what a schema has no name for is kept under one that says so, and
// doc/schemas.md, which a test compares with the tables here, lists every name.
package schema
