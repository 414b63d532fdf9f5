package sshrestrict

// lfs answers git-lfs-authenticate, which tells the client where large files are to be had, and git-lfs-transfer, which
// transfers them itself. Neither is a part of git: the policy names programs that do. Clients send the repository, the
// operation and, up to git-lfs 2.2, the hash of one object; see the server discovery and pure SSH protocol chapters of
// git-lfs's documentation.
func (r *gitRule) lfs(q *Request, service string, rest []Word) answer {
	if !r.LFS {
		return deny("git-lfs", "the policy has no \"lfs: true\"")
	}
	if len(rest) < 2 || len(rest) > 3 || !rest[1].literal() {
		return deny("git-arguments", "git-%s takes a repository and an operation", service)
	}
	operation := rest[1].Text
	switch {
	case operation != "upload" && operation != "download":
		return deny("git-lfs-operation", "the operation %s is neither upload nor download", quote(operation))
	case operation == "upload" && !r.Mode.Writes():
		return deny("git-write", "uploading is not in the mode %s", r.Mode)
	case len(rest) == 3 && (service != "lfs-authenticate" || !rest[2].literal() || !isHex(rest[2].Text, 64)):
		return deny("git-arguments", "%s is no hash of an object", quote(rest[2].Text))
	}
	// git-lfs 2 takes the first slash of the path in a URL off.
	named := rest[0]
	if _, under := r.Root.relative("/" + named.Text); under && named.literal() {
		named.Text = "/" + named.Text
	}
	place, err := r.place(q, named)
	if err != nil {
		return denied("git-repository", err)
	}
	program := r.LFSTransfer
	if service == "lfs-authenticate" {
		program = r.LFSAuthenticate
	}
	s := r.start(q, place, program, "git-"+service, place.path, operation)
	if operation == "upload" {
		s.Write = []string{place.path}
	}
	// What gives out tokens for another server reads secrets and may ask that server: only its author knows its needs.
	s.Open = service == "lfs-authenticate"
	return allow(s)
}

// isHex is true for a number of hexadecimal digits in lower case.
func isHex(text string, digits int) bool {
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(text) == digits
}
