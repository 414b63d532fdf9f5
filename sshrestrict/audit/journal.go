package audit

import (
	"fmt"
	"strconv"

	"golang.org/x/sys/unix"
)

// journal speaks systemd-journald's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL). Values are printable by the form
// of our records, so that each field is one line and the protocol's form for binary values is not needed.
type journal struct{ datagram }

func (j *journal) String() string { return "the journal" }

func (j *journal) write(r *Record) error {
	payload := r.entry()
	err := j.send(payload, nil)
	if err == unix.EMSGSIZE || err == unix.ENOBUFS { // longer than a datagram can be
		return j.sendFile(payload)
	}
	return err
}

// entry is the record as a journal entry: the whole of it as OPS_RECORD, and what one selects by as fields.
func (r *Record) entry() []byte {
	var b []byte
	field := func(name, value string) {
		if value != "" {
			b = append(append(b, name...), '=')
			b = append(appendEscaped(b, cut(value, maxField), false), '\n')
		}
	}
	b = append(append(append(b, "MESSAGE="...), r.summary()...), '\n')
	field("PRIORITY", strconv.Itoa(r.severity()))
	field("SYSLOG_FACILITY", strconv.Itoa(facilityAuth))
	field("SYSLOG_IDENTIFIER", Identifier)
	field("OPS_ID", r.ID)
	field("OPS_EVENT", r.Event)
	field("OPS_DECISION", r.Decision)
	field("OPS_CODE", r.Code)
	field("OPS_POLICY", r.Policy)
	field("OPS_RULE", r.Rule)
	field("OPS_KEY", r.Key)
	field("OPS_FINGERPRINT", r.Fingerprint)
	field("OPS_ACCOUNT", r.Account)
	field("OPS_ADDRESS", r.Address)
	return r.Append(append(b, "OPS_RECORD="...)) // ends the line too
}

// sendFile hands the entry over as a sealed memory file, as the protocol wants it for large ones.
func (j *journal) sendFile(payload []byte) error {
	fd, err := unix.MemfdCreate(Identifier, unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	if err != nil {
		return fmt.Errorf("make a memory file: %w", err)
	}
	defer unix.Close(fd)
	for rest := payload; len(rest) > 0; {
		n, err := unix.Write(fd, rest)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("write the memory file: %w", err)
		}
		rest = rest[n:]
	}
	const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_WRITE | unix.F_SEAL_SEAL
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		return fmt.Errorf("seal the memory file: %w", err)
	}
	return j.send(nil, unix.UnixRights(fd))
}
