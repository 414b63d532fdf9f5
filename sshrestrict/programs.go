package sshrestrict

import "errors"

// Programs takes a command apart as policies do: the programs of a pipe, each as its words without quotes. What is no list
// of plain words is an error.
func Programs(command string) ([][]string, error) {
	q := NewRequest(KindCommand, command, MaxCommand)
	if q.Err != nil {
		return nil, q.Err
	}
	pieces, err := pipeline(q.Tokens)
	if err != nil {
		return nil, err
	}
	if len(q.Tokens) == 0 {
		return nil, errors.New("no words")
	}
	programs := make([][]string, len(pieces))
	for i, p := range pieces {
		programs[i] = p.words
	}
	return programs, nil
}
