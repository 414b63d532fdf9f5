// Package profiles holds ready policies for the usual jobs of a restricted key. Names lists them, and Text gives one with its
// comments, to be edited and put into /etc/ops/ssh-restrict.
package profiles

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed files/*.yaml
var files embed.FS

// Names lists the profiles in alphabetical order.
func Names() []string {
	entries, _ := files.ReadDir("files") // of the binary itself
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	return names
}

// Text returns a profile as YAML.
func Text(name string) (string, error) {
	data, err := files.ReadFile("files/" + name + ".yaml")
	if err != nil {
		return "", fmt.Errorf("no profile is called %q; there are %s", name, strings.Join(Names(), ", "))
	}
	return string(data), nil
}

// Summary returns the description in the first line of a profile.
func Summary(name string) string {
	text, _ := Text(name)
	first, _, _ := strings.Cut(text, "\n")
	return strings.TrimPrefix(first, "description: ")
}
