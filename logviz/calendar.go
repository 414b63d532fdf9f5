package logviz

import (
	"math"
	"time"
)

// calendar tells hours and days in a zone. It remembers the offset that it looked up last, since most moments of a log
// have the same.
type calendar struct {
	zone     *time.Location
	from, to int64 // Unix seconds between which the offset holds
	offset   int64 // seconds east of UTC
}

const (
	secondsOfHour = 60 * 60
	secondsOfDay  = 24 * secondsOfHour
)

// local returns a moment's Unix seconds as if the clock in the zone were UTC.
func (c *calendar) local(unix int64) int64 {
	if unix < c.from || unix >= c.to {
		at := time.Unix(unix, 0).In(c.zone)
		c.from, c.to = math.MinInt64, math.MaxInt64
		from, to := at.ZoneBounds()
		if !from.IsZero() {
			c.from = from.Unix()
		}
		if !to.IsZero() {
			c.to = to.Unix()
		}
		_, offset := at.Zone()
		c.offset = int64(offset)
	}
	return unix + c.offset
}

// hour returns the Unix seconds at which the hour of a moment began.
func (c *calendar) hour(unix int64) int64 {
	local := c.local(unix)
	return unix - (local - floorDiv(local, secondsOfHour)*secondsOfHour)
}

// hourOfDay returns what the clock shows, 0 to 23.
func (c *calendar) hourOfDay(unix int64) int {
	local := c.local(unix)
	return int((local - floorDiv(local, secondsOfDay)*secondsOfDay) / secondsOfHour)
}

// day returns the number of the date, counted from 1970-01-01.
func (c *calendar) day(unix int64) int64 { return floorDiv(c.local(unix), secondsOfDay) }

// dateOf writes a day as 2026-03-14.
func dateOf(day int64) string { return time.Unix(day*secondsOfDay, 0).UTC().Format(time.DateOnly) }
