package logfile

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// BenchmarkLines prints the ratio to a bufio.Scanner with a buffer of the same size over the same bytes, run in turn.
func BenchmarkLines(b *testing.B) {
	text := []byte(strings.Repeat("2026-03-14T06:25:01.123456+00:00 bastion sshd[12345]: Failed password for root from 192.0.2.1 port 51514 ssh2\n", 100_000))
	var ours, theirs time.Duration
	var lines int
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		start := time.Now()
		r, err := Open("-", Options{Stdin: bytes.NewReader(text)})
		if err != nil {
			b.Fatal(err)
		}
		for {
			if _, err := r.Next(); err == io.EOF {
				break
			}
			lines++
		}
		ours += time.Since(start)
		start = time.Now()
		s := bufio.NewScanner(bytes.NewReader(text))
		s.Buffer(make([]byte, bufferSize), bufferSize)
		n := 0
		for s.Scan() {
			n++
		}
		theirs += time.Since(start)
		if n != 100_000 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(lines)/ours.Seconds()/1e6, "Mlines/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "×scanner")
}

// BenchmarkUnpack is unkind to xz: pack starts a block, and with it a dictionary, every 512 bytes.
func BenchmarkUnpack(b *testing.B) {
	text := sample(4 << 20)
	for _, format := range formats {
		packed := pack(b, format, text)
		b.Run(format, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				r, err := Open("-", Options{Stdin: bytes.NewReader(packed)})
				for err == nil {
					_, err = r.Next()
				}
				if err != io.EOF {
					b.Fatal(err)
				}
				r.Close()
			}
		})
	}
}
