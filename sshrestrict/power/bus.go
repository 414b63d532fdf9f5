package power

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"

	"github.com/godbus/dbus/v5"
)

// maxTraffic bounds what one connection reads from the bus in all, in bytes; a list of 8192 inhibitors, the most that
// logind gives out, fits in easily.
const maxTraffic = 16 << 20

// bus is a connection to the system bus that lives no longer than its context.
type bus struct{ conn *dbus.Conn }

// bounded is the socket, with an end to its patience and to its memory.
type bounded struct {
	net.Conn
	in io.Reader
}

func (b bounded) Read(p []byte) (int, error) { return b.in.Read(p) }

// dial connects and says hello. Everything, the greeting included, ends with the context, which must have a deadline:
// the library's own calls for this know none.
func dial(ctx context.Context, socket string) (*bus, error) {
	var dialer net.Dialer
	raw, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("connect to the system bus: %w", err)
	}
	deadline, ok := ctx.Deadline()
	if !ok {
		panic("power: a bus without a deadline")
	}
	// The library closes the socket when the context ends, but waits for a write that hangs before it does.
	if err := raw.SetDeadline(deadline); err != nil {
		raw.Close()
		return nil, fmt.Errorf("connect to the system bus: %w", err)
	}
	in := bufio.NewReader(&io.LimitedReader{R: raw, N: maxTraffic})
	conn, err := dbus.NewConn(bounded{raw, in}, dbus.WithContext(ctx))
	if err != nil {
		raw.Close()
		return nil, fmt.Errorf("connect to the system bus: %w", err)
	}
	if err := conn.Auth([]dbus.Auth{dbus.AuthExternal(strconv.Itoa(os.Geteuid()))}); err != nil {
		conn.Close()
		return nil, fmt.Errorf("authenticate to the system bus: %w", err)
	}
	if err := conn.Hello(); err != nil {
		conn.Close()
		return nil, fmt.Errorf("greet the system bus: %w", err)
	}
	return &bus{conn}, nil
}

// call asks and stores the answer. An answer of another shape is an error.
func (b *bus) call(ctx context.Context, o object, method string, args []any, out ...any) error {
	return b.ask(ctx, o, method, args...).store(out...)
}

// ask sends a call without waiting for the answer.
func (b *bus) ask(ctx context.Context, o object, method string, args ...any) pending {
	done := make(chan *dbus.Call, 1)
	b.conn.Object(o.name, o.path).GoWithContext(ctx, method, 0, done, args...)
	return done
}

// pending is an answer to come; it comes at the latest when the context of its call ends.
type pending <-chan *dbus.Call

func (p pending) store(out ...any) error {
	call := <-p
	if call.Err != nil {
		return call.Err
	}
	if len(call.Body) != len(out) {
		return fmt.Errorf("%s answered %d values, want %d", call.Method, len(call.Body), len(out))
	}
	for i := range out {
		if err := store(out[i], call.Body[i]); err != nil {
			return fmt.Errorf("%s answered in a shape of its own: %w", call.Method, err)
		}
	}
	return nil
}

// object is where a service can be spoken to.
type object struct {
	name string
	path dbus.ObjectPath
}

const (
	managerInterface = "org.freedesktop.login1.Manager"
	sessionInterface = "org.freedesktop.login1.Session"
	propertiesGetAll = "org.freedesktop.DBus.Properties.GetAll"
)

func login() object { return object{"org.freedesktop.login1", "/org/freedesktop/login1"} }

func systemd() object { return object{"org.freedesktop.systemd1", "/org/freedesktop/systemd1"} }

// property returns a property of exactly the type that is asked for.
func property[T any](all map[string]dbus.Variant, name string) (T, error) {
	value, ok := all[name].Value().(T)
	if !ok {
		return value, fmt.Errorf("property %s is missing or of another type", name)
	}
	return value, nil
}
