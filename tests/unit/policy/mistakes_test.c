#include "tests/unit/policy/policy_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"

#define TITLE	"policy \"t\" mode enforce;\n"

/* The title is line 1; ITEMS begin in line 2, a RULE in line 3. */
#define WHOLE(text)	text
#define ITEMS(text)	TITLE text "\n"
#define RULE(text)	ITEMS("at message {\n" text "\n}")
#define MAIL(text)	ITEMS("at mail {\n" text "\n}")

/* A mistake, or several, and all that is said of it. */
static const struct {
	const char *text, *said;
} cases[] = {
	{ RULE("reject when spff == fail;"),
	  "3:13: error: unknown fact \"spff\"; did you mean \"spf\"?\n" },
	{ RULE("reject when spf == failed;"),
	  "3:20: error: spf cannot be failed; did you mean \"fail\"?\n" },
	{ RULE("reject when spf == quarantine;"),
	  "3:20: error: spf cannot be quarantine; it is one of none, pass, "
	  "fail, softfail, neutral, policy, temperror, permerror\n" },
	{ RULE("rejct when spf == fail;"),
	  "3:1: error: unknown action \"rejct\"; did you mean \"reject\"?\n" },
	{ RULE("shadow block;"),
	  "3:8: error: unknown action \"block\"; the actions are accept, "
	  "bypass, reject, tempfail, discard, quarantine, score, tag and "
	  "note\n" },
	{ ITEMS("at conect { reject; }"),
	  "2:4: error: unknown stage \"conect\"; did you mean "
	  "\"connect\"?\n" },
	{ ITEMS("at eom { reject; }"),
	  "2:4: error: unknown stage \"eom\"; the stages are connect, "
	  "helo, mail, rcpt and message\n" },
	{ ITEMS("att message { reject; }"),
	  "2:1: error: expected \"policy\", \"list\", \"define\", "
	  "\"include\" or \"at\", found \"att\"; did you mean \"at\"?\n" },
	{ ITEMS("lst a = { 192.0.2.1 };"),
	  "2:1: error: expected \"policy\", \"list\", \"define\", "
	  "\"include\" or \"at\", found \"lst\"; did you mean \"list\"?\n" },
	{ RULE("reject when trusted;"),
	  "3:13: error: unknown fact \"trusted\"\n" },
	{ RULE("reject when client.ip in local_net;"),
	  "3:26: error: unknown list \"local_net\"\n" },
	{ ITEMS("list local_nets = { 192.0.2.1 };\n"
	       "at connect { accept when client.ip in local_net; reject when "
	       "client.ip in local_nets; }"),
	  "3:39: error: unknown list \"local_net\"; did you mean "
	  "\"local_nets\"?\n" },
	{ RULE("reject when dnsbl(\"bl.example\");"),
	  "3:13: error: dnsbl() is not in this version\n" },
	{ RULE("reject when owns(auth.user, mail.from);"),
	  "3:13: error: owns() is not in this version\n" },
	{ RULE("reject when rate(client.ip, 1h) > 100;"),
	  "3:13: error: rate() is not in this version\n" },
	{ RULE("reject when greylist(5m);"),
	  "3:13: error: greylist() is not in this version\n" },
	{ RULE("reject when greylist(5);"),
	  "3:13: error: greylist() is not in this version\n"
	  "3:22: error: greylist takes a duration, such as greylist(5m)\n" },
	{ RULE("reject when owns(auth.user);"),
	  "3:13: error: owns() is not in this version\n"
	  "3:13: error: owns takes a login and an address, such as "
	  "owns(auth.user, mail.from)\n" },
	{ RULE("reject when owns(auth.user, dkim);"),
	  "3:13: error: owns() is not in this version\n"
	  "3:29: error: owns takes address here; dkim is of type word\n" },
	{ RULE("reject when dnssl(\"bl.example\");"),
	  "3:13: error: unknown function \"dnssl\"; did you mean "
	  "\"dnsbl\"?\n" },
	{ RULE("reject when blocked(\"bl.example\");"),
	  "3:13: error: unknown function \"blocked\"; there are header, "
	  "owns, dnsbl, dnswl, rate and greylist\n" },
	{ RULE("reject when heeder(\"X\") == \"y\";"),
	  "3:13: error: unknown function \"heeder\"; did you mean "
	  "\"header\"?\n" },
	{ RULE("reject when subject is sett;"),
	  "3:24: error: \"is\" asks only \"is set\" and \"is unknown\"; "
	  "write == to compare\n" },
	{ RULE("reject when spf is fail;"),
	  "3:20: error: \"is\" asks only \"is set\" and \"is unknown\"; "
	  "write == to compare\n" },
	{ RULE("reject when spf == fail\n"
	       "accept;"),
	  "4:1: error: expected \"and\", \"or\" or \";\", found "
	  "\"accept\"\n" },
	{ RULE("reject when spf = fail;"),
	  "3:17: error: write \"==\" to compare\n" },
	{ RULE("reject when spf == fail && dkim == fail;"),
	  "3:25: error: write \"and\" for \"&&\"\n" },
	{ RULE("reject when spf == fail || dkim == fail;"),
	  "3:25: error: write \"or\" for \"||\"\n" },
	{ RULE("reject when !dmarc.test;"),
	  "3:13: error: write \"not\" for \"!\"\n" },
	{ RULE("reject when spf <> fail;"),
	  "3:17: error: write \"!=\" for \"<>\"\n" },
	{ RULE("reject when (spf == fail;"),
	  "3:25: error: expected \"and\", \"or\" or \")\", found \";\"\n" },
	{ RULE("reject when spf == fail);"),
	  "3:24: error: expected \"and\", \"or\" or \";\", found \")\"\n" },
	{ RULE("reject when spf == ;"),
	  "3:20: error: expected a value, found \";\"\n" },
	{ RULE("reject when and spf == fail;"),
	  "3:13: error: expected a value, found \"and\"\n" },
	{ RULE("reject when;"),
	  "3:12: error: expected a value, found \";\"\n" },
	{ RULE("reject if spf == fail;"),
	  "3:8: error: write \"when\" for \"if\"\n" },
	{ RULE("reject \"no end when spf == fail;"),
	  "3:8: error: this text is not closed: a \" is missing\n" },
	{ RULE("note 'single';"),
	  "3:6: error: a text is written in double quotes: \"...\"\n" },
	{ RULE("note \xe2""\x80""\x9c""curly\xe2""\x80""\x9d"";"),
	  "3:6: error: a text is written in straight quotes: \"...\"\n" },
	{ RULE("note \"a\" $ \"b\";"),
	  "3:10: error: \"$\" means nothing here\n"
	  "3:12: error: unexpected \"b\": note takes a text\n" },
	{ RULE("note \"bad \\n escape\";"),
	  "3:11: error: in a text, \\ stands only before \" and \\\n" },
	{ RULE("note \"gr\xc3""\xbc""\xc3""\x9f""\";"),
	  "3:9: warning: only ASCII goes out; other letters of a text "
	  "become ?\n" },
	{ RULE("reject when spf == fail unless dkim == pass;"),
	  "3:25: error: expected \"and\", \"or\" or \";\", found "
	  "\"unless\"\n" },
	{ RULE("reject when spf == \"failure\";"),
	  "3:20: error: spf (word) compares with one of none, pass, fail, "
	  "softfail, neutral, policy, temperror, permerror, not with "
	  "\"failure\"\n" },
	{ RULE("reject when spf in local;"),
	  "3:20: error: spf is a word; after \"in\" write a set of words: "
	  "{ ..., ... }\n" },
	{ RULE("bypass when client.ip in 192.0.2.0/33;"),
	  "3:26: error: after \"in\" stands a list or a set: client.ip in "
	  "{ ... }\n" },
	{ RULE("reject when ((dkim == pass) and ;"),
	  "3:33: error: expected a value, found \";\"\n" },
	{ ITEMS("at connect message { reject; }"),
	  "2:12: error: expected \"{\", found \"message\"\n" },
	{ ITEMS("at connect { reject when client.ip in { 192.0.2.1; }"),
	  "2:50: error: expected \"}\" or \",\", found \";\"\n" },
	{ RULE("note \"tab\there\";"),
	  "3:10: error: a control character (0x09) in a text\n" },
	{ RULE("reject when spf == fail == dkim;"),
	  "3:25: error: expected \"and\", \"or\" or \";\", found \"==\"\n" },
	{ RULE("when spf == fail reject;"),
	  "3:1: error: expected an action or \"}\", found \"when\"\n" },
	{ ITEMS("at message {\n"
	       "reject;\n"
	       "at rcpt {\n"
	       "reject;\n"
	       "}"),
	  "2:12: error: this { has no }\n" },
	{ ITEMS("at message { reject; }}\n"
	       "at rcpt { accept; }"),
	  "2:23: error: expected \"policy\", \"list\", \"define\", "
	  "\"include\" or \"at\", found \"}\"\n" },
	{ ITEMS("list a = { 192.0.2.1 }\n"
	       "at connect { reject when client.ip in a; }"),
	  "3:1: error: expected \";\", found \"at\"\n" },
	{ ITEMS("list a = { 192.0.2.1 192.0.2.2 };"),
	  "2:22: error: expected \"}\" or \",\", found \"192.0.2.2\"\n" },
	{ ITEMS("define a spf == fail;"),
	  "2:10: error: expected \"=\", found \"spf\"\n" },
	{ ITEMS("policy \"again\" mode enforce;"),
	  "2:1: error: a second title; the policy is \"t\" already\n" },
	{ WHOLE("at message { accept; }"),
	  "0:0: error: no title; a policy begins with policy \"NAME\" mode "
	  "enforce; or mode monitor;\n" },
	{ WHOLE(""),
	  "0:0: error: no title; a policy begins with policy \"NAME\" mode "
	  "enforce; or mode monitor;\n" },
	{ WHOLE("policy \"x\" mode enfroce;\n"
	       "at message { accept; }"),
	  "1:17: error: the mode is enforce or monitor, not \"enfroce\"\n" },
	{ WHOLE("policy \"\" mode monitor;"),
	  "1:8: error: the policy has an empty name\n" },
	{ WHOLE("policy \"x\";"),
	  "1:11: error: expected \"mode\", found \";\"\n" },
	{ ITEMS("include x;"),
	  "2:9: error: expected a text in quotes, found \"x\"\n" },
	{ ITEMS("include \"no-such.policy\";\n"
	       "list a = { x y };"),
	  "2:9: error: cannot read \"no-such.policy\": No such file or "
	  "directory\n"
	  "3:14: error: expected \"}\" or \",\", found \"y\"\n" },
	{ RULE("reject when client.ip == \"192.0.2.1\";"),
	  "3:26: error: client.ip (ip) compares with an IP address such as "
	  "192.0.2.1, not with \"192.0.2.1\"\n" },
	{ RULE("reject when client.ip == 192.0.2.0/24;"),
	  "3:26: error: \"192.0.2.0/24\" is a network; write \"in\" before "
	  "it, not a comparison\n" },
	{ RULE("reject when client.ip in { example.com };"),
	  "3:28: error: client.ip (ip) can never be example.com; its sets "
	  "hold IP addresses and networks\n" },
	{ RULE("reject when client.ip < 192.0.2.1;"),
	  "3:23: error: only numbers and sizes have an order; client.ip is "
	  "of type ip\n" },
	{ RULE("reject when spf > fail;"),
	  "3:17: error: only numbers and sizes have an order; spf is of "
	  "type word\n" },
	{ RULE("reject when spf == \"fail\";"),
	  "3:20: error: spf is a word: write fail without quotes\n" },
	{ RULE("reject when spf == 5;"),
	  "3:20: error: spf (word) compares with one of none, pass, fail, "
	  "softfail, neutral, policy, temperror, permerror, not with 5\n" },
	{ RULE("reject when spf;"),
	  "3:13: error: spf alone is no condition; compare it, such as spf "
	  "== pass\n" },
	{ RULE("reject when subject;"),
	  "3:13: error: subject alone is no condition; compare it, or "
	  "write subject is set\n" },
	{ RULE("reject when \"text\";"),
	  "3:13: error: \"text\" alone is no condition\n" },
	{ RULE("reject when rcpt.count == \"5\";"),
	  "3:27: error: rcpt.count (number) compares with a number such as "
	  "5, not with \"5\"\n" },
	{ RULE("reject when rcpt.count > 10k;"),
	  "3:26: error: rcpt.count (number) compares with a number such as "
	  "5, not with 10k\n" },
	{ RULE("reject when mail.size > 5m;"),
	  "3:25: error: mail.size (size) compares with a size such as 100k, "
	  "not with 5m (megabytes are written 5M)\n" },
	{ RULE("reject when mail.size > 10MB;"),
	  "3:25: error: \"10MB\" is no number, size or IP address; a text "
	  "is written in double quotes\n" },
	{ RULE("reject when listener == smtpd;"),
	  "3:25: error: unknown fact \"smtpd\"; a text is written in "
	  "double quotes\n" },
	{ RULE("reject when from.domain == example.com;"),
	  "3:28: error: unknown fact \"example.com\"; a text is written in "
	  "double quotes\n" },
	{ RULE("reject when from.domain == \"not a domain\";"),
	  "3:28: error: \"not a domain\" is no domain, so from.domain can "
	  "never be it\n" },
	{ RULE("reject when from.domain == \".example.com\";"),
	  "3:28: error: \".example.com\" means subdomains and stands in a "
	  "set: from.domain in { \".example.com\" }\n" },
	{ RULE("reject when from == \"example.com\";"),
	  "3:21: error: \"example.com\" is no whole address; a domain or "
	  "user@ stands in a set: from in { ... }\n" },
	{ RULE("reject when from.domain == from;"),
	  "3:28: error: from.domain (domain) does not compare with from "
	  "(address)\n" },
	{ RULE("reject when spf == dmarc.policy;"),
	  "3:20: error: spf (word) does not compare with dmarc.policy "
	  "(word)\n" },
	{ RULE("reject when rcpt.count == subject;"),
	  "3:27: error: rcpt.count (number) does not compare with subject "
	  "(string)\n" },
	{ RULE("reject when dmarc.test == maybe;"),
	  "3:27: error: unknown fact \"maybe\"\n" },
	{ RULE("reject when 5 == 5;"),
	  "3:18: error: neither side is a fact: this is always the same\n" },
	{ RULE("reject when dkim.domains == \"example.com\";"),
	  "3:29: error: dkim.domains (list) compares with nothing; it "
	  "stands after \"in\", not with \"example.com\"\n" },
	{ RULE("reject when dkim.domains in { example.com };"),
	  "3:13: error: dkim.domains is a list itself; write \"...\" in "
	  "dkim.domains\n" },
	{ RULE("reject when from.domain in { user@ };"),
	  "3:30: error: from.domain (domain) can never be user@; its sets "
	  "hold domains, and .example.com for subdomains\n" },
	{ RULE("reject when helo in { .example.com };"),
	  "3:23: error: helo (string) can never be .example.com; its sets "
	  "hold whole texts\n" },
	{ RULE("reject when rcpt.count in { 1, 2 };"),
	  "3:13: error: rcpt.count (number) is compared with < <= == >= >, "
	  "not looked up in a set\n" },
	{ RULE("reject when spf in { fail, softfial };"),
	  "3:28: error: spf cannot be softfial; did you mean "
	  "\"softfail\"?\n" },
	{ RULE("reject when spf in fail;"),
	  "3:20: error: spf is a word; after \"in\" write a set of words: "
	  "{ ..., ... }\n" },
	{ RULE("reject when from.domain in \"example.com\";"),
	  "3:28: error: after \"in\" stands a list or a set: from.domain "
	  "in { ... }\n" },
	{ RULE("reject when from.domain in dkim;"),
	  "3:28: error: dkim is of type word, not a list; write == to "
	  "compare\n" },
	{ RULE("reject when client.ip in dkim.domains;"),
	  "3:13: error: dkim.domains holds texts; client.ip is of type ip\n" },
	{ RULE("reject when spf matches /fail/;"),
	  "3:13: error: \"matches\" looks at facts that are texts; spf is "
	  "of type word\n" },
	{ RULE("reject when subject matches \"x\";"),
	  "3:29: error: expected a /regular expression/, found \"\"x\"\"\n" },
	{ RULE("reject when subject matches /(x/;"),
	  "3:32: error: the regular expression is wrong here: missing "
	  "closing parenthesis\n" },
	{ RULE("reject when subject matches /x/g;"),
	  "3:29: error: after a regular expression only \"i\" (letter case "
	  "does not count) may stand, not \"g\"\n" },
	{ RULE("reject when subject matches /x;"),
	  "3:29: error: this regular expression is not closed: a / is "
	  "missing\n" },
	{ RULE("reject when subject matches /(*UTF)x/;"),
	  "3:36: error: the regular expression is wrong here: using UTF is "
	  "disabled by the application\n" },
	{ RULE("reject when header(X) == \"y\";"),
	  "3:20: error: header takes the name of a field in quotes, such "
	  "as header(\"List-Id\")\n" },
	{ RULE("reject when header(\"a b\") == \"y\";"),
	  "3:20: error: \"a b\" is no name of a header field\n" },
	{ RULE("reject when 192.0.2.1 is set;"),
	  "3:13: error: only a fact can be set or unknown; 192.0.2.1 is "
	  "none\n" },
	{ ITEMS("list a = { 192.0.2.1 };\n"
	       "at connect { reject when a; reject when client.ip == a; }"),
	  "3:26: error: \"a\" is a list; write ... in a\n"
	  "3:54: error: \"a\" is a list; write ... in a\n" },
	{ ITEMS("define a = spf == fail;\n"
	       "at message { reject when a == true; "
	       "reject when client.ip in a; }"),
	  "3:26: error: \"a\" is defined as a condition; it stands alone\n"
	  "3:62: error: \"a\" is defined as a condition, not a list\n" },
	{ ITEMS("list a = { 192.0.2.1 };\n"
	       "at message { reject when spf in a; }"),
	  "3:33: error: spf is a word; after \"in\" write a set of words: "
	  "{ ..., ... }\n" },
	{ MAIL("reject when dmarc == fail;"),
	  "3:13: error: dmarc is known from stage message on; this is "
	  "stage mail\n" },
	{ MAIL("reject \"%{from.domain}\";"),
	  "3:11: error: from.domain is known from stage message on; this "
	  "is stage mail\n" },
	{ MAIL("reject when header(\"X\") is set;"),
	  "3:13: error: header is known from stage message on; this is "
	  "stage mail\n" },
	{ ITEMS("define a = spf == fail or dkim == fail;\n"
	       "at mail { reject when a; }"),
	  "3:23: error: \"a\" reads dkim, which is known from stage "
	  "message on; this is stage mail\n" },
	{ ITEMS("list a = { 192.0.2.0/33, 300.0.2.1, 2001:db8::g, \"a b\", "
	       "1.2.3, *.example.com, @-x.example };"),
	  "2:12: error: \"192.0.2.0/33\" is no valid IP address or "
	  "network\n"
	  "2:26: error: \"300.0.2.1\" is no valid IP address or network\n"
	  "2:37: error: \"2001:db8::g\" is no valid IP address or network\n"
	  "2:57: error: \"1.2.3\" is no valid IP address or network\n"
	  "2:64: error: \"*.example.com\" has a star; for the subdomains "
	  "of example.com write .example.com\n"
	  "2:79: error: \"@-x.example\" has no valid domain after the "
	  "@\n" },
	{ ITEMS("list a = { -bad.example, a@-bad.example, "
	      "\"any text at all\" };"),
	  "2:12: error: \"-bad.example\" is no IP address or network, "
	  "domain or mail address\n"
	  "2:26: error: \"a@-bad.example\" has no valid domain after the "
	  "@\n" },
	{ ITEMS("list a = file \"no-such.list\";\n"
	       "at connect { reject when client.ip in a; }"),
	  "2:15: error: cannot read list \"no-such.list\": No such file or "
	  "directory; write optional behind it if it may be missing\n" },
	{ ITEMS("list spf = { 192.0.2.1 };"),
	  "2:6: error: \"spf\" is the name of a fact or a word of the "
	  "language; choose another\n" },
	{ ITEMS("define true = spf == fail;"),
	  "2:8: error: \"true\" is the name of a fact or a word of the "
	  "language; choose another\n" },
	{ ITEMS("list a = { 192.0.2.1 };\n"
	       "define a = client.ip in a;\n"
	       "at connect { reject when client.ip in a; }"),
	  "3:8: error: \"a\" has this name already (line 2)\n" },
	{ ITEMS("define a = b;\n"
	       "define b = spf == fail;\n"
	       "at message { reject when a or b; }"),
	  "2:12: error: \"b\" is used before it is defined (line 3)\n" },
	{ ITEMS("define a = a;"),
	  "2:12: error: \"a\" is used before it is defined (line 2)\n" },
	{ ITEMS("at connect { reject when client.ip in a; }\n"
	       "list a = { 192.0.2.1 };"),
	  "2:39: error: list \"a\" is used before it is defined (line 3)\n" },
	{ RULE("reject 450;"),
	  "3:8: error: reject answers with a code from 500 to 559, not "
	  "450\n" },
	{ RULE("reject 250;"),
	  "3:8: error: reject answers with a code from 500 to 559, not "
	  "250\n" },
	{ RULE("reject 599;"),
	  "3:8: error: reject answers with a code from 500 to 559, not "
	  "599\n" },
	{ RULE("reject 550.5;"),
	  "3:8: error: reject answers with a code from 500 to 559, not "
	  "550.5\n" },
	{ RULE("tempfail 550;"),
	  "3:10: error: tempfail answers with a code from 400 to 459, not "
	  "550\n" },
	{ RULE("reject 550 4.7.1;"),
	  "3:12: error: reject takes an enhanced code of class 5, not "
	  "4.7.1\n" },
	{ RULE("tempfail 451 5.7.1;"),
	  "3:14: error: tempfail takes an enhanced code of class 4, not "
	  "5.7.1\n" },
	{ RULE("reject 4.7.1 \"x\";"),
	  "3:8: error: reject takes an enhanced code of class 5, not "
	  "4.7.1\n" },
	{ RULE("reject \"x\" 550;"),
	  "3:12: error: unexpected 550: reject takes an optional SMTP "
	  "code, enhanced code and text, in this order\n" },
	{ RULE("reject 5.7.1 550;"),
	  "3:14: error: unexpected 550: reject takes an optional SMTP "
	  "code, enhanced code and text, in this order\n" },
	{ RULE("reject \"a\" \"b\";"),
	  "3:12: error: unexpected \"b\": reject takes an optional SMTP "
	  "code, enhanced code and text, in this order\n" },
	{ RULE("reject text;"),
	  "3:8: error: unexpected text: reject takes an optional SMTP "
	  "code, enhanced code and text, in this order\n" },
	{ RULE("accept 250;"),
	  "3:8: error: unexpected 250: accept takes an optional text\n" },
	{ RULE("note;"),
	  "3:1: error: note takes a text, such as note \"seen\"\n" },
	{ RULE("note 5;"),
	  "3:6: error: unexpected 5: note takes a text\n" },
	{ RULE("score;"),
	  "3:1: error: score takes a number, such as score 2.0\n" },
	{ RULE("score high;"),
	  "3:7: error: unexpected high: score takes a number and an "
	  "optional text\n" },
	{ RULE("score 1e9;"),
	  "3:7: error: unexpected 1e9: score takes a number and an "
	  "optional text\n" },
	{ RULE("score 2000000;"),
	  "3:7: error: a score is at most 1000000\n" },
	{ RULE("tag;"),
	  "3:1: error: tag takes a field and a text, such as tag "
	  "\"X-Flag\" \"YES\" or tag subject \"[SPAM] \"\n" },
	{ RULE("tag \"X-Flag\";"),
	  "3:1: error: tag takes a field and a text, such as tag "
	  "\"X-Flag\" \"YES\" or tag subject \"[SPAM] \"\n" },
	{ RULE("tag X-Flag \"YES\";"),
	  "3:5: error: unexpected X-Flag: tag takes a header field's name "
	  "in quotes (or subject) and a text\n" },
	{ RULE("tag from \"YES\";"),
	  "3:5: error: \"from\" is no tag; write a field's name in quotes, "
	  "or subject\n" },
	{ RULE("tag \"X Flag\" \"YES\";"),
	  "3:5: error: \"X Flag\" is no name of a header field\n" },
	{ RULE("tag \"Subject\" \"[SPAM] \";"),
	  "3:5: error: a subject is not replaced but prefixed; write "
	  "subject without quotes\n" },
	{ RULE("tag \"Authentication-Results\" \"x\";"),
	  "3:5: error: Authentication-Results is written by assayd itself\n" },
	{ RULE("tag \"X-Flag\" \"a\" \"b\";"),
	  "3:18: error: unexpected \"b\": tag takes a header field's name "
	  "in quotes (or subject) and a text\n" },
	{ RULE("note \"100% sure\";"),
	  "3:10: error: a % in a text is written %%, and a fact %{fact}\n" },
	{ RULE("note \"%{spff}\";"),
	  "3:9: error: unknown fact \"spff\"; did you mean \"spf\"?\n" },
	{ RULE("note \"\\\"%{spf\";"),
	  "3:9: error: %{ without its }\n" },
	{ RULE("note \"%{}\";"),
	  "3:9: error: %{} names no fact\n" },
	{ RULE("reject when spff == fail and client.ip == \"x\" or dkim == "
	       "\"y\" or rcpt.count > high;"),
	  "3:13: error: unknown fact \"spff\"; did you mean \"spf\"?\n"
	  "3:43: error: client.ip (ip) compares with an IP address such as "
	  "192.0.2.1, not with \"x\"\n"
	  "3:58: error: dkim (word) compares with one of none, pass, fail, "
	  "softfail, neutral, policy, temperror, permerror, not with "
	  "\"y\"\n"
	  "3:78: error: unknown fact \"high\"\n" },
	{ RULE("rejct;\n"
	       "reject 250 \"%{x}\" when spf == faill;\n"
	       "accept when (;\n"
	       "score;"),
	  "3:1: error: unknown action \"rejct\"; did you mean \"reject\"?\n"
	  "4:8: error: reject answers with a code from 500 to 559, not "
	  "250\n"
	  "4:15: error: unknown fact \"x\"\n"
	  "4:31: error: spf cannot be faill; did you mean \"fail\"?\n"
	  "5:14: error: expected a value, found \";\"\n"
	  "6:1: error: score takes a number, such as score 2.0\n" },
	{ ITEMS("list a = { 192.0.2.1 };\n"
	       "define b = spf == fail;"),
	  "2:6: warning: list \"a\" is not used\n"
	  "3:8: warning: define \"b\" is not used\n" },
	{ RULE("reject;\n"
	       "accept;\n"
	       "note \"x\";"),
	  "4:1: warning: never reached: the reject in line 3 always ends "
	  "before it\n" },
	{ RULE("accept when dmarc.test;\n"
	       "shadow reject;\n"
	       "accept;"),
	  "" },
	{ ITEMS("at connect { accept; }\n"
	       "at mail { note \"x\"; }\n"
	       "at rcpt { note \"y\"; }"),
	  "3:11: warning: never reached: the accept in line 2 always ends "
	  "before it\n"
	  "4:11: warning: never reached: the accept in line 2 always ends "
	  "before it\n" },
	{ ITEMS("list a = { example.com };\n"
	       "at connect { accept when client.ip in a; }"),
	  "3:39: warning: list \"a\" holds nothing that client.ip (ip) can "
	  "be\n" },
	{ ITEMS("list a = { user@ };\n"
	       "at message { accept when from.domain in a; }"),
	  "3:41: warning: list \"a\" holds nothing that from.domain "
	  "(domain) can be\n" },
	{ RULE("reject when dmarc == fail and dmarc.policy == reject;"),
	  "3:1: warning: a published policy alone is no reason to reject "
	  "(RFC 9989 section 7.4); ask for a second sign, or quarantine\n" },
	{ RULE("reject when dmarc == fail and dmarc.policy == reject\n"
	       "and spf != pass;"), "" },
};

START_TEST(mistakes)
{
	ck_assert_str_eq(mistakes_in("test.policy", cases[_i].text),
	    cases[_i].said);
}
END_TEST

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

START_TEST(included_files)
{
	char dir[] = "/tmp/policy-test-XXXXXX";
	struct arena *arena = arena_new();
	const char *main_path, *lists, *rules;
	struct policy *policy;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	main_path = arena_printf(arena, "%s/main.policy", dir).ptr;
	lists = arena_printf(arena, "%s/lists", dir).ptr;
	rules = arena_printf(arena, "%s/rules", dir).ptr;
	write_file(main_path, TITLE "include \"rules\";\n"
	    "at message { accept when client.ip in nets; }\n");
	write_file(rules, "include \"lists\";\n"
	    "at message {\nreject when client.ip not in nets;\n}\n");
	write_file(lists, "list nets = { 192.0.2.0/24 };\n");
	policy = policy_from_file(main_path);
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_MESSAGE,
	    "client.ip=192.0.2.1"), "accept @3");
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_MESSAGE, ""),
	    "reject 550 5.7.1 refused by the policy of this site @3");
	policy_unref(policy);

	write_file(lists, TITLE "include \"rules\";\nlist nets = { x y };");
	write_file(rules, "list nets = { };\ninclude \"lists\";\n"
	    "include \"none\";\ninclude nets;\n");
	ck_assert_str_eq(mistakes_in(main_path, TITLE "include \"rules\";\n"
	    "list nets = { };\nat mail { reject when spff == x; }"),
	    arena_printf(arena,
	    "3:6: error: \"nets\" has this name already (%s:1)\n"
	    "4:23: error: unknown fact \"spff\"; did you mean \"spf\"?\n"
	    "%s:3:9: error: cannot read \"%s/none\": No such file or "
	    "directory\n"
	    "%s:4:9: error: expected a text in quotes, found \"nets\"\n"
	    "%s:1:1: error: a second title; the policy is \"t\" already\n"
	    "%s:2:9: error: \"%s\" includes itself\n"
	    "%s:3:17: error: expected \"}\" or \",\", found \"y\"\n",
	    rules, rules, dir, rules, lists, lists, rules, lists).ptr);
	unlink(main_path);
	unlink(lists);
	unlink(rules);
	rmdir(dir);
	arena_free(arena);
}
END_TEST

START_TEST(a_mistake_is_shown_with_its_line)
{
	struct diag *diag = diag_new();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_null(policy_load_text("dir/my.policy", STR(
	    "policy \"t\" mode enforce;\r\nat mail {\r\n"
	    "\treject when spff == fail;\r\n}\r\n"), diag));
	diag_print(diag, out);
	fclose(out);
	ck_assert_str_eq(text, "dir/my.policy:3:14: error: unknown fact "
	    "\"spff\"; did you mean \"spf\"?\n"
	    "  \treject when spff == fail;\n  \t            ^\n");
	free(text);
	diag_free(diag);
}
END_TEST

static struct policy *
load_repeated(struct diag *diag, const char *head, const char *piece,
    size_t count, const char *tail)
{
	size_t len = strlen(piece);
	struct arena *arena = arena_new();
	char *middle = arena_alloc(arena, count * len + 1);
	struct str text;
	struct policy *policy;

	for (size_t i = 0; i < count; i++)
		memcpy(middle + i * len, piece, len);
	text = arena_printf(arena, "%s%s%s", head, middle, tail);
	policy = policy_load_text("test.policy", text, diag);
	arena_free(arena);
	return policy;
}

/* A file of nothing but mistakes ends soon, and so does its report. */
static const struct {
	const char *head, *piece, *tail;
	size_t count;
} floods[] = {
	{ TITLE "at message {\n", "rejct;\n", "}", 100000 },
	{ TITLE "at message {\n", ";", "}", 100000 },
	{ TITLE "at message {\n", "reject when ;\n", "}", 60000 },
	{ TITLE "at message { reject when\n", "spff == x or\n",
	  "spf == fail; }", 60000 },
	{ TITLE "list a = {", "x y,", "};", 100000 },
	{ TITLE "list a = {", "1.2.3,", "};", 100000 },
	{ TITLE, "define a = spf == x;\n", "", 30000 },
	{ "", "$", "", 100000 },
	{ "", "\"", "", 100000 },
	{ "", "'", "", 100001 },
	{ "", "\x80\n", "", 100000 },
	{ "", "at conect {", "", 50000 },
};

START_TEST(floods_of_mistakes)
{
	struct diag *diag = diag_new();
	uint64_t start = clock_ms();

	ck_assert_ptr_null(load_repeated(diag, floods[_i].head,
	    floods[_i].piece, floods[_i].count, floods[_i].tail));
	ck_assert_uint_ge(diag_total(diag), 1);
	ck_assert_uint_le(diag_total(diag), LIMIT_POLICY_ERRORS + 1);
	ck_assert_uint_lt(clock_ms() - start, 20000);
	diag_free(diag);
}
END_TEST

static const struct {
	const char *head, *piece, *tail;
	size_t count;
	bool loads;
} nests[] = {
	{ TITLE "at message { reject when ", "(", "spf", 100000, false },
	{ TITLE "at message { reject when ", "not ", "spf == fail; }", 199,
	  true },
	{ TITLE "at message { reject when ", "not ", "spf == fail; }", 200,
	  false },
	{ TITLE "at message { reject when ", "not ", "spf == fail; }", 90000,
	  false },
	{ TITLE "at message { reject when ", "spf == fail or ",
	  "spf == fail; }", 20000, true },
	{ TITLE "at message { reject when ", "spf == fail or not (",
	  "spf == fail", 5000, false },
};

START_TEST(nesting_is_limited)
{
	struct diag *diag = diag_new();
	struct policy *policy = load_repeated(diag, nests[_i].head,
	    nests[_i].piece, nests[_i].count, nests[_i].tail);

	ck_assert_int_eq(policy != NULL, nests[_i].loads);
	policy_unref(policy);
	diag_free(diag);
}
END_TEST

START_TEST(defines_nest_only_so_deeply)
{
	struct arena *arena = arena_new();
	struct str text = STR(TITLE "define d0 = spf == fail;\n");

	for (int i = 1; i < 101; i++)
		text = arena_printf(arena, "%.*sdefine d%d = not d%d;\n",
		    STR_ARG(text), i, i - 1);
	text = arena_printf(arena, "%.*sat message { reject when d100; }",
	    STR_ARG(text));
	ck_assert_str_eq(mistakes_in("test.policy", text.ptr),
	    "102:19: error: nested too deeply; at most 200 levels, those of "
	    "defines counted in\n");
	arena_free(arena);
}
END_TEST

static const struct {
	const char *path, *said;
} files[] = {
	{ "/nonexistent/x.policy",
	  "/nonexistent/x.policy: error: cannot read it: No such file or "
	  "directory\n" },
	{ "/", "/: error: cannot read it: Is a directory\n" },
};

START_TEST(files_that_cannot_be_read)
{
	struct diag *diag = diag_new();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_null(policy_load(files[_i].path, diag));
	diag_print(diag, out);
	fclose(out);
	ck_assert_str_eq(text, files[_i].said);
	free(text);
	diag_free(diag);
}
END_TEST

START_TEST(a_policy_has_a_size)
{
	struct diag *diag = diag_new();

	ck_assert_ptr_null(load_repeated(diag, TITLE, "#", LIMIT_POLICY_OCTETS,
	    ""));
	ck_assert_str_eq(diag_at(diag, 0)->text,
	    "longer than a policy may be (1048576 octets)");
	diag_free(diag);
}
END_TEST

START_TEST(so_many_names_and_regexes)
{
	struct arena *arena = arena_new();
	struct str text = STR(TITLE);

	for (int i = 0; i <= LIMIT_POLICY_NAMES; i++)
		text = arena_printf(arena, "%.*slist l%d = { };\n",
		    STR_ARG(text), i);
	ck_assert_str_eq(mistakes_in("test.policy", text.ptr),
	    "1002:6: error: more than 1000 lists and defines\n");
	text = STR(TITLE "at message {\n");
	for (int i = 0; i <= LIMIT_POLICY_REGEXES; i++)
		text = arena_printf(arena,
		    "%.*snote \"x\" when subject matches /%d/;\n",
		    STR_ARG(text), i);
	text = arena_printf(arena, "%.*s}", STR_ARG(text));
	ck_assert_str_eq(mistakes_in("test.policy", text.ptr),
	    "1003:31: error: more than 1000 regular expressions\n");
	arena_free(arena);
}
END_TEST

TCase *
mistakes_tests(void)
{
	TCase *tc = tcase_create("mistakes");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, mistakes, 0, TEST_COUNT(cases));
	tcase_add_test(tc, included_files);
	tcase_add_test(tc, a_mistake_is_shown_with_its_line);
	tcase_add_loop_test(tc, floods_of_mistakes, 0, TEST_COUNT(floods));
	tcase_add_loop_test(tc, nesting_is_limited, 0, TEST_COUNT(nests));
	tcase_add_test(tc, defines_nest_only_so_deeply);
	tcase_add_loop_test(tc, files_that_cannot_be_read, 0,
	    TEST_COUNT(files));
	tcase_add_test(tc, a_policy_has_a_size);
	tcase_add_test(tc, so_many_names_and_regexes);
	return tc;
}
