package test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// A log that logrotate rotates in each of its ways, while it is written and while the one who follows it is interrupted
// again and again, becomes events of which none is missing and none comes twice.
func TestFollowThroughLogrotate(t *testing.T) {
	ops := filepath.Join(buildPrograms(t), "ops-tools")
	for _, how := range []string{"create", "copytruncate", "nocreate"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			log := filepath.Join(dir, "auth.log")
			put(t, log, 0o600, nil)
			conf := filepath.Join(dir, "logrotate.conf")
			put(t, conf, 0o600, []byte(log+" {\nrotate 100\nsize 1\nmissingok\n"+how+"\n}\n"))
			written, stop := make(chan int), make(chan bool)
			var p pen
			go p.write(log, stop, written)

			out, err := os.Create(filepath.Join(dir, "events"))
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			for round := range 8 {
				cmd := exec.Command(ops, "logviz", "normalize", "--follow", "--position", filepath.Join(dir, "position"), "--tz", "UTC", log)
				var talk bytes.Buffer
				cmd.Stdout, cmd.Stderr = out, &talk
				start(t, cmd)
				for range 1 + round%3 {
					time.Sleep(200 * time.Millisecond)
					rotate(t, conf, dir, how, &p)
				}
				if round == 7 {
					close(stop)
				}
				time.Sleep(700 * time.Millisecond)
				if round%2 == 0 {
					rotate(t, conf, dir, how, &p)
				}
				end(t, cmd, &talk)
			}
			total := <-written
			cmd := exec.Command(ops, "logviz", "normalize", "--follow", "--position", filepath.Join(dir, "position"), "--tz", "UTC", log)
			var talk bytes.Buffer
			cmd.Stdout, cmd.Stderr = out, &talk
			start(t, cmd)
			events := func() []byte {
				data, err := os.ReadFile(out.Name())
				if err != nil {
					t.Fatal(err)
				}
				return data
			}
			for range 600 { // however slow the machine is
				if bytes.Count(events(), []byte("\n")) >= total {
					break
				}
				time.Sleep(200 * time.Millisecond)
			}
			time.Sleep(time.Second) // for what must not come
			end(t, cmd, &talk)
			checkNumbers(t, events(), total)
		})
	}
}

func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// end interrupts a follower, which then ends well and without a warning.
func end(t *testing.T, cmd *exec.Cmd, talk *bytes.Buffer) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil || strings.Contains(talk.String(), "warning") {
		t.Errorf("%v\n%s", err, talk)
	}
}

// pen is what writes a log.
type pen struct {
	reopen, rest, rests, done atomic.Bool
	message                   string // of sshd; by default that a connection was closed
}

// write writes numbered lines to a log until stop, opens it anew when told to, and says how many it wrote.
func (p *pen) write(log string, stop chan bool, written chan int) {
	message := cmp.Or(p.message, "Connection closed by 192.0.2.7 port 42 [preauth]")
	n := 0
	var file *os.File
	defer func() { file.Close(); p.done.Store(true); written <- n }()
	for {
		if file == nil || p.reopen.Swap(false) {
			file.Close()
			file, _ = os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		}
		if rest := p.rest.Load(); rest {
			p.rests.Store(true)
		} else {
			p.rests.Store(false)
			n++
			fmt.Fprintf(file, "%s host sshd[%d]: %s\n", time.Now().UTC().Format(time.Stamp), n, message)
		}
		select {
		case <-stop:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// rotate runs logrotate. What is written between its copying and its cutting is lost by design (logrotate(8)), so the
// writer rests meanwhile.
func rotate(t *testing.T, conf, dir, how string, p *pen) {
	t.Helper()
	if how == "copytruncate" && !p.done.Load() {
		p.rests.Store(false)
		p.rest.Store(true)
		defer p.rest.Store(false)
		for !p.rests.Load() && !p.done.Load() {
			time.Sleep(time.Millisecond)
		}
	}
	if out, err := exec.Command("logrotate", "--force", "--state", filepath.Join(dir, "state"), conf).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if how != "copytruncate" {
		p.reopen.Store(true)
	}
}

func checkNumbers(t *testing.T, out []byte, total int) {
	t.Helper()
	if total < 500 {
		t.Errorf("only %d lines were written", total)
	}
	next := 1
	for line := range strings.Lines(string(out)) {
		var event struct {
			PID int `json:"process.pid"`
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if event.PID != next {
			t.Fatalf("line %d comes where %d is due, of %d", event.PID, next, total)
		}
		next++
	}
	if next != total+1 {
		t.Errorf("%d lines, want %d", next-1, total)
	}
}

// What logrotate packed while nobody followed, at once or a rotation later, is read back, none missing and none twice.
func TestFollowThroughCompress(t *testing.T) {
	ops := filepath.Join(buildPrograms(t), "ops-tools")
	for name, how := range map[string]string{
		"compress":                   "create\ncompress",
		"delaycompress":              "create\ncompress\ndelaycompress",
		"copytruncate and xz":        "copytruncate\ncompress\ncompresscmd xz\ncompressext .xz",
		"nocreate, dates and zstd":   "nocreate\ndateext\ndateformat -%Y%m%d-%s\ncompress\ncompresscmd zstd\ncompressext .zst\ncompressoptions -q",
		"delaycompress, own endings": "create\ncompress\ndelaycompress\ncompressext .packed",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			log, out := filepath.Join(dir, "auth.log"), filepath.Join(dir, "events")
			conf := filepath.Join(dir, "logrotate.conf")
			put(t, conf, 0o600, []byte(log+" {\nrotate 100\nsize 1\nmissingok\n"+how+"\n}\n"))
			events, err := os.Create(out)
			if err != nil {
				t.Fatal(err)
			}
			defer events.Close()
			dates := strings.Contains(how, "dateext")
			rotate := func() {
				if dates { // a name can be had once, and logrotate's clock may be some ms behind
					time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second + 50*time.Millisecond)))
				}
				rotate(t, conf, dir, "", new(pen))
			}
			n := 0
			write := func(lines int) { // and closes the log, so that no line is written to what was packed
				file, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
				if err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				for range lines {
					n++
					fmt.Fprintf(file, "%s host sshd[%d]: Connection closed by 192.0.2.7 port 42 [preauth]\n", time.Now().UTC().Format(time.Stamp), n)
				}
			}
			for round := range 4 {
				write(50)
				var talk bytes.Buffer
				cmd := exec.Command(ops, "logviz", "normalize", "--follow", "--position", filepath.Join(dir, "position"), "--tz", "UTC", log)
				cmd.Stdout, cmd.Stderr = events, &talk
				start(t, cmd)
				for range 600 { // however slow the machine is
					if data, err := os.ReadFile(out); err != nil || bytes.Count(data, []byte("\n")) >= n {
						break
					}
					time.Sleep(50 * time.Millisecond)
				}
				write(50) // it may be told to end before it reads these
				if round%2 == 0 {
					rotate() // before its eyes
				}
				end(t, cmd, &talk)
				again := round * 2 // twelve in the end: .10 sorts before .9 by its name
				if dates {
					again = 1
				}
				for range again {
					write(7)
					rotate()
				}
			}
			write(100)
			var talk bytes.Buffer
			cmd := exec.Command(ops, "logviz", "normalize", "--follow", "--position", filepath.Join(dir, "position"), "--tz", "UTC", log)
			cmd.Stdout, cmd.Stderr = events, &talk
			start(t, cmd)
			for range 600 {
				if data, err := os.ReadFile(out); err != nil || bytes.Count(data, []byte("\n")) >= n {
					break
				}
				time.Sleep(50 * time.Millisecond)
			}
			time.Sleep(500 * time.Millisecond) // for what must not come
			end(t, cmd, &talk)
			data, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			checkNumbers(t, data, n)
		})
	}
}

// While a log is followed, changed definitions are taken up, and wrong ones are not.
func TestDefinitionsReload(t *testing.T) {
	ops := filepath.Join(buildPrograms(t), "ops-tools")
	dir := t.TempDir()
	log, defs := filepath.Join(dir, "log"), filepath.Join(dir, "defs")
	const shop = "kind: normalizer/v1\nname: shop\nstage: body\nwhen: {process.name: [shop]}\npatterns:\n" +
		"  - {name: sold, pattern: \"sold %{shop.item:word}\", set: {event.action: ACTION}, tests: [{line: sold tea, expect: {shop.item: tea}}]}\n"
	definition := func(text string) { put(t, filepath.Join(defs, "shop.yaml"), 0o600, []byte(text)) }
	definition(strings.ReplaceAll(shop, "ACTION", "first"))
	put(t, log, 0o600, nil)
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, ops, "logviz", "normalize", "--follow", "--tz", "UTC", "-d", defs, log)
	cmd.Stdout, cmd.Stderr = in, in
	start(t, cmd)
	in.Close()
	told := bufio.NewScanner(out)
	until := func(text string) {
		t.Helper()
		for told.Scan() {
			if strings.Contains(told.Text(), text) {
				return
			}
		}
		t.Fatalf("%q was not told", text)
	}
	sell := func() {
		f, err := os.OpenFile(log, os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		fmt.Fprintln(f, time.Now().UTC().Format(time.Stamp), "host shop[7]: sold tea")
	}
	sell()
	until(`"event.action":"first"`)
	definition(strings.ReplaceAll(shop, "ACTION", "second"))
	until("the definitions were read anew")
	sell()
	until(`"event.action":"second"`)
	definition(strings.ReplaceAll(shop, "shop.item: tea", "shop.item: coffee"))
	until("the definitions in use stay: ")
	sell()
	until(`"event.action":"second"`)
	definition(strings.ReplaceAll(shop, "ACTION", "third"))
	until("the definitions were read anew")
	sell()
	until(`"event.action":"third"`)

	// So it is with XML, which comes first.
	xml := func(action, example string) {
		put(t, filepath.Join(defs, "shop.xml"), 0o600, []byte(`<normalizer name="shop" version="1.0" appliedTo="raw"><patterns>
<pattern name="sold"><text>.* sold ITEM</text><tags><tag name="item" tagType="Anything"><substitute>ITEM</substitute></tag></tags>
<examples><example><text>x sold tea</text><expectedTags><expectedTag name="item">`+example+`</expectedTag></expectedTags></example></examples>
</pattern></patterns><commonTags><commonTag name="action">`+action+`</commonTag></commonTags></normalizer>`))
	}
	xml("fourth", "tea")
	until("the definitions were read anew")
	sell()
	until(`"event.action":"fourth"`)
	xml("fifth", "coffee")
	until("the definitions in use stay: ")
	sell()
	until(`"event.action":"fourth"`)
	xml("sixth", "tea")
	until("the definitions were read anew")
	sell()
	until(`"event.action":"sixth"`)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	until("7 lines: 7 events")
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
