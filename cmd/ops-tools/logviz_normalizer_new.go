package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"ops/internal/durable"
	"ops/internal/terminal"
	"ops/logviz/normalize"
)

func newNormalizerNew(e *env) *cobra.Command {
	output := ""
	cmd := &cobra.Command{
		Use:   "new NAME",
		Short: "Print a definition to begin with",
		Long: "Print a definition to begin with, whose comments say what belongs where. It passes 'test' and 'lint' as it is.\n" +
			"If there are lines already, 'ops logviz suggest' goes farther.",
		Example: "  ops logviz normalizer new app > definitions/app.yaml\n  ops logviz normalizer new app -o definitions/app.yaml",
		Args:    someArgs("a NAME of lower-case letters, digits and hyphens"),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usageError("new takes one NAME, got %d", len(args))
			}
			text := skeleton(args[0])
			if _, err := normalize.Parse(args[0]+".yaml", []byte(text)); err != nil || args[0][0] < 'a' {
				return usageError("%q is no name for a definition: must be lower-case letters, digits and hyphens, a letter first", args[0])
			}
			if output == "" {
				_, err := io.WriteString(e.out, text)
				return withCode(exitIO, err)
			}
			if _, err := os.Lstat(output); err == nil {
				return withCode(exitCantCreate, fmt.Errorf("%s is there already; choose another name", output))
			}
			if err := durable.WriteFile(output, []byte(text), 0o666); err != nil {
				return withCode(exitCantCreate, err)
			}
			fmt.Fprintf(e.err, "%s: try 'ops logviz normalizer test %s'\n", terminal.Printable(output), terminal.Printable(shellWord(output)))
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "", "write `FILE`, which must not be there yet")
	return cmd
}

// skeleton is a definition that explains itself.
func skeleton(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(`# Say here where the formats were read: the product's documentation or its sources.
kind: normalizer/v1
name: NAME
description: What NAME says of its users' sessions.
# The products and versions whose lines the patterns were written for.
versions: [NAME 1.0]
# header: the whole record · line: a record that says everything itself · body: the message, by program · enrich: a field.
stage: body
when:
  process.name: [NAME]
# Fields that every event of this definition has.
set:
  event.category: [session]
patterns:
  # Plain text stands for itself. %{field:type} reads a value, %{-:type} drops one; [[ … ]] may be missing; (a|b) is one of
  # several texts; \ makes the next character plain. The first pattern that matches the whole message wins.
  # Names are those of the Elastic Common Schema; what it does not have begins with the product, as in PRODUCT.queue.
  - name: session-opened
    pattern: "session %{PRODUCT.session:int} opened for %{user.name:word} from %{source.address:host}[[ port %{source.port:port}]]"
    set: {event.action: session_opened, event.outcome: success, event.type: [start]}
    tests:
      # Real lines of the product, with addresses for documentation; each gives the fields that are expected.
      - line: "session 17 opened for alice from 192.0.2.7 port 4711"
        expect: {PRODUCT.session: 17, user.name: alice, source.ip: 192.0.2.7, source.port: 4711}
      - line: "session 18 opened for bob from 2001:db8::9"
        expect: {user.name: bob, source.ip: "2001:db8::9"}
        absent: [source.port]
      # What a hostile client could send, and must not be read as something else.
      - line: "session 19 opened for x from 192.0.2.1 from 203.0.113.9"
        no-match: true
`, "NAME", name), "PRODUCT", "app_"+strings.ReplaceAll(name, "-", "_"))
}
