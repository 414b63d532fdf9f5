// Package terminal is how the command talks to a person: colours when they are wanted, a line of progress, a table that
// fits the window, numbers that can be read. Start with [Printable]: whatever came from outside (a log line, a file name,
// an answer from the network) goes through it before it is printed, so that no escape sequence of an attacker reaches the
// administrator's terminal. [Table] and [Progress] do that themselves.
//
// Nothing here looks at the process: streams, environment, width and clock come in as values, so that a test sees exactly
// what a terminal would.
package terminal
