package sftpserver

import (
	"context"
	"errors"
	"io"

	"github.com/pkg/sftp"

	"ops/sshrestrict/rooted"
)

// Serve serves one client until it closes its stream, and returns nil then. Everything that is still open is closed
// before it returns; uploads that were not closed by the client are treated as package rooted says of lost connections.
// log, which may be nil, is called for one operation at a time.
//
// Serve ends with ctx at the next request: to have it end at once, the caller closes in, or sets its deadline, when ctx is
// done. A client that breaks the protocol ends the session with an error that says how.
func Serve(ctx context.Context, tree *rooted.Tree, in io.Reader, out io.Writer, log func(Event)) error {
	s := &session{recorder: &recorder{log: log}, tree: tree}
	g := newGate(ctx, s, in, out)
	server := sftp.NewRequestServer(g, sftp.Handlers{FileGet: s, FilePut: s, FileCmd: s, FileList: s},
		sftp.WithStartDirectory(tree.Start()), sftp.WithRSMaxTxPacket(maxData), sftp.WithRSAllocator())
	err := server.Serve()
	g.await(func() bool { return g.flight == 0 }) // the library does not wait until its last answers are sent
	if g.failed != nil {
		err = g.failed // without what the library makes of it
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// untilDone is a reader that ends with a context.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u *untilDone) Read(b []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(b)
}
