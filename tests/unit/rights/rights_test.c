#include "tests/unit/rights/rights_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "rights/rights.h"
#include "rights/table.h"

const char *
diag_lines(struct arena *arena, const struct diag *diag, const char *file)
{
	struct buf buf;

	buf_init(&buf, arena, 64 * 1024);
	for (size_t i = 0; i < diag_total(diag); i++) {
		const struct diag_item *item = diag_at(diag, i);

		if (strcmp(item->file, file) != 0)
			buf_printf(&buf, "%s:", item->file);
		if (item->line > 0)
			buf_printf(&buf, "%u:", item->line);
		if (item->column > 0)
			buf_printf(&buf, "%u:", item->column);
		buf_printf(&buf, "%s%s: %s\n", item->line > 0 ||
		    strcmp(item->file, file) != 0 ? " " : "",
		    item->level == DIAG_ERROR ? "error" : "warning",
		    item->text);
	}
	return arena_z(arena, buf_str(&buf));
}

/* A table in a file of its own, gone with the test. */
struct file {
	char path[64];
};

static const char *
file_with(struct file *file, const char *text)
{
	FILE *out;
	int fd;

	strcpy(file->path, "/tmp/rights-test-XXXXXX");
	fd = mkstemp(file->path);
	ck_assert_int_ge(fd, 0);
	out = fdopen(fd, "w");
	ck_assert_ptr_nonnull(out);
	ck_assert_int_ge(fputs(text, out), 0);
	ck_assert_int_eq(fclose(out), 0);
	return file->path;
}

static struct rights *
rights_from(const struct rights_options *options)
{
	struct diag *diag = diag_new();
	struct rights *rights = rights_new(options, diag);

	if (diag_total(diag) > 0)
		diag_print(diag, stderr);
	ck_assert_uint_eq(diag_total(diag), 0);
	ck_assert_ptr_nonnull(rights);
	diag_free(diag);
	return rights;
}

static const char *
answer(const struct rights *rights, const char *login, const char *address)
{
	static const char *const names[] = { "no", "yes", "unknown" };
	struct arena *arena = arena_new();
	enum rights_answer found = rights_owns(rights, arena,
	    str_from(login), str_from(address));

	arena_free(arena);
	return names[found];
}

static const char senders[] =
    "# who may send as whom\n"
    "ann@example.com ann, anna\n"
    "Info@Example.COM\tann bob\n"
    "ann+boss@example.com bob\n"
    "\"two words\"@example.com ann\n"
    "\"plain\"@example.com ann\n"
    "@sub.example carol\n"
    "exact@sub.example dave\n"
    "root ann\n"
    "root@example.net bob\n"
    "@b\xc3\xbc" "cher.example ann\n"
    "gr\xc3\xbc\xc3\x9f" "e@xn--bcher-kva.example gr\xc3\xbc\xc3\x9f" "e\n"
    "x@[192.0.2.1] ann\n";

static const char *const local_domains[] = { "example.com", "Example.ORG." };

static const struct {
	const char *login, *address, *answer;
} questions[] = {
	{ "ann", "ann@example.com", "yes" },
	{ "anna", "ann@example.com", "yes" },
	{ "ANN", "Ann@Example.Com", "yes" },
	{ "ann", "ann@example.com.", "yes" },
	{ "bob", "ann@example.com", "no" },
	{ "an", "ann@example.com", "no" },
	{ "ann,", "ann@example.com", "no" },
	{ "bob", "info@example.com", "yes" },
	{ "carol", "info@example.com", "no" },
	/* An extension falls away, unless a row has it. */
	{ "ann", "ann+news@example.com", "yes" },
	{ "ann", "ann+a+b@example.com", "yes" },
	{ "ann", "ann+boss@example.com", "no" },
	{ "bob", "ann+boss@example.com", "yes" },
	{ "ann", "+ann@example.com", "no" },
	{ "ann", "ann-news@example.com", "no" },
	/* Quotes do not count. */
	{ "ann", "\"ann\"@example.com", "yes" },
	{ "ann", "\"a\\nn\"@example.com", "yes" },
	{ "ann", "\"two words\"@example.com", "yes" },
	{ "ann", "\"two\\ words\"@example.com", "yes" },
	{ "ann", "plain@example.com", "yes" },
	{ "ann", "\"ann@example.com\"@other.example", "no" },
	{ "ann", "ann@example.com@other.example", "no" },
	/* Any address of a domain, but the row of the address comes first. */
	{ "carol", "any@sub.example", "yes" },
	{ "carol", "a.n.y+x@SUB.example", "yes" },
	{ "carol", "any@a.sub.example", "no" },
	{ "carol", "exact@sub.example", "no" },
	{ "dave", "exact@sub.example", "yes" },
	{ "carol", "exact+x@sub.example", "no" },
	{ "carol", "@sub.example", "no" },
	/* A user without a domain: in the local domains alone. */
	{ "ann", "root@example.com", "yes" },
	{ "ann", "root+x@example.org", "yes" },
	{ "ann", "root", "yes" },
	{ "ann", "root@example.net", "no" },
	{ "bob", "root@example.net", "yes" },
	{ "ann", "root@other.example", "no" },
	/* Internationalized, either way. */
	{ "ann", "x@b\xc3\xbc" "cher.example", "yes" },
	{ "ann", "x@xn--bcher-kva.example", "yes" },
	{ "ann", "x@B\xc3\x9c" "CHER.example", "yes" },
	{ "gr\xc3\xbc\xc3\x9f" "e",
	  "gr\xc3\xbc\xc3\x9f" "e@b\xc3\xbc" "cher.example", "yes" },
	{ "ann", "gr\xc3\xbc\xc3\x9f" "e@b\xc3\xbc" "cher.example", "no" },
	{ "ann", "x@[192.0.2.1]", "yes" },
	{ "ann", "x@[192.0.2.2]", "no" },
	/* Nobody, and no address. */
	{ "", "ann@example.com", "no" },
	{ "ann", "", "no" },
	{ "ann", "@", "no" },
	{ "ann", "\"\"@example.com", "no" },
	{ "ann", "ann@", "no" },
	{ "ann", "ann@exa mple.com", "no" },
};

START_TEST(a_table_says_who_owns_what)
{
	struct file file;
	const char *const tables[] = { file_with(&file, senders) };
	struct rights *rights = rights_from(&(struct rights_options){
	    .tables = tables, .table_count = 1, .delimiters = "+",
	    .local_domains = local_domains, .local_domain_count = 2 });

	ck_assert_str_eq(answer(rights, questions[_i].login,
	    questions[_i].address), questions[_i].answer);
	ck_assert_uint_eq(rights_rows(rights), 14);
	rights_free(rights);
	unlink(file.path);
}
END_TEST

static const struct {
	const char *login, *address, *answer;
} themselves[] = {
	{ "ann@example.com", "ann@example.com", "yes" },
	{ "Ann@example.com.", "ann@EXAMPLE.com", "yes" },
	{ "ann@example.com", "ann+news@example.com", "yes" },
	{ "ann@example.com", "\"ann\"@example.com", "yes" },
	{ "ann@example.com", "bob@example.com", "no" },
	{ "ann@example.com", "ann@example.org", "no" },
	{ "ann", "ann@example.org", "yes" },
	{ "ann", "ann@other.example", "no" },
	{ "ann", "ann", "yes" },
	/* A row for the address itself outranks, one for the domain not. */
	{ "given@example.com", "given@example.com", "no" },
	{ "bob", "given@example.com", "yes" },
	{ "given@example.com", "given+x@example.com", "no" },
	{ "carol", "ann@example.com", "yes" },
	{ "carol", "given@example.com", "no" },
	{ "x y", "x@example.com", "no" },
	/* Another login, which may be somebody else's. */
	{ "ann@example.com\t", "ann@example.com", "no" },
	{ " ann@example.com", "ann@example.com", "no" },
	{ "<ann@example.com>", "ann@example.com", "no" },
	{ "@x.example:ann@example.com", "ann@example.com", "no" },
	{ "\"ann\"@example.com", "ann@example.com", "no" },
	{ "two words@example.com", "\"two words\"@example.com", "yes" },
	{ "ann@b\xc3\xbc" "cher.example", "ann@xn--bcher-kva.example", "yes" },
};

START_TEST(a_login_may_be_the_address)
{
	struct file file;
	const char *const tables[] = { file_with(&file,
	    "given@example.com bob\n@example.com carol\n") };
	struct rights *rights = rights_from(&(struct rights_options){
	    .tables = tables, .table_count = 1, .delimiters = "+",
	    .local_domains = local_domains, .local_domain_count = 2,
	    .login_is_address = true });

	ck_assert_str_eq(answer(rights, themselves[_i].login,
	    themselves[_i].address), themselves[_i].answer);
	rights_free(rights);
	unlink(file.path);
}
END_TEST

START_TEST(without_tables_nothing_is_known)
{
	struct rights *rights = rights_from(&(struct rights_options){
	    .delimiters = "" });

	ck_assert_str_eq(answer(rights, "ann", "ann@example.com"), "unknown");
	ck_assert_str_eq(answer(rights, "", "ann@example.com"), "no");
	ck_assert_str_eq(answer(rights, "ann", ""), "no");
	rights_free(rights);
	rights = rights_from(&(struct rights_options){ .delimiters = "",
	    .login_is_address = true });
	ck_assert_str_eq(answer(rights, "ann@example.com",
	    "ann@example.com"), "yes");
	ck_assert_str_eq(answer(rights, "ann@example.com",
	    "ann+x@example.com"), "no");
	ck_assert_str_eq(answer(rights, "ann", "ann@example.com"), "no");
	rights_free(rights);
}
END_TEST

static const struct {
	const char *delimiters, *address, *answer;
} extensions[] = {
	{ "-", "ann-x@example.com", "yes" },
	{ "-", "ann+x@example.com", "no" },
	{ "-+", "ann+x@example.com", "yes" },
	{ "-", "owner-ann@example.com", "no" },
	{ "-", "ann-request@example.com", "no" },
	{ "+", "ann+request@example.com", "yes" },
	{ "", "ann+x@example.com", "no" },
};

START_TEST(delimiters_begin_an_extension)
{
	struct file file;
	const char *const tables[] = { file_with(&file,
	    "ann@example.com ann\nowner@example.com ann\n") };
	struct rights *rights = rights_from(&(struct rights_options){
	    .tables = tables, .table_count = 1,
	    .delimiters = extensions[_i].delimiters });

	ck_assert_str_eq(answer(rights, "ann", extensions[_i].address),
	    extensions[_i].answer);
	rights_free(rights);
	unlink(file.path);
}
END_TEST

/* postconf(5): the more exact form in any table before the less exact. */
START_TEST(several_tables_are_asked_in_order)
{
	struct file one, two, three;
	const char *tables[3];
	struct arena *arena = arena_new();
	struct rights *rights;

	tables[0] = arena_printf(arena, "hash:%s", file_with(&one,
	    "a@example.com first\n@example.com first\n")).ptr;
	tables[1] = arena_printf(arena, "proxy:pcre:%s", file_with(&two,
	    "/^(p.*)@example\\.com$/ $1\n")).ptr;
	tables[2] = arena_printf(arena, "texthash:%s", file_with(&three,
	    "a@example.com third\nb@example.com third\n"
	    "p@example.com third\n@example.com third\n")).ptr;
	rights = rights_from(&(struct rights_options){ .tables = tables,
	    .table_count = 3, .delimiters = "+" });
	ck_assert_str_eq(answer(rights, "first", "a@example.com"), "yes");
	ck_assert_str_eq(answer(rights, "third", "a@example.com"), "no");
	ck_assert_str_eq(answer(rights, "third", "b@example.com"), "yes");
	ck_assert_str_eq(answer(rights, "first", "b@example.com"), "no");
	ck_assert_str_eq(answer(rights, "p", "p@example.com"), "yes");
	ck_assert_str_eq(answer(rights, "third", "p@example.com"), "no");
	/* A pattern sees the whole address alone. */
	ck_assert_str_eq(answer(rights, "p+x", "p+x@example.com"), "yes");
	ck_assert_str_eq(answer(rights, "first", "c@example.com"), "yes");
	ck_assert_str_eq(answer(rights, "third", "c@example.com"), "no");
	rights_free(rights);
	unlink(one.path);
	unlink(two.path);
	unlink(three.path);
	arena_free(arena);
}
END_TEST

START_TEST(what_is_wrong_with_the_settings)
{
	static const char *const tables[] = { "mysql:/etc/x.cf",
	    "/nowhere/senders", "sqlite:/nowhere/db" };
	static const char *const domains[] = { "not a domain" };
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();

	ck_assert_ptr_null(rights_new(&(struct rights_options){
	    .tables = tables, .table_count = 3, .local_domains = domains,
	    .local_domain_count = 1, .delimiters = "" }, diag));
	ck_assert_str_eq(diag_lines(arena, diag, ""),
	    "local_domains: error: \"not a domain\" is no domain\n"
	    "mysql:/etc/x.cf: error: tables of this type are not read; "
	    "write a file, hash:, pcre:, regexp: or sqlite: (assay.conf(5) "
	    "lists them)\n"
	    "/nowhere/senders: error: cannot read it: No such file or "
	    "directory\n"
	    "/nowhere/db: error: a query is missing; write "
	    "sqlite:FILE?SELECT address, login FROM ...\n");
	diag_free(diag);
	arena_free(arena);
}
END_TEST

START_TEST(users_without_a_domain_need_local_domains)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct file file;
	const char *const tables[] = { file_with(&file, "root ann\n") };
	struct rights *rights = rights_new(&(struct rights_options){
	    .tables = tables, .table_count = 1, .delimiters = "" }, diag);

	ck_assert_ptr_nonnull(rights);
	ck_assert_str_eq(diag_lines(arena, diag, file.path),
	    "warning: there are users without a domain, but local_domains "
	    "names none in which they count\n");
	rights_free(rights);
	unlink(file.path);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

/* A million pairs would take seconds under the sanitizers; these do not. */
START_TEST(a_large_table_is_packed)
{
	enum { PAIRS = 20000 };
	struct table *table = table_new();
	char key[64], login[64];

	for (int i = 0; i < PAIRS; i++) {
		snprintf(key, sizeof(key), "user%06d@example.com", i / 2);
		snprintf(login, sizeof(login), "login%06d", i);
		ck_assert(table_add(table, str_from(key), str_from(login)));
		ck_assert(table_add(table, str_from(key), str_from(login)));
	}
	table_settle(table);
	ck_assert_uint_eq(table_count(table), PAIRS);
	/* 22 octets of key, 11 of login, 16 of ours. */
	ck_assert_uint_le(table_octets(table) / PAIRS, 22 + 11 + 16);
	for (int i = 0; i < PAIRS; i++) {
		snprintf(key, sizeof(key), "USER%06d@example.com", i / 2);
		snprintf(login, sizeof(login), "Login%06d", i);
		ck_assert(table_has(table, str_from(key), str_from(login)));
		snprintf(login, sizeof(login), "login%06d", i ^ 2);
		ck_assert(!table_has(table, str_from(key), str_from(login)));
	}
	ck_assert(table_has_key(table, STR("user009999@example.com")));
	ck_assert(!table_has_key(table, STR("user010000@example.com")));
	table_free(table);
}
END_TEST

/* Many logins of one address must not cost a walk over all of them. */
START_TEST(one_key_may_have_many_logins)
{
	enum { LOGINS = 20000 };
	struct table *table = table_new();
	char login[32];

	for (int i = 0; i < LOGINS; i++) {
		snprintf(login, sizeof(login), "l%d", i);
		ck_assert(table_add(table, STR("@e.example"),
		    str_from(login)));
	}
	ck_assert(table_has(table, STR("@e.example"), STR("l19999")));
	ck_assert(!table_has(table, STR("@e.example"), STR("l20000")));
	table_free(table);
}
END_TEST

TCase *
ask_cases(void)
{
	TCase *tc = tcase_create("ask");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_table_says_who_owns_what, 0,
	    TEST_COUNT(questions));
	tcase_add_loop_test(tc, a_login_may_be_the_address, 0,
	    TEST_COUNT(themselves));
	tcase_add_test(tc, without_tables_nothing_is_known);
	tcase_add_loop_test(tc, delimiters_begin_an_extension, 0,
	    TEST_COUNT(extensions));
	tcase_add_test(tc, several_tables_are_asked_in_order);
	tcase_add_test(tc, what_is_wrong_with_the_settings);
	tcase_add_test(tc, users_without_a_domain_need_local_domains);
	tcase_add_test(tc, a_large_table_is_packed);
	tcase_add_test(tc, one_key_may_have_many_logins);
	return tc;
}

int
main(void)
{
	Suite *suite = suite_create("rights");

	suite_add_tcase(suite, ask_cases());
	suite_add_tcase(suite, read_cases());
	suite_add_tcase(suite, regexmap_cases());
	return run_suite(suite);
}
