// Package durable writes a file so that a crash, a full disk or a killed process leaves either the whole old file or the
// whole new one, and never half of either. Start with [WriteFile] for bytes that are at hand, and with [Create] for long
// output, also output that a child process writes by name.
//
// # The exact sequence
//
// [Create] of /dir/day.mp4 does, in this order:
//
//	openat(dir, ".day.mp4.RANDOM.part", O_RDWR|O_CREAT|O_EXCL|O_CLOEXEC, perm)
//	flock(file, LOCK_EX|LOCK_NB)       held until the end; tells the living from leftovers
//	fchmod, fchown                     only where an older file is replaced, to keep its mode and owner
//
// [File.Commit] does, in this order:
//
//	fsync(file)                        the bytes are on the disk
//	renameat(dir, temporary, day.mp4)  the name changes from old to new in one step
//	fsync(dir)                         the new name is on the disk
//	close(file)                        gives up the lock
//
// A return of nil from Commit means that all four were done, so the new content survives a loss of power, as far as the
// disk tells the truth about its cache. Whatever fails before the rename leaves the old file untouched and removes the
// temporary one. A process that is killed leaves its temporary file behind, without a lock on it; the next Create for the
// same target removes that.
//
// # The remaining holes
//
// If the fsync of the folder fails after the rename, the new file is in place but may be gone after a loss of power;
// Commit then returns an error that says so. Between the last look at the temporary file and its rename, somebody else
// who may write to the folder can put another file in its place: a folder that strangers can write to is not a safe place
// for output. Extended attributes and access control lists of a replaced file are not carried over, and other hard links
// to it keep the old content. The folders above the target are not synced: a folder that was itself made a moment ago may
// be lost with everything in it.
package durable
