package page

import (
	"fmt"
	"strconv"
	"strings"

	"ops/logviz/geo"
	"ops/logviz/geo/cldr"
)

// number writes a number, never negative, with its digits in groups. Spanish leaves four digits together.
func (w *words) number(n int) string {
	s := strconv.Itoa(n)
	if len(s) == 4 && w.lang == "es" {
		return s
	}
	var b strings.Builder
	for i, d := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(w.group)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// share writes n of all as per cent.
func (w *words) share(n, all int) string {
	if all == 0 {
		return ""
	}
	return strings.Replace(strconv.FormatFloat(100*float64(n)/float64(all), 'f', 1, 64), ".", w.decimal, 1) + w.percent
}

func (w *words) countryName(code string) string {
	if code == "" {
		return ""
	}
	if name, ok := cldr.Name(code, w.lang); ok {
		return name
	}
	return geo.Name(code)
}

// rest says how much is left out of a list.
func (w *words) rest(shown, all int) string {
	if all <= shown {
		return ""
	}
	return fmt.Sprintf(w.more, w.number(all-shown))
}
