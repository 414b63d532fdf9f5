package launch

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// The plan for the child is written as a magic word and then, in the order of the fields, numbers as varints, texts as
// their length and bytes, and lists as their length and elements.
const (
	magic    = "ops-plan-1\n"
	maxPlan  = 8 << 20 // bytes
	maxField = maxStrings
)

// encode writes a plan; decode of it gives the same plan.
func encode(p *Plan) []byte {
	w := &writer{b: []byte(magic)}
	w.int(int64(len(p.Stages)))
	for i := range p.Stages {
		c := &p.Stages[i]
		w.text(c.Program)
		w.texts(c.Args)
		w.texts(c.Env)
		w.text(c.Dir)
		w.int(int64(c.Stderr))
	}
	w.int(int64(p.Confinement.Level))
	w.texts(p.Confinement.Read)
	w.texts(p.Confinement.Write)
	w.texts(p.Confinement.Execute)
	w.bool(p.Confinement.Network)
	w.bool(p.Confinement.NoNewPrivileges)
	l := &p.Limits
	for _, n := range []int64{int64(l.Time), int64(l.CPU), l.Memory, l.Processes, l.OpenFiles, l.FileSize, int64(l.Nice), int64(p.Umask)} {
		w.int(n)
	}
	w.bool(p.Result)
	w.text(p.Record)
	w.int(int64(len(p.Keep)))
	for _, fd := range p.Keep {
		w.int(int64(fd))
	}
	return w.b
}

// decode reads what encode wrote and nothing else: no other spelling of a number, nothing behind the end, no plan that
// would not be valid.
func decode(data []byte) (*Plan, error) {
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok || len(data) > maxPlan {
		return nil, errors.New("plan: not one of this program")
	}
	r := &reader{b: rest}
	p := &Plan{}
	for range r.count(maxStages) {
		p.Stages = append(p.Stages, Command{
			Program: r.text(), Args: r.texts(maxWords), Env: r.texts(maxWords), Dir: r.text(), Stderr: Stderr(r.int()),
		})
	}
	p.Confinement = Confinement{
		Level: Level(r.int()), Read: r.texts(maxPaths), Write: r.texts(maxPaths), Execute: r.texts(maxPaths),
		Network: r.bool(), NoNewPrivileges: r.bool(),
	}
	p.Limits = Limits{
		Time: time.Duration(r.int()), CPU: time.Duration(r.int()), Memory: r.int(), Processes: r.int(), OpenFiles: r.int(),
		FileSize: r.int(), Nice: int(r.int()),
	}
	p.Umask = int(r.int())
	p.Result = r.bool()
	p.Record = r.text()
	for range r.count(maxKeep) {
		p.Keep = append(p.Keep, int(r.int()))
	}
	if r.err != nil {
		return nil, fmt.Errorf("plan: %w", r.err)
	}
	if !bytes.Equal(encode(p), data) {
		return nil, errors.New("plan: not in its only form")
	}
	if err := p.validate(); err != nil {
		return nil, err
	}
	return p, nil
}

type writer struct{ b []byte }

func (w *writer) int(n int64) { w.b = binary.AppendVarint(w.b, n) }

func (w *writer) bool(v bool) {
	if v {
		w.int(1)
	} else {
		w.int(0)
	}
}

func (w *writer) text(s string) {
	w.int(int64(len(s)))
	w.b = append(w.b, s...)
}

func (w *writer) texts(list []string) {
	w.int(int64(len(list)))
	for _, s := range list {
		w.text(s)
	}
}

// reader keeps the first error and gives zeros from there on.
type reader struct {
	b   []byte
	err error
}

func (r *reader) int() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.fail("a number is cut off")
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *reader) bool() bool { return r.int() != 0 }

// count reads the length of a list. Each element takes a byte at least, so a long list cannot be a lie.
func (r *reader) count(most int) int {
	n := r.int()
	if n < 0 || n > int64(most) || n > int64(len(r.b)) {
		r.fail("a length is out of bounds")
		return 0
	}
	return int(n)
}

func (r *reader) text() string {
	n := r.count(maxField)
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *reader) texts(most int) []string {
	n := r.count(most)
	if n == 0 {
		return nil
	}
	list := make([]string, 0, n)
	for range n {
		list = append(list, r.text())
	}
	return list
}

func (r *reader) fail(why string) {
	if r.err == nil {
		r.err = errors.New(why)
	}
	r.b = nil
}
