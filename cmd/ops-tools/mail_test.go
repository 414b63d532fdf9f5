package main

import (
	"bytes"
	"testing"
	"time"

	"ops/logviz"
	"ops/logviz/geo"
	"ops/logviz/page"
)

// The picture of a message shows accounts under the names that the message tells, and no others.
func TestMailPictureKeepsSecrets(t *testing.T) {
	picture := func(account string, privacy page.Privacy) []byte {
		var e logviz.Event
		stamp, _ := logviz.TimestampValue(time.Date(2026, 3, 14, 6, 0, 0, 0, time.UTC))
		e.Set(logviz.FieldTimestamp, stamp)
		e.Set(logviz.FieldAction, logviz.StringValue("ssh_login"))
		e.Set(logviz.FieldOutcome, logviz.StringValue("failure"))
		e.Set(logviz.FieldUser, logviz.StringValue(account))
		timeline := logviz.NewTimeline(time.Minute)
		timeline.Add(&e, geo.Place{Kind: geo.Country, Code: "CN"})
		p, err := mailPicture(&page.Data{Zone: time.UTC, Notes: []string{"a note"}, Privacy: privacy}, timeline)
		if err != nil {
			t.Fatal(err)
		}
		return p.PNG
	}
	hidden := page.Privacy{Account: func(string) string { return "user-x" }}
	if !bytes.Equal(picture("alice", hidden), picture("bob", hidden)) {
		t.Error("the picture tells whose account it was")
	}
	if bytes.Equal(picture("alice", page.Privacy{}), picture("bob", page.Privacy{})) {
		t.Error("pictures do not show accounts, so this tests nothing")
	}
}

// A log of many years has no more frames than a film may have.
func TestMailPictureOfALongLog(t *testing.T) {
	timeline := logviz.NewTimeline(time.Minute)
	for _, year := range []int{1999, 2026} {
		var e logviz.Event
		stamp, _ := logviz.TimestampValue(time.Date(year, 3, 14, 6, 0, 0, 0, time.UTC))
		e.Set(logviz.FieldTimestamp, stamp)
		e.Set(logviz.FieldAction, logviz.StringValue("ssh_login"))
		e.Set(logviz.FieldOutcome, logviz.StringValue("failure"))
		timeline.Add(&e, geo.Place{})
	}
	if p, err := mailPicture(&page.Data{Zone: time.UTC, Notes: []string{"a note"}}, timeline); err != nil || p == nil {
		t.Errorf("%v, %v", p, err)
	}
}
