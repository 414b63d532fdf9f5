package page

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
)

//go:embed templates/mail.html
var mailTemplate string

// mailRows is how many rows the tables of a mail have.
const mailRows = 15

// Picture is one that a mail shows above its tables.
type Picture struct {
	PNG   []byte
	Width int // in pixels of the mail
}

// pictureID is the name of the picture within a message (RFC 2392).
const pictureID = "map"

// WriteMail writes the numbers as HTML for the body of a mail: tables with their style in every element and bars made of
// cells, because readers of mail know neither scripts nor much of CSS. With a picture it belongs into a message that has
// it; see [Data.WriteMessage].
func (d *Data) WriteMail(w io.Writer, picture *Picture) error {
	t, err := template.New("mail").Parse(mailTemplate)
	if err != nil {
		return err
	}
	mail := struct {
		*report
		Picture   *Picture
		PictureID string
	}{d.newReport(mailRows), picture, pictureID}
	var b bytes.Buffer
	if err := t.Execute(&b, mail); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}
