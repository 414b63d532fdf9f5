// Package rooted gives a session one folder of the server's file system, with the rights of a mode, and nothing else. Our
// servers of files (sftp, scp, the menu) do all their work through a [Tree]; start with [Open], then [Tree.OpenFile] for
// protocols with handles, and [Tree.Create], [Tree.Put] and [Tree.Get] for whole files.
//
// # What it promises
//
// No operation reads, changes, makes or removes anything outside of the folder, whatever the client sends and whoever
// swaps folders for symbolic links meanwhile: every path is resolved by [os.Root], and the last step is taken relative to
// an open folder without following a link. Relative links that stay inside work. Links that lead out, and links with an
// absolute target, are refused with "permission denied"; new ones cannot be made, nor by moving a link or a folder that
// holds some. A handle stays the file that was opened. Pipes, sockets and devices are never used, nor are their attributes
// changed. Setuid, setgid and sticky bits are never set, and the first two are taken off a file that is written to.
//
// # Modes
//
//	             Read   Append   Write   ReadWrite
//	list, stat    yes      yes     yes         yes
//	read          yes      yes      no         yes
//	new files      no      yes     yes         yes
//	overwrite      no       no     yes         yes
//	chmod, times   no      own     own         yes
//	rename         no      own     own    with Delete, else own
//	remove         no       no  with Delete    with Delete
//	links          no       no      no         yes
//
// With NoRead no mode reads. "Own" is what this session made (in Write also wrote to): clients set times after an upload, and many upload to a
// temporary name and rename it. In Append such a rename ends at a name that does not exist, and a file is written until it
// is closed, not again. If the connection is lost before that, the file is removed in Append, where nobody could complete
// it, and stays in Write and ReadWrite, so that the upload can be resumed.
//
// # Remaining holes
//
// The quota is counted once and then tracked for this session: parallel sessions do not know of each other. It is about the
// bytes of files; empty files, folders and links cost nothing. Mount points inside the folder belong to it. A link with
// ".." may be made to lead out if two sessions move its folders at the same time; it is still never followed by us. Where
// the file system keeps no time of birth, a file that got the inode of one that this session made counts as its own. A
// session that is killed outright (SIGKILL, loss of power) leaves its temporary file, ".NAME.RANDOM.part".
package rooted
