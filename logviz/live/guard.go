package live

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

const cookieName = "ops-live"

// guard lets only those requests pass that may be answered, and says on each answer that no other site may use it.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Cache-Control", "no-store")
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("X-Frame-Options", "DENY")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cross-Origin-Resource-Policy", "same-origin")
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
		head.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			head.Set("Allow", "GET, HEAD")
			head.Set("Connection", "close") // and what else comes is not read
			http.Error(w, "only GET and HEAD are answered", http.StatusMethodNotAllowed)
			return
		}
		if r.ContentLength != 0 {
			head.Set("Connection", "close")
			http.Error(w, "a request has no body here", http.StatusBadRequest)
			return
		}
		if site := r.Header.Get("Sec-Fetch-Site"); r.URL.Path != "/" && (site == "cross-site" || site == "same-site") {
			// It could not read the answer, but open streams until there are as many as may be.
			http.Error(w, "this is not for pages of other sites", http.StatusForbidden)
			return
		}
		if !s.options.Token.isSet() && isTCP(r) && !isLocalName(r.Host) {
			http.Error(w, "this server answers to localhost only, not to "+quoteHost(r.Host), http.StatusMisdirectedRequest)
			return
		}
		if r.URL.Path != "/healthz" && s.options.Token.isSet() && !s.admit(w, r) {
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isTCP reports whether the request came through TCP, and not a socket of the file system, whose users its mode decides.
func isTCP(r *http.Request) bool {
	address, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return !ok || address.Network() != "unix"
}

// isLocalName reports whether a Host header names this machine as it names itself. A page of another site whose name was
// made to point here (DNS rebinding) sends that name.
func isLocalName(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

func quoteHost(host string) string { return url.QueryEscape(host[:min(len(host), 100)]) }

// admit lets those pass who know the token. Who brings it in the address gets a cookie instead, and is sent to the address
// without it, so that it does not stay where others see it.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	token := s.options.Token
	if scheme, text, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok && strings.EqualFold(scheme, "Bearer") && token.is(text) {
		return true
	}
	query := r.URL.Query()
	if query.Has("token") && token.is(query.Get("token")) {
		http.SetCookie(w, &http.Cookie{
			Name: cookieName, Value: token.cookie(), Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: 400 * 24 * 3600,
			Secure: r.Header.Get("X-Forwarded-Proto") == "https", // who says so wrongly gets a cookie that is of no use
		})
		query.Del("token")
		// Relative, since a server before this one may have put a folder in front; and so it is never another host.
		to := "./" + strings.TrimPrefix(r.URL.EscapedPath(), "/")
		if rest := query.Encode(); rest != "" {
			to += "?" + rest
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusSeeOther)
		return false
	}
	if cookie, err := r.Cookie(cookieName); err == nil && token.isCookie(cookie.Value) && !query.Has("token") {
		return true
	}
	w.Header().Set("WWW-Authenticate", `Bearer realm="ops logviz live"`)
	http.Error(w, "this needs the token: as 'Authorization: Bearer TOKEN', or once as ?token=TOKEN in the address", http.StatusUnauthorized)
	return false
}
