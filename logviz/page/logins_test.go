package page

import (
	"strings"
	"testing"
	"time"

	"ops/logviz/geo"
)

// A login after failures is listed however many harmless ones came before it, in the page as in a mail.
func TestLoginAfterFailuresIsListed(t *testing.T) {
	d := newDay(time.UTC)
	for i := range 150 {
		d.attempt(start().Add(time.Duration(i)*time.Minute), "deploy", "192.0.2.1", "success", geo.Place{})
	}
	d.attempt(start().Add(5*time.Hour), "root", "203.0.113.7", "failure", geo.Place{})
	d.attempt(start().Add(6*time.Hour), "root", "203.0.113.7", "success", geo.Place{})
	data := d.data(1000)
	logins := data.statistics().Logins
	if len(logins) != maxLogins || logins[0].Account != "deploy" || logins[maxLogins-1].Account != "root" {
		t.Errorf("%d logins, the last one %+v", len(logins), logins[len(logins)-1])
	}
	mail := mailOf(t, data)
	if !strings.Contains(mail, ">2026-03-14 06:00:00<") || !strings.Contains(mail, ">2026-03-14 00:00:00<") || !strings.Contains(mail, ">and 136 more<") {
		t.Error("the mail does not tell it")
	}
}
