package sshrestrict

import (
	"math"
	"strconv"
	"strings"
)

// check refuses values that no client sends. Folders and files are looked at later, when the target is known.
func (k rsyncKind) check(value string) error {
	ok := false
	switch k {
	case rsyncCount:
		ok = isInteger(value, 0, math.MaxInt32)
	case rsyncInteger:
		ok = isInteger(value, math.MinInt32, math.MaxInt32)
	case rsyncThreads:
		ok = isInteger(value, 0, 16)
	case rsyncBlock:
		ok = isInteger(value, 1, 512<<20)
	case rsyncSize:
		_, ok = rsyncBytes(value)
	case rsyncAlloc: // 0 would mean no limit, and with too much of it a client takes the memory of the machine
		bytes, sized := rsyncBytes(value)
		ok = sized && bytes >= 1<<20 && bytes <= 64<<30
	case rsyncNames:
		ok = consistsOf(value, 100, ",_-")
	case rsyncFlags:
		ok = consistsOf(value, 400, ",_") && !strings.Contains(strings.ToLower(value), "help")
	case rsyncMoment:
		ok = consistsOf(value, 40, "-/:")
	case rsyncSuffixes:
		ok = value == "" || consistsOf(value, 1000, "/.-_[]*?:^!+")
	case rsyncSuffix:
		ok = len(value) <= 100 && !strings.Contains(value, "/")
	case rsyncIDs:
		ok = consistsOf(value, 1000, `:,.*?[]-_@$+\ `)
	case rsyncFormat:
		ok = value == "%i" || value == "%i%I" || value == "%o" || value == "X"
	case rsyncBatch:
		ok = value == "X"
	default:
		ok = value != ""
	}
	if !ok {
		return refuse("rsync-value", "the value %s of an option is none that a client of rsync sends", quote(value))
	}
	return nil
}

func isInteger(text string, low, high int64) bool {
	n, err := strconv.ParseInt(text, 10, 64)
	return err == nil && n >= low && n <= high && text[0] != '+'
}

// consistsOf is true for letters and digits of ASCII and the others given, at least one and at most so many.
func consistsOf(text string, most int, others string) bool {
	for _, c := range []byte(text) {
		alnum := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !alnum && strings.IndexByte(others, c) < 0 {
			return false
		}
	}
	return text != "" && len(text) <= most
}

// rsyncBytes reads a size as rsync does: digits, maybe with a fraction; a unit of 1024, or of 1000 with a b behind it; and
// maybe +1 or -1. Sizes above 4 EiB, for which old versions of rsync overflow, are none.
func rsyncBytes(text string) (float64, bool) {
	number := text[:len(text)-len(strings.TrimLeft(text, "0123456789."))]
	v, err := strconv.ParseFloat(number, 64)
	if err != nil || len(text) > 30 {
		return 0, false
	}
	unit := strings.ToLower(text[len(number):])
	unit = strings.TrimSuffix(strings.TrimSuffix(unit, "+1"), "-1")
	base := 1024.0
	if len(unit) == 2 && unit[1] == 'b' {
		base, unit = 1000, unit[:1]
	}
	power := strings.Index("bkmgtp", strings.TrimSuffix(unit, "ib"))
	if len(unit) > 3 || power < 0 || unit == "ib" {
		return 0, false
	}
	v *= math.Pow(base, float64(max(power, 0)))
	return v, v <= 1<<62
}
