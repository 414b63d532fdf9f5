package sshrestrict

// isAnsible recognises the command line that ansible sends for everything but copying files: /bin/sh -c '…'. To allow it
// is to allow a shell, whatever stands in the quotes.
func isAnsible(q *Request) bool {
	words, ok := q.words()
	if !ok || len(words) < 3 || words[1].Text != "-c" {
		return false
	}
	return isProgram(words[0], "sh", "bash", "dash")
}

const ansibleAnswer = "sh -c runs whatever stands behind it, so that no rule can allow it; " +
	"ansible's modules need a full shell, files alone can be copied with an sftp or scp rule, and single commands with ansible.builtin.raw"
