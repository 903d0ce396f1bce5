/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the earshot authors */
/* Each rule on words: in, out with it, out without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "speakd/words/clean.h"
#include "speakd/words/hygiene.h"
#include "speakd/words/wording.h"

#define HEX32 "0123456789abcdef0123456789abcdef"
#define X20   "xxxxxxxxxxxxxxxxxxxx"
#define X40   X20 X20

/* clang-format off */
static const struct {
	unsigned rule;
	const char *in, *on, *off; /* off NULL: as in */
} cases[] = {
	{ WORDING_URLS, "see https://github.com/a/b?c=d#e now", "see link to github.com now", NULL },
	{ WORDING_URLS, "(http://www.a.org/x_(y)).", "(link to a.org).", NULL },
	{ WORDING_URLS, "http://me:pw@host.net:8080/x,", "link to host.net port 8080,", NULL },
	{ WORDING_URLS, "http://a.b@c.d/", "link to c.d", NULL },
	{ WORDING_URLS, "<ftp://x.y/z>", "link to x.y", NULL },
	{ WORDING_URLS, "HTTP://A.B/c", "link to A.B", NULL },
	{ WORDING_URLS, "git://g.h/i ssh://j.k irc://l.m/n ircs://o.p", "link to g.h link to j.k link to l.m link to o.p", NULL },
	{ WORDING_URLS, "www.example.com/x!", "link to example.com!", NULL },
	{ WORDING_URLS, "http://a.b,http://c.d", "link to a.b,link to c.d", NULL },
	{ WORDING_URLS, "http://web.archive.org/x/http://c.d", "link to web.archive.org", NULL },
	{ WORDING_URLS, "http://m\u00fcller.de/x", "link to m\u00fcller.de", NULL },
	{ WORDING_URLS, "http://[::1]:80/", "link to ::1", NULL },
	{ WORDING_URLS, "http:// 10.0.0.1 me@a.b mailto:me@a.b awww.x", "http:// 10.0.0.1 me@a.b mailto:me@a.b awww.x", NULL },
	{ WORDING_HASHES, "fix in 3f9a1b2c4d5e", "fix in hash 3 f 9 a", NULL },
	{ WORDING_HASHES, "3f9a1b2c4d5", "3f9a1b2c4d5", NULL },
	{ WORDING_HASHES, "sha256:" HEX32 ".", "sha256: hash 0 1 2 3.", NULL },
	{ WORDING_HASHES, "123e4567-e89b-12d3-a456-426614174000", "hash 1 2 3 e", NULL },
	{ WORDING_HASHES, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 000000000000a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa hash 0 0 0 0", NULL },
	{ WORDING_HASHES, "0x7fff12345678", "hash 7 f f f", NULL },
	{ WORDING_HASHES, "123456789012 defacedfaced", "123456789012 defacedfaced", NULL },
	{ WORDING_HASHES, "12345678901234567890123456789012", "hash 1 2 3 4", NULL },
	{ WORDING_MARKUP, "<alice> hi <bob> there", "alice: hi <bob> there", NULL },
	{ WORDING_MARKUP, "<al_|x> hi", "al_|x: hi", NULL },
	{ WORDING_MARKUP, "Bob <bob@a.org>, (<c@d.e>) <a@b", "Bob bob@a.org, (c@d.e) <a@b", NULL },
	{ WORDING_MARKUP, "<br> x", "<br> x", NULL },
	{ WORDING_MARKUP, "<b> bold </b>", "<b> bold </b>", NULL },
	{ WORDING_MARKUP, "<alice>", "<alice>", NULL },
	{ WORDING_MARKUP, "<a=b> x", "<a=b> x", NULL },
	{ WORDING_NUMBERS, "[12/345] Linking a", "12 of 345 Linking a", NULL },
	{ WORDING_NUMBERS, "[100%] Built target a", "100% Built target a", NULL },
	{ WORDING_NUMBERS, "[  5%] Building a", "  5% Building a", NULL },
	{ WORDING_NUMBERS, "Progress: [ 12%] [##.....]", "Progress:  12% ", NULL },
	{ WORDING_NUMBERS, "50% (5/10), done (5/10)", "50% (5 of 10), done (5 of 10)", NULL },
	{ WORDING_NUMBERS, "on (11/28) [x/y] [1/2 [3/4]x 5] a [b", "on (11/28) [x/y] [1/2 [3/4]x 5] a [b", NULL },
	{ WORDING_NUMBERS, "[=====>    ] 12", "     12", NULL },
	{ WORDING_NUMBERS, "\u2501\u2501\u2501\u257a 6 kB \u2588\u2588", " 6 kB \u2588\u2588", NULL },
	{ WORDING_NUMBERS, "x 50%[====>     ] 6K 100%[=====>] 12", "x 50%      6K 100% 12", NULL },
	{ WORDING_NUMBERS, " 50%|\u2588\u2588\u258c     | 5/10, 100%|\u2588\u2588| 9 0%|  | 1", " 50%      5/10, 100% 9 0%   1", NULL },
	{ WORDING_NUMBERS, "x: [=>   ] 1MB [>    ] 2 a [> b", "x:     1MB     2 a  b", NULL },
	{ WORDING_NUMBERS, "[ ] a ] [==] -->", "[ ] a ] [==] -->", NULL },
	{ WORDING_SYMBOLS, "======", "6 equals", NULL },
	{ WORDING_SYMBOLS, "===", "===", NULL },
	{ WORDING_SYMBOLS, "a----b", "a 4 dashes b", NULL },
	{ WORDING_SYMBOLS, "no!!! really???", "no! really?", NULL },
	{ WORDING_SYMBOLS, ".... hmm.....", "dots hmm...", NULL },
	{ WORDING_SYMBOLS, "-=-=-=", "6 symbols", NULL },
	{ WORDING_SYMBOLS, "-=-=-", "-=-=-", NULL },
	{ WORDING_WORDS, X40, X40, NULL },
	{ WORDING_WORDS, X40 "y", X20 "\u2026 long word", NULL },
	{ WORDING_WORDS, "\u65e5\u672c\u8a9e" X40, "\u65e5\u672c\u8a9e" X40, NULL },
	{ WORDING_EMOJI, "hi \U0001f600", "hi grinning face", NULL },
	{ WORDING_EMOJI, "\U0001f389\U0001f389 \U0001f389!", "party popper, 3 times!", NULL },
	{ WORDING_EMOJI, "a\U0001f44d\U0001f3fdb", "a thumbs up b", NULL },
	{ WORDING_EMOJI, "\U0001f1e9\U0001f1ea", "flag D E", NULL },
	{ WORDING_EMOJI, "\U0001f469\u200d\U0001f4bb", "woman with laptop", "\U0001f469\U0001f4bb" },
	{ WORDING_EMOJI, "\U0001f468\u200d\U0001f469\u200d\U0001f467", "family", "\U0001f468\U0001f469\U0001f467" },
	{ WORDING_EMOJI, "\U0001f937\u200d\u2642\ufe0f", "shrug", "\U0001f937\u2642" },
	{ WORDING_EMOJI, "1\ufe0f\u20e3", "key 1", "1\u20e3" },
	{ WORDING_EMOJI, "\u279c x \u2715 y", "arrow x cross y", NULL },
	{ WORDING_EMOJI, "\U0001fac8", "emoji", NULL },
	{ WORDING_EMOJI, "\U0001f44d \U0001f600 ok", "thumbs up, grinning face ok", NULL },
	{ WORDING_EMOJI, "ok :) :( ;) :D :P a:)", "ok smile sad wink grin tongue a:)", NULL },
	{ 0, "\x02" "bold\x02 \x03" "04,01red\x0f\ttab\x01", "bold red tab ", "bold red tab " },
	{ 0, "in\u200bvisible", "invisible", "invisible" },
	{ 0, "a \u202eb", "hidden direction signs: a b", "hidden direction signs: a b" },
	{ 0, "\u05d0 \u202ab", "\u05d0 b", "\u05d0 b" },
	{ WORDING_URLS, "https://github.com/lxc/lxc/pull/12#x,", "pull request 12 of lxc,", NULL },
	{ WORDING_URLS, "https://bugs.launchpad.net/ubuntu/+source/linux/+bug/666028", "Launchpad bug 666028", NULL },
	{ WORDING_URLS, "https://bugs.debian.org/cgi-bin/bugreport.cgi?bug=123456", "Debian bug 123456", NULL },
	{ WORDING_URLS, "https://gitlab.com/a/b/-/merge_requests/5", "merge request 5 of b", NULL },
	{ WORDING_URLS, "https://github.com/a/b/commit/3f9a1b2c", "commit 3 f 9 a of b", NULL },
	{ WORDING_URLS, "https://b.org/show_bug.cgi?id=77", "bug 77 at b.org", NULL },
	{ WORDING_URLS, "https://en.wikipedia.org/wiki/C_(language)", "Wikipedia page C (language)", NULL },
	{ WORDING_URLS, "https://github.com/a/b/pull/x", "link to github.com", NULL },
	{ WORDING_URLS, "[the manual](https://a.b/c), ![x](http://c.d/e.png)", "[the manual, link to a.b, x, link to c.d", NULL },
	{ WORDING_URLS, "http://localhost:8080/ https://a.b:443/ http://[::1]:81", "link to localhost port 8080 link to a.b link to ::1 port 81", NULL },
	{ WORDING_URLS, "https://j.org/browse/PROJ-12 https://phabricator.w.org/T345", "issue PROJ-12 at j.org task T345 at phabricator.w.org", NULL },
	{ WORDING_URLS, "https://bugs.python.org/issue12 https://bugs.gentoo.org/345", "bug 12 at bugs.python.org bug 345 at bugs.gentoo.org", NULL },
	{ WORDING_URLS, "https://pagure.io/infra/issue/1 https://sourceforge.net/p/foo/bugs/2/", "issue 1 of infra bug 2 of foo", NULL },
	{ WORDING_URLS, "https://trac.a.org/ticket/9 https://r.a.org/c/openstack/nova/+/123", "ticket 9 at trac.a.org change 123 of nova", NULL },
	{ WORDING_URLS, "https://nvd.nist.gov/vuln/detail/CVE-2019-5736", "CVE-2019-5736 at nvd.nist.gov", NULL },
	{ WORDING_URLS, "https://stackoverflow.com/questions/12/how-to-do-x", "question how to do x at stackoverflow.com", NULL },
	{ WORDING_URLS, "redis://localhost:6379/0 postgres://u:secret@db/x git+ssh://h/x", "redis link to localhost port 6379 postgres link to db git+ssh link to h", NULL },
	{ WORDING_URLS, "file:///etc/hosts (see:smb://nas/x) a-https://b.c", "file /etc/hosts (see:smb link to nas) a-link to b.c", NULL },
	{ WORDING_URLS, "std:// a://b ://x s/http:\\/\\//x/", "std:// a://b ://x s/http:\\/\\//x/", NULL },
	{ WORDING_URLS, "<https://a.b/c|a.b>, <https://a.b|the page>", "link to a.b, <link to a.b|the page>", NULL },
	{ WORDING_URLS, "https://github.com/a/b/blob/main/src/x.c#L12-L20 https://c.org/a/b/-/blob/v1/README?x", "x.c line 12 in b README in b", NULL },
	{ WORDING_URLS, "https://de.wikipedia.org/wiki/Th%C3%BCringen https://de.wikipedia.org/wiki/a%ff", "Wikipedia page Th\u00fcringen link to de.wikipedia.org", NULL },
	{ WORDING_PATHS, "in /usr/src/linux-6.1/net/foo.c:123.", "in foo.c line 123 in linux-6.1\u2026.", NULL },
	{ WORDING_PATHS, "/home/al/p/foo.c /etc/passwd", "foo.c in p /etc/passwd", NULL },
	{ WORDING_PATHS, "(C:\\Users\\al\\Documents\\plan.txt), d:\\src\\app\\main.c:12", "(plan.txt in Documents), main.c line 12 in app", NULL },
	{ WORDING_PATHS, "\\\\nas\\share\\a.doc C:\\a\\b C:\\m.c:3 C:\\ \\d+\\w+\\s \\\\d\\\\w+ x:\\", "a.doc in nas\u2026 C:\\a\\b C:\\m.c line 3 C:\\ \\d+\\w+\\s \\\\d\\\\w+ x:\\", NULL },
	{ WORDING_PATHS, "main.c:12:5: error", "main.c line 12: error", NULL },
	{ WORDING_PATHS, "a.com:80 12:30 1/2/3/4 s/a/b/ and/or", "a.com:80 12:30 1/2/3/4 s/a/b/ and/or", NULL },
	{ WORDING_NUMBERS, "bug 1234567, 12345 $1234567 1,234,567 1234567 bytes", "bug 1 2 3 4 5 6 7, 12345 $1234567 1,234,567 1234567 bytes", NULL },
	{ WORDING_NUMBERS, "20261128 20261328 v123456", "2026-11-28 2 0 2 6 1 3 2 8 v 1 2 3 4 5 6", NULL },
	{ WORDING_NUMBERS, "+49 30 1234 5678", "+49 3 0 1 2 3 4 5 6 7 8", NULL },
	{ WORDING_NUMBERS, "fe80::1 12:30:05 2.36.1", "f e 8 0 colon colon 1 12:30:05 2.36.1", NULL },
	{ WORDING_NUMBERS, "[2001:db8::1]:443 fe80::1%eth0, ::1/128 a::b std::x", "2 0 0 1 colon d b 8 colon colon 1 :443 f e 8 0 colon colon 1 %eth0, colon colon 1 /128 a::b std::x", NULL },
	{ WORDING_NUMBERS, "00:1a:2b:3c:4d:5e, 00:11:22:33:44:55 00:1a:2b:3c:4d:5e:6f", "0 0 colon 1 a colon 2 b colon 3 c colon 4 d colon 5 e, 00:11:22:33:44:55 00:1a:2b:3c:4d:5e:6f", NULL },
	{ WORDING_NUMBERS, "::ffff:192.0.2.1", "colon colon f f f f colon 1 9 2 dot 0 dot 2 dot 1", NULL },
	{ WORDING_NUMBERS, "(555) 123-4567 555-1234. (12) 1-555-123-4567 12-34", "(5 5 5) 1 2 3-4 5 6 7 5 5 5-1 2 3 4. (1 2) 1-5 5 5-1 2 3-4 5 6 7 12-34", NULL },
	{ WORDING_NUMBERS, "2026-11-28T12:30:05Z 2026-11-28T1", "2026-11-28 12:30:05Z 2026-11-28T1", NULL },
	{ WORDING_EMOJI, ":3 >_> /!\\ /!", "smile doubtful warning /!", NULL },
	{ WORDING_MARKUP, "&lt;b&gt; R&amp;D &nope; &#228; &#x1f;", "<b> R&D &nope; \u00e4 &#x1f;", NULL },
	{ WORDING_MARKUP, "the **second**, *so* _it_ (**is**)", "the second, so it (is)", NULL },
	{ WORDING_MARKUP, "**two words** 2**3 *p = *q", "two words 2**3 *p = *q", NULL },
	{ WORDING_MARKUP, "<@123456>: <#42> <:kekw:1> <b>", "mention: a channel kekw <b>", NULL },
	{ WORDING_MARKUP, "<@trent>: <#general> <@U02|bob> <@al:a.org> <!here> <@!12> <@U02> <!DOCTYPE html>", "@trent: #general @bob @al @here mention mention <!DOCTYPE html>", NULL },
	{ WORDING_MARKUP, "<Media omitted>", "Media omitted", NULL },
	{ WORDING_MARKUP, "hi! <This message was edited>", "hi! This message was edited", NULL },
	{ WORDING_MARKUP, "a <b and c> Map <String, Int> x<A b> <Yes> <A b> c>", "a <b and c> Map <String, Int> x<A b> <Yes> <A b> c>", NULL },
	{ WORDING_MARKUP, ":thumbsup: :a_b::x1: 10:30:15", "thumbs up a b x1 10:30:15", NULL },
	{ WORDING_MARKUP, "~~no~~, ***both*** ||who|| ~/x ~1 a || b", "struck out no, both spoiler who ~/x ~1 a || b", NULL },
	{ WORDING_MARKUP, "<t:0> <t:1700000000:R> <t:x>", "1970-01-01 00:00 2023-11-14 22:13 <t:x>", NULL },
	{ WORDING_MARKUP, "KEKW KEKW KEKW KEKW ok", "KEKW, 4 times ok", NULL },
	{ WORDING_MARKUP, "no no no", "no no no", NULL },
	{ WORDING_EMOJI, "\u00af\\_(\u30c4)_/\u00af", "shrug", NULL },
};

/* What each level names, with all rules on. */
static const struct {
	const char *in, *none, *some, *most, *all;
} levels[] = {
	{ "n\u00b0 5", "n\u00b0 5", "number 5", "number 5", "number 5" },
	{ "a<->b", "a<->b", "a double arrow b", "a double arrow b", "a less than dash greater than b" },
	{ "cd ..", "cd ..", "cd dot dot", "cd dot dot", "cd dot. dot." },
	{ "hmm .. abcd ..", "hmm .. abcd ..", "hmm .. abcd ..", "hmm .. abcd ..", "hmm dot. dot. abcd dot. dot." },
	{ "1..10 a..b", "1..10 a..b", "1 dot dot 10 a..b", "1 dot dot 10 a..b", "1 dot. dot 10 a dot. dot b" },
	{ "foo--", "foo--", "foo dash dash", "foo dash dash", "foo dash dash" },
	{ "al++ bob--", "al++ bob--", "al plus plus bob dash dash", "al plus plus bob dash dash", "al plus plus bob dash dash" },
	{ "well-- yes", "well-- yes", "well-- yes", "well dash dash yes", "well dash dash yes" },
	{ "---> a", "---> a", "arrow a", "arrow a", "dash dash dash greater than a" },
	{ "UTC-5", "UTC-5", "UTC minus 5", "UTC minus 5", "UTC minus 5" },
	{ "5 > 3", "5 > 3", "5 greater than 3", "5 greater than 3", "5 greater than 3" },
	{ "a | b", "a | b", "a bar b", "a bar b", "a bar b" },
	{ "rm -rf x", "rm -rf x", "rm dash rf x", "rm dash rf x", "rm dash rf x" },
	{ "[ ] todo", "[ ] todo", "left bracket right bracket todo", "left bracket right bracket todo", "left bracket right bracket todo" },
	{ "[x] ok", "[x] ok", "left bracket x right bracket ok", "left bracket x right bracket ok", "left bracket x right bracket ok" },
	{ "a->b", "a->b", "a arrow b", "a arrow b", "a dash greater than b" },
	{ "2 ** 3", "2 ** 3", "2 star star 3", "2 star star 3", "2 star star 3" },
	{ "+new", "+new", "plus new", "plus new", "plus new" },
	{ "-old", "-old", "dash old", "dash old", "dash old" },
	{ "foo.c", "foo.c", "foo dot c", "foo dot c", "foo dot c" },
	{ "a_b", "a_b", "a underscore b", "a underscore b", "a underscore b" },
	{ "well-known", "well-known", "well-known", "well dash known", "well dash known" },
	{ "it's (ok), e.g.", "it's (ok), e.g.", "it's (ok), e.g.", "it's left parenthesis ok right parenthesis, e.g.", "it apostrophe s left parenthesis ok right parenthesis comma, e dot g dot." },
	{ "5 - 3 a - b -5", "5 - 3 a - b -5", "5 minus 3 a - b minus 5", "5 minus 3 a dash b minus 5", "5 minus 3 a dash b minus 5" },
	{ "f() a[0] [1]", "f() a[0] [1]", "f left parenthesis right parenthesis a left bracket 0 right bracket [1]", "f left parenthesis right parenthesis a left bracket 0 right bracket left bracket 1 right bracket", "f left parenthesis right parenthesis a left bracket 0 right bracket left bracket 1 right bracket" },
	{ "C# #12 $5 $X 50%", "C# #12 $5 $X 50%", "C sharp number 12 $5 dollar X 50%", "C sharp number 12 dollar 5 dollar X 50 percent", "C sharp number 12 dollar 5 dollar X 50 percent" },
	{ "a != b", "a != b", "a not equal b", "a not equal b", "a exclamation mark! equals b" },
	{ "me@a.org 12:30 x::y", "me@a.org 12:30 x::y", "me at a dot org 12:30 x colon colon y", "me at a dot org 12 colon 30 x colon: colon y", "me at a dot org 12 colon 30 x colon: colon y" },
	{ "s/a/b/", "s/a/b/", "s slash a slash b slash", "s slash a slash b slash", "s slash a slash b slash" },
	{ "expected ';'", "expected ';'", "expected ' semicolon'", "expected ' semicolon;'", "expected apostrophe semicolon; apostrophe" },
	{ "x -= 2", "x -= 2", "x minus equals 2", "x minus equals 2", "x dash equals 2" },
	{ "a = b - c", "a = b - c", "a equals b minus c", "a equals b minus c", "a equals b minus c" },
	{ "i--; n-- well--", "i--; n-- well--", "i dash dash; n dash dash well--", "i dash dash semicolon; n dash dash well dash dash", "i dash dash semicolon; n dash dash well dash dash" },
	{ "--- a", "--- a", "dash dash dash a", "dash dash dash a", "dash dash dash a" },
	{ "if (!x) !help no!", "if (!x) !help no!", "if ( exclamation mark x) exclamation mark help no!", "if left parenthesis exclamation mark x right parenthesis exclamation mark help no!", "if left parenthesis exclamation mark x right parenthesis exclamation mark help no exclamation mark!" },
	{ "echo $? ok?", "echo $? ok?", "echo dollar question mark ok?", "echo dollar question mark ok?", "echo dollar question mark? ok question mark?" },
	{ "100 km/h 5MB/s a/s", "100 km/h 5MB/s a/s", "100 km per h 5MB per s a slash s", "100 km per h 5MB per s a slash s", "100 km per h 5MB per s a slash s" },
	{ "x\u00b2 10\u2076 m\u207b\u00b3", "x\u00b2 10\u2076 m\u207b\u00b3", "x squared 10 to the power of 6 m to the power of minus 3", "x squared 10 to the power of 6 m to the power of minus 3", "x squared 10 to the power of 6 m to the power of minus 3" },
	{ "lxc#12 #ff00aa \u2116 5", "lxc#12 #ff00aa \u2116 5", "lxc number 12 hash ff00aa number 5", "lxc number 12 hash ff00aa number 5", "lxc number 12 hash ff00aa number 5" },
	{ "\u00bfqu\u00e9?", "\u00bfqu\u00e9?", "\u00bfqu\u00e9?", "\u00bfqu\u00e9?", "\u00bfqu\u00e9 question mark?" },
	{ "\u2588\u2588\u2588\u2588", "\u2588\u2588\u2588\u2588", "\u2588\u2588\u2588\u2588", "\u2588\u2588\u2588\u2588", "\u2588\u2588\u2588\u2588" },
	{ "\u2588\u2588\u2588\u2588 80%", " 80%", " 80%", " 80 percent", " 80 percent" },
	{ "T_T D: \u2605\u2605\u2606", "crying sad star, 2 times, empty star", "crying sad star, 2 times, empty star", "crying sad star, 2 times, empty star", "crying sad star comma, 2 times comma, empty star" },
	{ "2\u00bd", "2\u00bd", "2 one half", "2 one half", "2 one half" },
	{ "a=\"b\"", "a=\"b\"", "a equals \"b\"", "a equals quote b quote", "a equals quote b quote" },
	{ "a \u2022 b", "a \u2022 b", "a bullet b", "a bullet b", "a bullet b" },
};

static const struct {
	const char *in, *words, *pairs, *single;
} digits[] = {
	{ "room 1234", "room 1234", "room 12 34", "room 1 2 3 4" },
	{ "12 12345", "12 12345", "12 12 34 5", "1 2 1 2 3 4 5" },
	{ "12:30 3.14", "12:30 3.14", "12:30 3.14", "1 2:3 0 3.1 4" },
};
/* clang-format on */

/* Blanks as the hygiene leaves them: one between words, none around. */
static void fold(const char *text, size_t len_bytes, struct buf *out)
{
	for (size_t i = 0; i < len_bytes; i++)
		if (text[i] != ' ' || (out->len_bytes > 0 &&
				       out->data[out->len_bytes - 1] != ' '))
			buf_add_char(out, text[i]);
	if (out->len_bytes > 0 && out->data[out->len_bytes - 1] == ' ')
		buf_cut(out, out->len_bytes - 1);
}

static void assert_read(const char *in, const struct reading *reading,
			const char *want)
{
	SCOPED_BUF struct buf out = { 0 };
	SCOPED_BUF struct buf scratch = { 0 };
	SCOPED_BUF struct buf folded = { 0 };
	SCOPED_BUF struct buf wanted = { 0 };
	struct span said = clean_text(&out, &scratch, reading,
				      span_of(in, strlen(in)));

	fold(said.text, said.len_bytes, &folded);
	fold(want, strlen(want), &wanted);
	assert_string_equal(buf_text(&folded), buf_text(&wanted));
}

static void assert_text(const char *in, unsigned rules, const char *want)
{
	const struct reading reading = { .rules = rules };

	assert_read(in, &reading, want);
}

static void test_levels(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(levels); i++) {
		const char *const want[] = { levels[i].none, levels[i].some,
					     levels[i].most, levels[i].all };

		for (size_t level = 0; level < COUNT_OF(want); level++) {
			const struct reading reading = {
				.rules = WORDING_ALL,
				.punctuation = (enum punctuation)level,
			};

			assert_read(levels[i].in, &reading, want[level]);
		}
	}
}

static void test_digits(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(digits); i++) {
		const char *const want[] = { digits[i].words, digits[i].pairs,
					     digits[i].single };

		for (size_t how = 0; how < COUNT_OF(want); how++) {
			const struct reading reading = {
				.rules = WORDING_ALL,
				.digits = (enum digits)how,
			};

			assert_read(digits[i].in, &reading, want[how]);
		}
	}
}

/* clean_text(), and the hygiene that follows. */
static void say(const char *text, size_t len_bytes, struct buf *out)
{
	const struct reading reading = { .rules = WORDING_ALL,
					 .punctuation = PUNCTUATION_SOME };
	SCOPED_BUF struct buf clean = { 0 };
	SCOPED_BUF struct buf scratch = { 0 };
	struct span said = clean_text(&clean, &scratch, &reading,
				      span_of(text, len_bytes));

	/* Text that is left alone is not copied. */
	if (said.text == text)
		assert_int_equal(said.len_bytes, len_bytes);
	hygiene_clean(out, said.text, said.len_bytes);
	if (hygiene_is_clean(said.text, said.len_bytes)) {
		assert_int_equal(said.len_bytes, out->len_bytes);
		assert_memory_equal(said.text, buf_text(out), out->len_bytes);
	}
}

/*
 * Whatever is made of pieces that rules look for: words that the look does not
 * mark are those that no rule changes. A text that is too long for the look has
 * every word tried; its other words, at the end, change nothing.
 */
static void test_look(void **state)
{
	/* clang-format off */
	static const char *const pieces[] = {
		"a", "ab", "word", "Zzz", "and", "so", "it", "can", "be",
		"read", "as", "they", "stand", "one", "two", "x1", "12", "12345", "123456", " ",
		"  ", ".", ",", "!", "?", "'", "\"", "(", ")", ";", ":", "-",
		"_", "*", "/", "#", "\u00e9", "www.", "8)", "no no no no ",
		"0123456789abcdef", X20, "\t", "+", "<", "12.04", "=", "&amp;",
		"e.g.", "foo.c:12", "\u2026", "\u0416", "\u6f22", "-> ", " - ",
		":joy:", ";)", "(555) ", "123-4567 ", "!x", "km/h", "5MB/s", "~~", "||", "$?", "i--", " = ", "[", "[ ", " ]", "5%]", "(5/10)", "[==>", "+49", "+1 ", "**", "[x]", "^^", "\u200b", "ab1", "|",
	};
	static const char other[] = "quite other words ";
	/* clang-format on */
	uint32_t seed = 1;
	size_t alone = 0;

	(void)state;
	for (unsigned i = 0; i < 30000; i++) {
		SCOPED_BUF struct buf in = { 0 };
		SCOPED_BUF struct buf out = { 0 };
		SCOPED_BUF struct buf tried = { 0 };
		unsigned count = 2 + i % 23;
		size_t len_bytes;

		for (unsigned k = 0; k < count; k++) {
			seed = seed * 1664525 + 1013904223;
			buf_add_text(&in,
				     pieces[(seed >> 8) % COUNT_OF(pieces)]);
			if ((seed & 0x70) != 0)
				buf_add_char(&in, k % 5 == 4 ? 'e' : ' ');
		}
		/* No lone dash at the end, which "5 -" would name. */
		buf_add_text(&in, "end");
		len_bytes = in.len_bytes;
		say(in.data, len_bytes, &out);
		alone += out.len_bytes == len_bytes &&
			 memcmp(out.data, in.data, len_bytes) == 0;
		while (in.len_bytes <= 1024 + len_bytes) {
			buf_add_char(&in, ' ');
			buf_add(&in, other, sizeof(other) - 2);
		}
		say(in.data, in.len_bytes, &tried);
		assert_true(tried.len_bytes > out.len_bytes);
		tried.data[out.len_bytes] = '\0';
		assert_string_equal(buf_text(&out), buf_text(&tried));
	}
	assert_true(alone > 300);
}

static void test_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_text(cases[i].in, cases[i].rule, cases[i].on);
}

static void test_off(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_text(cases[i].in, 0,
			    cases[i].off != NULL ? cases[i].off : cases[i].in);
}

/* A rule does not spoil another's word. */
static void test_together(void **state)
{
	(void)state;
	const struct reading some = { .rules = WORDING_ALL,
				      .punctuation = PUNCTUATION_SOME };

	assert_text("(http://a.b/" X40 X40 ")!!! :)", WORDING_ALL,
		    "(link to a.b)! smile");
	assert_read("/usr/src/l/net/foo_x.c:123 &amp;&amp; **c++**", &some,
		    "foo underscore x dot c line 123 in l\u2026 and and c "
		    "plus plus");
	assert_text("======" X40 "y", WORDING_ALL, "6 equals " X40 "y");
}

/* So many parts of one word are read, what follows them stays as it is. */
static void test_parts(void **state)
{
	(void)state;
	for (size_t n = CLEAN_PARTS_MAX; n <= CLEAN_PARTS_MAX + 2; n++) {
		SCOPED_BUF struct buf in = { 0 };
		SCOPED_BUF struct buf want = { 0 };

		for (size_t i = 0; i < n; i++) {
			buf_add_text(&in, ":b:");
			buf_add_text(&want, i == 0		   ? "b"
					    : i <= CLEAN_PARTS_MAX ? " b"
								   : " :b:");
		}
		assert_text(buf_text(&in), WORDING_MARKUP, buf_text(&want));
	}
}

static void test_silent(void **state)
{
	/* clang-format off */
	static const struct {
		const char *in, *name; /* NULL: it can be heard */
	} silent[] = {
		{ "?", "question mark" }, { "...", "dots" }, { "!", "exclamation mark" },
		{ "?!", "question mark exclamation mark" }, { "\u2026", "dots" },
		{ "()()()", "6 symbols" }, { "\u2014", "dash" },
		{ "a?", NULL }, { "?a", NULL }, { "\u00e9", NULL }, { "", NULL },
		{ "\u65e5", NULL }, { " ", NULL },
		{ "\u250c\u2500\u2500\u2510", "4 symbols" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT_OF(silent); i++) {
		SCOPED_BUF struct buf out = { 0 };
		const struct reading reading = { .rules = WORDING_ALL };
		bool is = clean_name_silent(
			&out, &reading,
			span_of(silent[i].in, strlen(silent[i].in)));

		assert_int_equal(is, silent[i].name != NULL);
		if (is)
			assert_string_equal(buf_text(&out), silent[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_on),     cmocka_unit_test(test_levels),
		cmocka_unit_test(test_digits), cmocka_unit_test(test_look),
		cmocka_unit_test(test_off),    cmocka_unit_test(test_together),
		cmocka_unit_test(test_silent), cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
