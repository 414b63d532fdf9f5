package main

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// Names that every log of this kind is full of, the most tried first.
const (
	unknownNames = `admin user test ubuntu oracle postgres git guest pi ftpuser mysql hadoop administrator support debian
		jenkins dev tomcat nagios zabbix elastic minecraft steam ec2-user centos vagrant ansible docker testuser teamspeak
		es odoo www web webmaster server student demo info sales tom alex john david michael ali chen wang mark peter sam
		sysadmin operator manager public backupuser data dspace gitlab kafka spark solr redis mongodb nginx apache svn
		redhat vnc vpn uftp ftp deployer app appuser bot node runner service monitor sonar nexus teamcity rancher kube
		default supervisor cisco ubnt telnet super root1 toor a 1234 admin1 test1 test2 user1 user2`
	knownNames = "backup www-data mail games daemon nobody sync news man lp bin proxy"
)

// isKnown reports whether the machine has the account: root, deploy and what Debian creates.
func isKnown(name string) bool {
	return name == "root" || name == "deploy" || slices.Contains(strings.Fields(knownNames), name)
}

// account draws a name as the botnet does: root half of the time, then the unknown ones with falling weight.
func account(r *rand.Rand) string {
	switch n := r.IntN(100); {
	case n < 50:
		return "root"
	case n < 56:
		return pick(r, strings.Fields(knownNames))
	default:
		list := strings.Fields(unknownNames)
		f := r.Float64()
		return list[int(f*f*float64(len(list)))]
	}
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }
