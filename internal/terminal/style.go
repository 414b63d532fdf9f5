package terminal

// Style colours text, or leaves it alone. The zero Style leaves it alone.
type Style struct{ on bool }

// NewStyle decides about colours for a stream: the variable NO_COLOR turns them off, or else CLICOLOR_FORCE (anything but
// "0") turns them on, or else a terminal whose TERM is neither dumb nor empty has them. An empty variable counts as unset.
// See no-color.org and bixense.com/clicolors. env looks a variable up, as [os.Getenv] does.
func NewStyle(stream any, env func(string) string) Style {
	if env("NO_COLOR") != "" {
		return Style{}
	}
	if force := env("CLICOLOR_FORCE"); force != "" && force != "0" {
		return Style{on: true}
	}
	kind := env("TERM")
	return Style{on: kind != "" && kind != "dumb" && IsTerminal(stream)}
}

// On says whether there are colours.
func (s Style) On() bool { return s.on }

// Bold, Dim and the colours return text for printing in that way (ECMA-48, "select graphic rendition"). They do not nest.
// The text is not checked; what came from outside goes through [Printable] first.
func (s Style) Bold(text string) string { return s.paint("1", text) }

// Dim is for what matters less.
func (s Style) Dim(text string) string { return s.paint("2", text) }

// Red is for what is wrong.
func (s Style) Red(text string) string { return s.paint("31", text) }

// Green is for what is well.
func (s Style) Green(text string) string { return s.paint("32", text) }

// Yellow is for what wants a look.
func (s Style) Yellow(text string) string { return s.paint("33", text) }

// Blue is for names of places.
func (s Style) Blue(text string) string { return s.paint("34", text) }

// Magenta is for a second kind of name.
func (s Style) Magenta(text string) string { return s.paint("35", text) }

// Cyan is for what can be typed.
func (s Style) Cyan(text string) string { return s.paint("36", text) }

// Alarm is for what must not be overlooked.
func (s Style) Alarm(text string) string { return s.paint("1;37;41", text) }

// Heat paints a step from 1 to [Shades], drawn by [Blocks.Shade], in the palette of 256 colours; 0 is dim. With the
// density of the shade, the steps stand in order of lightness on a dark window and on a light one, so that nobody has to
// tell colours apart.
func (s Style) Heat(text string, step int) string {
	colours := [...]string{"2", "38;5;208", "38;5;208", "38;5;202", "38;5;202"}
	return s.paint(colours[min(max(step, 0), Shades)], text)
}

func (s Style) paint(code, text string) string {
	if !s.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
