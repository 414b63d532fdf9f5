package pylogsparser

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// definition writes a normalizer around patterns, so that a test shows only what it is about.
func definition(attributes, rest string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE normalizer SYSTEM "normalizer.dtd">
<normalizer name="test" version="1.0" unicode="yes" ignorecase="yes" ` + attributes + ">\n" + rest + "\n</normalizer>\n"
}

func folder(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

func load(t *testing.T, files map[string]string) *Library {
	t.Helper()
	l, problems, err := Load(folder(files))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("unexpected problem: %s", p)
	}
	return l
}

// reference is when the lines of these tests were at hand.
func reference() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

func tagsOf(t *testing.T, files map[string]string, line string) map[string]any {
	t.Helper()
	tags, _ := load(t, files).Stream(Options{Reference: reference()}).Normalize(line)
	return tags
}

func wants(t *testing.T, tags map[string]any, want map[string]any) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got := fmt.Sprint(tags[name]); got != fmt.Sprint(want[name]) {
			t.Errorf("%s is %v, want %v", name, got, want[name])
		}
	}
}

// header is a definition of lines such as "Mar  1 10:00:00 gate door[12]: …", with a date callback of its own.
func header() string {
	return definition(`appliedTo="raw" taxonomy="access control"`, `
<callbacks>
 <callback name="stamp">
MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
now = datetime.now()
d = datetime(now.year, MONTHS.index(value[0:3]) + 1, int(value[4:6]), int(value[7:9]), int(value[10:12]), int(value[13:15]))
if d &gt; now + timedelta(minutes=+1):
	d = d.replace(year = d.year - 1)
log['date'] = d
 </callback>
</callbacks>
<patterns>
 <pattern name="line-001">
  <text>STAMP HOST PROGRAM(?:\[PID\])?: BODY</text>
  <tags>
   <tag name="__stamp" tagType="syslogDate"><substitute>STAMP</substitute><callbacks><callback>stamp</callback></callbacks></tag>
   <tag name="source" tagType="Word"><substitute>HOST</substitute></tag>
   <tag name="program" tagType="Word"><substitute>PROGRAM</substitute></tag>
   <tag name="pid" tagType="Integer"><substitute>PID</substitute></tag>
   <tag name="body" tagType="Anything"><substitute>BODY</substitute></tag>
  </tags>
  <examples><example>
   <text>Mar  1 10:00:00 gate door[12]: opened for alice</text>
   <expectedTags>
    <expectedTag name="date">2026-03-01 10:00:00</expectedTag>
    <expectedTag name="source">gate</expectedTag>
    <expectedTag name="pid">12</expectedTag>
   </expectedTags>
  </example></examples>
 </pattern>
</patterns>`)
}

const types = `<tagTypes><tagType name="Word"><regexp>[^][ :]+</regexp></tagType></tagTypes>`

// door reads the bodies of the program door.
func door() string {
	return definition(`appliedTo="body"`, `
<prerequisites><prereqTag name="program">door</prereqTag></prerequisites>
<patterns><pattern name="door-001">
 <text>ACTION for USER</text>
 <tags>
  <tag name="action" tagType="Word"><substitute>ACTION</substitute></tag>
  <tag name="user" tagType="Word"><substitute>USER</substitute></tag>
 </tags>
 <commonTags><commonTag name="kind">door</commonTag></commonTags>
</pattern></patterns>
<commonTags><commonTag name="vendor">example</commonTag></commonTags>`)
}

func chain() map[string]string {
	return map[string]string{"common_tagTypes.xml": types, "header.xml": header(), "sub/door.xml": door()}
}

func TestTheChainGoesFromRawToBody(t *testing.T) {
	tags := tagsOf(t, chain(), "Dec 31 23:59:59 gate door[12]: opened for alice")
	wants(t, tags, map[string]any{
		"date":   time.Date(2025, 12, 31, 23, 59, 59, 0, time.UTC), // the year before the reference
		"source": "gate", "program": "door", "pid": "12", "action": "opened", "user": "alice", "kind": "door", "vendor": "example",
		"taxonomy": "access control", "body": "opened for alice",
	})
	if _, there := tags["__stamp"]; there {
		t.Error("the temporary tag __stamp is still there")
	}
}

func TestAPrerequisiteKeepsOtherProgramsOut(t *testing.T) {
	if tags := tagsOf(t, chain(), "Mar  1 10:00:00 gate window: opened for alice"); tags["user"] != nil {
		t.Errorf("the body of another program was read: %v", tags)
	}
}

func TestALineNobodyKnowsIsNotUnderstood(t *testing.T) {
	tags, understood := load(t, chain()).Stream(Options{}).Normalize("something else")
	if understood || tags["raw"] != "something else" {
		t.Errorf("understood %v, tags %v", understood, tags)
	}
}

func TestOnlyActiveNormalizersRun(t *testing.T) {
	files := chain()
	files["sub/door.xml"] = strings.Replace(door(), `name="test"`, `name="door"`, 1)
	l := load(t, files)
	if err := l.Activate("test-1.0"); err != nil {
		t.Fatal(err)
	}
	tags, _ := l.Stream(Options{Reference: reference()}).Normalize("Mar  1 10:00:00 gate door: opened for alice")
	if tags["source"] != "gate" || tags["user"] != nil {
		t.Errorf("tags are %v, want those of test-1.0 only", tags)
	}
	if err := l.Activate("lid-2.0"); err == nil || !strings.Contains(err.Error(), "door-1.0") {
		t.Errorf("error %v does not list what there is", err)
	}
}

func TestStampsGetTheZoneOfTheStream(t *testing.T) {
	zone := time.FixedZone("Example/Zone", 2*60*60)
	tags, _ := load(t, chain()).Stream(Options{Reference: reference(), Zone: zone}).Normalize("Mar  1 10:00:00 gate door: x")
	if got, want := tags["date"], time.Date(2026, 3, 1, 10, 0, 0, 0, zone); !want.Equal(got.(time.Time)) {
		t.Errorf("date is %v, want %v", got, want)
	}
}

func TestExamplesRunAsSelfTests(t *testing.T) {
	r := load(t, chain()).Test(Options{Reference: reference()})
	if r.Examples != 1 || r.Passed != 1 {
		t.Errorf("report %+v", r)
	}
	files := chain()
	files["header.xml"] = strings.Replace(header(), ">gate</expectedTag>", ">fence</expectedTag>", 1)
	r = load(t, files).Test(Options{Reference: reference()})
	if r.Passed != 0 || len(r.Failed) != 1 || r.Failed[0].Tag != "source" || r.Failed[0].Line == 0 {
		t.Errorf("a wrong example gave %+v", r)
	}
}

// one is a definition of one tag, VALUE, from the rest of "x ", with a callback.
func one(callback string) map[string]string {
	return map[string]string{"one.xml": definition(`appliedTo="raw"`, `
<callbacks><callback name="c"><![CDATA[`+callback+`]]></callback></callbacks>
<patterns><pattern name="p"><text>x VALUE</text><tags>
 <tag name="value" tagType="Anything"><substitute>VALUE</substitute><callbacks><callback>c</callback></callbacks></tag>
</tags></pattern></patterns>`)}
}

func TestCallbacksMeanWhatTheyMeantInPython2(t *testing.T) {
	for name, c := range map[string]struct {
		code, line string
		want       map[string]any
	}{
		"integer division":  {"log['a'] = int(value) / 8\nlog['b'] = int(value) % 8", "x 38", map[string]any{"a": 4, "b": 6}},
		"true division":     {"log['a'] = float(value) / 8", "x 36", map[string]any{"a": 4.5}},
		"try and except":    {"try:\n\tlog['a'] = int(value)\nexcept ValueError:\n\tlog['a'] = -1", "x nine", map[string]any{"a": -1}},
		"nested try":        {"try:\n  a = int(value)\nexcept:\n  try:\n    a = int(value, 16)\n  except Exception, e:\n    a = 0\nlog['a'] = a", "x ff", map[string]any{"a": 255}},
		"assigned in try":   {"a = 1\ntry:\n  a = a + 1\n  b = int(value)\nexcept:\n  pass\nlog['a'] = a", "x ff", map[string]any{"a": 2}},
		"else and finally":  {"try:\n  a = int(value)\nexcept:\n  a = 0\nelse:\n  a = a + 1\nfinally:\n  log['z'] = 1\nlog['a'] = a", "x 7", map[string]any{"a": 8, "z": 1}},
		"return in try":     {"log['a'] = 1\ntry:\n  if value:\n    return\nexcept:\n  pass\nlog['a'] = 2", "x y", map[string]any{"a": 1}},
		"break in try":      {"n = 0\nfor i in range(9):\n  try:\n    if i == 3: break\n    n = n + 1\n  except:\n    pass\nlog['a'] = n", "x y", map[string]any{"a": 3}},
		"try in a function": {"def f(s):\n  try:\n    s = int(s)\n  except:\n    return 'no'\n  return s\nlog['a'] = f(value)\nlog['b'] = f('7')", "x y", map[string]any{"a": "no", "b": 7}},
		"has_key and del":   {"d = {'k': 1}\nif d.has_key('k') and not d.has_key('j'):\n  del d['k']\nlog['a'] = len(d)", "x y", map[string]any{"a": 0}},
		"power":             {"log['a'] = 2**3 + (1 + 1)**2 - 2 ** len(value)", "x abc", map[string]any{"a": 4}},
		"changed in a loop": {"for t in log:\n  log[t] = log[t].strip()\nlog['a'] = 1", "x  y ", map[string]any{"value": "y", "a": 1}},
		"percent":           {`log['a'] = "%02d/%s/%.1f%%" % (int(value), 'x', 0.5)`, "x 7", map[string]any{"a": "07/x/0.5%"}},
		"escapes":           {`log['a'] = re.compile("(?P<n>\d+)\-").search(value).groupdict()['n']`, "x ab12-", map[string]any{"a": "12"}},
		"adjacent strings":  {"log['a'] = 'one' \\\n  \"two\" u'three'", "x y", map[string]any{"a": "onetwothree"}},
		"old numbers":       {"log['a'] = 010 + 0x1F + 5L", "x y", map[string]any{"a": 44}},
		"is not":            {"m = re.match('a', value)\nif m is not None and m is m: log['a'] = m.group()", "x abc", map[string]any{"a": "a"}},
		"date":              {"log['a'] = str(datetime.strptime(value, '%Y-%m-%d') + timedelta(days=1))", "x 2024-02-28", map[string]any{"a": "2024-02-29 00:00:00"}},
		"epoch":             {"log['a'] = datetime.utcfromtimestamp(float(value))", "x 86400.5", map[string]any{"a": time.Date(1970, 1, 2, 0, 0, 0, 500_000_000, time.UTC)}},
		"filetime":          {"log['a'] = extras.winUTC2UnixTimestamp(long(value))", "x 116444736000000000", map[string]any{"a": "1970-01-01T00:00:00"}},
		"address":           {"u = urlparse.urlparse(value)\nlog['a'] = u.hostname\nlog['b'] = extras.get_domain(u.hostname)\nlog['c'] = u.path", "x http://u@WWW.example.co.uk:80/p?q", map[string]any{"a": "www.example.co.uk", "b": "example.co.uk", "c": "/p"}},
		"isinstance":        {"log['a'] = isinstance(value, basestring) and not isinstance(value, (int, long))", "x y", map[string]any{"a": true}},
		"guarded":           {"log['a'] = re.compile('(?<![.0-9])((?:[0-9]+[.]){3}([0-9]+))(?![.0-9])').match(value).groups()", "x 192.0.2.1", map[string]any{"a": []any{"192.0.2.1", "1"}}},
		"a # in a string":   {"log['a'] = 'a#b' # not this", "x y", map[string]any{"a": "a#b"}},
		"recursion":         {"def f(n):\n  if n == 0: return ()\n  return (n,) + f(n - 1)\nlog['a'] = len(f(5))", "x y", map[string]any{"a": 5}},
		"map":               {"log['a'] = reduce(lambda a, b: a + b, map(int, value.split('.')))", "x 1.2.3", map[string]any{"a": 6}},
	} {
		t.Run(name, func(t *testing.T) {
			tags := tagsOf(t, one(c.code), c.line)
			wants(t, tags, c.want)
			if tags["tags"] != nil {
				t.Errorf("tags are %v", tags)
			}
		})
	}
}

func TestACallbackThatFailsLeavesTheRest(t *testing.T) {
	for name, code := range map[string]string{
		"raises":           "log['a'] = 1\nraise ValueError('no')",
		"a missing key":    "log['a'] = 1\nlog['b'] = log['none']",
		"no end":           "log['a'] = 1\nwhile True:\n  pass",
		"no end, caught":   "log['a'] = 1\ntry:\n  while True:\n    pass\nexcept:\n  pass\nwhile True: pass",
		"bottomless":       "log['a'] = 1\ndef f(n): return f(n + 1)\nf(0)",
		"a day that isn't": "log['a'] = 1\nlog['date'] = datetime(2026, 2, 31)",
		"wide":             "log['a'] = 1\nx = '%999999999d' % 1",
		"steep":            "log['a'] = 1\nx = 9 ** 999999999",
	} {
		t.Run(name, func(t *testing.T) {
			s := load(t, one(code)).Stream(Options{Reference: reference()})
			tags, understood := s.Normalize("x y")
			if !understood || tags["value"] != "y" || tags["a"] != int64(1) {
				t.Errorf("understood %v, tags %v", understood, tags)
			}
			if fmt.Sprint(tags["tags"]) != "[transform_error]" || len(s.Failures()) != 1 {
				t.Errorf("tags %v, failures %v", tags["tags"], s.Failures())
			}
		})
	}
}

func TestCallbacksReachNothingOutside(t *testing.T) {
	for _, code := range []string{
		"import os", "open('/etc/hostname')", "exec 'x'", "__import__('os')", "eval(value)", "from os import path", "load('a', 'b')",
	} {
		_, problems, err := Load(folder(one(code)))
		if err != nil || len(problems) != 1 || problems[0].Line != 5 {
			t.Errorf("%s: problems %v, error %v", code, problems, err)
		}
	}
}

func TestTheLongestSubstituteIsMeant(t *testing.T) {
	tags := tagsOf(t, map[string]string{"a.xml": definition(`appliedTo="raw"`, `
<patterns><pattern name="p"><text>ADDRESS has MACADDRESS</text><tags>
 <tag name="ip" tagType="IP"><substitute>ADDRESS</substitute></tag>
 <tag name="mac" tagType="MACAddress"><substitute>MACADDRESS</substitute></tag>
</tags></pattern></patterns>`)}, "192.0.2.1 has 00:00:5e:00:53:01")
	wants(t, tags, map[string]any{"ip": "192.0.2.1", "mac": "00:00:5e:00:53:01"})
}

func TestPatternsGoByName(t *testing.T) {
	pattern := func(name, mark string) string {
		return `<pattern name="` + name + `"><text>T</text><tags><tag name="t"><substitute>T</substitute></tag></tags>
<commonTags><commonTag name="mark">` + mark + `</commonTag></commonTags></pattern>`
	}
	tags := tagsOf(t, map[string]string{"a.xml": definition(`appliedTo="raw"`, "<patterns>"+pattern("b", "second")+pattern("a", "first")+"</patterns>")}, "x")
	wants(t, tags, map[string]any{"mark": "first"})
}

func TestSearchFindsTheFirstPlace(t *testing.T) {
	tags := tagsOf(t, map[string]string{"a.xml": definition(`appliedTo="raw" matchtype="search"`, `
<patterns>
<pattern name="a"><text>late N</text><tags><tag name="late" tagType="Integer"><substitute>N</substitute></tag></tags></pattern>
<pattern name="b"><text>early N</text><tags><tag name="early" tagType="Integer"><substitute>N</substitute></tag></tags></pattern>
</patterns>`)}, "... early 1, late 2")
	if tags["early"] != "1" || tags["late"] != nil {
		t.Errorf("tags %v", tags)
	}
}

func TestWhiteSpaceOfAPatternMayBeAny(t *testing.T) {
	tags := tagsOf(t, map[string]string{"a.xml": definition(`appliedTo="raw" expandWhitespaces="yes"`, `
<patterns><pattern name="p"><text>Logon
   ID:   N</text><tags><tag name="n" tagType="Integer"><substitute>N</substitute></tag></tags></pattern></patterns>`)}, "logon\u00a0\t ID: 7")
	wants(t, tags, map[string]any{"n": "7"})
}

// columns is a definition of columns, with a name that no tag has.
func columnsDefinition() string {
	return definition(`appliedTo="raw" taxonomy="firewall"`, `
<callbacks><callback name="final">log['sum'] = log['user'] + '@' + log.get('host', '?')</callback></callbacks>
<patterns><pattern name="p"><text type="csv" separator=";" quotechar="'">USER; N; HOST; other</text><tags>
 <tag name="user"><substitute>USER</substitute></tag>
 <tag name="__n" tagType="Integer"><substitute>N</substitute></tag>
 <tag name="host"><substitute>HOST</substitute></tag>
</tags></pattern></patterns>
<finalCallbacks><callback>final</callback></finalCallbacks>`)
}

func TestColumns(t *testing.T) {
	files := map[string]string{"a.xml": columnsDefinition()}
	tags := tagsOf(t, files, "'al;i''ce';7;gate;rest")
	wants(t, tags, map[string]any{"user": "al;i'ce", "host": "gate", "other": "rest", "sum": "al;i'ce@gate", "taxonomy": "firewall"})
	if tags["__n"] != nil {
		t.Errorf("the temporary tag is still there: %v", tags)
	}
	for _, line := range []string{"alice;7;gate", "alice;seven;gate;rest", "alice;7;gate;rest;more"} {
		if tags := tagsOf(t, files, line); tags["user"] != nil {
			t.Errorf("%q was read as %v", line, tags)
		}
	}
	wants(t, tagsOf(t, files, "alice;7;;"), map[string]any{"sum": "alice@?"})
}

func TestProblemsSayFileAndLine(t *testing.T) {
	good := `<patterns><pattern name="p"><text>T</text><tags><tag name="t"><substitute>T</substitute></tag></tags></pattern></patterns>`
	for name, c := range map[string]struct {
		text string
		line int
		says string
	}{
		"not closed":        {"<normalizer>\n<patterns>\n", 2, "not closed"},
		"crossed":           {"<normalizer>\n</patterns>", 2, "closes nothing"},
		"no attribute":      {"<normalizer version='1' appliedTo='raw'>" + good + "</normalizer>", 1, "attribute name"},
		"unknown attribute": {definition(`appliedTo="raw" color="red"`, good), 3, "no attribute color"},
		"a word of a list":  {definition(`appliedTo="raw" matchtype="find"`, good), 3, "match, search"},
		"version":           {strings.Replace(definition(`appliedTo="raw"`, good), `"1.0" unicode`, `"one" unicode`, 1), 3, "number"},
		"order":             {definition(`appliedTo="raw"`, good+"\n<authors><author>a</author></authors>"), 5, "<authors> may not stand here"},
		"missing":           {definition(`appliedTo="raw"`, "<description><localized_desc language='en'>d</localized_desc></description>"), 3, "lacks <patterns>"},
		"text between":      {definition(`appliedTo="raw"`, good+" stray"), 3, "elements only"},
		"unknown element":   {definition(`appliedTo="raw"`, good+"\n<tests/>"), 5, "<tests>"},
		"another root":      {"<tagTypes/>", 1, "<normalizer>"},
		"lookaround":        {definition(`appliedTo="raw"`, strings.Replace(good, ">T<", ">T(?=x)<", 1)), 4, "(?="},
		"named twice":       {definition(`appliedTo="raw"`, strings.Replace(good, ">T<", ">T and T<", 1)), 4, "twice"},
		"no callback":       {definition(`appliedTo="raw"`, strings.Replace(good, "</substitute>", "</substitute><callbacks><callback>none</callback></callbacks>", 1)), 4, `"none"`},
		"no XML":            {"name: yaml", 1, "no element"},
		"entities":          {"<!DOCTYPE n [<!ENTITY a 'b'>]>\n<normalizer name='&a;'/>", 2, "entity"},
	} {
		t.Run(name, func(t *testing.T) {
			l, problems, err := Load(folder(map[string]string{"bad.xml": c.text, "door.xml": door(), "common_tagTypes.xml": types}))
			if err != nil {
				t.Fatal(err)
			}
			if len(problems) == 0 || problems[0].File != "bad.xml" || problems[0].Line != c.line || !strings.Contains(problems[0].Text, c.says) {
				t.Errorf("problems %v, want line %d with %q", problems, c.line, c.says)
			}
			if !slices.ContainsFunc(l.Normalizers(), func(n *Normalizer) bool { return n.File == "door.xml" }) {
				t.Error("the good file beside it was not loaded")
			}
		})
	}
}

func TestLatin1FilesAreRead(t *testing.T) {
	text := strings.Replace(definition(`appliedTo="raw"`, `<patterns><pattern name="p"><text>caf`+"\xe9"+` T</text><tags><tag name="t"><substitute>T</substitute></tag></tags></pattern></patterns>`), "UTF-8", "ISO-8859-1", 1)
	wants(t, tagsOf(t, map[string]string{"a.xml": text}, "café noir"), map[string]any{"t": "noir"})
}

func TestAFolderWithoutDefinitionsIsAnError(t *testing.T) {
	if _, _, err := Load(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("error %v", err)
	}
}

func TestExpressionsOfPythonRunOnGosEngine(t *testing.T) {
	for _, c := range []struct {
		python, text string
		want         bool
	}{
		{`(?<![.0-9])(?:\d{1,3}.){3}\d{1,3}(?![.0-9])`, "192.0.2.1", true},
		{`(?<![.0-9])(?:\d{1,3}.){3}\d{1,3}(?![.0-9])`, "192.0.2.1.5", false},
		{`x*(?<![.0-9])1`, "x1", true},
		{`[0-9](?<![.0-9])1`, "21", false},
		{`a\sb`, "a\u00a0b", true},
		{`a[\s,]b`, "a\u2003b", true},
		{`a\Sb`, "a\u00a0b", false},
		{`[[]x[]]`, "[x]", true},
		{`[]x]+`, "]x", true},
		{`[a\-z]+$`, "a-z", true},
		{`[a\-z]$`, "m", false},
		{`\w+\Z`, "é", true},
		{`a{,2}b\Z`, "aab", true},
		{`\"\:\_\@\é`, `":_@é`, true},
		{`(?#note)x`, "x", true},
	} {
		e, err := compile(`\A(?:`+c.python+`)`, flags{unicode: true})
		if err != nil {
			t.Errorf("%s: %v", c.python, err)
		} else if e.matches(c.text) != c.want {
			t.Errorf("%s on %q: %v, want %v", c.python, c.text, !c.want, c.want)
		}
	}
}

func TestEventsAsECS(t *testing.T) {
	fields := ECS(tagsOf(t, chain(), "Mar  1 10:00:00 gate door[12]: opened for alice"))
	wants(t, fields, map[string]any{
		"@timestamp": time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC), "host.hostname": "gate", "process.name": "door", "process.pid": "12",
		"user.name": "alice", "event.action": "opened", "event.category": []any{"authentication"}, "legacy.vendor": "example", "message": "opened for alice",
	})
}
