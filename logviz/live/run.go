package live

import (
	"bytes"
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"time"
)

// Run serves until ctx ends; then the streams end, and Run returns nil. It closes the listener. ready is called once it
// serves.
func (s *Server) Run(ctx context.Context, l net.Listener, ready func()) error {
	if !IsLocal(l) && !s.options.Token.isSet() {
		l.Close()
		return errors.New("listening elsewhere than on a loopback address needs a token")
	}
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: readDeadline,
		ReadTimeout:       readDeadline,
		WriteTimeout:      writeDeadline, // streams have one for each write
		IdleTimeout:       idleDeadline,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          log.New(saying(s.options.Log), "", 0),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(bound(l, s.options.MaxViewers+spareConnections)) }()
	ticker := time.NewTicker(s.options.Tick)
	defer ticker.Stop()
	ready()
	for {
		select {
		case <-ticker.C:
			s.tick()
		case err := <-served:
			s.hub.close()
			return err
		case <-ctx.Done():
			s.hub.close()
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceful)
			defer cancel()
			if server.Shutdown(end) != nil { // somebody does not take the end of an answer
				server.Close()
			}
			<-served
			return nil
		}
	}
}

// spareConnections are those for data and metrics beside the viewers.
const spareConnections = 256

// saying gives what net/http has to say to a function.
type saying func(string)

func (say saying) Write(p []byte) (int, error) {
	say(string(bytes.TrimRight(p, "\n")))
	return len(p), nil
}
