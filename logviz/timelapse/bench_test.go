package timelapse

import (
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
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
	for _, size := range []image.Point{{1280, 720}, {1920, 1080}, {3840, 2160}} {
		b.Run(fmt.Sprint(size.Y), func(b *testing.B) {
			f := newFilm(b, testDay(), Options{Size: size})
			frame := newPlanes(size.X, size.Y)
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
// frames from a file. The measure is processor time of this process and of ffmpeg.
func BenchmarkFilm(b *testing.B) {
	rec := testDay()
	dir := b.TempDir()
	raw := filepath.Join(dir, "frames.yuv")
	f := newFilm(b, rec, Options{})
	writeFrames(b, f, raw)
	e, err := newEncoder(b.Context(), ".mp4")
	if err != nil {
		b.Fatal(err)
	}
	var draw, pipe, alone time.Duration
	for b.Loop() {
		self, children := cpu(b, syscall.RUSAGE_SELF), cpu(b, syscall.RUSAGE_CHILDREN)
		if err := newFilm(b, rec, Options{}).WriteFile(b.Context(), filepath.Join(dir, "film.mp4"), nil); err != nil {
			b.Fatal(err)
		}
		draw += cpu(b, syscall.RUSAGE_SELF) - self
		pipe += cpu(b, syscall.RUSAGE_CHILDREN) - children

		children = cpu(b, syscall.RUSAGE_CHILDREN)
		args := e.args(f.o.Size.X, f.o.Size.Y, f.o.FPS, filepath.Join(dir, "alone.mp4"))
		for i, a := range args {
			if a == "pipe:0" {
				args[i] = "file:" + raw
			}
		}
		if out, err := exec.CommandContext(b.Context(), e.program, args...).CombinedOutput(); err != nil {
			b.Fatalf("%v\n%s", err, out)
		}
		alone += cpu(b, syscall.RUSAGE_CHILDREN) - children
	}
	frames := float64(b.N * f.Len())
	b.ReportMetric((draw+pipe).Seconds()/alone.Seconds(), "×encoder")
	b.ReportMetric(pipe.Seconds()/alone.Seconds(), "×encoder-in-ffmpeg")
	b.ReportMetric(frames/alone.Seconds(), "encoder-frames/cpu-s")
	b.ReportMetric(frames/draw.Seconds(), "frames/cpu-s")
	b.ReportMetric(peakMemory(b), "peak-MB")
	b.ReportMetric(0, "ns/op")
}

// peakMemory returns the largest resident set of this process so far, in MB.
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
