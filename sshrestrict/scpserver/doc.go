// Package scpserver speaks the server's side of the old scp protocol, which scp -O, pscp -scp and clients before OpenSSH 9
// use, over a [rooted.Tree], whose mode decides what may be read and written. Start with [Serve].
//
// The protocol has no specification but the source of rcp and scp; the description here is from the messages that real
// clients send and accept. One side sends lines, the other answers each with a byte: 0 goes on, 1 and 2 begin a line with
// an error, after which 1 goes on with the next file and 2 ends.
//
//	T1700000000 0 1700000000 0   times of the next file or folder: modified and accessed, in seconds and microseconds
//	C0644 1234 name              a file of so many bytes, which follow, and then a byte as above
//	D0755 0 name                 a folder; what follows is in it, up to
//	E                            the end of the folder
//
// A file that arrives gets its name only when it is whole, and a name with a slash, a control character or "..", a line of
// more than 4096 bytes or folders nested deeper than 128 end the session. What is sent is opened and described once: the
// name may go to another file meanwhile.
package scpserver
