// Package logviz holds what its sub-packages share: the [Event] that a log line becomes, with the field names of the
// Elastic Common Schema, and the counts that statistics, films and pages are made of.
//
// A log travels through the rooms in this order: [ops/logviz/logfile] reads records from files, compressed or not;
// [ops/logviz/normalize] turns each record into an Event; [ops/logviz/geo] says which country an address is in;
// [Statistics], [Timeline] and [Ledger] count; [ops/logviz/worldmap] and [ops/logviz/timelapse] draw, [ops/logviz/page]
// writes.
package logviz
