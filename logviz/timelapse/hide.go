package timelapse

import (
	"io"
	"os"
)

// hideCaptions makes the captions of an MP4 file wait until the viewer asks for them. ffmpeg marks the first track of each
// kind as enabled whatever it is told, and some players then lay the captions over the picture.
func hideCaptions(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	flags, err := captionFlags(file, info.Size())
	if err != nil || flags == 0 {
		return err
	}
	var b [1]byte
	if _, err := file.ReadAt(b[:], flags); err != nil {
		return err
	}
	b[0] &^= 1 // track enabled
	_, err = file.WriteAt(b[:], flags)
	return err
}

// captionFlags returns where the lowest flags of the header of the track of captions are, or 0. A track box has a header
// "tkhd", which begins with a version and three bytes of flags, and "mdia" with a handler "hdlr", which tells the kind of
// track after 8 bytes (ISO/IEC 14496-12, 8.3.2 and 8.4.3).
func captionFlags(r io.ReaderAt, size int64) (found int64, err error) {
	var flags int64
	var walk func(name string, from, to int64) error
	walk = func(name string, from, to int64) error {
		switch name {
		case "moov", "trak", "mdia":
			return eachBox(r, from, to, walk)
		case "tkhd":
			flags = from + 3
		case "hdlr":
			var kind [4]byte
			if _, err := r.ReadAt(kind[:], from+8); err != nil {
				return err
			}
			if string(kind[:]) == "sbtl" {
				found = flags
			}
		}
		return nil
	}
	return found, eachBox(r, 0, size, walk)
}
