package legacy

import "testing"

func TestCoreNamesHaveThePartnersPeopleExpect(t *testing.T) {
	for tag, field := range map[string]string{
		"date": "@timestamp", "program": "process.name", "source": "host.hostname", "source_ip": "source.ip",
		"user": "user.name", "body": "message", "raw": "event.original", "len": "http.response.body.bytes",
	} {
		if got := ECS(tag); got != field {
			t.Errorf("ECS(%q) = %q, want %q", tag, got, field)
		}
		if got := Tag(field); got != tag {
			t.Errorf("Tag(%q) = %q, want %q", field, got, tag)
		}
	}
}

func TestATagAppearsOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range pairs() {
		if seen[p.tag] {
			t.Errorf("tag %q has two fields: keep one", p.tag)
		}
		seen[p.tag] = true
	}
}

func TestNamesWithoutAPartnerComeBack(t *testing.T) {
	if got := Tag(ECS("naughtiness")); got != "naughtiness" {
		t.Errorf("there and back, naughtiness became %q", got)
	}
	if got := Tag("postfix.queue_id"); got != "postfix_queue_id" {
		t.Errorf("Tag(postfix.queue_id) = %q", got)
	}
}
