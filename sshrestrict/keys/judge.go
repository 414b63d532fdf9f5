package keys

import (
	"strconv"
	"strings"
)

// report adds a finding about the line at hand.
type report func(severity Severity, code, text, remedy string)

// judgeDuplicate compares a line with the first of the same key. sshd goes on to it when from= or expiry-time= of the first
// refuses, so it counts although it comes second.
func judgeDuplicate(add report, first, later Audited) {
	conditional := first.From != nil || first.Expires != nil
	place := first.File + ":" + strconv.Itoa(first.Line)
	switch {
	case conditional && weaker(later, first):
		add(High, "bypass", "the same key is restricted at "+place+", and sshd takes this line where that one's from= or expiry-time= refuses",
			"take this line out; there should be one line for each key")
	case weaker(later, first):
		add(Medium, "duplicate", "the same key is restricted at "+place+", which sshd takes first; a change of order or of that line opens this one",
			"take this line out")
	case weaker(first, later):
		add(High, "never-reached", "the same key is at "+place+" with fewer restrictions, and sshd takes that line first: the restrictions here do not hold",
			"take out the line at "+place)
	default:
		add(Low, "duplicate", "the same key is at "+place, "take one of the lines out")
	}
}

// weaker says whether a lets the key do what b does not.
func weaker(a, b Audited) bool {
	rank := func(l Level) int { return strings.Index("none partly fully", string(l)) }
	if rank(a.Restricted) != rank(b.Restricted) {
		return rank(a.Restricted) < rank(b.Restricted)
	}
	return a.Command != nil && b.Command != nil && *a.Command != *b.Command || b.From != nil && a.From == nil
}

// judge looks at one line for itself.
func judge(add report, a Account, l Location, e Entry, k Audited) {
	if k.Ignored != "" {
		add(Medium, "ignored", "sshd 9.2 ignores the line: "+k.Ignored, "correct the options; another version of sshd may take the line, with what it says")
		return
	}
	judgeKey(add, e)
	if k.Authority {
		judgeAuthority(add, e)
	} else {
		judgeRestriction(add, a, l, k)
	}
	if e.Options.Principals != nil && !k.Authority {
		add(Medium, "never-matches", "principals= without cert-authority lets nobody in", "take principals= out, or add cert-authority")
	}
	if k.Expired {
		add(Low, "expired", "the line expired on "+k.Expires.Format("2006-01-02"), "take the line out")
	}
	if e.Options.ExpiresLocalTime {
		add(Low, "local-expiry", "expiry-time= has no Z: it depends on the machine's zone, and sshd reads it without summer time",
			"write it in UTC with Z")
	}
	if k.From != nil {
		if _, err := matchAddressList("127.0.0.1", *k.From); err != nil {
			add(Medium, "never-matches", "from= "+err.Error(), "correct the list; networks are written as 10.0.0.0/8")
		}
	}
	if len(e.Options.Environment) > 0 && l.UserEnv != "" && l.UserEnv != "no" {
		add(Medium, "environment", "environment= reaches the forced command, and PermitUserEnvironment allows it",
			"set variables in the policy, and PermitUserEnvironment no")
	}
}

func judgeKey(add report, e Entry) {
	switch {
	case e.Key.Kind == "DSA":
		add(Low, "weak-key", "DSA keys are broken, and sshd refuses them unless told otherwise", "make a new key: ssh-keygen -t ed25519")
	case e.Key.Kind == "RSA" && e.Key.Bits < 2048:
		add(Medium, "weak-key", "an RSA key of "+strconv.Itoa(e.Key.Bits)+" bits is too weak", "make a new key: ssh-keygen -t ed25519")
	case e.Key.Kind == "RSA" && !soundRSA(e.Key):
		add(High, "weak-key", "the RSA key has an impossible exponent or modulus", "make a new key: ssh-keygen -t ed25519")
	case e.Key.Certificate != nil:
		add(Low, "never-matches", "a certificate in this file lets nobody in", "list the key, or its authority with cert-authority")
	}
}

func judgeAuthority(add report, e Entry) {
	if e.Options.Command == nil {
		add(Medium, "authority", "every certificate that this key signs for the account gets in, with the rights that it names itself",
			`add restrict, command= or principals="…"`)
	}
}

func judgeRestriction(add report, a Account, l Location, k Audited) {
	open := strings.Join(k.Open, ", ")
	switch {
	case k.Own != nil && k.Own.Fault != "":
		add(High, "own-fault", "the line starts ops ssh-restrict in a way that does not work: "+k.Own.Fault, "write the line anew: ops ssh-restrict keys print")
	case l.ForceCommand != "" && k.Restricted != Fully:
		add(Low, "by-config", "only ForceCommand of sshd_config restricts the key; open: "+open, "add restrict to the line")
	case k.Restricted == None && a.UID == 0:
		add(High, "unrestricted", "the key runs any command as root; open: "+open, `add restrict,command="…": ops ssh-restrict keys install --replace`)
	case k.Restricted == None:
		add(Medium, "unrestricted", "the key runs any command; open: "+open, `add restrict,command="…": ops ssh-restrict keys install --replace`)
	case k.Restricted == Partly:
		add(Medium, "partly-restricted", "beside its command the key may use: "+open, "add restrict to the line")
	}
	if k.Own != nil && k.Own.Advice != "" && k.Own.Fault == "" {
		add(Low, "own-advice", k.Own.Advice, "write the line anew: ops ssh-restrict keys print")
	}
}
