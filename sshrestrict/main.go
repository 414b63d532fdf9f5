package sshrestrict

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"ops/internal/strictyaml"
	"ops/sshrestrict/internal/passwd"
	"ops/sshrestrict/launch"
)

// Exit codes of the forced command itself; a program that was started gives its own. They are those of sysexits.h. 255 is
// never used: ssh takes it for its own.
const (
	ExitUsage  = 64
	ExitLater  = 75  // rate, number of sessions
	ExitDenied = 77  //
	ExitBroken = 78  // the policy, or the machine, has to be corrected
	ExitAbsent = 127 // the program is not installed
)

// Process is what the forced command got from sshd.
type Process struct {
	Args        []string // behind "ssh-restrict"
	Environment []string // KEY=VALUE
	In          *os.File
	Out         *os.File
	Err         *os.File
	UID         int
	Now         time.Time
	// Own is the absolute path of the running program; the companion lies beside it.
	Own string
}

// invocation is the command line of authorized_keys or sshd_config.
type invocation struct {
	policy string
	key    string
	folder string
}

// parseArguments reads --policy NAME, --user NAME, --key NAME and --policies FOLDER, also with =. A policy is named once.
func parseArguments(args []string) (invocation, error) {
	in := invocation{folder: Folder}
	if len(args) > 0 && args[0] == "run" {
		args = args[1:]
	}
	for i := 0; i < len(args); i++ {
		name, value, attached := strings.Cut(args[i], "=")
		if !attached {
			if i++; i == len(args) {
				return in, fmt.Errorf("%s needs a value", quote(name))
			}
			value = args[i]
		}
		var field *string
		switch name {
		case "--policy", "--user":
			field = &in.policy
		case "--key":
			field = &in.key
		case "--policies":
			field, in.folder = &in.folder, ""
		default:
			return in, fmt.Errorf("unknown argument %s", quote(args[i]))
		}
		if *field != "" {
			return in, fmt.Errorf("%s is given twice, or both --policy and --user", name)
		}
		*field = value
	}
	if in.policy == "" {
		return in, errors.New("no policy; give --policy NAME or --user NAME")
	}
	if in.key != "" && checkName(in.key) != nil {
		return in, fmt.Errorf("the key's name %s: only letters, digits, _ . and - are allowed, the first no . or -", quote(in.key))
	}
	return in, nil
}

// Main is the forced command: it decides, records and starts. It returns only if nothing was started in its place, with the
// exit code for sshd.
func Main(p Process) int {
	in, err := parseArguments(p.Args)
	if err != nil {
		fmt.Fprintf(p.Err, "ops ssh-restrict: %v\n", err)
		return ExitUsage
	}
	s := &Session{Process: p, key: in.key}
	code := s.run(in)
	return code
}

// Session is one use of the forced command.
type Session struct {
	Process
	key     string
	account passwd.Account
	policy  *Policy
}

func (s *Session) run(in invocation) int {
	var err error
	if s.account, err = passwd.ByUID(s.UID); err != nil {
		return s.broken("account", err)
	}
	if in.policy == "%u" { // sshd versions that do not expand the token in ForceCommand hand it over as it is
		in.policy = s.account.Name
	}
	if s.policy, err = Load(in.folder, in.policy, -1); err != nil {
		return s.broken(brokenCode(err), err)
	}
	q := s.request()
	d := s.policy.Decide(q)
	if d.Verdict != Allow {
		return s.refuse(d.Code, d.Reason, ExitDenied)
	}
	slot, err := takeSlot(s.policy, stateFolder(s.account), s.UID, s.Now)
	if err != nil {
		code := "state"
		if later, ok := errors.AsType[*errLater](err); ok {
			code = later.code
		}
		return s.refuse(code, err.Error(), ExitLater)
	}
	plan := s.policy.plan(q, d.Start, s.companion())
	if slot >= 0 {
		plan.Keep = append(plan.Keep, slot)
	}
	return s.start(plan, q)
}

// start executes the plan in place, or stays as the parent where the policy wants to know or bound how it goes.
func (s *Session) start(plan *launch.Plan, q *Request) int {
	if s.policy.Audit.Record == RecordInteractive && q.TTY {
		plan.Record = path.Join(string(s.policy.Audit.Folder), s.recordingName())
	}
	if !plan.Result && plan.Record == "" && plan.Limits.Time == 0 && len(plan.Stages) == 1 {
		return s.failed(launch.Exec(plan))
	}
	result, err := launch.Run(context.Background(), plan, launch.Streams{In: s.In, Out: s.Out, Err: s.Err})
	if err != nil {
		return s.failed(err)
	}
	return result.ExitCode
}

// recordingName is unique for each session.
func (s *Session) recordingName() string {
	return fmt.Sprintf("%s-%s-%d.cast", s.Now.UTC().Format("20060102T150405.000000Z"), s.account.Name, os.Getpid())
}

func (s *Session) failed(err error) int {
	code := launch.ExitCode(err)
	name := "start"
	if code == ExitAbsent {
		name = "program-missing"
	}
	return s.refuse(name, err.Error(), code)
}

// refuse tells the client one line: a code that the log explains, and no more.
func (s *Session) refuse(code, reason string, exit int) int {
	word := map[int]string{ExitDenied: "denied", ExitLater: "try again later", ExitAbsent: "program missing"}[exit]
	if word == "" {
		word = "not possible"
	}
	fmt.Fprintf(s.Err, "ops ssh-restrict: %s (%s)\n", word, code)
	return exit
}

func (s *Session) broken(code string, err error) int {
	return s.refuse(code, err.Error(), ExitBroken)
}

// brokenCode tells the ways apart in which a policy cannot be had.
func brokenCode(err error) string {
	if _, ok := errors.AsType[*UnsafeFile](err); ok {
		return "policy-unsafe"
	}
	if _, ok := errors.AsType[*strictyaml.Error](err); ok {
		return "policy-broken"
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "policy-missing"
	}
	return "policy"
}

// companion is the path of our second program: beside this one, or where packages put what is not for users to call.
func (s *Session) companion() string { return Companion(s.Own) }

// Companion returns the path of the companion of the program own: beside it, or in ../libexec/ops.
func Companion(own string) string {
	beside := path.Join(path.Dir(own), companion)
	if _, err := os.Lstat(beside); err == nil {
		return beside
	}
	if installed := path.Join(path.Dir(own), "../libexec/ops", companion); exists(installed) {
		return installed
	}
	return beside
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// request reads what sshd put into the environment, see ENVIRONMENT in ssh(1).
func (s *Session) request() *Request {
	kind, text := KindLogin, ""
	get := func(name string) (string, bool) {
		for _, e := range s.Environment {
			if value, ok := strings.CutPrefix(e, name+"="); ok {
				return value, true
			}
		}
		return "", false
	}
	if command, given := get("SSH_ORIGINAL_COMMAND"); given {
		kind, text = KindCommand, command
		if command == "" {
			kind = KindEmpty
		}
	}
	q := NewRequest(kind, text, s.policy.MaxCommand)
	q.Account, q.Key, q.Env, q.Now, q.Input = s.account, s.key, s.Environment, s.Now, s.In
	_, q.TTY = get("SSH_TTY")
	connection, _ := get("SSH_CONNECTION")
	q.Address, q.Port = parseConnection(connection)
	return q
}

// parseConnection reads the client's address and port from SSH_CONNECTION.
func parseConnection(text string) (netip.Addr, uint16) {
	fields := strings.Fields(text)
	if len(fields) == 0 {
		return netip.Addr{}, 0
	}
	address, err := netip.ParseAddr(fields[0])
	if err != nil {
		return netip.Addr{}, 0
	}
	port := uint64(0)
	if len(fields) > 1 {
		port, _ = strconv.ParseUint(fields[1], 10, 16)
	}
	return address.Unmap(), uint16(port)
}

// IsForced is true for the arguments of the forced command, false for those of the verbs that people type, such as
// "explain" and "--help".
func IsForced(args []string) bool {
	if len(args) == 0 {
		return false
	}
	first, _, _ := strings.Cut(args[0], "=")
	switch first {
	case "run", "--policy", "--user", "--key", "--policies":
		return args[len(args)-1] != "--help"
	}
	return false
}
