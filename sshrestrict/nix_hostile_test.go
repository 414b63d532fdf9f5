package sshrestrict

import "testing"

func TestNix(t *testing.T) {
	const serve, daemon = "/usr/bin/nix-store --serve", "/usr/bin/nix-daemon --stdio"
	checkVCS(t, mustParse(t, "allow: [{nix: {serve: true}}]"), "", []vcsCase{
		{"read", "nix-store --serve", serve},
		{"read, by a client that always asks for more", "nix-store --serve --write", serve},
		{"no daemon", "nix-daemon --stdio", "nix-command"},
	})
	checkVCS(t, mustParse(t, "allow: [{nix: {write: true, grant: equals-root}}]"), "", []vcsCase{
		{"write", "nix-store --serve --write", serve + " --write"},
		{"read", "nix-store --serve", serve},
		{"quoted", "'nix-store' '--serve' '--write'", serve + " --write"},
		{"no daemon", "nix-daemon --stdio", "nix-command"},
	})
	checkVCS(t, mustParse(t, "allow: [{nix: {daemon: true, grant: equals-root, daemon-program: /opt/nix/nix-daemon}}]"), "", []vcsCase{
		{"daemon", "nix-daemon --stdio", "/opt/nix/nix-daemon --stdio"},
		{"daemon with another folder of programs", "/usr/local/bin/nix-daemon --stdio", "/opt/nix/nix-daemon --stdio"},
		{"no store", "nix-store --serve", "nix-command"},
		{"no store to write to", "nix-store --serve --write", "nix-command"},
	})
	p := mustParse(t, "allow: [{nix: {daemon: true, write: true, grant: equals-root}}]")
	checkVCS(t, p, "", disguises("nix-daemon --stdio"))
	checkVCS(t, p, "", disguises("nix-store --serve --write"))
	for _, rule := range []string{"nix: {}", "nix: {daemon: true}", "nix: {write: true}", "nix: {daemon: true, grant: root}"} {
		if _, err := Parse("x", "x.yaml", []byte("allow:\n  - "+rule+"\n")); err == nil {
			t.Errorf("%s is accepted", rule)
		}
	}
}

func TestHostileNix(t *testing.T) {
	checkHostile(t, mustParse(t, "allow: [{nix: {daemon: true, write: true, grant: equals-root}}]"), "", []vcsCase{
		// The daemon's options.
		{"a daemon with a socket", "nix-daemon", "nix-command"},
		{"another store", "nix-daemon --stdio --store /tmp", "nix-command"},
		{"another store, attached", "nix-daemon --stdio --store=/tmp", "nix-command"},
		{"a setting behind", "nix-daemon --stdio --option trusted-users '*'", "nix-command"},
		{"a setting before", "nix-daemon --option sandbox false --stdio", "nix-command"},
		{"trust", "nix-daemon --stdio --force-trusted", "nix-command"},
		{"its own operations", "nix-daemon --stdio --process-ops", "nix-command"},
		{"a daemon in the background", "nix-daemon --daemon", "nix-command"},
		{"help of the daemon", "nix-daemon --help", "nix-command"},
		{"the daemon's version", "nix-daemon --version", "nix-command"},
		{"stdio twice", "nix-daemon --stdio --stdio", "nix-command"},
		{"stdio with a value", "nix-daemon --stdio=1", "nix-command"},
		{"stdio abbreviated", "nix-daemon --std", "nix-command"},
		{"stdio as a pattern", "nix-daemon --std*", "nix-command"},
		{"an operand of the daemon", "nix-daemon --stdio x", "nix-command"},
		{"an empty word", "nix-daemon --stdio ''", "nix-command"},
		{"the end of options", "nix-daemon -- --stdio", "nix-command"},

		// The store's options.
		{"another store to serve", "nix-store --serve --write --store /tmp", "nix-command"},
		{"another store before", "nix-store --store /tmp --serve --write", "nix-command"},
		{"a setting of the store", "nix-store --serve --write --option require-sigs false", "nix-command"},
		{"a post-build hook", "nix-store --serve --post-build-hook /tmp/x", "nix-command"},
		{"a builder", "nix-store --serve --builders 'ssh://x'", "nix-command"},
		{"in another order", "nix-store --write --serve", "nix-command"},
		{"only --write", "nix-store --write", "nix-command"},
		{"--serve twice", "nix-store --serve --serve", "nix-command"},
		{"an operand of the store", "nix-store --serve --write x", "nix-command"},
		{"a quoted list", "nix-store '--serve --write'", "nix-command"},
		{"nothing", "nix-store", "nix-command"},

		// The store's other operations.
		{"a build", "nix-store --realise /nix/store/x.drv", "nix-command"},
		{"a build, by its letter", "nix-store -r /nix/store/x.drv", "nix-command"},
		{"a root of the collector", "nix-store --add-root /root/x -r y", "nix-command"},
		{"deletion", "nix-store --delete /nix/store/x", "nix-command"},
		{"collection", "nix-store --gc", "nix-command"},
		{"import", "nix-store --import", "nix-command"},
		{"a file", "nix-store --add /etc/shadow", "nix-command"},
		{"a dump", "nix-store --dump /etc", "nix-command"},
		{"a dump that is unpacked", "nix-store --restore /root/x", "nix-command"},
		{"keys", "nix-store --generate-binary-cache-key x /root/a /root/b", "nix-command"},
		{"the database", "nix-store --load-db", "nix-command"},

		// Other programs.
		{"nix itself", "nix run nixpkgs#bash", "command-unknown"},
		{"the new daemon", "nix daemon --stdio", "command-unknown"},
		{"a shell", "nix-shell -p bash", "command-unknown"},
		{"a profile", "nix-env -i x", "command-unknown"},
		{"a program of the client's", "/nix/store/x/bin/nix-store --serve --write", "command-unknown"},
		{"a variable for the store", "NIX_REMOTE=/tmp nix-store --serve --write", "command-unknown"},
		{"a variable for the settings", "NIX_CONFIG=sandbox=false nix-daemon --stdio", "command-unknown"},
	})
}
