package geo

import "ops/logviz/geo/internal/blob"

// index finds the range that an address is in: a bucket for the leading bits narrows the search, which goes through the first
// start of every leaf and ends in one leaf. What a look-up costs is waiting for memory, so all that the last steps need stands
// together, in IPv6 in one cache line.
//
// More buckets would not help: address space is crowded in places (32,000 ranges in one /28 of IPv6) and empty elsewhere.
type index[T uint32 | uint64] struct {
	// Bucket b holds the addresses from base + b<<shift on. buckets[b] is the leaf that its first address is in; there is one
	// bucket more than needed, so that buckets[b+1] always bounds the search.
	buckets []uint32
	starts  []T // of the leaves
	leaves  []leaf[T]
	base    T
	shift   uint
}

// leaf is eight neighbouring ranges. The first begins at the leaf's start, range i at more[i-1]. In a last leaf that is not full
// the others repeat the last country.
type leaf[T uint32 | uint64] struct {
	more    [7]T
	country [8]uint8
}

const leafSize = 8

// newIndex serves addresses from base on that differ from it in the lower width bits only; the upper ones of these bits choose
// the bucket.
func newIndex[T uint32 | uint64](l blob.List[T], base T, width, bits uint) index[T] {
	leaves := (len(l.Starts) + leafSize - 1) / leafSize
	x := index[T]{
		buckets: make([]uint32, 1<<bits+1),
		starts:  make([]T, 0, leaves),
		leaves:  make([]leaf[T], 0, leaves),
		base:    base,
		shift:   width - bits,
	}
	for i := 0; i < len(l.Starts); i += leafSize {
		x.starts = append(x.starts, l.Starts[i])
		x.leaves = append(x.leaves, newLeaf(l.Starts[i:], l.Country[i:]))
	}
	at := 0
	for b := range x.buckets[:1<<bits] {
		start := base + T(b)<<x.shift
		for at+1 < len(x.starts) && x.starts[at+1] <= start {
			at++
		}
		x.buckets[b] = uint32(at)
	}
	x.buckets[1<<bits] = uint32(len(x.starts) - 1)
	return x
}

func newLeaf[T uint32 | uint64](starts []T, country []uint8) leaf[T] {
	var f leaf[T]
	for i := range leafSize {
		if i < len(starts) {
			f.country[i] = country[i]
		} else {
			f.country[i] = f.country[i-1]
		}
		if i > 0 {
			f.more[i-1] = ^T(0)
			if i < len(starts) {
				f.more[i-1] = starts[i]
			}
		}
	}
	return f
}

// find returns the country number of the address, which must be one that newIndex was told of. Both searches take as many steps
// as the length asks for, without a branch that the processor could guess wrong.
func (x *index[T]) find(address T) uint8 {
	b := (address - x.base) >> x.shift
	at := int(x.buckets[b])
	for n := int(x.buckets[b+1]) - at + 1; n > 1; {
		half := n / 2
		next := at + half
		if x.starts[next] <= address {
			at = next
		}
		n -= half
	}
	f := &x.leaves[at]
	i := 0
	if f.more[3] <= address {
		i = 4
	}
	if f.more[i+1] <= address {
		i += 2
	}
	if f.more[i] <= address {
		i++
	}
	return f.country[i]
}
