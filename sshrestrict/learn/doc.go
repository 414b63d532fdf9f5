// Package learn proposes a policy from what clients did: from our own audit, from sshdo's log and from sshd's. Start with
// [Read], which makes [Evidence] of log lines, and give that to [Propose], or to [ProposeEach] for a policy of each key.
// [Unused] is the way back: it names the rules that nobody needed.
//
// A proposal is text for a person to read and to put into a file; nothing is ever applied. Every command is taken for what
// it means to its program, and becomes the narrowest rule of that kind: the folder that all paths have in common, the
// direction that was used, deleting only if something was deleted, the values that were seen. What cannot be made narrow is
// not proposed but counted under a reason, with an example: what asks for a shell, an interpreter, an editor, a wrapper
// around another program, and what says neither path nor repository in the command, such as "rsync -s" and "borg serve".
//
// # What the logs hold
//
// Our audit and sshdo's log hold the whole command. The log of sshd holds none at any LogLevel; with VERBOSE it tells which
// kind of session was started, and with an sftp-server at "-l INFO" also the paths of sftp. It shows the commands that
// authorized_keys forced, from which rules for rrsync and borg serve can be taken over.
//
// Logs say what an attacker wanted them to say. Every text is inert in the proposal: it is read back by package strictyaml
// as exactly what it was, or it is not proposed at all.
package learn
