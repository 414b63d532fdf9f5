package sshrestrict

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"ops/internal/strictyaml"
	"ops/sshrestrict/audit"
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
	PID         int
	Now         time.Time        // of the decision
	Clock       func() time.Time // for the records
	// Own returns the absolute path of the running program; the companion lies beside it.
	Own func() (string, error)
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
			return in, fmt.Errorf("unknown argument %s", quote(name))
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
	s := &forced{Process: p, key: in.key}
	defer s.close()
	return s.run(in)
}

// forced is one use of the forced command.
type forced struct {
	Process
	key     string
	account passwd.Account
	policy  *Policy // nil until it was read
	request *Request
	journal *audit.Log
	record  audit.Record // what all records of the session have in common
}

func (s *forced) run(in invocation) int {
	var err error
	if s.account, err = passwd.ByUID(s.UID); err != nil {
		return s.broken("account", err)
	}
	if in.policy == "%u" { // sshd versions that do not expand the token in ForceCommand hand it over as it is
		in.policy = s.account.Name
	}
	s.record.Policy = in.policy
	s.policy, err = Load(in.folder, in.policy, ownerOf(in.folder, s.account))
	s.request = s.read()
	if err != nil {
		return s.broken(brokenCode(err), err)
	}
	if err := s.open(); err != nil {
		return s.broken("audit", err)
	}
	d := s.policy.Decide(s.request)
	s.record.Rule = d.Rule
	if d.Verdict != Allow {
		return s.refuse(audit.Deny, d.Code, d.Reason, ExitDenied)
	}
	slot, err := takeSlot(s.policy, stateFolder(s.account), s.UID, s.Now)
	if later, ok := errors.AsType[*errLater](err); ok {
		return s.refuse(audit.Later, later.code, later.reason, ExitLater)
	}
	plan, err := s.plan(s.request, d.Start)
	if err != nil {
		return s.broken("start", err)
	}
	if slot >= 0 {
		plan.Keep = append(plan.Keep, slot)
	}
	return s.start(plan, d.Start.Files)
}

// plan completes what a rule wants started. Most rules do not need the companion, and then nobody looks for it.
func (s *forced) plan(q *Request, start *Start) (*launch.Plan, error) {
	tools := ""
	if slices.ContainsFunc(start.Stages, func(stage Stage) bool { return stage.Program == companion }) {
		own, err := s.Own()
		if err != nil {
			return nil, fmt.Errorf("find the running program: %w", err)
		}
		tools = Companion(own)
	}
	return s.policy.plan(q, start, tools), nil
}

// start records the intent and executes the plan in place, or stays as the parent where the policy wants to know or bound
// how it goes, and for our servers of files, whose operations are recorded.
func (s *forced) start(plan *launch.Plan, files bool) int {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	observed, err := s.observed(plan, files, end)
	if err != nil {
		return s.failed(err)
	}
	defer observed.close()
	plan.Result = plan.Result || observed != nil // with the bytes of the session
	if s.policy.Audit.Record == RecordInteractive && s.request.TTY {
		plan.Record = path.Join(string(s.policy.Audit.Folder), s.recordingName())
	}
	sandbox, err := launch.Achieved(plan.Confinement)
	if err != nil {
		return s.failed(err)
	}
	if err := s.intend(plan, sandbox); err != nil {
		return s.refuse(audit.Deny, "audit", err.Error(), ExitDenied)
	}
	if !plan.Stays() {
		return s.failed(launch.Exec(plan))
	}
	return s.supervise(ctx, plan, observed)
}

// supervise runs a plan to its end and records that.
func (s *forced) supervise(ctx context.Context, plan *launch.Plan, observed *observer) int {
	result, err := launch.Run(ctx, plan, launch.Streams{In: s.In, Out: s.Out, Err: s.Err})
	observed.close()
	if err != nil {
		return s.failed(err)
	}
	if !plan.Result {
		result.BytesIn, result.BytesOut = -1, -1 // not counted
	}
	return s.ended(result, observed)
}

// recordingName is unique for each session.
func (s *forced) recordingName() string {
	return fmt.Sprintf("%s-%s-%d.cast", s.Now.UTC().Format("20060102T150405.000000Z"), s.account.Name, s.PID)
}

func (s *forced) failed(err error) int {
	if code := launch.ExitCode(err); code == ExitAbsent {
		return s.refuse(audit.Deny, "program-missing", err.Error(), code)
	}
	return s.broken("start", err)
}

func (s *forced) broken(code string, err error) int {
	return s.refuse(audit.Broken, code, err.Error(), ExitBroken)
}

// refuse records why nothing is started and tells the client one line: a code that the log explains, and no more.
func (s *forced) refuse(decision, code, reason string, exit int) int {
	s.refused(decision, code, reason)
	word := "not possible, the server's log says why"
	switch exit {
	case ExitDenied:
		word = "denied"
	case ExitLater:
		word = "try again later"
	case ExitAbsent:
		word = "program missing"
	}
	fmt.Fprintf(s.Err, "ops ssh-restrict: %s (%s)\n", word, code)
	return exit
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

// read reads what sshd put into the environment, see ENVIRONMENT in ssh(1).
func (s *forced) read() *Request {
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
	limit := MaxCommand
	if s.policy != nil {
		limit = s.policy.MaxCommand
	}
	q := NewRequest(kind, text, limit)
	q.Account, q.Key, q.Env, q.Now, q.Input = s.account, s.key, s.Environment, s.Now, s.In
	_, q.TTY = get("SSH_TTY")
	connection, _ := get("SSH_CONNECTION")
	q.Address, q.Port = parseConnection(connection)
	if info, exposed := get("SSH_USER_AUTH"); exposed {
		if prints, err := audit.ReadFingerprints(info); err == nil && len(prints) > 0 {
			q.Fingerprint = prints[0]
		}
	}
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
