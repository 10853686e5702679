#include "tests/unit/policy/policy_test.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"

/* Each test has a directory of its own to work in. */
static char dir[] = "/tmp/policy-test-XXXXXX";

static void
make_dir(void)
{
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(chdir(dir), 0);
}

static void
remove_dir(void)
{
	unlink("x.list");
	unlink("x.db");
	unlink("main.policy");
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(rmdir(dir), 0);
}

static void
write_octets(const char *path, const char *text, size_t len)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(text, 1, len, file), len);
	fclose(file);
}

static const char *
policy_asking(struct arena *arena, const char *fact)
{
	return arena_printf(arena, "policy \"t\" mode enforce;\n"
	    "list l = file \"x.list\";\n"
	    "at message { reject when %s in l; }\n", fact).ptr;
}

/* What a file says of one fact. */
static const struct {
	const char *list, *fact, *value, *outcome;
} files[] = {
	/* Lines: CRLF, blanks, comments, a byte order mark, no last end. */
	{ "a.example\r\nb.example\r\n", "from.domain", "b.example", "reject" },
	{ "\xef\xbb\xbf" "a.example\n", "from.domain", "a.example", "reject" },
	{ "# a\n\n \t\n  a.example \t# b\n", "from.domain", "a.example",
	  "reject" },
	{ "b.example\na.example", "from.domain", "a.example", "reject" },
	{ "a#b@c.example\n", "from", "a#b@c.example", "reject" },
	{ "192.0.2.1#x\n", "client.ip", "192.0.2.1",
	  "x.list:1:1: error: \"192.0.2.1#x\" is no IP address or network, "
	  "domain or mail address; a comment has a blank before its #\n" },
	/* Letter case, final dots, U-labels. */
	{ "A.Example.\n", "from.domain", "a.EXAMPLE", "reject" },
	{ "b\xc3\xbc" "cher.example\n", "from.domain",
	  "xn--bcher-kva.example", "reject" },
	{ "xn--bcher-kva.example\n", "from.domain",
	  "b\xc3\xbc" "cher.example", "reject" },
	{ "B\xc3\x9c" "CHER.example\n", "from.domain",
	  "b\xc3\xbc" "cher.example", "reject" },
	{ "j\xc3\xb6@b\xc3\xbc" "cher.example\n", "from",
	  "j\xc3\xb6@xn--bcher-kva.example", "reject" },
	/* What IDNA leaves out leaves one label less. */
	{ ".test.\xef\xbb\xbf\n", "from.domain", "a.test", "reject" },
	/* Texts in quotes. */
	{ "\"win a \\\"prize\\\" # now\" # not later\n", "subject",
	  "win_a_\"prize\"_#_now", "reject" },
	{ "\"example.com\"\n", "from.domain", "example.com", "reject" },
	{ "\"192.0.2.1\"\n", "subject", "192.0.2.1", "reject" },
	{ "\"192.0.2.1\"\n", "client.ip", "192.0.2.1", "reject" },
	{ "\"Example.Com.\"\n", "subject", "example.com.", "reject" },
	{ "\"\"\n", "from", "''", "reject" },
	{ "\"a b\n", "subject", "x",
	  "x.list:1:1: error: this text is not closed: a \" is missing\n" },
	{ " \"a\" b\n", "subject", "x", "x.list:1:6: error: something follows "
	  "the entry: one stands in a line\n" },
	{ "\"a\\nb\"\n", "subject", "x", "x.list:1:3: error: in a text, \\ "
	  "stands only before \" and \\\n" },
	/* Regular expressions. */
	{ "/^ma?il[0-9]+\\./ # comment\n", "from.domain", "mil1.example",
	  "reject" },
	{ "/^MAIL/\n", "from.domain", "mail.example", "continue" },
	{ "/^MAIL/i\n", "from.domain", "mail.example", "reject" },
	{ "/a\\/b # c/\n", "subject", "a/b_#_c", "reject" },
	{ "/^bot[0-9]*@/\n", "from", "bot7@a.example", "reject" },
	{ "/^xn--/\n", "from.domain", "b\xc3\xbc" "cher.example", "reject" },
	{ "/^(a+)+$/\n", "subject", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
	  "continue" },
	{ "/^(a+)+$/\n/b$/\n", "subject",
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "reject" },
	{ "a.example\n/x/\n", "from.domain", "a.example", "reject" },
	{ "/a\n", "subject", "x", "x.list:1:1: error: this regular expression "
	  "is not closed: a / is missing\n" },
	{ "  /a(/\n", "subject", "x", "x.list:1:6: error: the regular "
	  "expression is wrong here: missing closing parenthesis\n" },
	{ "/a/im\n", "subject", "x", "x.list:1:1: error: after a regular "
	  "expression only \"i\" (letter case does not count) may stand, not "
	  "\"im\"\n" },
	{ "/a/ /b/\n", "subject", "x", "x.list:1:5: error: something follows "
	  "the entry: one stands in a line\n" },
	/* What is no text. */
	{ "\xff\xfe" "a\0", "subject", "x", "x.list:1:1: error: this is "
	  "UTF-16; a list is written in UTF-8\n" },
	{ "a.example\nb\xff.example\n", "subject", "x", "x.list:2:1: error: an "
	  "octet that is no text is in this entry\n" },
	{ "a\x01" "b@c.example\n", "from", "x", "x.list:1:1: error: an octet "
	  "that is no text is in this entry\n" },
	{ "a b@c.example\n", "from", "x", "x.list:1:1: error: "
	  "\"a b@c.example\" has an octet before the @ that no address "
	  "has\n" },
	/* Several in one file. */
	{ "a..b\nok.example\n1.2.3\n@\n", "from", "x",
	  "x.list:1:1: error: \"a..b\" is no IP address or network, domain or "
	  "mail address\n"
	  "x.list:3:1: error: \"1.2.3\" is no valid IP address or network\n"
	  "x.list:4:1: error: \"@\" has no valid domain after the @\n" },
	/* What is superfluous, or can never be met. */
	{ "a.example\nb.example\nA.example.\n", "from.domain", "x",
	  "x.list:3:1: warning: this stands in the list already\n" },
	{ "u@\nu@\nu@\n", "from", "x", "x.list:2:1: warning: 2 entries, of "
	  "which this is the first, stand in the list already\n" },
	{ "10.1.0.0/16\n10.0.0.0/8\n2001:db8::1\n10.2.0.0/16\n2001:db8::/32\n",
	  "client.ip", "x",
	  "x.list:1:1: warning: 3 entries, of which this is the first, lie "
	  "inside of other networks of the list\n" },
	{ "192.0.2.1\n192.0.2.1\n", "client.ip", "x", "x.list:2:1: warning: "
	  "this lies inside of another network of the list\n" },
	{ "a.example\n", "client.ip", "x", "3:39: warning: list \"l\" holds "
	  "nothing that client.ip (ip) can be\n" },
	{ "192.0.2.1\na.example\n/x/\n", "client.ip", "x",
	  "2:6: warning: list \"l\" holds domains, and nothing that is looked "
	  "up in it can be one of them\n"
	  "2:6: warning: list \"l\" holds regular expressions, and nothing "
	  "that is looked up in it can be one of them\n" },
	{ "a.example\n@a.example\n", "from.domain", "x", "2:6: warning: list "
	  "\"l\" holds domains behind an @, and nothing that is looked up in "
	  "it can be one of them\n" },
};

START_TEST(what_a_file_says)
{
	struct arena *arena = arena_new();
	const char *text = policy_asking(arena, files[_i].fact);
	const char *wrong;

	write_octets("x.list", files[_i].list, strlen(files[_i].list));
	wrong = mistakes_in("main.policy", text);
	if (wrong[0] == '\0') {
		struct policy *policy = policy_from_beside("main.policy",
		    text);

		wrong = outcome_of(arena, policy, STAGE_MESSAGE,
		    arena_printf(arena, "%s=%s", files[_i].fact,
		    files[_i].value).ptr);
		if (strncmp(wrong, "reject ", 7) == 0)
			wrong = "reject";
		policy_unref(policy);
	}
	ck_assert_str_eq(wrong, files[_i].outcome);
	arena_free(arena);
}
END_TEST

/* The length of a line, and how many mistakes are told. */
START_TEST(lines_without_measure)
{
	struct arena *arena = arena_new();
	const char *text = policy_asking(arena, "from.domain"), *wrong;
	char line[LIMIT_LIST_LINE_OCTETS + 2];
	FILE *file;
	unsigned told = 0;

	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\n';
	write_octets("x.list", line, sizeof(line));
	wrong = mistakes_in("main.policy", text);
	ck_assert_ptr_nonnull(strstr(wrong, "aaa\" is longer than any entry "
	    "can be\n"));
	line[0] = '#';
	write_octets("x.list", line, sizeof(line));
	ck_assert_str_eq(mistakes_in("main.policy", text), "");
	file = fopen("x.list", "w");
	for (int i = 0; i < 5000; i++)
		fputs("a..b\n", file);
	fclose(file);
	for (wrong = mistakes_in("main.policy", text);
	    (wrong = strchr(wrong, '\n')) != NULL; wrong++)
		told++;
	ck_assert_uint_eq(told, LIMIT_POLICY_ERRORS + 1);
	arena_free(arena);
}
END_TEST

START_TEST(files_lie_beside_the_policy)
{
	struct arena *arena = arena_new();
	struct policy *policy;
	const char *path = arena_printf(arena, "%s/main.policy", dir).ptr;
	static const char text[] = "policy \"t\" mode enforce;\n"
	    "list good = file \"x.list\";\n"
	    "list none = file \"none.list\" optional;\n"
	    "at connect {\nreject when client.ip not in good;\n"
	    "accept when client.ip in none;\n}\n";

	write_octets("x.list", "192.0.2.0/24\n", 13);
	write_octets("main.policy", text, strlen(text));
	ck_assert_int_eq(chdir("/"), 0);
	policy = policy_from_file(path);
	ck_assert_int_eq(chdir(dir), 0);
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_CONNECT,
	    "client.ip=192.0.2.9"), "continue");
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_CONNECT,
	    "client.ip=192.0.3.9"), "reject 550 5.7.1 "
	    "refused by the policy of this site @5");
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

/* A look-up that was made is kept: for this fact, in this list, no longer. */
START_TEST(each_look_up_has_its_own_answer)
{
	struct arena *arena = arena_new();
	struct policy *policy = policy_from("policy \"t\" mode enforce;\n"
	    "list a = { a.example };\nlist b = { b.example };\n"
	    "at message {\n"
	    "score 1 when from.domain in a;\n"
	    "score 10 when from.domain in b;\n"
	    "score 100 when spf.domain in a;\n"
	    "score 1000 when from.domain in a and spf.domain not in a;\n"
	    "score 10000 when from.domain in b or spf.domain in b;\n"
	    "accept when score == 11001;\n"
	    "quarantine \"q\" when score == 10110;\n}\n");

	ck_assert_str_eq(outcome_of(arena, policy, STAGE_MESSAGE,
	    "from.domain=a.example spf.domain=b.example"),
	    "score score score | accept @10");
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_MESSAGE,
	    "from.domain=b.example spf.domain=a.example"),
	    "score score score | quarantine q @11");
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_MESSAGE,
	    "from.domain=~ spf.domain=a.example"), "wait from.domain");
	policy_unref(policy);
	arena_free(arena);
}
END_TEST

/* ---- databases ---- */

static sqlite3 *
make_database(const char *sql)
{
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open("x.db", &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	return db;
}

static const char rows[] =
    "CREATE TABLE t (entry TEXT, on_ INT);"
    "INSERT INTO t VALUES ('a.example', 1), ('.B.example', 1),"
    " ('u@c.example # why', 1), (NULL, 1), ('', 1), ('/^x[0-9]/', 1),"
    " ('off.example', 0), ('two words', 2), ('ok.example', 3),"
    " ('line' || char(10) || 'break', 3);";

static const struct {
	const char *query, *value, *outcome;
} databases[] = {
	{ "SELECT entry FROM t WHERE on_ = 1", "a.example", "reject" },
	{ "SELECT entry FROM t WHERE on_ = 1", "y.b.example", "reject" },
	{ "SELECT entry FROM t WHERE on_ = 1", "x9.example", "reject" },
	{ "SELECT entry FROM t WHERE on_ = 1", "off.example", "continue" },
	{ "SELECT entry FROM t WHERE on_ <= 0", "off.example", "reject" },
	{ "SELECT entry FROM t WHERE on_ in (0, 2) ORDER BY on_", "x",
	  "x.db:2:1: error: \"two words\" is no IP address or network, domain "
	  "or mail address\n" },
	{ "SELECT entry FROM t WHERE on_ = 3 ORDER BY entry DESC", "x",
	  "x.db:2:0: error: a line break is in this row\n" },
	{ "SELECT entries FROM t", "x",
	  "2:32: error: database \"x.db\": no such column: entries\n" },
	{ "SELECT \\\"entry\\\", 1 FROM t WHERE x", "x",
	  "2:58: error: database \"x.db\": no such column: x\n" },
	{ "SELECT entry, on_ FROM t", "x",
	  "2:24: error: database \"x.db\": it gives 2 columns, not 1\n" },
	{ "DELETE FROM t", "x", "2:24: error: database \"x.db\": only a SELECT "
	  "that reads is allowed\n" },
};

static const char *
policy_of_query(struct arena *arena, const char *query)
{
	return arena_printf(arena, "policy \"t\" mode enforce;\n"
	    "list l = sqlite \"x.db\" \"%s\";\n"
	    "at message { reject when from.domain in l or from in l; }\n",
	    query).ptr;
}

static const char *
asked(struct arena *arena, const char *text, const char *domain)
{
	const char *said = mistakes_in("main.policy", text);
	struct policy *policy;

	if (said[0] != '\0')
		return said;
	policy = policy_from_beside("main.policy", text);
	said = outcome_of(arena, policy, STAGE_MESSAGE, arena_printf(arena,
	    "from.domain=%s", domain).ptr);
	policy_unref(policy);
	return strncmp(said, "reject ", 7) == 0 ? "reject" : said;
}

START_TEST(what_a_database_says)
{
	struct arena *arena = arena_new();

	sqlite3_close(make_database(rows));
	ck_assert_str_eq(asked(arena, policy_of_query(arena,
	    databases[_i].query), databases[_i].value),
	    databases[_i].outcome);
	arena_free(arena);
}
END_TEST

START_TEST(a_database_that_is_not_there_or_locked)
{
	struct arena *arena = arena_new();
	const char *text = policy_of_query(arena, "SELECT entry FROM t");
	sqlite3 *db;

	ck_assert_str_eq(mistakes_in("main.policy", text),
	    "2:17: error: cannot read database \"x.db\": No such file or "
	    "directory; write optional behind the query if it may be "
	    "missing\n");
	text = policy_of_query(arena, "SELECT entry FROM t\" optional");
	text = arena_printf(arena, "%.*s;\n%s", (int)(strstr(text, "\";\n") -
	    text), text, strstr(text, "at message")).ptr;
	ck_assert_str_eq(asked(arena, text, "x.example"), "continue");
	db = make_database(rows);
	ck_assert_int_eq(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL,
	    NULL), SQLITE_OK);
	ck_assert_str_eq(mistakes_in("main.policy", text), "2:24: error: "
	    "database \"x.db\": database is locked\n");
	sqlite3_close(db);
	arena_free(arena);
}
END_TEST

TCase *
list_file_tests(void)
{
	TCase *tc = tcase_create("list files");

	tcase_add_checked_fixture(tc, make_dir, remove_dir);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, what_a_file_says, 0, TEST_COUNT(files));
	tcase_add_test(tc, lines_without_measure);
	tcase_add_test(tc, files_lie_beside_the_policy);
	tcase_add_test(tc, each_look_up_has_its_own_answer);
	tcase_add_loop_test(tc, what_a_database_says, 0,
	    TEST_COUNT(databases));
	tcase_add_test(tc, a_database_that_is_not_there_or_locked);
	return tc;
}
