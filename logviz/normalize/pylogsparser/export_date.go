package pylogsparser

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"go.starlark.net/starlark"
)

// dateForm is a form of stamps: what the transform date calls it, and how package time writes it.
type dateForm struct{ format, layout string }

func dateForms() []dateForm {
	return []dateForm{
		{"rfc3164", time.Stamp},
		{"%d/%b/%Y:%H:%M:%S", "02/Jan/2006:15:04:05"},
		{"clf", "02/Jan/2006:15:04:05 -0700"},
		{"%Y-%m-%d %H:%M:%S", time.DateTime},
		{"%Y-%m-%d %H:%M:%S,%f", "2006-01-02 15:04:05,000"},
		{"%Y-%m-%d %H:%M:%S.%f", "2006-01-02 15:04:05.000"},
		{"%Y-%m-%d %H:%M:%S%z", "2006-01-02 15:04:05-07"},
		{"%Y-%m-%d\t%H:%M:%S", "2006-01-02\t15:04:05"},
		{"%Y.%m.%d %H:%M:%S", "2006.1.2 15:04:05"},
		{"%b %d %Y %H:%M:%S", "Jan _2 2006 15:04:05"},
		{"ctime", time.ANSIC},
		{"%a %b %d %H:%M:%S %Y", "Mon Jan 2 15:04:05 2006"},
		{"%m/%d/%Y %H:%M:%S", "01/02/2006 15:04:05"},
		{"%m/%d/%y, %H:%M:%S", "01/02/06, 15:04:05"},
		{"%y%m%d %H:%M:%S", "060102 15:04:05"},
		{"%d-%b-%Y %H:%M:%S.%f", "02-Jan-2006 15:04:05.000"},
		{"%d-%b-%Y %H:%M:%S", "02-Jan-2006 15:04:05"},
		{"rfc3339", "2006-01-02T15:04:05.000Z07:00"},
		{"rfc3339", time.RFC3339},
		{"epoch", "epoch"},
	}
}

func (f dateForm) write(t time.Time) string {
	if f.layout == "epoch" {
		return strconv.FormatInt(t.Unix(), 10)
	}
	return t.Format(f.layout)
}

func (f dateForm) reads(s string) bool {
	if f.layout == "epoch" {
		_, err := strconv.ParseFloat(s, 64)
		return err == nil
	}
	_, err := time.Parse(f.layout, s)
	fraction := func(s string) string { // which package time reads anywhere
		rest := strings.TrimRight(s, "0123456789Z:+-")
		if i := len(rest) - 1; i >= 0 && (rest[i] == '.' || rest[i] == ',') {
			return rest[i:]
		}
		return ""
	}
	return err == nil && fraction(s) == fraction(f.layout)
}

// dateFormat is the form of the stamps that a callback reads, if that is all it does. Of several forms the one that the
// values have is meant.
func (x *export) dateFormat(s *step, values []string) string {
	forms, known := x.dates[s]
	if !known {
		forms = s.dateForms()
		x.dates[s] = forms
	}
	for _, f := range forms {
		if !slices.ContainsFunc(values, func(v string) bool { return !f.reads(v) }) {
			return f.format
		}
	}
	if len(forms) > 0 {
		return forms[0].format
	}
	return ""
}

// dateForms tries which forms of stamps a callback reads: of each it must make the right moment, and nothing else.
func (s *step) dateForms() []dateForm {
	if s.run == nil || !strings.Contains(s.source, "date") {
		return nil
	}
	w := &world{now: time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC), zone: time.UTC}
	return slices.DeleteFunc(dateForms(), func(f dateForm) bool {
		for _, t := range []time.Time{
			time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC),
			time.Date(2026, 12, 30, 23, 59, 58, 0, time.UTC),
			time.Date(2026, 5, 31, 0, 0, 0, 0, time.UTC),
		} {
			log := starlark.NewDict(1)
			err := s.run.call(w, starlark.String(f.write(t)), log)
			v, _, _ := log.Get(starlark.String("date"))
			if m, ok := v.(moment); err != nil || log.Len() != 1 || !ok || !m.t.UTC().Equal(t) {
				return true
			}
		}
		return false
	})
}

// momentAsISO is a moment of an example as ours are written.
func momentAsISO(text string) string {
	for _, layout := range []string{"2006-01-02 15:04:05-07:00", time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Format(time.RFC3339Nano)
		}
	}
	return text
}
