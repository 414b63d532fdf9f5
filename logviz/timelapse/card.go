package timelapse

// Pictures returns how many pictures a file of the film has: the frames, and those of the cards.
func (f *Film) Pictures() int { return f.Len() }

func (f *Film) reel() (reel, error) { return f, nil }
