package test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// ops builds the program once per test and returns its path.
func ops(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ops")
	build := exec.Command("go", "build", "-o", path, "../cmd/ops-tools")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

const exampleDay = "../examples/attack-day.log"

// The main job on the example day: the film has a frame a minute, and film, statistics and the log itself agree.
func TestFilmOfTheExampleDay(t *testing.T) {
	film := filepath.Join(t.TempDir(), "day.mp4")
	cmd := exec.Command(ops(t), "logviz", "timelapse", "--json", "--tz", "UTC", exampleDay, "-o", film)
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, talk.String())
	}
	probe, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "stream=codec_name,width,height,nb_frames,duration,pix_fmt",
		"-of", "default=noprint_wrappers=1", film).CombinedOutput()
	if err != nil {
		t.Fatalf("ffprobe: %v\n%s", err, probe)
	}
	for _, want := range []string{"codec_name=h264", "width=1280", "height=720", "nb_frames=1560", "duration=52.0", "pix_fmt=yuv420p"} {
		if !strings.Contains(string(probe), want) {
			t.Errorf("no %s in\n%s", want, probe)
		}
	}
	var got struct {
		Lines, Events, Unparsed, Sources int
		Attempts                         struct{ Failed, Accepted int }
		Countries                        []struct{ Attempts int }
		Accounts                         []struct {
			Name     string
			Attempts int
		}
		Addresses []struct {
			IP       string
			Attempts int
		}
		Located struct{ Country, Private, Reserved, Unknown int }
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}

	// The same once more, counted by a simple regular expression.
	log, err := os.ReadFile(exampleDay)
	if err != nil {
		t.Fatal(err)
	}
	attempt := regexp.MustCompile(`(?:message repeated (\d+) times: \[ )?(Failed|Accepted) \S+ for (?:invalid user )?(.*) from (\S+) port \d+ ssh2(?:: \S+ \S+)?\]?\n$`)
	lines, failed, accepted := 0, 0, 0
	addresses, accounts := map[string]int{}, map[string]int{}
	for line := range strings.Lines(string(log)) {
		lines++
		m := attempt.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		n := 1
		if m[1] != "" {
			n, _ = strconv.Atoi(m[1])
		}
		if m[2] == "Accepted" {
			accepted += n
			continue
		}
		failed += n
		accounts[m[3]] += n
		addresses[m[4]] += n
	}
	if got.Lines != lines || got.Events != lines || got.Unparsed != 0 || got.Attempts.Failed != failed ||
		got.Attempts.Accepted != accepted || got.Sources != len(addresses) {
		t.Errorf("%+v; the log has %d lines, %d failed and %d accepted attempts, %d addresses", got, lines, failed, accepted, len(addresses))
	}
	for _, a := range got.Addresses {
		if addresses[a.IP] != a.Attempts {
			t.Errorf("%s: %d attempts, want %d", a.IP, a.Attempts, addresses[a.IP])
		}
	}
	for _, a := range got.Accounts {
		if accounts[a.Name] != a.Attempts {
			t.Errorf("%q: %d attempts, want %d", a.Name, a.Attempts, accounts[a.Name])
		}
	}
	countries := 0
	for _, c := range got.Countries {
		countries += c.Attempts
	}
	if l := got.Located; countries != l.Country || l.Country+l.Private+l.Reserved+l.Unknown != failed {
		t.Errorf("located %+v, by country %d, of %d", l, countries, failed)
	}
}

// filming starts a long film in dir and waits until ffmpeg has written some of it.
func filming(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(ops(t), "logviz", "timelapse", "--tz", "UTC", "--step", "2s", exampleDay, "-o", filepath.Join(dir, "day.mp4"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // whatever happened above
		cmd.Process.Kill()
		cmd.Wait()
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		for _, name := range names(t, dir) {
			if st, err := os.Stat(filepath.Join(dir, name)); err == nil && name != "day.mp4" && st.Size() > 0 {
				return cmd
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("no film is being written; the folder has %q", names(t, dir))
		}
	}
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

// Killed in mid-film, nothing that looks like a film appears, an older film stays, and ffmpeg goes too.
func TestKilledInMidFilm(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGKILL, syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			dir := t.TempDir()
			old := filepath.Join(dir, "day.mp4")
			if err := os.WriteFile(old, []byte("an older film"), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := filming(t, dir)
			children := childrenOf(t, cmd.Process.Pid)
			if len(children) == 0 {
				t.Error("there is no ffmpeg")
			}
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			cmd.Wait()
			if signal != syscall.SIGKILL && cmd.ProcessState.ExitCode() != 130 {
				t.Errorf("exit code %d", cmd.ProcessState.ExitCode())
			}
			if data, err := os.ReadFile(old); err != nil || string(data) != "an older film" {
				t.Errorf("the older film is gone: %v", err)
			}
			for _, name := range names(t, dir) {
				if name != "day.mp4" && (signal != syscall.SIGKILL || !strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".mp4")) {
					t.Errorf("%s is left", name)
				}
			}
			for _, pid := range children {
				for deadline := time.Now().Add(10 * time.Second); alive(pid); time.Sleep(10 * time.Millisecond) {
					if time.Now().After(deadline) {
						t.Errorf("ffmpeg, process %d, lives on", pid)
						break
					}
				}
			}
			// The next film sweeps what a kill left.
			next := exec.Command(ops(t), "logviz", "timelapse", "--tz", "UTC", "--step", "6h", exampleDay, "-o", old)
			if out, err := next.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if left := names(t, dir); len(left) != 1 || left[0] != "day.mp4" {
				t.Errorf("the folder has %q", left)
			}
		})
	}
}

func childrenOf(t *testing.T, pid int) []int {
	t.Helper()
	tasks, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/children")
	if err != nil {
		t.Fatal(err)
	}
	var out []int
	for _, file := range tasks {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // a thread that has ended
		}
		for field := range strings.FieldsSeq(string(data)) {
			if child, err := strconv.Atoi(field); err == nil {
				out = append(out, child)
			}
		}
	}
	return out
}

// alive reports whether a process runs; one that has ended and waits to be collected does not.
func alive(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := bytes.Cut(stat, []byte(") "))
	return len(rest) == 0 || rest[0] != 'Z' && rest[0] != 'X'
}

// A disk that fills up in mid-film costs the film and nothing else.
func TestFullDisk(t *testing.T) {
	for _, name := range []string{"day.mp4", "day.webm", "day.gif", "day.apng", "day.png"} {
		t.Run(name, func(t *testing.T) {
			// In a mount namespace of its own, as root or as an ordinary user; what is left is listed at the end.
			flags := "-m"
			if os.Geteuid() != 0 {
				flags = "-mr"
			}
			dir := t.TempDir()
			cmd := exec.Command("unshare", flags, "sh", "-c",
				`mount -t tmpfs -o size=32k tmpfs "$0" || exit 99; "$@"; code=$?; ls -A "$0"; exit $code`, dir,
				ops(t), "logviz", "timelapse", "--tz", "UTC", "--step", "5m", exampleDay, "-o", filepath.Join(dir, name))
			var left, talk bytes.Buffer
			cmd.Stdout, cmd.Stderr = &left, &talk
			err := cmd.Run()
			if err == nil || cmd.ProcessState.ExitCode() != 74 || !strings.Contains(talk.String(), "no space left on device") {
				t.Errorf("%v\n%s", err, talk.String())
			}
			if left.Len() != 0 {
				t.Errorf("%q is left", left.String())
			}
		})
	}
}

// What the README shows is what the program prints.
func TestReadmeIsTrue(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	bin := ops(t)
	shown := 0
	for block := range strings.SplitSeq(string(readme), "```") {
		block, ok := strings.CutPrefix(block, "\n$ ops ")
		if !ok {
			continue
		}
		command, want, _ := strings.Cut(block, "\n")
		want, more := strings.CutSuffix(want, "…\n")
		if want == "" || strings.HasPrefix(want, "$") {
			continue // only shows what to type
		}
		shown++
		cmd := exec.Command(bin, strings.Fields(command)...)
		cmd.Dir = ".."
		got, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		if text := string(got); text != want && !(more && strings.HasPrefix(text, want)) {
			t.Errorf("ops %s prints\n%s\nREADME shows\n%s", command, text, want)
		}
	}
	if shown < 2 {
		t.Errorf("only %d examples with output were found", shown)
	}
}
