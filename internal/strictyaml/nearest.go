package strictyaml

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// nearest returns the known name that word is most likely meant to be, or "".
func nearest(word string, known []string) string {
	plain := func(s string) string {
		return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(s))
	}
	best, bestDistance := "", 1+max(1, len(word)/3) // a third of the letters may be wrong
	if len(word) > 64 {
		return ""
	}
	for _, name := range known {
		distance := editDistance(word, name)
		if plain(word) == plain(name) {
			distance = 0
		}
		if distance < bestDistance && distance < len(name) {
			best, bestDistance = name, distance
		}
	}
	return best
}

// editDistance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b (the distance
// "optimal string alignment").
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, row := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		next := make([]int, len(y)+1)
		next[0] = i
		for j := 1; j <= len(y); j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(y)]
}

// didYouMean is the end of a message about an unknown name.
func didYouMean(near string) string {
	if near == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", near)
}

// keysOf returns the keys of m in a fixed order.
func keysOf[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
