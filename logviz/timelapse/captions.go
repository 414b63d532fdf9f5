package timelapse

// caption is what is said about a stretch of pictures.
type caption struct {
	from, to int
	text     string
}

func (f *Film) captions() []caption { return nil }
