package timelapse

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cpu returns the time that this process, or the children it has waited for, spent on processors.
func cpu(b *testing.B, who int) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkDraw draws and converts a whole day, without an encoder.
func BenchmarkDraw(b *testing.B) {
	for _, o := range []Options{
		{Size: image.Pt(1280, 720)},
		{Size: image.Pt(1280, 720), Arcs: true, Target: nas()},
		{Size: image.Pt(1280, 720), Arcs: true, Target: nas(), Focus: region(b, "europe")},
		{Size: image.Pt(1920, 1080)},
		{Size: image.Pt(3840, 2160)},
	} {
		name := fmt.Sprint(o.Size.Y)
		if o.Arcs {
			name += "-arcs"
		}
		if o.Focus != nil {
			name += "-region"
		}
		b.Run(name, func(b *testing.B) {
			f := newFilm(b, testDay(), o)
			frame := newPlanes(o.Size.X, o.Size.Y)
			if _, err := f.Draw(0); err != nil {
				b.Fatal(err)
			}
			start := cpu(b, syscall.RUSAGE_SELF)
			b.ReportAllocs()
			frames := 0
			for b.Loop() {
				for i := range f.Len() {
					if _, err := f.Draw(i); err != nil {
						b.Fatal(err)
					}
					frame.update(f.page.canvas)
				}
				frames += f.Len()
			}
			b.ReportMetric(float64(frames)/(cpu(b, syscall.RUSAGE_SELF)-start).Seconds(), "frames/cpu-s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkFilm compares the film of a day, from the map's data to the finished file, with the encoder alone on the same
// frames from a file. The measure is processor time of this process and of ffmpeg, and the time on the wall; the figures are
// medians of pairs, one right after the other, because the machine's speed drifts.
func BenchmarkFilm(b *testing.B) {
	const pairs = 5
	rec := testDay()
	dir := b.TempDir()
	raw := filepath.Join(dir, "frames.yuv")
	f := newFilm(b, rec, Options{})
	writeFrames(b, f, raw)
	e, err := newEncoder(b.Context(), ".mp4")
	if err != nil {
		b.Fatal(err)
	}
	args := e.args(f.o.Size.X, f.o.Size.Y, f.o.FPS, filepath.Join(dir, "alone.mp4"), "")
	args[slices.Index(args, "pipe:0")] = "file:" + raw
	forgetPeak(b)
	var ratio, wall, share, ours, encoder []float64
	for b.Loop() {
		for range pairs {
			began := time.Now()
			self, children := cpu(b, syscall.RUSAGE_SELF), cpu(b, syscall.RUSAGE_CHILDREN)
			if err := newFilm(b, rec, Options{}).WriteFile(b.Context(), filepath.Join(dir, "film.mp4"), nil); err != nil {
				b.Fatal(err)
			}
			draw := cpu(b, syscall.RUSAGE_SELF) - self
			pipe := cpu(b, syscall.RUSAGE_CHILDREN) - children

			whole := time.Since(began)

			began = time.Now()
			children = cpu(b, syscall.RUSAGE_CHILDREN)
			if out, err := exec.CommandContext(b.Context(), e.program, args...).CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
			alone := cpu(b, syscall.RUSAGE_CHILDREN) - children

			wall = append(wall, whole.Seconds()/time.Since(began).Seconds())
			ratio = append(ratio, (draw+pipe).Seconds()/alone.Seconds())
			share = append(share, pipe.Seconds()/alone.Seconds())
			ours = append(ours, float64(f.Len())/draw.Seconds())
			encoder = append(encoder, float64(f.Len())/alone.Seconds())
		}
	}
	b.ReportMetric(median(ratio), "×encoder")
	b.ReportMetric(slices.Max(ratio), "×encoder-worst")
	b.ReportMetric(median(wall), "×encoder-wall")
	b.ReportMetric(median(share), "×encoder-in-ffmpeg")
	b.ReportMetric(median(encoder), "encoder-frames/cpu-s")
	b.ReportMetric(median(ours), "frames/cpu-s")
	b.ReportMetric(peakMemory(b), "peak-MB")
	b.ReportMetric(0, "ns/op")
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	return x[len(x)/2]
}

// forgetPeak lets the largest resident set be counted from here on (proc(5), clear_refs): other benchmarks came before.
func forgetPeak(b *testing.B) {
	b.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		b.Fatal(err)
	}
}

// peakMemory returns the largest resident set of this process since forgetPeak, in MB.
func peakMemory(b *testing.B) float64 {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		b.Fatal(err)
	}
	return kb / 1024
}

// writeFrames writes all frames of a film to a file as an encoder gets them.
func writeFrames(b *testing.B, f *Film, path string) {
	b.Helper()
	out, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer out.Close()
	frame := newPlanes(f.o.Size.X, f.o.Size.Y)
	for i := range f.Len() {
		if _, err := f.Draw(i); err != nil {
			b.Fatal(err)
		}
		frame.update(f.page.canvas)
		if _, err := out.Write(frame.buf); err != nil {
			b.Fatal(err)
		}
	}
}
