package encode

import (
	pack "github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/compress/zstd"
)

// window is how far back the compression of a page looks for repetitions, which is what the encoder remembers of it. The
// library's own codec looks 8 MiB back and holds 16 MiB for that as soon as a dictionary is larger than 128 KiB, in each
// of the encoders of its pool; pages are rarely longer than this window, and a day of attacks packs as small with it.
const window = 1 << 20

// codec is the library's zstd with one encoder, which has a smaller window.
type codec struct {
	*zstd.Codec
	encoder *pack.Encoder
}

func newCodec() (*codec, error) {
	e, err := pack.NewWriter(nil, pack.WithEncoderLevel(pack.SpeedDefault), pack.WithEncoderConcurrency(1),
		pack.WithWindowSize(window), pack.WithLowerEncoderMem(true), pack.WithZeroFrames(true), pack.WithEncoderCRC(false))
	return &codec{&zstd.Codec{}, e}, err
}

// Encode writes the compressed page over dst.
func (c *codec) Encode(dst, src []byte) ([]byte, error) {
	return c.encoder.EncodeAll(src, dst[:0]), nil
}
