package schema

import (
	"testing"

	"ops/logviz"
	"ops/logviz/normalize"
)

// What transforms of a definition make of a record has its place in each schema, as what patterns capture has.
func TestViewsOfTransformed(t *testing.T) {
	d, err := normalize.Parse("t.yaml", []byte(`kind: normalizer/v1
name: t
stage: line
set: {event.category: [authentication], event.action: login}
patterns:
  - name: login
    pattern: "%{x.rest:text}"
    transform:
      - key-value: {field: x.rest, none: "?", keys: {who: user.name, from: "source.address:host", port: "source.port:port", res: x.result, path: url.original}}
      - map: {field: x.result, to: event.outcome, values: {ok: success}, default: failure}
      - upper: x.result
      - split: {field: x.result, by: "-", to: [x.first, x.second]}
      - drop: [x.rest, x.result]
      - set: {process.name: shop}
`))
	if err != nil {
		t.Fatal(err)
	}
	e, err := normalize.New(d)
	if err != nil {
		t.Fatal(err)
	}
	var from, to logviz.Event
	if err := e.NewStream(normalize.Options{NoOriginal: true}).Parse([]byte("who=alice from=192.0.2.7 port=? res=not-ok"), &from); err != nil {
		t.Fatal(err)
	}
	for name, fields := range map[string]map[string]string{
		"ecs":    {"user.name": "alice", "source.ip": "192.0.2.7", "event.outcome": "failure", "x.first": "NOT", "process.name": "shop", "source.port": "", "x.rest": "", "tags": ""},
		"ocsf":   {"user.name": "alice", "src_endpoint.ip": "192.0.2.7", "status": "Failure", "unmapped.x.first": "NOT", "service.name": "shop", "src_endpoint.port": "", "unmapped.x.rest": ""},
		"legacy": {"user": "alice", "source_ip": "192.0.2.7", "status": "failure", "x_first": "NOT", "program": "shop", "source_port": "", "x_rest": ""},
	} {
		view(t, name).Apply(&from, &to)
		for field, want := range fields {
			got := ""
			if v := to.Get(field); v.Kind() != 0 {
				got = v.String()
			}
			if got != want {
				t.Errorf("%s: %s is %q, want %q in %s", name, field, got, want, to.AppendJSON(nil))
			}
		}
	}
}
