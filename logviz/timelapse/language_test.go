package timelapse

import (
	"image"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"ops/logviz"
	"ops/logviz/geo/cldr"
)

func TestParseLanguage(t *testing.T) {
	for _, l := range Languages() {
		if got, err := ParseLanguage(l.String()); got != l || err != nil {
			t.Errorf("ParseLanguage(%q) = %v, %v", l.String(), got, err)
		}
	}
	if _, err := ParseLanguage("tlh"); err == nil {
		t.Error("Klingon is known")
	}
	for _, language := range cldr.Languages() {
		if _, err := ParseLanguage(language); err != nil {
			t.Error("countries have names in a language that films do not speak: ", err)
		}
	}
}

// No language lacks a word, and no text takes other values than English does.
func TestLanguagesAreWhole(t *testing.T) {
	verbs := func(v reflect.Value) []string {
		var list []string
		var walk func(v reflect.Value)
		walk = func(v reflect.Value) {
			switch v.Kind() {
			case reflect.String:
				list = append(list, strings.Repeat("%s", strings.Count(v.String(), "%s")))
				if v.String() == "" || !utf8.ValidString(v.String()) {
					t.Errorf("text %d of a language is %q", len(list), v.String())
				}
			case reflect.Struct:
				for _, field := range v.Fields() {
					walk(field)
				}
			case reflect.Array:
				for i := range v.Len() {
					walk(v.Index(i))
				}
			default:
			}
		}
		walk(v)
		return list
	}
	want := verbs(reflect.ValueOf(*english()))
	for _, l := range Languages() {
		if got := verbs(reflect.ValueOf(*l.phrases())); !reflect.DeepEqual(got, want) {
			t.Errorf("%v: texts take %q, want %q", l, got, want)
		}
	}
}

func TestNumbersAndDatesOfLanguages(t *testing.T) {
	day := time.Date(2026, 3, 1, 9, 5, 0, 0, time.UTC)
	for _, test := range []struct {
		language                                        Language
		figure, small, short, date, shortDate, per, ago string
	}{
		{English, "1,234,567", "9,876", "12.3k", "Sunday, 1 March 2026", "1 Mar", "per 5 minutes", "Failed attempts in the last hour"},
		{German, "1.234.567", "9.876", "12,3\u00a0Tsd.", "Sonntag, 1. März 2026", "1. März", "je 5 Minuten", "Abgewiesene Versuche in der letzten Stunde"},
		{Spanish, "1.234.567", "9876", "12,3\u00a0mil", "domingo, 1 de marzo de 2026", "1 mar", "por 5 minutos", "Intentos rechazados en la última hora"},
		{French, "1\u00a0234\u00a0567", "9\u00a0876", "12,3\u00a0k", "dimanche 1er mars 2026", "1er mars", "par 5 minutes", "Tentatives refusées dans la dernière heure"},
	} {
		say := test.language.phrases()
		got := []string{
			say.figure(1_234_567), say.figure(9_876), say.shortFigure(12_345), say.date(day, say.longDate), say.date(day, say.shortDate),
			say.per(5 * time.Minute), say.lastOnes(time.Hour),
		}
		want := []string{test.figure, test.small, test.short, test.date, test.shortDate, test.per, test.ago}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v: %q, want %q", test.language, got, want)
		}
	}
	if got, want := English.Note("IPFire", "Earth"), "IP locations: IPFire. Map: Earth"; got != want {
		t.Errorf("note %q, want %q", got, want)
	}
	if got := german().span(7 * 24 * time.Hour); got != "7 Tagen" {
		t.Errorf("in etwa %s", got)
	}
	if got := french().plural(0, french().failed); got != "tentative refusée" {
		t.Errorf("0 %s", got)
	}
}

// All words fit into their boxes, in all languages, on the smallest page too.
func TestAllLanguagesFit(t *testing.T) {
	t.Parallel()
	rec := part(testDay(), 0, 120)
	rec.Start = time.Date(2026, 9, 23, 0, 0, 0, 0, time.UTC) // a Wednesday, the longest day in German
	rec.Buckets[0].Failed, rec.Buckets[0].Accepted = 12_345, 12
	rec.Buckets[0].Countries = append(counts(map[string]int{"": 3000, "??": 12_000}), logviz.Count{Name: "AU", N: 12_345})
	for _, l := range Languages() {
		for _, size := range []image.Point{{640, 360}, {640, 480}, {1280, 720}} { // above that all grows alike
			for _, o := range []Options{{}, {Mode: Window}, {Mode: Cumulative}, {Mode: Window, Focus: region(t, "europe")}} {
				if o.Focus == nil && size.X > 640 && o.Mode != Pulse {
					continue
				}
				o.Size, o.Language = size, l
				f := newFilm(t, rec, o)
				pixels(t, f, f.Len()-1)
				fits(t, l, size, f.page)
				summary, err := f.newPage(true)
				if err != nil {
					t.Fatal(err)
				}
				summary.showSummary(f.whole)
				fits(t, l, size, summary)
			}
		}
	}
}

func fits(t *testing.T, l Language, size image.Point, p *page) {
	t.Helper()
	for _, x := range p.texts {
		if !x.fits(x.shown) {
			t.Errorf("%v at %v: %q does not fit: %d of %d pixels", l, size, x.shown, x.face.width(x.shown).Ceil(), x.box.Dx())
		}
		for _, r := range x.shown {
			if r != '\u202f' && !x.face.has(r) {
				t.Errorf("%v: the font lacks %q in %q", l, r, x.shown)
			}
		}
	}
}
