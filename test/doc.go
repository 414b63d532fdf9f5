// Package test holds the tests that concern the repository as a whole: which package may import which, what every package
// says about itself, what may not stand in any file, and what the scripts do. The rules and their reasons are written in
// the tests; to change one is to change the design, so doc/design.md changes with it.
package test
