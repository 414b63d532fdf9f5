// Package timelapse makes a film of a day of ssh attacks: a map of the world on which countries light up as attempts to
// log in come from them, with a clock, the counts so far, and the whole day as a small chart with a moving cursor.
//
// Start with [New], which reads a [Recording] once for its totals and lays out the page, then [Film.WriteFile], which
// takes the format from the file's name: .mp4 (H.264) and .webm (VP9 or AV1) through ffmpeg, .gif, .apng (exact to the
// pixel) and .png without any other program. The .png is one picture that sums up the whole recording. [Film.Draw] gives
// single frames. [NewVersus] lays two recordings side by side.
//
// A country's colour is its intensity. In the mode [Pulse] the old value fades at each step by exp(-step/window) and the
// failed attempts of the step are added. A steady stream so reaches about the number of attempts in one window, which is what
// the legend says; a single attempt lights its country at once and is gone after about three windows. [Window] and
// [Cumulative] count exactly. Colours run along cividis on a logarithmic scale that is the same for the whole film.
//
// The map shows the world or a region; what lies elsewhere is counted in marks at its edge, each in its direction. It may
// have a target, and comets that fly there. The words are those of a [Language].
//
// A file of a film may begin and end with a card, which are no frames: frame i shows bucket i. Videos have chapters for the
// peaks, the days and the first login that was accepted, and captions that tell what happens; [Film.WebVTT] gives those alone.
// A recording of several days has a calendar.
//
// What it promises: the same recording and options give the same frames; a frame does not depend on which frames were
// drawn before it; memory does not grow with the number of frames; a file appears under its name only when it is whole,
// and until then an older file of that name stays as it was; attempts that cannot be placed on the map are counted on the
// page; and no account name, however hostile, leaves its box.
package timelapse
