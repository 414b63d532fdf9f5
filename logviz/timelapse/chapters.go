package timelapse

// chapter is a place in a film that a viewer can go to.
type chapter struct {
	from  int // picture
	title string
}

func (f *Film) chapters() []chapter { return nil }
