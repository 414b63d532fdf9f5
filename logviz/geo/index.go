package geo

import (
	"math/bits"

	"ops/logviz/geo/internal/blob"
)

// index finds the range that an address is in, in two steps and a short search: the leading 13 bits choose a block, the next
// bits a bucket of that block, and a bucket holds a few ranges. How many buckets a block is cut into depends on how many ranges
// begin in it, because address space is crowded in some places and empty in most, in IPv6 above all.
type index[T uint32 | uint64] struct {
	blob.List[T]
	base  T    // the first address that may be asked for
	shift uint // address bits below the block
	// blocks[b] has the number of the block's first bucket in the upper 27 bits and, in the lower 5, the number of address bits
	// that choose a bucket in the block.
	blocks []uint32
	// buckets[i] is the range that the first address of bucket i is in. There is one more at the end, so that the next bucket
	// always bounds the search.
	buckets []uint32
}

const (
	blockBits = 13
	// With 2^2 to 2^3 ranges in a bucket the index takes a third of the room of one bucket per range, and two or three steps
	// of the search stay within a cache line.
	rangesPerBucket = 2
)

// newIndex serves addresses from base on that differ in the lower width bits.
func newIndex[T uint32 | uint64](l blob.List[T], base T, width uint) index[T] {
	x := index[T]{List: l, base: base, shift: width - blockBits, blocks: make([]uint32, 1<<blockBits)}
	at := 0
	// seek moves at to the range that the address is in.
	seek := func(address T) uint32 {
		for at+1 < len(l.Starts) && l.Starts[at+1] <= address {
			at++
		}
		return uint32(at)
	}
	ranges := x.count()
	for b := range x.blocks {
		cut := min(max(bits.Len(ranges[b])-rangesPerBucket, 0), int(x.shift))
		x.blocks[b] = uint32(len(x.buckets))<<5 | uint32(cut)
		for i := range 1 << cut {
			x.buckets = append(x.buckets, seek(base+T(b)<<x.shift+T(i)<<(x.shift-uint(cut))))
		}
	}
	x.buckets = append(x.buckets, uint32(len(l.Starts)-1))
	return x
}

// count says how many ranges begin in each block.
func (x *index[T]) count() []uint {
	n := make([]uint, len(x.blocks))
	for _, start := range x.Starts {
		if b := (start - x.base) >> x.shift; start >= x.base && b < T(len(n)) {
			n[b]++
		}
	}
	return n
}

// find returns the country number of an address that differs from base in the lower width bits only.
func (x *index[T]) find(address T) uint8 {
	address -= x.base
	block := x.blocks[address>>x.shift]
	cut := block & 31
	within := address & (1<<x.shift - 1)
	bucket := block>>5 + uint32(within>>(x.shift-uint(cut)))
	low, high := x.buckets[bucket], x.buckets[bucket+1]
	address += x.base
	starts := x.Starts[low : high+1]
	at := 0
	for n := len(starts); n > 1; {
		half := n / 2
		next := at + half
		if starts[next] <= address {
			at = next
		}
		n -= half
	}
	return x.Country[int(low)+at]
}
