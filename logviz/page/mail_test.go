package page

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"ops/logviz/geo"
)

func mailOf(t *testing.T, d *Data) string {
	t.Helper()
	var b bytes.Buffer
	if err := d.WriteMail(&b, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A mail has the numbers and no scripts, styles or requests, and is small.
func TestMail(t *testing.T) {
	d := variedDay(5000)
	d.attempt(start(), "root", "203.0.113.7", "failure", geo.Place{Kind: geo.Country, Code: "CN"})
	d.attempt(start().Add(60e9), "root", "203.0.113.7", "success", geo.Place{Kind: geo.Country, Code: "CN"})
	got := mailOf(t, d.data(DefaultRows))
	t.Logf("%d bytes", len(got))
	if len(got) > 100_000 {
		t.Errorf("%d bytes, want at most 100,000", len(got))
	}
	for _, bad := range []string{"<script", "<style", "http", "url(", "ZgotmplZ"} {
		if strings.Contains(got, bad) {
			t.Errorf("the mail has %q", bad)
		}
	}
	for _, want := range []string{
		`>5,001</td><td style="padding:2px 0">failed attempts</td>`,
		`>Logins that succeeded</h2>`, `<bdi>203.0.113.7</bdi>`, `bgcolor="#4c5660"`, `<td width="100%" bgcolor=`,
		`<th scope="row" align="left" style="padding:2px 6px 2px 0;font-size:12px;font-weight:normal;white-space:nowrap">2026-03-14</th>`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the mail lacks %s", want)
		}
	}
	if strings.Index(got, "Logins that succeeded") > strings.Index(got, ">Countries<") {
		t.Error("logins that succeeded are not first")
	}
}

// What has no time is in no hour, and said to be.
func TestMailOfAttemptsWithoutTime(t *testing.T) {
	d := newDay(time.UTC)
	d.attempt(time.Time{}, "root", "203.0.113.7", "failure", geo.Place{})
	got := mailOf(t, d.data(DefaultRows))
	if !strings.Contains(got, ">attempts without a time<") || strings.Contains(got, "Attempts by the hour") {
		t.Error("attempts without a time are not told")
	}
}

func TestMailInOtherLanguages(t *testing.T) {
	for lang, want := range map[string]string{
		"de": `<html lang="de">|5.000</td>|Gelungene Anmeldungen|abgewiesene Versuche`,
		"fr": `<html lang="fr">|5` + "\u202f" + `000</td>|Connexions réussies`,
		"es": `<html lang="es">|5000</td>|Accesos conseguidos`,
		"":   `<html lang="en">|5,000</td>|Logins that succeeded`,
	} {
		data := variedDay(5000).data(DefaultRows)
		data.Lang = lang
		got := mailOf(t, data)
		for part := range strings.SplitSeq(want, "|") {
			if !strings.Contains(got, part) {
				t.Errorf("%q: the mail lacks %q", lang, part)
			}
		}
	}
}

// No language lacks a word, and each has as many values as English.
func TestWordsAreWhole(t *testing.T) {
	for _, lang := range []string{"en", "de", "fr", "es"} {
		w := wordsFor(lang)
		if w.lang != lang {
			t.Errorf("%s is %s", lang, w.lang)
		}
		all := []string{w.group, w.decimal, w.percent, w.title, w.period, w.more, w.empty, w.notLogged, w.attribution, w.script}
		for _, list := range [][]string{
			{w.totals.failed, w.totals.unknown, w.totals.accepted, w.totals.suspect, w.totals.addresses, w.totals.countries, w.totals.notLocated, w.totals.untimed, w.totals.unparsed},
			{w.tables.logins, w.tables.countries, w.tables.accounts, w.tables.addresses, w.tables.networks, w.tables.methods, w.tables.hours},
			{w.heads.time, w.heads.account, w.heads.method, w.heads.address, w.heads.network, w.heads.country, w.heads.attempts, w.heads.share, w.heads.addresses, w.heads.before, w.heads.day},
		} {
			all = append(all, list...)
		}
		for i, word := range all {
			if word == "" {
				t.Errorf("%s lacks word %d", lang, i)
			}
		}
		if strings.Count(w.period, "%s") != 2 || strings.Count(w.more, "%s") != 1 || strings.Count(w.totals.unparsed, "%s") != 1 {
			t.Errorf("%s: %q, %q, %q", lang, w.period, w.more, w.totals.unparsed)
		}
	}
}

// A message is one that others can take apart, with the same numbers as text and as HTML, and the picture.
func TestMessage(t *testing.T) {
	data := variedDay(500).data(DefaultRows)
	data.Title = "Größe\r\nBcc: everyone@example.org"
	picture := &Picture{PNG: bytes.Repeat([]byte("\x89PNG\r\n"), 1000), Width: 640}
	var b, again bytes.Buffer
	if err := data.WriteMessage(&b, picture); err != nil {
		t.Fatal(err)
	}
	if err := data.WriteMessage(&again, picture); err != nil || again.String() != b.String() {
		t.Error("the same data made another message")
	}
	for line := range strings.SplitSeq(b.String(), "\n") {
		if len(line) > 0 && (line[len(line)-1] != '\r' || len(line) > 999) {
			t.Fatalf("line %.80q of %d bytes", line, len(line))
		}
	}
	m, err := mail.ReadMessage(&b)
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != `Größe\r\nBcc: everyone@example.org` || m.Header.Get("Bcc") != "" {
		t.Errorf("subject %q (%v), headers %v", subject, err, m.Header)
	}
	if date, err := m.Header.Date(); err != nil || !date.Equal(*data.Statistics.Last) {
		t.Errorf("date %v (%v)", date, err)
	}
	parts := multiparts(t, m.Header.Get("Content-Type"), "multipart/related", m.Body)
	if len(parts) != 2 || parts[1].kind != "image/png" || parts[1].id != "<map>" || !bytes.Equal(parts[1].body, picture.PNG) {
		t.Fatalf("%d parts", len(parts))
	}
	alternatives := multiparts(t, parts[0].kind, "multipart/alternative", bytes.NewReader(parts[0].body))
	if len(alternatives) != 2 || !strings.Contains(string(alternatives[0].body), "500 failed attempts\r\n") ||
		!strings.Contains(string(alternatives[1].body), `<img src="cid:map" width="640"`) {
		t.Errorf("%.2000q", alternatives)
	}
	if text := string(alternatives[0].body); !regexp.MustCompile(`(?m)^2026-03-14  [ ▁-█]{24}       500\r$`).MatchString(text) {
		t.Errorf("the text has no day:\n%s", text)
	}
	var plain bytes.Buffer
	if err := data.WriteMessage(&plain, nil); err != nil || strings.Contains(plain.String(), "multipart/related") || strings.Contains(plain.String(), "cid:") {
		t.Errorf("a message without a picture has one (%v)", err)
	}
}

type messagePart struct {
	kind, id string
	body     []byte
}

func multiparts(t *testing.T, contentType, want string, body io.Reader) (list []messagePart) {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || kind != want {
		t.Fatalf("%q is not %s (%v)", contentType, want, err)
	}
	r := multipart.NewReader(body, parameters["boundary"])
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		var content io.Reader = p
		switch p.Header.Get("Content-Transfer-Encoding") {
		case "quoted-printable":
			content = quotedprintable.NewReader(p)
		case "base64":
			content = base64.NewDecoder(base64.StdEncoding, p)
		}
		b, err := io.ReadAll(content)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, messagePart{p.Header.Get("Content-Type"), p.Header.Get("Content-Id"), b})
	}
}
