package terminal

import (
	"math"
	"strings"
)

// Blocks draws small charts out of characters: bars, courses, shades. The zero value draws with the block elements of
// Unicode.
type Blocks struct{ plain bool }

// NewBlocks draws with ASCII where the locale is one that is not UTF-8: the first of LC_ALL, LC_CTYPE and LANG that is
// set decides, as in POSIX. Where none is set, which is usual in containers and services, UTF-8 is taken for granted, as
// everything else that is printed does. env looks a variable up, as [os.Getenv] does.
func NewBlocks(env func(string) string) Blocks {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(env(name)); locale != "" {
			return Blocks{plain: !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")}
		}
	}
	return Blocks{}
}

// Bar returns a bar of up to width columns that stands for n of most, in eighths of a column; ASCII has whole columns
// only. What is more than nothing can be seen.
func (b Blocks) Bar(n, most, width int) string {
	if n <= 0 || most <= 0 || width <= 0 {
		return ""
	}
	const eighths = "▏▎▍▌▋▊▉"
	parts := min(max(1, int(float64(n)/float64(most)*float64(8*width))), 8*width)
	if b.plain {
		return strings.Repeat("#", max(1, (parts+4)/8))
	}
	bar := strings.Repeat("█", parts/8)
	if part := parts % 8; part > 0 {
		bar += string([]rune(eighths)[part-1])
	}
	return bar
}

// Course returns one column for each value, as high as its part of the largest. None is a blank; what is more than
// nothing can be seen.
func (b Blocks) Course(values []int) string {
	steps := []rune("▁▂▃▄▅▆▇█")
	if b.plain {
		steps = []rune(".:-=+*#@")
	}
	most := 0
	for _, n := range values {
		most = max(most, n)
	}
	course := make([]rune, len(values))
	for i, n := range values {
		course[i] = ' '
		if n > 0 {
			course[i] = steps[min(int(float64(n)/float64(most)*float64(len(steps))), len(steps)-1)]
		}
	}
	return string(course)
}

// Shades is how many steps [Blocks.Shade] has, and [Style.Heat].
const Shades = 4

// Shade returns a column in which a step from 1 to [Shades] is told by how dense it is; 0 is none.
func (b Blocks) Shade(step int) string {
	shades := []rune("·░▒▓█")
	if b.plain {
		shades = []rune(".-+#@")
	}
	return string(shades[min(max(step, 0), Shades)])
}

// ShadeOf returns the step for n on a logarithmic scale from fewest, the smallest that is more than nothing, to most.
func ShadeOf(n, fewest, most int) int {
	switch {
	case n <= 0:
		return 0
	case fewest >= most || n >= most:
		return Shades
	case n <= fewest:
		return 1
	}
	return min(1+int(math.Log(float64(n)/float64(fewest))/math.Log(float64(most)/float64(fewest))*Shades), Shades)
}
