package browser

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience bounds every single step of a test. It is long since the machine may be busy; a step takes milliseconds.
const patience = 30 * time.Second

// chromium is a running browser with an empty profile. It ends with the test that started it.
type chromium struct {
	ctx context.Context // of the browser, for its tabs
}

// reach is where a browser may connect to.
type reach int

const (
	nowhere  reach = iota // in a network namespace in which even loopback is down
	loopback              // the machine's own addresses, by number
)

// startChromium runs the browser. It speaks with the test through pipes, so it needs no port.
func startChromium(tb testing.TB, to reach) *chromium {
	tb.Helper()
	path := find(tb)
	profile := tb.TempDir()
	var process *exec.Cmd
	flags := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.NoFirstRun,
		chromedp.Headless,
		chromedp.NoSandbox, // as root there is none, and an ordinary user's does not start in the namespace
		chromedp.Flag("no-zygote", true),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-domain-reliability", true),
		chromedp.Flag("disable-field-trial-config", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-breakpad", true),
		chromedp.Flag("disable-background-timer-throttling", true),
		chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("no-pings", true),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("font-render-hinting", "none"),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"),
		chromedp.Env("HOME="+profile, "TZ=Pacific/Auckland"), // a page says the log's time, not the reader's
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) {
			process = cmd
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
			if to == nowhere {
				withoutNetwork(cmd.SysProcAttr)
			}
		}),
	}
	background, stop := context.WithCancel(context.Background())
	allocator, stopAllocator := chromedp.NewExecAllocator(background, flags...)
	ctx, stopBrowser := chromedp.NewContext(allocator)
	tb.Cleanup(func() {
		stopBrowser()
		stopAllocator()
		stop()
		if process != nil && process.Process != nil {
			// Whatever of it is left is in its process group, and ESRCH says that nothing is.
			_ = syscall.Kill(-process.Process.Pid, syscall.SIGKILL)
		}
		if left := processesWith(tb, "--user-data-dir="+profile); len(left) > 0 {
			tb.Errorf("processes %v of the browser are left", left)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		tb.Fatalf("start %s: %v", path, err)
	}
	return &chromium{ctx}
}

// find returns the path of the browser. The first name is that of the Debian package which make setup installs.
func find(tb testing.TB) string {
	tb.Helper()
	names := []string{"chromium-headless-shell", "chromium", "google-chrome"}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	tb.Fatalf("none of %q is in PATH: make setup installs the first", names)
	return ""
}

// withoutNetwork starts a process in a network namespace of its own, which an ordinary user may do in a user namespace.
func withoutNetwork(attributes *syscall.SysProcAttr) {
	attributes.Cloneflags |= syscall.CLONE_NEWNET
	if user := os.Geteuid(); user != 0 {
		attributes.Cloneflags |= syscall.CLONE_NEWUSER
		attributes.UidMappings = []syscall.SysProcIDMap{{ContainerID: user, HostID: user, Size: 1}}
		attributes.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
	}
}

// processesWith returns the ids of the processes with an argument.
func processesWith(tb testing.TB, argument string) []string {
	tb.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil || len(all) == 0 {
		tb.Fatalf("list processes: %v", err)
	}
	var found []string
	for _, name := range all {
		line, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended meanwhile
		}
		for word := range bytes.SplitSeq(line, []byte{0}) {
			if string(word) == argument {
				found = append(found, filepath.Base(filepath.Dir(name)))
				break
			}
		}
	}
	return found
}
