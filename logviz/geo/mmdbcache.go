package geo

import "sync/atomic"

// codeCache remembers the places of records by their offset in the file. It has a fixed size: a record that meets another
// one in its slot takes it over. Readers and writers need no lock, because a slot is one word.
type codeCache struct {
	// places is every pair of letters that is a country, at pair(code); all other elements are unknown places.
	places [letters*letters + 1]Place
	slots  [1 << cacheBits]atomic.Uint64 // (offset+1)<<placeBits | index into places; 0 is empty
}

const (
	letters   = 26
	cacheBits = 14 // 128 KiB; a day of attacks touches some hundred records
	placeBits = 10 // 677 places
)

func newCodeCache() *codeCache {
	c := &codeCache{}
	for _, t := range Countries() {
		c.places[pair(t.Code)] = Place{Country, t.Code}
	}
	return c
}

// pair numbers the codes AA…ZZ from 1.
func pair(code string) int { return int(code[0]-'A')*letters + int(code[1]-'A') + 1 }

func (c *codeCache) slot(offset uint64) *atomic.Uint64 {
	// Fibonacci hashing: offsets of neighbouring records differ in few bits.
	return &c.slots[offset*0x9e3779b97f4a7c15>>(64-cacheBits)]
}

func (c *codeCache) get(offset uint64) (Place, bool) {
	v := c.slot(offset).Load()
	if v>>placeBits != offset+1 {
		return Place{}, false
	}
	return c.places[v&(1<<placeBits-1)], true
}

// put keeps the place for a code as a database writes it, and returns it.
func (c *codeCache) put(offset uint64, code string) Place {
	n := 0
	if canonical, ok := Canonical(code); ok {
		n = pair(canonical)
	}
	c.slot(offset).Store((offset+1)<<placeBits | uint64(n))
	return c.places[n]
}
