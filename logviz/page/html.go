package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"io"
)

// WriteHTML writes the whole page: one file that needs no other.
func (d *Data) WriteHTML(w io.Writer) error {
	data, err := d.Payload()
	if err != nil {
		return err
	}
	return d.write(w, data)
}

// WriteLive writes the page of a server: without the data, which the script fetches from "data", and with the events
// from "events" that follow. The server sends [Policy] as the header Content-Security-Policy.
func (d *Data) WriteLive(w io.Writer) error { return d.write(w, nil) }

// Policy is the Content-Security-Policy of a page: our script and style, known by their hashes, and nothing else. A live
// page may ask the server that it came from.
func Policy(live bool) string {
	policy := "default-src 'none'; script-src '" + digest(script) + "'; style-src '" + digest(style) +
		"'; img-src blob: data:; base-uri 'none'; form-action 'none'"
	if live {
		policy += "; connect-src 'self'; frame-ancestors 'none'"
	}
	return policy
}

// digest is how a policy names an inline script or style.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// write writes the page; without data, a live one.
func (d *Data) write(w io.Writer, data []byte) error {
	world, err := worldPayload()
	if err != nil {
		return err
	}
	static, err := d.static()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=%q>\n<head>\n<meta charset=\"utf-8\">\n", wordsFor(d.Lang).lang)
	b.WriteString("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
	if data == nil {
		b.WriteString("<meta name=\"ops-live\" content=\"1\">\n")
	} else {
		// Not escaped: it has no character that ends an attribute, and a reader should recognise it.
		fmt.Fprintf(&b, "<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n", Policy(false))
	}
	b.WriteString("<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n")
	fmt.Fprintf(&b, "<meta name=\"generator\" content=\"%s\">\n", html.EscapeString(d.Generator))
	fmt.Fprintf(&b, "<title>%s</title>\n<style>%s</style>\n", html.EscapeString(visible(d.title())), style)
	if data != nil {
		block(&b, "data", data)
	}
	block(&b, "map", world)
	b.WriteString("</head>\n<body>\n<main id=\"static\">\n")
	b.Write(static)
	b.WriteString("</main>\n<div id=\"app\"></div>\n")
	fmt.Fprintf(&b, "<script type=\"module\">%s</script>\n</body>\n</html>\n", script)
	_, err = w.Write(b.Bytes())
	return err
}

// block writes data that the script reads. Base64 has nothing that HTML would take for markup.
func block(b *bytes.Buffer, id string, data []byte) {
	fmt.Fprintf(b, "<script type=\"application/octet-stream\" id=%q>%s</script>\n", id, base64.StdEncoding.EncodeToString(data))
}
