package sshrestrict

import "testing"

func TestDocker(t *testing.T) {
	p := mustParse(t, "allow: [{docker: {grant: equals-root, program: /usr/local/bin/docker}}]")
	const start = "/usr/local/bin/docker system dial-stdio"
	checkVCS(t, p, "", []vcsCase{
		{"docker -H ssh://", "docker system dial-stdio", start},
		{"with the program's folder", "/usr/bin/docker system dial-stdio", start},
		{"with another folder of programs", "/usr/local/bin/docker system dial-stdio", start},
		{"quoted", "'docker' 'system' 'dial-stdio'", start},
	})
	checkVCS(t, p, "", disguises("docker system dial-stdio"))
	for _, rule := range []string{"docker: {}", "docker: {grant: root}", "docker: {grant: true}"} {
		if _, err := Parse("x", "x.yaml", []byte("allow:\n  - "+rule+"\n")); err == nil {
			t.Errorf("%s is accepted", rule)
		}
	}
}

func TestHostileDocker(t *testing.T) {
	checkHostile(t, mustParse(t, "allow: [{docker: {grant: equals-root}}]"), "", []vcsCase{
		// What would be done at once, past the log of the docker daemon's client.
		{"a container", "docker run -v /:/mnt alpine", "docker-command"},
		{"a command in a container", "docker exec -it app sh", "docker-command"},
		{"a copy of a file", "docker cp app:/etc/shadow -", "docker-command"},
		{"a build", "docker build https://example.org/x.git", "docker-command"},
		{"an image from the stream", "docker load", "docker-command"},
		{"an image to the stream", "docker save app", "docker-command"},
		{"the list of containers", "docker ps", "docker-command"},
		{"the daemon's log", "docker logs app", "docker-command"},
		{"the daemon", "dockerd -H tcp://0.0.0.0:2375", "command-unknown"},
		{"the version", "docker version", "docker-command"},
		{"help", "docker --help", "docker-command"},
		{"a plugin", "docker compose up", "docker-command"},
		{"a plugin's server", "docker buildx dial-stdio", "docker-command"},
		{"a login", "docker login -u x registry.example.org", "docker-command"},
		{"another context", "docker context use x", "docker-command"},

		// Options before.
		{"another daemon", "docker -H tcp://192.0.2.1:2375 system dial-stdio", "docker-command"},
		{"another daemon, attached", "docker --host=ssh://-oProxyCommand=id system dial-stdio", "docker-command"},
		{"another socket", "docker --host unix:///run/x.sock system dial-stdio", "docker-command"},
		{"another configuration", "docker --config /tmp system dial-stdio", "docker-command"},
		{"a context of the client", "docker -c x system dial-stdio", "docker-command"},
		{"debug", "docker -D system dial-stdio", "docker-command"},
		{"a certificate", "docker --tlscacert=/etc/shadow system dial-stdio", "docker-command"},
		{"a level of the log", "docker -l debug system dial-stdio", "docker-command"},

		// Options and words behind.
		{"an option between", "docker system --help dial-stdio", "docker-command"},
		{"an option behind", "docker system dial-stdio --help", "docker-command"},
		{"an operand", "docker system dial-stdio x", "docker-command"},
		{"an empty word", "docker system dial-stdio ''", "docker-command"},
		{"the end of options", "docker system dial-stdio --", "docker-command"},
		{"another command of system", "docker system prune -af", "docker-command"},
		{"what is used", "docker system df", "docker-command"},
		{"no command of system", "docker system", "docker-command"},
		{"nothing", "docker", "docker-command"},
		{"in another order", "docker dial-stdio system", "docker-command"},
		{"one word", "docker 'system dial-stdio'", "docker-command"},
		{"in upper case", "docker system DIAL-STDIO", "docker-command"},
		{"an abbreviation", "docker system dial", "docker-command"},
		{"a pattern", "docker system dial-*", "docker-command"},
		{"a home", "docker system ~", "docker-command"},

		// Other programs.
		{"podman", "podman system dial-stdio", "command-unknown"},
		{"a variable for the daemon", "DOCKER_HOST=tcp://192.0.2.1:2375 docker system dial-stdio", "command-unknown"},
		{"a variable for the configuration", "DOCKER_CONFIG=/tmp docker system dial-stdio", "command-unknown"},
		{"a name that begins like it", "docker-compose up", "command-unknown"},
		{"the socket", "nc -U /var/run/docker.sock", "command-unknown"},
		{"the socket by another program", "socat - UNIX:/var/run/docker.sock", "command-unknown"},
	})
}
