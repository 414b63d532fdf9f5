package timelapse

import (
	"fmt"
	"image"
)

// Summary draws the whole recording as one picture: what [Film.WriteFile] writes as .png.
func (f *Film) Summary() (image.Image, error) {
	c, err := f.summary()
	if err != nil {
		return nil, fmt.Errorf("draw summary: %w", err)
	}
	return c.rgba(), nil
}
