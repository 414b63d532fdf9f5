package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"
	"unicode/utf8"

	"ops/internal/terminal"
)

// WriteMessage writes a whole message (RFC 5322, RFC 2045 to 2047, RFC 2387) with the numbers as plain text, as HTML and,
// if there is one, a picture. It has a subject, and the date of the last event, and nobody's address: who sends it adds
// those, as sendmail(8) does, so that the same data give the same bytes.
func (d *Data) WriteMessage(w io.Writer, picture *Picture) error {
	var body bytes.Buffer
	if err := d.WriteMail(&body, picture); err != nil {
		return err
	}
	report := d.newReport(mailRows)
	text := report.text()
	// Boundaries may not occur in what they divide: they are of the contents' hash.
	sum := sha256.Sum256(append([]byte(text), body.Bytes()...))
	outer, inner := fmt.Sprintf("ops-%x", sum[:12]), fmt.Sprintf("ops-%x", sum[12:24])

	var b bytes.Buffer
	fmt.Fprintf(&b, "Subject: %s\r\n", mime.BEncoding.Encode("utf-8", clipped(report.Title, 200)))
	if last := d.Statistics.Last; last != nil {
		fmt.Fprintf(&b, "Date: %s\r\n", last.Format(time.RFC1123Z))
	}
	b.WriteString("MIME-Version: 1.0\r\n")
	if picture != nil {
		fmt.Fprintf(&b, "Content-Type: multipart/related; type=\"multipart/alternative\"; boundary=\"%s\"\r\n\r\n--%s\r\n", outer, outer)
	}
	fmt.Fprintf(&b, "Content-Type: multipart/alternative; boundary=\"%s\"\r\n\r\n", inner)
	for _, part := range []struct{ kind, text string }{{"plain", text}, {"html", body.String()}} {
		fmt.Fprintf(&b, "--%s\r\nContent-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", inner, part.kind)
		q := quotedprintable.NewWriter(&b)
		io.WriteString(q, part.text) // a buffer takes everything
		q.Close()
		b.WriteString("\r\n")
	}
	fmt.Fprintf(&b, "--%s--\r\n", inner)
	if picture != nil {
		fmt.Fprintf(&b, "--%s\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <%s>\r\n"+
			"Content-Disposition: inline; filename=\"map.png\"\r\n\r\n", outer, pictureID)
		for encoded := base64.StdEncoding.EncodeToString(picture.PNG); encoded != ""; {
			n := min(76, len(encoded))
			b.WriteString(encoded[:n] + "\r\n")
			encoded = encoded[n:]
		}
		fmt.Fprintf(&b, "--%s--\r\n", outer)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// clipped keeps at most n bytes, whole characters.
func clipped(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// text is the report for readers of plain text.
func (r *report) text() string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n%s\n\n", r.Title, r.Period)
	width := 0
	for _, f := range r.Totals {
		width = max(width, utf8.RuneCountInString(f.Count))
	}
	for _, f := range r.Totals {
		fmt.Fprintf(&b, "%*s %s\n", width, f.Count, f.Label)
	}
	for _, t := range r.Tables {
		underlined(&b, t.Title)
		table := terminal.Table{}
		for _, h := range t.Heads {
			table.Columns = append(table.Columns, terminal.Column{Title: h.Title, Right: h.Right})
		}
		for _, row := range t.Rows {
			table.Row(row.Cells...)
		}
		table.WriteTo(&b) // a buffer takes everything
		if t.More != "" {
			fmt.Fprintln(&b, t.More)
		}
	}
	r.textHours(&b)
	b.WriteByte('\n')
	for _, note := range r.Notes {
		fmt.Fprintln(&b, note)
	}
	return b.String()
}

func underlined(b *bytes.Buffer, title string) {
	fmt.Fprintf(b, "\n%s\n%s\n", title, strings.Repeat("-", utf8.RuneCountInString(title)))
}

// textHours writes a line per day: its course by the hour, and its attempts.
func (r *report) textHours(b *bytes.Buffer) {
	if r.Strip == nil {
		return
	}
	underlined(b, r.Strip.Title)
	t := terminal.Table{Columns: []terminal.Column{
		{Title: r.Strip.Day}, {Title: "00    06    12    18    "}, {Title: r.words.heads.attempts, Right: true},
	}}
	for _, day := range r.Strip.Days {
		hours, sum := make([]int, len(day.Cells)), 0
		for i, c := range day.Cells {
			hours[i], sum = c.n, sum+c.n
		}
		t.Row(day.Name, terminal.Blocks{}.Course(hours), r.words.number(sum))
	}
	t.WriteTo(b) // a buffer takes everything
}
