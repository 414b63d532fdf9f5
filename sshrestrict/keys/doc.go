// Package keys reads, writes and judges authorized_keys files as OpenSSH's sshd reads them. It makes safe lines for them
// ([ReadPublic], [Line]), puts them into an account's file ([Install]), lists what is open ([Audit]) and tells beforehand
// which line and which command a key will get ([Simulate]).
//
// The format is that of sshd(8), section AUTHORIZED_KEYS FILE FORMAT, and where the manual is silent, what sshd 9.2 does:
// a line is taken, or passed over, for the same reason. That matters in both directions: a line that only we understand
// locks somebody out, and a line that only sshd understands is a key that nobody sees. [Parse] keeps every byte, so that a
// file is written back with the changed lines changed and no other.
//
// Two rules of sshd are worth knowing. The first line that authorises a key wins, and a line whose from= or expiry-time=
// refuses is passed over, not final: a second line of the same key is a way around the restrictions of the first. And a
// line with an option that sshd does not know is ignored as a whole.
//
// Everything that reads or writes below an account's home distrusts it: files are opened with the rights of the account,
// or step by step without following its symbolic links.
package keys
