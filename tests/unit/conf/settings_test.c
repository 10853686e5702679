#include "conf_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "conf/listen.h"
#include "conf/settings.h"
#include "base/value.h"
#include "conf/verify.h"

/* All mistakes as "line:column: text", one a line. */
static void
list_mistakes(const struct diag *diag, char *out, size_t size)
{
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < diag_total(diag) && len < size; i++) {
		const struct diag_item *item = diag_at(diag, i);

		len += (size_t)snprintf(out + len, size - len, "%s%u:%u: %s",
		    i == 0 ? "" : "\n", item->line, item->column, item->text);
	}
}

static const struct {
	const char *text, *mistakes;
} broken[] = {
	/* Names. */
	{ "lisen = \"unix:/run/a\"",
	  "1:1: unknown setting \"lisen\"; did you mean \"listen\"?" },
	{ "milters = 1",
	  "1:1: unknown setting \"milters\"; assay.conf(5) lists them all" },
	{ "User = assay",
	  "1:1: unknown setting \"User\"; did you mean \"user\"?" },
	{ "\"user\" = assay",
	  "1:1: write the name of a setting without quotes" },
	{ "user = assay\n\nuser = milter",
	  "3:1: \"user\" stands here again; it was set in line 1" },
	{ "= assay",
	  "1:1: here stands the name of a setting: NAME = VALUE" },
	/* Form. */
	{ "user assay", "1:1: \"=\" is missing after \"user\"" },
	{ "user", "1:1: \"=\" is missing after \"user\"" },
	{ "user: assay", "1:1: \"=\" is missing after \"user:\"" },
	{ "  user =", "1:9: a value is missing after \"=\"" },
	{ "user =\nlog = mail",
	  "2:1: a value is missing after \"=\"" },
	{ "user = assay mail",
	  "1:14: a value of several words or with a comma must be in quotes" },
	{ "listen = unix:/run/a,mode=660",
	  "1:21: a value of several words or with a comma must be in quotes" },
	{ "dns = server:127.0.0.1#53",
	  "1:23: a value with this character in it must be in quotes" },
	{ "user = assay;",
	  "1:13: a line needs no \";\" at its end; leave it out" },
	{ "user = \"assay\nlog = mail",
	  "1:8: this text has no end; write \" where it ends" },
	{ "user = 'assay",
	  "1:8: this text has no end; write ' where it ends" },
	{ "events = \"a\\nb\"",
	  "1:12: a backslash stands before a quote or a backslash only; "
	  "write \\\\ for one backslash" },
	{ "events = \"${HOME\"", "1:11: ${ has no end; write ${NAME}" },
	{ "user = assay\n/* all\nof it",
	  "2:1: this comment has no end; write */ where it ends" },
	{ "dns += \"system\"", "1:5: write \"=\" and the whole list" },
	{ "dns = { \"server:127.0.0.1\" \"server:127.0.0.2\" }",
	  "1:28: write a comma between two values" },
	{ "dns = {\n\t\"server:127.0.0.1\",\nuser = assay",
	  "1:7: this list has no end; write } where it ends" },
	{ "dns = { , }",
	  "1:9: a value is missing here; write { \"one\", \"two\" }" },
	{ "user = { \"assay\" }",
	  "1:1: \"user\" takes one value; write it without braces" },
	{ "milter { user = assay }",
	  "1:1: \"=\" is missing after \"milter\"" },
	{ "user = assay\x01",
	  "1:13: octet 0x01 has no place in a settings file; delete it" },
	{ "user = assay (really)",
	  "1:14: this character means nothing here; put text that holds it "
	  "in quotes" },
	/* Words. */
	{ "on_failure = reject",
	  "1:14: \"reject\" is no word for on_failure; write one of: "
	  "accept tempfail" },
	{ "log_level = \"Debug\"",
	  "1:14: \"Debug\" is no word for log_level; write one of: "
	  "error warn info debug" },
	{ "on_failure = \"\"",
	  "1:15: \"\" is no word for on_failure; write one of: "
	  "accept tempfail" },
	/* Numbers, sizes, times. */
	{ "max_signatures = ten",
	  "1:18: \"ten\" is no number; write digits, such as 10" },
	{ "max_signatures = -1",
	  "1:18: \"-1\" is no number; write digits, such as 10" },
	{ "max_signatures = 51", "1:18: max_signatures goes from 1 to 50" },
	{ "max_signatures = 99999999999999999999",
	  "1:18: \"99999999999999999999\" is no number; write digits, "
	  "such as 10" },
	{ "max_header_size = 64X",
	  "1:19: \"64X\" is no size; write octets with k, M or G, such as "
	  "1M" },
	{ "max_header_size = 3M",
	  "1:19: max_header_size goes from 1k to 2M" },
	{ "dns_cache_size = 99999999999G",
	  "1:18: \"99999999999G\" is no size; write octets with k, M or G, "
	  "such as 64M" },
	{ "dns_timeout = 20",
	  "1:15: \"20\" is no time; write a number with ms, s, m, h or d, "
	  "such as 20s" },
	{ "dns_timeout = 0", "1:15: dns_timeout goes from 1ms to 1h" },
	{ "spf_timeout = 2h", "1:15: spf_timeout goes from 1ms to 1h" },
	{ "dkim_timeout = 0", "1:16: dkim_timeout goes from 1ms to 1h" },
	{ "stop_wait = \"2 h\"",
	  "1:14: \"2 h\" is no time; write a number with ms, s, m, h or d, "
	  "such as 10s" },
	{ "dns_ttl_min = 1h\ndns_ttl_max = 1m",
	  "2:15: dns_ttl_min is more than dns_ttl_max" },
	{ "dns_ttl_min = 2d", "1:15: dns_ttl_min is more than dns_ttl_max" },
	/* Mail of our own. */
	{ "report_from = reports",
	  "1:15: write one address without anything around it, such as "
	  "dmarc-reports@example.com" },
	{ "report_from = \"<r@example.com>\"",
	  "1:16: write one address without anything around it, such as "
	  "dmarc-reports@example.com" },
	{ "report_from = \"r@ex ample.com\"",
	  "1:16: write one address without anything around it, such as "
	  "dmarc-reports@example.com" },
	{ "report_from = \"r@-x.example\"",
	  "1:18: \"-x.example\" is no domain name" },
	{ "report_mailer = \"smtp:127.0.0.1\"",
	  "1:18: this is nobody who takes mail; write "
	  "sendmail:/usr/sbin/sendmail, smtp://127.0.0.1:25 or "
	  "smtp+unix:/run/mail/smtp.sock" },
	{ "report_mailer = \"sendmail:sendmail\"",
	  "1:27: write a whole path, such as sendmail:/usr/sbin/sendmail, "
	  "smtp://127.0.0.1:25 or smtp+unix:/run/mail/smtp.sock" },
	{ "report_mailer = \"smtp://mx.example.com\"",
	  "1:25: an address is such as 127.0.0.1, [::1] or localhost" },
	{ "report_mailer = \"smtp://::1\"",
	  "1:25: an address is such as 127.0.0.1, [::1] or localhost" },
	{ "report_mailer = \"smtp://127.0.0.1:0\"",
	  "1:25: a port is a number from 1 to 65535, such as "
	  "smtp://127.0.0.1:25" },
	/* Where the MTA connects. */
	{ "listen = \"tcp:8893\"",
	  "1:11: this is no place to listen; write "
	  "unix:/run/assay/assay.sock or inet:8893@127.0.0.1" },
	{ "listen = \"unix:assay.sock\"",
	  "1:16: write the whole path of the socket, such as "
	  "unix:/run/assay/assay.sock" },
	{ "listen = \"unix:/run/a,mode=rw\"",
	  "1:28: a mode is octal, such as mode=660" },
	{ "listen = \"unix:/run/a,mode=888\"",
	  "1:28: a mode is octal, such as mode=660" },
	{ "listen = \"unix:/run/a,group=no_such_group_here\"",
	  "1:29: there is no group \"no_such_group_here\" on this machine" },
	{ "listen = \"unix:/run/a,owner=root\"",
	  "1:23: after the path comes mode=OCTAL or group=NAME, such as "
	  "unix:/run/assay/assay.sock,mode=660" },
	{ "listen = \"inet:smtp@127.0.0.1\"",
	  "1:16: a port is a number from 1 to 65535, such as "
	  "inet:8893@127.0.0.1" },
	{ "listen = \"inet:8893\"",
	  "1:16: write the address to listen on, such as "
	  "inet:8893@127.0.0.1" },
	{ "listen = \"inet:8893@::1\"",
	  "1:21: \"::1\" is not an IPv4 address; write one such as "
	  "inet:8893@127.0.0.1" },
	{ "listen = \"inet6:8893@127.0.0.1\"",
	  "1:22: \"127.0.0.1\" is not an IPv6 address; write one such as "
	  "inet6:8893@::1" },
	/* Other texts. */
	{ "user = \"\"", "1:9: a user is needed, such as assay" },
	{ "policy = \"\"",
	  "1:11: a policy is needed, such as standard.policy" },
	{ "authserv_id = \"mx example\"",
	  "1:18: an authserv-id is a name without \" \", such as "
	  "mx.example.com" },
	{ "trusted_authserv_ids = { \"a.example\", \"b;example\" }",
	  "1:41: an authserv-id is a name without \";\", such as "
	  "mx.example.com" },
	{ "trusted_relays = { \"192.0.2.0/24\", \"mx2.example.com\" }",
	  "1:37: \"mx2.example.com\" is no network; write for example "
	  "192.0.2.0/24, 2001:db8::/32 or one address" },
	{ "trusted_relays = \"192.0.2.0/33\"",
	  "1:19: \"192.0.2.0/33\" is no network; write for example "
	  "192.0.2.0/24, 2001:db8::/32 or one address" },
	{ "trusted_relays = \"0.0.0.0/0\"",
	  "1:19: this is every host there is; name the relays" },
	{ "dns = \"127.0.0.1\"",
	  "1:8: \"127.0.0.1\" does not say who answers DNS; write system, "
	  "server:ADDRESS#PORT or zone:FILE" },
	{ "dns = \"server:dns.example\"",
	  "1:15: \"dns.example\" is not an IP address; write for example "
	  "server:127.0.0.1#53" },
	{ "dns = \"server:127.0.0.1#0\"",
	  "1:25: a port is a number from 1 to 65535, such as "
	  "server:127.0.0.1#53" },
	{ "dns = \"zone:\"",
	  "1:13: the file is missing; write for example "
	  "zone:/etc/assay/test.zone" },
	{ "dns = { \"system\", \"server:127.0.0.1\" }",
	  "1:19: only server: may stand beside others in dns; write system "
	  "or zone:FILE alone" },
	{ "dns = { }", "0:0: dns is empty; write dns = \"system\"" },
	{ "events = \"a\xff\"",
	  "1:11: this value is not text in UTF-8; write it anew" },
	/* Several at once, in their order; one mistake hides no other. */
	{ "lisen = \"unix:/run/a\"\n# a comment\nlog = fax\n\nuser assay\n"
	  "message_wait = 5\n",
	  "1:1: unknown setting \"lisen\"; did you mean \"listen\"?\n"
	  "3:7: \"fax\" is no word for log; write one of: stderr mail daemon "
	  "auth user local0 local1 local2 local3 local4 local5 local6 local7\n"
	  "5:1: \"=\" is missing after \"user\"\n"
	  "6:16: \"5\" is no time; write a number with ms, s, m, h or d, "
	  "such as 30s" },
	{ "user = \"assay\nlog_level = loud",
	  "1:8: this text has no end; write \" where it ends\n"
	  "2:13: \"loud\" is no word for log_level; write one of: "
	  "error warn info debug" },
};

START_TEST(mistakes_are_told)
{
	struct diag *diag = diag_new();
	char told[8192];

	ck_assert_ptr_null(settings_load_text("a.conf",
	    str_from(broken[_i].text), NULL, 0, diag));
	list_mistakes(diag, told, sizeof(told));
	ck_assert_str_eq(told, broken[_i].mistakes);
	diag_free(diag);
}
END_TEST

struct settings *
good(const char *text)
{
	struct diag *diag = diag_new();
	struct settings *settings = settings_load_text("/etc/assay/a.conf",
	    str_from(text), NULL, 0, diag);
	char told[8192];

	list_mistakes(diag, told, sizeof(told));
	ck_assert_str_eq(told, "");
	diag_free(diag);
	return settings;
}

START_TEST(a_broken_file_spoils_nothing_for_the_next)
{
	for (int i = 0; i < TEST_COUNT(broken); i++) {
		struct diag *diag = diag_new();

		ck_assert_ptr_null(settings_load_text("a.conf",
		    str_from(broken[i].text), NULL, 0, diag));
		diag_free(diag);
		settings_free(good("user = milter\n"));
	}
}
END_TEST

START_TEST(defaults_are_those_of_the_table)
{
	struct settings *settings = good("");

	ck_assert_str_eq(settings->listen, "unix:/run/assay/assay.sock");
	ck_assert_str_eq(settings->user, "assay");
	ck_assert_str_eq(settings->pid_file, "");
	ck_assert_str_ne(settings->authserv_id, "");
	ck_assert_uint_eq(settings->trusted_authserv_ids.count, 0);
	ck_assert_str_eq(settings->policy, "standard.policy");
	ck_assert_uint_eq(settings->dns.count, 1);
	ck_assert_str_eq(settings->dns.at[0], "system");
	ck_assert_uint_eq(settings->dns_timeout, 20000);
	ck_assert_uint_eq(settings->spf_timeout, 20000);
	ck_assert_uint_eq(settings->dkim_timeout, 20000);
	ck_assert_str_eq(settings->dns_client, "auto");
	ck_assert_uint_eq(settings->dns_cache_entries, 100000);
	ck_assert_uint_eq(settings->dns_cache_size, 64 * 1024 * 1024);
	ck_assert_uint_eq(settings->dns_ttl_max, 86400000);
	ck_assert_str_eq(settings->on_failure, "accept");
	ck_assert_str_eq(settings->log, "mail");
	ck_assert_uint_eq(settings->max_header_size, 1024 * 1024);
	ck_assert_str_eq(settings->file, "/etc/assay/a.conf");
	settings_free(settings);
}
END_TEST

START_TEST(a_file_is_read)
{
	struct settings *settings = good(
	    "# all kinds of comments\r\n"
	    "// and this\n"
	    "/* and\n   that */ user = milter  # behind\n"
	    "listen = \"inet:8893@[127.0.0.1]\"\n"
	    "dns = {\n"
	    "\t\"server:192.0.2.1#53\",	# the first\n"
	    "\t'server:2001:db8::1',\n"
	    "}\n"
	    "events = events.json\n"
	    "pid_file = '/run/it\\'s'\n"
	    "trusted_authserv_ids = one.example\n"
	    "authserv_id = \"m\xc3\xbc.example\"\n"
	    "message_wait = 1500ms\n"
	    "max_header_size = 2m\n"
	    "policy = strict.policy\n"
	    "max_signatures=50");

	ck_assert_str_eq(settings->user, "milter");
	ck_assert_str_eq(settings->listen, "inet:8893@[127.0.0.1]");
	ck_assert_uint_eq(settings->dns.count, 2);
	ck_assert_str_eq(settings->dns.at[0], "server:192.0.2.1#53");
	ck_assert_str_eq(settings->dns.at[1], "server:2001:db8::1");
	ck_assert_str_eq(settings->events, "/etc/assay/events.json");
	ck_assert_str_eq(settings->pid_file, "/run/it's");
	ck_assert_uint_eq(settings->trusted_authserv_ids.count, 1);
	ck_assert_str_eq(settings->trusted_authserv_ids.at[0], "one.example");
	ck_assert_str_eq(settings->authserv_id, "m\xc3\xbc.example");
	ck_assert_uint_eq(settings->message_wait, 1500);
	ck_assert_uint_eq(settings->max_header_size, 2 * 1024 * 1024);
	ck_assert_str_eq(settings->policy, "strict.policy");
	ck_assert_uint_eq(settings->max_signatures, 50);
	settings_free(settings);
}
END_TEST

START_TEST(the_environment_is_looked_at)
{
	struct settings *settings;

	setenv("ASSAY_TEST", "/var/lib", 1);
	settings = good("events = \"${ASSAY_TEST}/a\"\ndns = \"zone:z\"");
	ck_assert_str_eq(settings->events, "/var/lib/a");
	ck_assert_str_eq(settings->dns.at[0], "zone:/etc/assay/z");
	settings_free(settings);
}
END_TEST

/* The file of a table is relative to the settings file, its type is kept. */
START_TEST(tables_lie_beside_the_settings)
{
	static const char *const paths[] = {
		"/etc/assay/senders", "hash:/etc/assay/senders",
		"proxy:hash:/etc/postfix/senders", "pcre:/etc/assay/a:b",
		"sqlite:/etc/assay/db?SELECT address, login FROM t",
	};
	struct settings *settings = good("sender_logins = { senders, "
	    "\"hash:senders\", \"proxy:hash:/etc/postfix/senders\", "
	    "\"pcre:a:b\", "
	    "\"sqlite:db?SELECT address, login FROM t\" }");

	ck_assert_uint_eq(settings->sender_logins.count, TEST_COUNT(paths));
	for (int i = 0; i < TEST_COUNT(paths); i++)
		ck_assert_str_eq(settings->sender_logins.at[i], paths[i]);
	settings_free(settings);
}
END_TEST

START_TEST(overrides_win)
{
	static const char *const set[] = { "user=other",
	    "dns=server:127.0.0.1#5353,server:127.0.0.2", "events=",
	    "trusted_authserv_ids=" };
	struct diag *diag = diag_new();
	struct settings *settings = settings_load_text("/etc/assay/a.conf",
	    STR("user = one\nevents = /var/a\n"
	    "trusted_authserv_ids = { a.example }"),
	    set, 4, diag);

	ck_assert_ptr_nonnull(settings);
	ck_assert_str_eq(settings->user, "other");
	ck_assert_uint_eq(settings->dns.count, 2);
	ck_assert_str_eq(settings->dns.at[1], "server:127.0.0.2");
	ck_assert_str_eq(settings->events, "");
	ck_assert_uint_eq(settings->trusted_authserv_ids.count, 0);
	settings_free(settings);
	diag_free(diag);
}
END_TEST

static const struct {
	const char *set, *printed;
} bad_overrides[] = {
	{ "usr=x", "--set: error: unknown setting \"usr\"; did you mean "
	  "\"user\"?\n  usr=x\n  ^\n" },
	{ "user", "--set: error: \"=\" is missing after \"user\"; write "
	  "--set user=VALUE\n  user\n  ^\n" },
	{ "log=fax", "--set: error: \"fax\" is no word for log; write one "
	  "of: stderr mail daemon auth user local0 local1 local2 local3 "
	  "local4 local5 local6 local7\n  log=fax\n      ^\n" },
	{ "arc_seal=yes", "--set: error: arc_seal needs arc_domain\n"
	  "  arc_seal=yes\n           ^\n"
	  "--set: error: arc_seal needs arc_selector\n"
	  "  arc_seal=yes\n           ^\n"
	  "--set: error: arc_seal needs arc_key\n"
	  "  arc_seal=yes\n           ^\n" },
	{ "arc_domain=a b", "--set: error: \"a b\" is no domain name\n"
	  "  arc_domain=a b\n             ^\n" },
	{ "arc_seal_networks=127.0.0.0/8,here", "--set: error: \"here\" is "
	  "no network; write for example 192.0.2.0/24, 2001:db8::/32 or one "
	  "address\n  arc_seal_networks=127.0.0.0/8,here\n"
	  "                                ^\n" },
	{ "arc_seal_recipients=a@b@c d", "--set: error: \"a@b@c d\" is "
	  "neither a domain nor an address; write example.com, .example.com "
	  "(what is below it), user@example.com, user@ or *\n"
	  "  arc_seal_recipients=a@b@c d\n                      ^\n" },
	{ "dns=server:127.0.0.1,system", "--set: error: only server: may "
	  "stand beside others in dns; write system or zone:FILE alone\n"
	  "  dns=server:127.0.0.1,system\n                       ^\n" },
	{ "", "--set: error: unknown setting \"\"; assay.conf(5) lists them "
	  "all\n  \n  ^\n" },
};

START_TEST(mistakes_in_overrides_are_told)
{
	struct diag *diag = diag_new();
	char *printed = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&printed, &size);

	ck_assert_ptr_null(settings_load(NULL, &bad_overrides[_i].set, 1,
	    diag));
	diag_print(diag, out);
	fclose(out);
	ck_assert_str_eq(printed, bad_overrides[_i].printed);
	free(printed);
	diag_free(diag);
}
END_TEST

/* What shows only when a value is used is told where it was given. */
START_TEST(a_later_mistake_has_its_place)
{
	static const char *const set = "arc_selector=s";
	struct diag *diag = diag_new();
	char *printed = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&printed, &size);
	struct settings *settings = settings_load_text("a.conf",
	    STR("arc_seal = yes\narc_domain = d.example\narc_selector = t\n"
	    "  arc_key = \"k.pem\"\n"), &set, 1, diag);

	diag_print(diag, stderr);
	ck_assert_ptr_nonnull(settings);
	settings_mistake(settings, "arc_key", diag, "no");
	settings_mistake(settings, "arc_selector", diag, "no");
	settings_mistake(settings, "arc_seal_networks", diag, "no");
	diag_print(diag, out);
	fclose(out);
	ck_assert_str_eq(printed, "a.conf:4:13: error: no\n"
	    "    arc_key = \"k.pem\"\n              ^\n"
	    "--set: error: no\n  arc_selector=s\n               ^\n"
	    "arc_seal_networks: error: no\n");
	free(printed);
	settings_free(settings);
	diag_free(diag);
}
END_TEST

START_TEST(a_missing_file_is_told)
{
	struct diag *diag = diag_new();

	ck_assert_ptr_null(settings_load("/nonexistent/assay.conf", NULL, 0,
	    diag));
	ck_assert_uint_eq(diag_total(diag), 1);
	ck_assert_str_eq(diag_at(diag, 0)->file, "/nonexistent/assay.conf");
	ck_assert_str_eq(diag_at(diag, 0)->text,
	    "cannot be opened: No such file or directory");
	diag_free(diag);
}
END_TEST

START_TEST(a_directory_and_a_huge_file_are_refused)
{
	struct diag *diag = diag_new();
	char path[] = "/tmp/assay-test-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_ptr_null(settings_load("/", NULL, 0, diag));
	ck_assert_str_eq(diag_at(diag, 0)->text,
	    "cannot be read: Is a directory");
	ck_assert_int_eq(ftruncate(fd, LIMIT_SETTINGS_OCTETS + 1), 0);
	ck_assert_ptr_null(settings_load(path, NULL, 0, diag));
	ck_assert_str_eq(diag_at(diag, 1)->text,
	    "is larger than a settings file may be (1048576 octets)");
	close(fd);
	unlink(path);
	diag_free(diag);
}
END_TEST

START_TEST(what_needs_a_restart_is_named)
{
	struct settings *a = good("user = a\nlisten = \"unix:/run/a\"\n"
	    "log_level = warn");
	struct settings *b = good("user = b\nlisten = \"unix:/run/b\"\n"
	    "log_level = info");
	size_t next = 0;

	ck_assert_str_eq(settings_needs_restart(a, b, &next), "listen");
	ck_assert_str_eq(settings_needs_restart(a, b, &next), "user");
	ck_assert_ptr_null(settings_needs_restart(a, b, &next));
	ck_assert(settings_same(a, b, "dns"));
	ck_assert(!settings_same(a, b, "log"));
	settings_free(a);
	settings_free(b);
}
END_TEST

/* A rule for a setting that does not exist would never be asked. */
START_TEST(limits_can_be_reached)
{
	struct arena *arena = arena_new();
	size_t bounded = 0;

	for (size_t i = 0; i < setting_count; i++)
		bounded += verify_number(arena, setting_table[i].name,
		    UINT64_MAX) != NULL;
	ck_assert_uint_eq(bounded, 3 + 26);
	arena_free(arena);
}
END_TEST

/* LIMIT_FAILURE_BODY_OCTETS */
START_TEST(the_greatest_failure_body)
{
	struct arena *arena = arena_new();
	const char *why = verify_number(arena, "failure_body", 8193);

	ck_assert_ptr_null(verify_number(arena, "failure_body", 8192));
	ck_assert_ptr_nonnull(why);
	ck_assert_ptr_nonnull(strstr(why, "from 0 to 8k"));
	arena_free(arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("conf");
	TCase *tc = tcase_create("conf");

	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, http_tests());
	suite_add_tcase(suite, shipped_tests());
	tcase_add_loop_test(tc, mistakes_are_told, 0, TEST_COUNT(broken));
	tcase_add_test(tc, a_broken_file_spoils_nothing_for_the_next);
	tcase_add_test(tc, defaults_are_those_of_the_table);
	tcase_add_test(tc, a_file_is_read);
	tcase_add_test(tc, the_environment_is_looked_at);
	tcase_add_test(tc, tables_lie_beside_the_settings);
	tcase_add_test(tc, overrides_win);
	tcase_add_loop_test(tc, mistakes_in_overrides_are_told, 0,
	    TEST_COUNT(bad_overrides));
	tcase_add_test(tc, a_later_mistake_has_its_place);
	tcase_add_test(tc, a_missing_file_is_told);
	tcase_add_test(tc, a_directory_and_a_huge_file_are_refused);
	tcase_add_test(tc, what_needs_a_restart_is_named);
	tcase_add_test(tc, limits_can_be_reached);
	tcase_add_test(tc, the_greatest_failure_body);
	return run_suite(suite);
}
