package scpserver

import (
	"syscall"
	"time"
)

// accessTime is that of the last access. The type of its fields differs between machines.
func accessTime(st *syscall.Stat_t) time.Time { return time.Unix(st.Atim.Unix()) }
