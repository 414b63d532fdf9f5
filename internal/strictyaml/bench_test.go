package strictyaml

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

// access is a policy of the size that a program may have to read before it can decide anything.
type access struct {
	Description string   `yaml:"description"`
	From        []string `yaml:"from"`
	Hours       *hours   `yaml:"hours"`
	Allow       []allow  `yaml:"allow"`
}

type hours struct {
	Days    string `yaml:"days"`
	Between string `yaml:"between"`
	Zone    string `yaml:"zone"`
}

// allow is a rule of a kind that its only key names, or a command.
type allow struct {
	command *template
	folder  *folder
}

type template struct {
	Command []string           `yaml:"command,required"`
	Run     []string           `yaml:"run"`
	Where   map[string]choices `yaml:"where"`
}

type folder struct {
	Root string `yaml:"root,required"`
	Mode string `yaml:"mode"`
}

type choices struct{ oneOf []string }

func (c *choices) UnmarshalYAML(n Node) error {
	for key, value := range n.Entries() {
		if key.Text() != "one-of" {
			return key.Errorf("unknown type %q", key.Text())
		}
		if err := value.Decode(&c.oneOf); err != nil {
			return err
		}
	}
	return nil
}

func (a *allow) UnmarshalYAML(n Node) error {
	for key, value := range n.Entries() {
		switch key.Text() {
		case "command":
			a.command = new(template)
			return n.Decode(a.command)
		case "rsync", "sftp", "git":
			a.folder = new(folder)
			return value.Decode(a.folder)
		}
		return key.Errorf("unknown rule %q", key.Text())
	}
	return errors.New("expected a rule")
}

func accessPolicy(rules int) string {
	var b strings.Builder
	b.WriteString("description: x\nfrom: [10.0.0.0/8]\nhours: {days: mon-fri, between: \"01:00-05:00\", zone: Europe/Paris}\nallow:\n")
	for i := range rules {
		if i%5 == 4 {
			fmt.Fprintf(&b, "  - rsync: {root: /srv/data%d, mode: read}\n", i)
			continue
		}
		fmt.Fprintf(&b, "  - command: [systemctl, status, \"{unit}\"]\n"+
			"    run:     [/usr/bin/systemctl, --no-pager, status, --, \"{unit}\"]\n"+
			"    where:   {unit: {one-of: [nginx%d.service, postgresql.service]}}\n", i)
	}
	return b.String()
}

func TestDecodeChoosesByKey(t *testing.T) {
	var got access
	if err := Decode("p", []byte(accessPolicy(5)), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Allow) != 5 || got.Hours.Zone != "Europe/Paris" || got.Allow[4].folder.Root != "/srv/data4" ||
		got.Allow[3].command.Where["unit"].oneOf[0] != "nginx3.service" {
		t.Errorf("got %+v", got)
	}
}

// BenchmarkDecode reports how many times as long the slow way takes for the same policy, measured before and after.
func BenchmarkDecode(b *testing.B) {
	data := []byte(accessPolicy(50))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	slow := decodeSlowly(b, data)
	for b.Loop() {
		var got access
		if err := Decode("p", data, &got); err != nil {
			b.Fatal(err)
		}
	}
	slow = (slow + decodeSlowly(b, data)) / 2
	b.ReportMetric(slow.Seconds()/(b.Elapsed().Seconds()/float64(b.N)), "slow/fast")
}

// decodeSlowly returns how long a decoding takes the slow way.
func decodeSlowly(b *testing.B, data []byte) time.Duration {
	const runs = 100
	runtime.GC()
	start := time.Now()
	for range runs {
		var got access
		r := &report{name: "p"}
		r.clean(data)
		if err := r.fill(reflect.ValueOf(&got).Elem(), r.readSlowly()); err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(start) / runs
	runtime.GC()
	return took
}
