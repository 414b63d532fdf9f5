// Package anonymize takes people and machines out of logs in such a way that the logs stay useful: the same address or
// name always becomes the same pseudonym under one key, and two addresses of one network become two of one network.
// [New] makes an [Anonymizer] of a [Key]; [Anonymizer.Event] works on an event, and a [Rewriter] on the lines
// themselves, which stay lines that the same definitions understand.
//
// It promises that what stands in a field of an address, a user, a host, a mail address or a hardware address is
// replaced, and so is every token of any text that looks like an address. It cannot promise that nobody is ever named in
// a free text. Numbers of users, ports, times and file names stay. The addresses' pseudonyms resist whoever does not know
// the key as far as the construction does: who can place lines of his own in the log learns how addresses near his own
// are mapped (Xu, Fan, Ammar, Moon, "Prefix-Preserving IP Address Anonymization", 2002, section 5).
package anonymize
