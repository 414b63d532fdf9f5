package sshrestrict

import (
	"strconv"
	"strings"
	"testing"
)

// tokens shows what the splitter made of a text: words in quotes, with their wildcards or ~ told, and operators in brackets;
// or the code of its refusal.
func tokens(text string) string {
	q := NewRequest(KindCommand, text, MaxCommand)
	if e, ok := q.Err.(*SyntaxError); ok {
		return e.Code
	}
	var b strings.Builder
	for i, t := range q.Tokens {
		if i > 0 {
			b.WriteByte(' ')
		}
		switch {
		case t.Operator != "":
			b.WriteString("[" + t.Operator + "]")
		case t.Assignment:
			b.WriteString("set:" + strconv.Quote(t.Text))
		case t.Tilde:
			b.WriteString("home:" + strconv.Quote(t.Text))
		case t.Pattern != "":
			b.WriteString("pattern:" + strconv.Quote(t.Pattern))
		default:
			b.WriteString(strconv.Quote(t.Text))
		}
	}
	return b.String()
}

// TestShellConstructs has one construct of the shells in each line: what is refused, what is told apart from plain words so
// that no rule takes it for one, and what is a plain word.
func TestShellConstructs(t *testing.T) {
	const syntax, control, character, encoding, long = "command-syntax", "command-control", "command-character", "command-encoding", "command-long"
	for _, c := range []struct{ name, text, want string }{
		// Expansions of POSIX.1-2017, 2.6.
		{"parameter", `ls $HOME`, syntax},
		{"parameter in braces", `ls ${HOME}`, syntax},
		{"parameter with a default", `ls ${x:-/etc}`, syntax},
		{"parameter that is set", `ls ${x:=/etc}`, syntax},
		{"parameter without its end", `ls ${x%/*}`, syntax},
		{"length of a parameter", `ls ${#x}`, syntax},
		{"positional parameter", `ls $1`, syntax},
		{"all parameters", `ls "$@"`, syntax},
		{"code of exit", `ls $?`, syntax},
		{"number of the process", `ls $$`, syntax},
		{"a dollar alone", `ls $`, syntax},
		{"a dollar at the end of a word", `ls a$`, syntax},
		{"parameter in quotes", `ls "$HOME"`, syntax},
		{"field separator", `cat${IFS}x`, syntax},
		{"command", `ls $(id)`, syntax},
		{"command in quotes", `ls "$(id)"`, syntax},
		{"command in backticks", "ls `id`", syntax},
		{"command in backticks in quotes", "ls \"`id`\"", syntax},
		{"an open backtick", "ls `", syntax},
		{"arithmetic", `ls $((1+1))`, syntax},
		{"arithmetic of old", `ls $[1+1]`, syntax},
		{"home", `ls ~`, `"ls" home:"~"`},
		{"home and a path", `ls ~/x`, `"ls" home:"~/x"`},
		{"somebody's home", `ls ~root`, `"ls" home:"~root"`},
		{"the folder before", `ls ~-`, `"ls" home:"~-"`},
		{"home behind an equals sign", `dd of=~/x`, `"dd" home:"of=~/x"`},
		{"home behind a colon", `dd of=a:~/x`, `"dd" home:"of=a:~/x"`},
		{"home behind +=", `dd of+=~/x`, `"dd" home:"of+=~/x"`},
		{"a tilde in a word", `ls a~`, `"ls" "a~"`},
		{"a tilde behind an option's equals sign", `rsync --suffix=~`, `"rsync" "--suffix=~"`},
		{"a tilde in quotes", `ls '~' "~" \~`, `"ls" "~" "~" "~"`},
		{"any text", `ls *`, `"ls" pattern:"*"`},
		{"any character", `ls a?`, `"ls" pattern:"a?"`},
		{"one of some characters", `ls [ab]`, `"ls" pattern:"[ab]"`},
		{"none of some characters", `ls [!ab]`, `"ls" pattern:"[!ab]"`},
		{"none of some, with the ! in quotes", `ls ['!'a]`, `"ls" pattern:"[\\!a]"`},
		{"a pattern as the program", `/bin/c?t x`, `pattern:"/bin/c?t" "x"`},
		{"a pattern whose star is quoted", `ls \*`, `"ls" "*"`},
		{"a pattern beside a quoted star", `ls '*'*`, `"ls" pattern:"\\**"`},
		{"any number of folders", `ls **/x`, `"ls" pattern:"**/x"`},

		// Expansions of bash, zsh and csh.
		{"braces with a list", `ls {a,b}`, syntax},
		{"braces with a range", `ls {1..9}`, syntax},
		{"an open brace in a word", `ls a{b`, syntax},
		{"a closing brace in a word", `ls a}`, syntax},
		{"patterns of ksh", `ls @(a|b)`, syntax},
		{"patterns of ksh that exclude", `ls !(a)`, syntax},
		{"patterns of ksh, any number", `ls *(a)`, syntax},
		{"quotes with escapes", `ls $'\x2f'`, syntax},
		{"quotes of another language", `ls $"x"`, syntax},
		{"process as a file to read", `ls <(id)`, syntax},
		{"process as a file to write", `ls >(id)`, syntax},
		{"process as a file, of zsh", `ls =(id)`, syntax},
		{"path of a program, of zsh", `cat =ls`, `"cat" "=ls"`},
		{"qualifiers of a pattern, of zsh", `ls *(e:id:)`, syntax},
		{"an element of a list", `ls ${a[$(id)]}`, syntax},
		{"an indirect parameter", `ls ${!x}`, syntax},
		{"a parameter in upper case", `ls ${x^^}`, syntax},
		{"the last command", `!!`, syntax},
		{"a command by its number", `!1`, syntax},
		{"a word of the last command", `ls !$`, syntax},
		{"a replacement in the last command", `^a^b`, `"^a^b"`},
		{"an exclamation mark in a word", `ls a!b`, `"ls" "a!b"`},
		{"a job", `fg %1`, `"fg" "%1"`},

		// Operators and redirections, of which no rule for programs takes any.
		{"semicolon", `a;b`, `"a" [;] "b"`},
		{"two semicolons", `a;;b`, `"a" [;;] "b"`},
		{"fall through", `a;&b`, `"a" [;] [&] "b"`},
		{"and", `a&&b`, `"a" [&&] "b"`},
		{"or", `a||b`, `"a" [||] "b"`},
		{"background", `a&b`, `"a" [&] "b"`},
		{"pipe", `a|b`, `"a" [|] "b"`},
		{"pipe with errors", `a|&b`, `"a" [|&] "b"`},
		{"negation", `! a`, syntax},
		{"into a file", `a >b`, `"a" [>] "b"`},
		{"into a file without a blank", `a>b`, `"a" [>] "b"`},
		{"behind a file", `a>>b`, `"a" [>>] "b"`},
		{"over a file in spite of noclobber", `a>|b`, `"a" [>|] "b"`},
		{"over a file in spite of noclobber, of zsh", `a>!b`, syntax},
		{"errors into a file", `a 2>b`, `"a" [2>] "b"`},
		{"a number that is a word", `a 2 >b`, `"a" "2" [>] "b"`},
		{"errors to output", `a 2>&1`, `"a" [2>&1]`},
		{"errors to a file called 1x", `a 2>&1x`, `"a" [2>&] "1x"`},
		{"errors to output before a pipe", `a 2>&1|b`, `"a" [2>&1] [|] "b"`},
		{"output in spite of noclobber, by its number", `a 1>|b`, `"a" [1>|] "b"`},
		{"errors that are closed", `a 2>&-`, `"a" [2>&] "-"`},
		{"all into a file", `a &>b`, `"a" [&>] "b"`},
		{"another stream into a file", `a 3>b`, syntax},
		{"a stream of two digits", `a 10>b`, syntax},
		{"another stream from a file", `a 0<b`, syntax},
		{"a stream of a variable", `a {fd}>b`, syntax},
		{"from a file", `a <b`, `"a" [<] "b"`},
		{"from and into a file", `a <>b`, `"a" [<>] "b"`},
		{"from text", `a <<<b`, `"a" [<<<] "b"`},
		{"from a document", `a <<EOF`, `"a" [<<] "EOF"`},
		{"from a document without tabs", `a <<-EOF`, `"a" [<<-] "EOF"`},
		{"a stream that is closed", `a >&-`, `"a" [>&] "-"`},
		{"a connection", `a </dev/tcp/192.0.2.1/80`, `"a" [<] "/dev/tcp/192.0.2.1/80"`},
		{"redirection before the program", `>b a`, `[>] "b" "a"`},

		// Commands of the shell itself, which are no programs that any rule names.
		{"subshell", `(a)`, syntax},
		{"group", `{ a; }`, syntax},
		{"function", `a() { b; }`, syntax},
		{"function of ksh", `function a { b; }`, syntax},
		{"shellshock", `() { :;}; a`, syntax},
		{"loop", `for x in a; do b; done`, `"for" "x" "in" "a" [;] "do" "b" [;] "done"`},
		{"condition", `if a; then b; fi`, `"if" "a" [;] "then" "b" [;] "fi"`},
		{"choice", `case a in b) c;; esac`, syntax},
		{"test", `[ -e a ]`, `pattern:"[" "-e" "a" "]"`},
		{"test of ksh", `[[ -e a ]]`, `pattern:"[[" "-e" "a" "]]"`},
		{"arithmetic as a command", `((1))`, syntax},
		{"coprocess", `coproc a`, `"coproc" "a"`},
		{"alias", `alias ls=id`, `"alias" "ls=id"`},
		{"a program in spite of an alias", `\ls`, `"ls"`},
		{"evaluation", `eval id`, `"eval" "id"`},
		{"a file of commands", `. ./x`, `"." "./x"`},
		{"time", `time a`, `"time" "a"`},
		{"a comment", `a #b`, syntax},
		{"a comment alone", `#a`, syntax},
		{"a comment sign in a word", `a b#c`, `"a" "b#c"`},
		{"a comment sign in quotes", `a '#b' \#c`, `"a" "#b" "#c"`},

		// Assignments.
		{"assignment", `A=b`, `set:"A=b"`},
		{"assignment before a program", `A=b c`, `set:"A=b" "c"`},
		{"two assignments", `A=b B=c d`, `set:"A=b" set:"B=c" "d"`},
		{"assignment of nothing", `A= b`, `set:"A=" "b"`},
		{"assignment behind an operator", `a;B=c d`, `"a" [;] set:"B=c" "d"`},
		{"assignment of what is quoted", `A='b c' d`, `set:"A=b c" "d"`},
		{"an argument that looks like one", `a B=c`, `"a" "B=c"`},
		{"a quoted name", `'A'=b c`, `"A=b" "c"`},
		{"a quoted equals sign", `A'='b c`, `"A=b" "c"`},
		{"a name that is none", `1A=b c`, `"1A=b" "c"`},
		{"an assignment that adds", `A+=b c`, `"A+=b" "c"`},
		{"an element", `A[0]=b c`, `pattern:"A[0]=b" "c"`},
		{"a list", `A=(b) c`, syntax},

		// Quotes.
		{"apostrophes", `'a b'`, `"a b"`},
		{"quotes", `"a b"`, `"a b"`},
		{"joined", `a'b'"c"\d`, `"abcd"`},
		{"nothing in quotes", `'' ""`, `"" ""`},
		{"an apostrophe as git writes it", `'a'\''b'`, `"a'b"`},
		{"an exclamation mark as git writes it", `'a'\!'b'`, `"a!b"`},
		{"a backslash in apostrophes", `'a\b'`, `"a\\b"`},
		{"a backslash in quotes", `"a\b\\\"\$"`, `"a\\b\\\"$"`},
		{"a blank behind a backslash", `a\ b`, `"a b"`},
		{"an operator in quotes", `'a;b' "c|d" e\&f`, `"a;b" "c|d" "e&f"`},
		{"an expansion in apostrophes", "'$(id)' '`id`' '${x}'", "\"$(id)\" \"`id`\" \"${x}\""},
		{"an expansion behind a backslash", `\$HOME`, `"$HOME"`},
		{"a brace in quotes", `'{a,b}'`, `"{a,b}"`},
		{"an open apostrophe", `a 'b`, syntax},
		{"an open quote", `a "b`, syntax},
		{"an open quote that ends in a backslash", `a "b\`, syntax},
		{"a backslash at the end", `a \`, syntax},
		{"quotes that close each other", `a 'b"c' "d'e"`, `"a" "b\"c" "d'e"`},
		{"a ] alone", `a ]`, `"a" "]"`},

		// Blanks.
		{"nothing", ` `, ``},
		{"blanks around", `  a   b  `, `"a" "b"`},
		{"tab", "a\tb", control},
		{"tab in quotes", "a '\t'", control},
		{"line feed", "a\nb", control},
		{"line feed at the end", "a\n", control},
		{"line feed in quotes", "a 'b\nc'", control},
		{"a line that goes on", "a\\\nb", control},
		{"carriage return", "a\rb", control},
		{"both", "a\r\nb", control},
		{"vertical tab", "a\vb", control},
		{"form feed", "a\fb", control},

		// Control characters.
		{"zero", "a\x00b", control},
		{"zero at the end", "a\x00", control},
		{"backspace", "a\bb", control},
		{"bell", "a\ab", control},
		{"escape", "a\x1b[2Jb", control},
		{"end of transmission", "a\x04", control},
		{"quoted insert", "a\x16\n", control},
		{"unit separator", "a\x1fb", control},
		{"delete", "a\x7f", control},
		{"C1, introducer of sequences", "a\u009b2J", control},
		{"C1, next line", "a\u0085b", control},
		{"C1, the first", "a\u0080b", control},
		{"C1, the last", "a\u009fb", control},

		// Encoding.
		{"C1 as a byte", "a\x9b2J", encoding},
		{"bytes that are none", "a\xff\xfe", encoding},
		{"half a character", "a\xc3", encoding},
		{"the rest of a character", "a\xa9", encoding},
		{"overlong slash", "a\xc0\xafb", encoding},
		{"overlong slash of three bytes", "a\xe0\x80\xafb", encoding},
		{"overlong zero", "a\xc0\x80b", encoding},
		{"half of a pair", "a\xed\xa0\x80b", encoding},
		{"beyond Unicode", "a\xf4\x90\x80\x80b", encoding},
		{"five bytes", "a\xf8\x88\x80\x80\x80b", encoding},
		{"Latin-1", "caf\xe9", encoding},
		{"UTF-16", "\xff\xfel\x00s\x00", encoding},

		// Characters that do not show, or look like others.
		{"byte order mark", "\ufeffa", character},
		{"zero width space", "a\u200bb", character},
		{"zero width joiner", "a\u200db", character},
		{"word joiner", "a\u2060b", character},
		{"soft hyphen", "a\u00adb", character},
		{"right to left override", "a\u202eb", character},
		{"left to right mark", "a\u200eb", character},
		{"isolate", "a\u2066b", character},
		{"no-break space", "a\u00a0b", character},
		{"narrow no-break space", "a\u202fb", character},
		{"ideographic space", "a\u3000b", character},
		{"em space", "a\u2003b", character},
		{"space of ogham", "a\u1680b", character},
		{"line separator", "a\u2028b", character},
		{"paragraph separator", "a\u2029b", character},
		{"grapheme joiner", "a\u034fb", character},
		{"filler of Hangul", "a\u3164b", character},
		{"narrow filler of Hangul", "a\uffa0b", character},
		{"filler of a first letter", "a\u115fb", character},
		{"blank of Braille", "a\u2800b", character},
		{"vowel of Khmer that does not show", "a\u17b4b", character},
		{"selector of Mongolian", "a\u180bb", character},
		{"selector of a variant", "a\ufe0fb", character},
		{"selector of a variant, more", "a\U000e0100b", character},
		{"tag", "a\U000e0061b", character},
		{"annotation", "a\ufff9b", character},
		{"private use", "a\ue000b", character},
		{"not assigned", "a\u0378b", character},
		{"no character", "a\uffffb", character},
		{"fraction slash", "a\u2044b", character},
		{"division slash", "a\u2215b", character},
		{"big slash", "a\u29f8b", character},
		{"full-width slash", "a\uff0fb", character},
		{"full-width letters", "\uff4c\uff53", character},
		{"full-width full stop", "a\uff0eb", character},
		{"one dot leader", "a\u2024b", character},
		{"two dot leader", "a\u2025b", character},
		{"small full stop", "a\ufe52b", character},
		{"small backslash", "a\ufe68b", character},
		{"letters of other scripts", "a é ß 日本 Ж", `"a" "é" "ß" "日本" "Ж"`},
		{"typographic quotes, which quote nothing", "a “b c”", `"a" "“b" "c”"`},
		{"a dash that is no hyphen", "ls –la", `"ls" "–la"`},

		// Sizes.
		{"as long as may be", strings.Repeat("a", MaxCommand), strconv.Quote(strings.Repeat("a", MaxCommand))},
		{"one byte more", strings.Repeat("a", MaxCommand+1), long},
		{"blanks that make it long", "a" + strings.Repeat(" ", MaxCommand), long},
		{"many words", strings.Repeat("a ", MaxCommand/2), strings.TrimSuffix(strings.Repeat(`"a" `, MaxCommand/2), " ")},
		{"many operators", strings.Repeat(";", 1001), strings.TrimSuffix(strings.Repeat("[;;] ", 500)+"[;]", " ")},
		{"many open parentheses", strings.Repeat("(", 1000), syntax},
		{"many open substitutions", strings.Repeat("$(", 1000), syntax},
	} {
		if got := tokens(c.text); got != c.want {
			t.Errorf("%s: %s: %.300s, want %.300s", c.name, quote(c.text), got, c.want)
		}
	}
}

// The size of the command is looked at before anything else of it.
func TestCommandSizeFirst(t *testing.T) {
	for _, text := range []string{"\xff", "\n", "(", "'"} {
		if got := tokens(text + strings.Repeat("a", MaxCommand)); got != "command-long" {
			t.Errorf("%q and much more: %s", text, got)
		}
	}
}

// What no command was asked for is told by its kind and never by a text.
func TestKindsOfRequests(t *testing.T) {
	p := mustParse(t, "allow: [{command: [uptime]}]\ninteractive: {menu: true}")
	for _, c := range []struct {
		name string
		kind Kind
		text string
		want string
	}{
		{"login", KindLogin, "", "ok"},
		{"login, whatever the text", KindLogin, "rm", "ok"},
		{"empty", KindEmpty, "", "command-empty"},
		{"command", KindCommand, "uptime", "ok"},
		{"blanks", KindCommand, "   ", "command-unknown"},
		{"an empty word", KindCommand, "''", "command-unknown"},
		{"a marker of another program", KindCommand, "<interactive>", "command-unknown"},
		{"a marker of our table", KindCommand, "<none>", "command-unknown"},
		{"our menu's own command", KindCommand, "ops-tools session menu", "command-unknown"},
		{"our own command", KindCommand, "ops ssh-restrict --policy other", "command-unknown"},
		{"the login shell", KindCommand, "-bash", "command-unknown"},
	} {
		d := p.Decide(NewRequest(c.kind, c.text, MaxCommand))
		menu := d.Start != nil && d.Start.Menu
		if d.Code != c.want || menu != (c.kind == KindLogin) {
			t.Errorf("%s: %s, the menu: %v", c.name, d.Code, menu)
		}
	}
}

// ansible's command lines are answered by the reason that its users need.
func TestAnsible(t *testing.T) {
	p := mustParse(t, "allow: [{command: [uptime]}, {sftp: {root: /srv/in}}]")
	for _, c := range []vcsCase{
		{"the home", `/bin/sh -c 'echo ~root && sleep 0'`, "command-shell"},
		{"a folder", `/bin/sh -c '( umask 77 && mkdir -p "` + "` echo ~/.ansible/tmp `" + `" && sleep 0 )'`, "command-shell"},
		{"python", `/bin/sh -c '/usr/bin/python3 /root/.ansible/tmp/x/AnsiballZ_ping.py && sleep 0'`, "command-shell"},
		{"another account", `/bin/sh -c 'sudo -H -S -n -u root /bin/sh -c '"'"'echo BECOME-SUCCESS-x ; /usr/bin/python3'"'"' && sleep 0'`, "command-shell"},
		{"another shell", `bash -c 'id'`, "command-shell"},
		{"a shell of the ports", `/usr/local/bin/bash -c id`, "command-shell"},
		{"files", "/usr/lib/openssh/sftp-server", "/usr"},
		{"raw", "uptime", "/usr"},
		{"raw and another command", "uptime; id", "command-unknown"},
		{"a shell without a command", "sh", "command-unknown"},
		{"a shell that reads a file", "sh x.sh", "command-unknown"},
	} {
		d := judgeVCS(p, c.command)
		if d.Code != c.want && (d.Verdict != Allow || c.want != "/usr") {
			t.Errorf("%s: %s, want %s", c.name, d.Code, c.want)
		}
	}
}
