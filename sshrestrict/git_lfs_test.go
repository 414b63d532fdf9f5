package sshrestrict

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// largeFiles is a server of git-lfs's basic transfers, see its batch API.
type largeFiles struct {
	mu     sync.Mutex
	stored map[string][]byte
}

func (l *largeFiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := strings.TrimPrefix(r.URL.Path, "/file/")
	switch {
	case r.Header.Get("Token") == "":
		w.WriteHeader(http.StatusForbidden)
	case r.Method == http.MethodPut:
		l.stored[id], _ = io.ReadAll(r.Body)
	case r.Method == http.MethodGet:
		_, _ = w.Write(l.stored[id])
	default:
		var batch struct {
			Operation string           `json:"operation"`
			Objects   []map[string]any `json:"objects"`
		}
		_ = json.NewDecoder(r.Body).Decode(&batch)
		for _, object := range batch.Objects {
			href := fmt.Sprintf("http://%s/file/%s", r.Host, object["oid"])
			object["actions"] = map[string]any{batch.Operation: map[string]any{
				"href": href, "header": map[string]string{"Token": r.Header.Get("Token")},
			}}
		}
		w.Header().Set("Content-Type", "application/vnd.git-lfs+json")
		_ = json.NewEncoder(w).Encode(map[string]any{"objects": batch.Objects})
	}
}

func TestGitLFSThroughPolicy(t *testing.T) {
	t.Parallel()
	files := &largeFiles{stored: map[string][]byte{}}
	web := httptest.NewServer(files)
	defer web.Close()
	s := newServer(t, "")
	root := withCommit(t, s)
	// The policy's program gives out a token for the operation that was asked for.
	program := filepath.Join(s.dir, "..", "authenticate")
	script := `#!/bin/sh
printf '{"href":"` + web.URL + `","header":{"Token":"%s"}}' "$2"
`
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	rule := "allow: [{git: {root: " + root + ", mode: MODE, lfs: true, lfs-authenticate: " + program + "}}]"
	s.policy(strings.Replace(rule, "MODE", "read-write", 1))
	url := "ssh://host/~/team/proj.git"

	s.run("", "git", "clone", "--quiet", url, "a")
	s.run("a", "git", "lfs", "install", "--local")
	s.run("a", "git", "lfs", "track", "*.bin")
	content := strings.Repeat("large ", 1000)
	if err := os.WriteFile(s.dir+"/a/x.bin", []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	s.run("a", "git", "add", ".")
	s.run("a", "git", "commit", "--quiet", "-m", "large")
	s.run("a", "git", "push", "--quiet", "origin", "main")
	if len(files.stored) != 1 {
		t.Errorf("%d files were uploaded", len(files.stored))
	}
	s.answered("/authenticate")
	s.policy(strings.Replace(rule, "MODE", "read", 1))
	s.run("", "git", "-c", "filter.lfs.process=git-lfs filter-process", "-c", "filter.lfs.smudge=git-lfs smudge -- %f", "clone", "--quiet", url, "b")
	if got, _ := os.ReadFile(s.dir + "/b/x.bin"); string(got) != content {
		t.Errorf("downloaded %d bytes", len(got))
	}
	s.refused("git-write", "a", "git", "lfs", "push", "--object-id", "origin", "0a"+strings.Repeat("00", 31))
	s.refused("git-write", "a", "git", "lfs", "push", "--all", "origin")
}
