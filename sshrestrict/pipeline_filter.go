package sshrestrict

import (
	"slices"
	"strconv"
	"strings"
)

// filterOptions are those options of a filter that name no file and run nothing. Letters may stand in a cluster.
type filterOptions struct {
	flags   string // letters without a value
	sizes   string // with a quantity, as the next word or attached
	threads string // the letter with a number attached, such as -T4
	levels  bool   // -1 to -22
	long    string // long options; one that ends with = takes a quantity
}

// filterTable knows compressors, buffers and meters.
func filterTable(name string) (filterOptions, bool) {
	packer := filterOptions{flags: "cdfqvk", levels: true, long: "--stdout --decompress --quiet --force --fast --best"}
	switch name {
	case "gzip", "zcat", "gunzip":
		packer.flags += "n"
		packer.long += " --rsyncable"
	case "pigz", "pbzip2", "pixz":
		packer.threads = "p"
	case "bzip3":
		packer.threads = "j"
	case "xz", "lzma", "xzcat":
		packer.threads = "T"
	case "zstd", "zstdcat", "zstdmt", "pzstd":
		packer.threads = "T"
		packer.long += " --adapt --long --long= --fast= --ultra --threads= --no-progress --rsyncable"
	case "bzip2", "bzcat", "lzop", "lz4", "lz4cat":
	case "mbuffer":
		return filterOptions{flags: "q", sizes: "smRrWPv"}, true
	case "pv":
		return filterOptions{flags: "ptrebaqnWf", sizes: "sLBi"}, true
	default:
		return filterOptions{}, false
	}
	return packer, true
}

// streamTools are the filters that a script may ask for.
func streamTools() []string {
	return []string{
		"bzip2", "bzip3", "gzip", "lz4", "lzop", "mbuffer", "pbzip2", "pigz", "pixz", "pv", "pzstd", "xz", "zcat", "zstd", "zstdmt",
	}
}

// filter renders one stage between two ends of a stream: a compressor, a buffer or a meter.
func filter(p piece) (Stage, error) {
	name := p.words[0][strings.LastIndexByte(p.words[0], '/')+1:]
	table, known := filterTable(name)
	if !known || !isTool(p.words[0], name) {
		return Stage{}, refuse("pipe-program", "the program %s", quote(p.words[0]))
	}
	rendered := []string{name}
	for args := p.words[1:]; len(args) > 0; {
		taken, left, err := table.take(args)
		if err != nil {
			return Stage{}, err
		}
		rendered, args = append(rendered, taken...), left
	}
	return Stage{Program: "/usr/bin/" + name, Args: rendered, Stderr: p.stderr}, nil
}

// take renders the options in the first word, and the value that may follow in the next one.
func (o filterOptions) take(args []string) (rendered, left []string, err error) {
	word := args[0]
	cluster, dashed := strings.CutPrefix(word, "-")
	if !dashed || cluster == "" {
		return nil, nil, refuse("pipe-option", "the word %s", quote(word))
	}
	if cluster[0] == '-' {
		name, value, hasValue := strings.Cut(word, "=")
		if hasValue {
			name += "="
		}
		if !slices.Contains(strings.Fields(o.long), name) || hasValue && !isQuantity(value) {
			return nil, nil, refuse("pipe-option", "the option %s", quote(word))
		}
		return []string{word}, args[1:], nil
	}
	args = args[1:]
	for cluster != "" {
		letter, rest := cluster[:1], cluster[1:]
		digits := cluster[:len(cluster)-len(strings.TrimLeft(cluster, "0123456789"))]
		switch {
		case digits != "" && o.levels && len(digits) <= 2:
			rendered, cluster = append(rendered, "-"+digits), cluster[len(digits):]
		case strings.Contains(o.flags, letter):
			rendered, cluster = append(rendered, "-"+letter), rest
		case o.threads == letter:
			if n, err := strconv.ParseUint(rest, 10, 8); err != nil || rest != strconv.FormatUint(n, 10) {
				return nil, nil, refuse("pipe-option", "%s is no number of threads", quote(rest))
			}
			return append(rendered, word[:1]+letter+rest), args, nil
		case strings.Contains(o.sizes, letter):
			if rest == "" {
				if len(args) == 0 {
					return nil, nil, refuse("pipe-option", "-%s without a value", letter)
				}
				rest, args = args[0], args[1:]
			}
			if !isQuantity(rest) {
				return nil, nil, refuse("pipe-option", "%s is no quantity", quote(rest))
			}
			return append(rendered, "-"+letter, rest), args, nil
		default:
			return nil, nil, refuse("pipe-option", "the option -%s in %s", letter, quote(word))
		}
	}
	return rendered, args, nil
}
