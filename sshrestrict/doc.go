// Package sshrestrict decides what a client of ssh may do with one key or account, and starts that and nothing else. It is
// the library behind the forced command "ops ssh-restrict".
//
// Start with Parse or Load, which read a policy, and Policy.Decide, which answers a Request with a Decision. Main is the
// whole forced command. Each protocol has a file of its own with a rule that reads the client's command into what it means
// and renders a new one; the client's words are never executed, and no shell is ever called.
package sshrestrict
