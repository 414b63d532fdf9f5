// Package sftpserver serves version 3 of the sftp protocol (draft-ietf-secsh-filexfer-02) on a pair of streams, from a
// [rooted.Tree], whose mode decides what the client may do. Start with [Serve].
//
// The requests are parsed, run and answered by github.com/pkg/sftp. In front of it stands a gate that sees every packet in
// both directions, since that library leaves open what a server for strangers must hold:
//
//   - a READ on a handle that was opened for writing makes it write zeros, so the gate matches requests with the kind of
//     their handle;
//   - FSTAT and FSETSTAT go by the path that was opened, so the gate answers them from the open file;
//   - OPEN confuses the flags of its attributes with its own, and MKDIR drops them: the gate reads them;
//   - it does not know the extensions fsync, limits, copy-data, lsetstat and expand-path: the gate answers these;
//   - answers wait in memory while an earlier request runs, without bound: the gate lets few requests in at a time, and
//     everything but READ and WRITE alone, so that a client sees the effects of its requests in their order;
//   - when the client's stream ends, answers that are not sent yet may be forgotten: the gate ends it after the last answer;
//   - one unknown packet type ends the session: the gate answers it, as the draft asks.
//
// What a session holds in memory is bounded whatever the client sends: one packet of 256 KiB in the gate, 32 requests in
// the library, 256 open handles of a few kilobytes.
package sftpserver
