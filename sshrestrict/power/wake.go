package power

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// interfaces lists the Ethernet and wireless cards that are devices; bridges, tunnels and virtual pairs wake nothing.
func (m Machine) interfaces(context.Context) (func(*Status), error) {
	folder := m.path("sys/class/net")
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	out := []Interface{}
	cards := 0
	var untold []string
	var cause error
	for _, e := range entries {
		card, ok := readCard(filepath.Join(folder, e.Name()), e.Name())
		if !ok {
			continue
		}
		if cards++; cards > maxList {
			continue
		}
		supported, armed, err := m.wakeModes(e.Name())
		switch {
		case err == nil:
			s, a := letters(supported), letters(armed)
			card.Supported, card.Armed = &s, &a
		default:
			untold, cause = append(untold, card.Name), err
		}
		out = append(out, card)
	}
	errs := []error{cut(cards, len(out))}
	if cause != nil {
		shown := untold[:min(len(untold), 8)]
		errs = append(errs, fmt.Errorf("supported and armed of %s: %w; device_wakeup tells a part", strings.Join(shown, ", "), cause))
	}
	return func(s *Status) { s.WakeOnLAN = out }, errors.Join(errs...)
}

// readCard reads what everybody may read.
func readCard(folder, name string) (Interface, bool) {
	kind, err := read(filepath.Join(folder, "type"), maxFile)
	if err != nil || kind != "1" { // ARPHRD_ETHER; the radio cards have it too
		return Interface{}, false
	}
	if _, err := os.Stat(filepath.Join(folder, "device")); err != nil {
		return Interface{}, false
	}
	mac, err := read(filepath.Join(folder, "address"), maxFile)
	if err != nil {
		mac = ""
	}
	card := Interface{Name: clean(name), MAC: clean(mac)}
	for _, place := range []string{"device/power/wakeup", "device/../power/wakeup"} { // of USB, the device above the function
		wakeup, err := readThrough(folder, place)
		if err == nil && wakeup != "" {
			wakeup = clean(wakeup)
			card.DeviceWakeup = &wakeup
			break
		}
	}
	return card, true
}

// readThrough reads a file behind the link "device", where ".." means the folder that the link leads to and not the one
// it lies in; so the path is not simplified before the kernel sees it.
func readThrough(folder, place string) (string, error) {
	text, err := read(folder+"/"+place, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return text, err
}

// letters writes modes of Wake-on-LAN as ethtool(8) does; WAKE_PHY is bit 0, and so on.
func letters(modes uint32) string {
	const all = "pumbagsf"
	var out strings.Builder
	for i := range len(all) {
		if modes&(1<<i) != 0 {
			out.WriteByte(all[i])
		}
	}
	if rest := modes >> len(all); rest != 0 {
		out.WriteByte('?') // something newer than this program
	}
	if out.Len() == 0 {
		return "d"
	}
	return out.String()
}
