// Package schema holds the JSON Schema (draft 2020-12) of policies, for editors and for checks before a policy is put into
// use. It is beside package sshrestrict, whose tests compare it with the code, so that the forced command does not carry it.
package schema

import _ "embed"

//go:embed policy.json
var policy []byte

// Policy returns the schema of a policy file. It describes every key; what concerns several keys at once, such as delete
// with a mode that only reads, is for the loader to refuse.
func Policy() []byte { return policy }
