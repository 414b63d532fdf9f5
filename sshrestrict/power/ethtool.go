package power

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// wolInfo is struct ethtool_wolinfo of linux/ethtool.h.
type wolInfo struct {
	cmd, supported, options uint32
	password                [6]byte // of SecureOn; never looked at
	_                       [2]byte
}

// wolRequest is struct ifreq of linux/if.h with a pointer in its union.
type wolRequest struct {
	name [unix.IFNAMSIZ]byte
	data unsafe.Pointer
	_    [16]byte // the union is larger than a pointer
}

// ethtoolModes asks the kernel for the modes of Wake-on-LAN, as bits. The kernel wants CAP_NET_ADMIN for this, because
// the answer holds the password of SecureOn; the netlink message ETHTOOL_MSG_WOL_GET wants the same. So an ordinary
// account gets EPERM. A driver that knows nothing of Wake-on-LAN counts as supporting nothing.
func ethtoolModes(name string) (supported, armed uint32, err error) {
	if len(name) >= unix.IFNAMSIZ {
		return 0, 0, fmt.Errorf("the name %q is too long", name)
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, 0, fmt.Errorf("open a socket for ethtool: %w", err)
	}
	defer unix.Close(fd)
	info := wolInfo{cmd: unix.ETHTOOL_GWOL}
	request := wolRequest{data: unsafe.Pointer(&info)}
	copy(request.name[:], name)
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.SIOCETHTOOL, uintptr(unsafe.Pointer(&request)))
	info.password = [6]byte{}
	switch {
	case errno == 0:
		return info.supported, info.options, nil
	case errors.Is(errno, unix.EOPNOTSUPP):
		return 0, 0, nil
	case errors.Is(errno, unix.EPERM):
		return 0, 0, errors.New("the kernel tells them to CAP_NET_ADMIN only")
	}
	return 0, 0, fmt.Errorf("ethtool: %w", errno)
}
