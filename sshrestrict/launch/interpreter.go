package launch

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	maxDepth = 5    // interpreters that the kernel puts in front of each other, see execve(2)
	headSize = 4096 // bytes read of a file to find its interpreter; the program headers follow the ELF header
	shebang  = 254  // bytes of a first line that the kernel looks at, without "#!"
)

// Examine tells whether Exec and Run would execute a program, with the variables that it would get: the error is nil,
// *MissingProgram or *UnsafeProgram.
func Examine(program string, env []string) error {
	programs, err := openAll(&Command{Program: program, Env: env})
	closeAll(programs)
	return err
}

// openAll opens the program and what the kernel executes for it: the interpreters of scripts, the program that env looks
// up for a first line such as "#!/usr/bin/env python3", and the loader of shared libraries. All are held to the same rule.
// The program itself is the first; the caller closes them.
func openAll(c *Command) ([]*executable, error) {
	type wanted struct {
		path  string
		depth int
	}
	var all []*executable
	for todo := []wanted{{c.Program, 0}}; len(todo) > 0; todo = todo[1:] {
		now := todo[0]
		found, err := openProgram(c.Program, now.path)
		if err == nil {
			all = append(all, found)
			if now.depth > maxDepth {
				err = &UnsafeProgram{Program: c.Program, Path: now.path, Reason: "is the end of too long a chain of interpreters"}
			}
		}
		if err != nil {
			closeAll(all)
			return nil, err
		}
		for _, path := range interpreters(found, c.Env) {
			todo = append(todo, wanted{path, now.depth + 1})
		}
	}
	return all, nil
}

func closeAll(all []*executable) {
	for _, e := range all {
		_ = unix.Close(e.fd)
	}
}

// interpreters returns the paths of what is executed next for the file.
func interpreters(e *executable, env []string) []string {
	fd, err := unix.Open(e.path, unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return loaders() // may be executed and not read: the kernel looks into it nevertheless
	}
	defer unix.Close(fd)
	head := make([]byte, headSize)
	n, err := unix.Pread(fd, head, 0)
	if err != nil {
		return nil
	}
	head = head[:n]
	if line, ok := bytes.CutPrefix(head, []byte("#!")); ok {
		return scriptInterpreters(line, env)
	}
	if loader := elfLoader(head); loader != "" {
		return []string{filepath.Clean(loader)}
	}
	return nil
}

// scriptInterpreters reads the first line of a script, without "#!". For env it returns env and the program that env will
// find in the PATH of the environment.
func scriptInterpreters(line []byte, env []string) []string {
	line = line[:min(len(line), shebang)]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	words := strings.FieldsFunc(string(line), func(r rune) bool { return r == ' ' || r == '\t' })
	if len(words) == 0 || !strings.HasPrefix(words[0], "/") {
		return nil
	}
	found := []string{filepath.Clean(words[0])}
	if filepath.Base(words[0]) != "env" {
		return found
	}
	for _, word := range words[1:] {
		if strings.HasPrefix(word, "-") || strings.Contains(word, "=") {
			continue // options such as -S, and variables
		}
		if path := lookUp(word, env); path != "" {
			found = append(found, path)
		}
		break
	}
	return found
}

// lookUp finds a program in the absolute folders of PATH as execvp(3) does, or returns "".
func lookUp(name string, env []string) string {
	if strings.HasPrefix(name, "/") {
		return filepath.Clean(name)
	}
	for _, entry := range env {
		list, ok := strings.CutPrefix(entry, "PATH=")
		if !ok || strings.Contains(name, "/") {
			continue
		}
		for folder := range strings.SplitSeq(list, ":") {
			path := filepath.Join(folder, name)
			if strings.HasPrefix(folder, "/") && unix.Access(path, unix.X_OK) == nil {
				return path
			}
		}
	}
	return ""
}

// elfLoader returns the path in the program header PT_INTERP, see elf(5), or "" for a static program and for other files.
// head is the begin of the file; what lies behind it is not followed.
func elfLoader(head []byte) string {
	const (
		identLen  = 16
		headerLen = 64 // of the larger kind
		ptInterp  = 3
	)
	if len(head) < headerLen || !bytes.HasPrefix(head, []byte("\x7fELF")) {
		return ""
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == 2 {
		order = binary.BigEndian
	}
	var table, size, count uint64
	wide := head[4] == 2
	if wide {
		table, size, count = order.Uint64(head[32:]), uint64(order.Uint16(head[54:])), uint64(order.Uint16(head[56:]))
	} else {
		table, size, count = uint64(order.Uint32(head[28:])), uint64(order.Uint16(head[42:])), uint64(order.Uint16(head[44:]))
	}
	const smallest = 32 // bytes of an entry of 32 bits
	end := uint64(len(head))
	for at := table; count > 0 && size >= smallest && at < end && at+size <= end; at, count = at+size, count-1 {
		entry := head[at : at+size]
		if order.Uint32(entry) != ptInterp {
			continue
		}
		var offset, length uint64
		switch {
		case wide && size >= 56:
			offset, length = order.Uint64(entry[8:]), order.Uint64(entry[32:])
		case !wide:
			offset, length = uint64(order.Uint32(entry[4:])), uint64(order.Uint32(entry[16:]))
		}
		if offset < identLen || offset >= end || length == 0 || length > end-offset {
			return ""
		}
		path := head[offset : offset+length]
		if nul := bytes.IndexByte(path, 0); nul >= 0 {
			path = path[:nul]
		}
		if !bytes.HasPrefix(path, []byte("/")) {
			return ""
		}
		return string(path)
	}
	return ""
}

// loaders are the usual places of the loader of shared libraries, for programs whose own word for it is not known. Those
// that are missing are left out.
func loaders() []string {
	var found []string
	for _, path := range []string{
		"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux.so.2",
		"/lib/ld-linux-aarch64.so.1", "/lib/ld-linux-armhf.so.3", "/lib/ld-linux-riscv64-lp64d.so.1", "/lib64/ld64.so.2",
		"/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1",
	} {
		if unix.Access(path, unix.F_OK) == nil {
			found = append(found, path)
		}
	}
	return found
}
