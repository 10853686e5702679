#include "tests/unit/signing/signing_test.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/domain.h"
#include "signing/table.h"

/* Lines that match an author, as "1 3 ". */
static struct str
lines_for(const struct signing_table *table, struct arena *arena,
    const char *author)
{
	struct str address = str_from(author), domain;
	struct signing_rows found;
	struct buf out;

	buf_init(&out, arena, SIZE_MAX);
	ck_assert(domain_to_ascii(arena, str_skip(address,
	    str_rchr(address, '@') + 1), &domain));
	if (author[0] == '@')
		address = STR_NONE;
	signing_table_find(table, arena, address, domain, &found);
	for (size_t i = 0; i < found.list.count; i++)
		buf_printf(&out, "%u ", found.list.at[i]->line);
	return buf_str(&out);
}

static const struct {
	const char *names;	/* a row each */
	const char *author, *lines;
} finds[] = {
	{ "example.com", "a@example.com", "1 " },
	{ "example.com", "A@EXAMPLE.COM", "1 " },
	{ "Example.COM", "a@example.com", "1 " },
	{ "example.com", "@example.com", "1 " },
	{ "example.com", "a@www.example.com", "" },
	{ "example.com", "a@notexample.com", "" },
	{ ".example.com", "a@example.com", "" },
	{ ".example.com", "a@www.example.com", "1 " },
	{ ".example.com", "a@x.y.example.com", "1 " },
	{ ".example.com .y.example.com", "a@x.y.example.com", "2 " },
	{ "*", "a@example.com", "1 " },
	{ "a@example.com", "a@example.com", "1 " },
	{ "A@example.com", "a@example.com", "1 " },
	{ "a@example.com", "b@example.com", "" },
	{ "a@example.com", "@example.com", "" },
	{ "a@.example.com", "a@x.example.com", "1 " },
	{ "a@.example.com", "a@example.com", "" },
	{ "a@", "a@example.com", "1 " },
	{ "a@*", "a@example.com", "1 " },
	{ "a@", "b@example.com", "" },
	{ "* example.com a@example.com", "a@example.com", "3 " },
	{ "* example.com a@example.com", "b@example.com", "2 " },
	{ "* example.com a@example.com", "b@example.net", "1 " },
	{ "* a@", "a@example.net", "2 " },
	{ "example.com example.com", "a@example.com", "1 2 " },
	{ "!* example.com", "a@example.com", "2 1 " },
	{ "!* * example.com", "a@example.com", "3 1 " },
	{ "!* *", "a@example.com", "1 2 " },
	{ "!example.com *", "a@example.com", "1 2 " },
	{ "b\xc3\xbc" "cher.example", "a@xn--bcher-kva.example", "1 " },
	{ "xn--bcher-kva.example", "a@b\xc3\xbc" "cher.example", "1 " },
	{ "\xc3\xa4@b\xc3\xbc" "cher.example",
	  "\xc3\xa4@xn--bcher-kva.example", "1 " },
	{ "example.com,example.net x.example", "a@example.net", "1 " },
	{ "a\"b@example.com", "a\"b@example.com", "1 " },
};

START_TEST(nearest_rows_are_found)
{
	struct arena *arena = arena_new();
	struct str rest = str_from(finds[_i].names), name;
	struct diag *diag = diag_new();
	struct signing_table *table;
	struct buf text;

	buf_init(&text, arena, SIZE_MAX);
	while (str_next(&rest, ' ', &name)) {
		bool always = name.ptr[0] == '!';

		buf_printf(&text, "%.*s key=k selector=s%s\n",
		    STR_ARG(str_skip(name, always)), always ? " always=yes" :
		    "");
	}
	buf_addc(&text, '\0');
	table = signing_table_read(files_write("table", text.ptr, 0600),
	    diag);
	diag_print(diag, stderr);
	ck_assert_ptr_nonnull(table);
	assert_str(lines_for(table, arena, finds[_i].author),
	    finds[_i].lines);
	signing_table_free(table);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

/* ---- what a row says ---- */

#define DEFAULTS "+From +To +Cc +Subject +Date +Reply-To +Message-ID " \
    "+MIME-Version +Content-Type +Content-Transfer-Encoding " \
    "+List-Unsubscribe +List-Unsubscribe-Post Sender In-Reply-To " \
    "References Content-ID Content-Description List-Id List-Help " \
    "List-Subscribe List-Post List-Owner List-Archive Autocrypt "

static const struct {
	const char *text;
	const char *domain, *keys, *wanted, *rest;
} rows[] = {
	{ "example.com selector=s key=/k.pem", "example.com", "s /k.pem ",
	  DEFAULTS, "rr 0 0" },
	{ ".example.com selector=s key=/k/", "example.com", "s /k/ ",
	  DEFAULTS, "rr 0 0" },
	{ "a@example.com key=/k/", "example.com", " /k/ ", DEFAULTS,
	  "rr 0 0" },
	{ "* key=/k/", "", " /k/ ", DEFAULTS, "rr 0 0" },
	{ "a@ key=/k/", "", " /k/ ", DEFAULTS, "rr 0 0" },
	{ "* key=/k/%/ domain=B\xc3\xbc" "cher.example",
	  "xn--bcher-kva.example", " /k/%/ ", DEFAULTS, "rr 0 0" },
	{ "example.com selector=a,b key=/k.pem,/l.pem", "example.com",
	  "a /k.pem b /l.pem ", DEFAULTS, "rr 0 0" },
	{ "example.com selector=a,b key=/k/", "example.com", "a /k/ b /k/ ",
	  DEFAULTS, "rr 0 0" },
	{ "example.com key=/k/ canonicalization=simple/relaxed expire=7d "
	  "algorithm=rsa", "example.com", " /k/ ", DEFAULTS, "sr 604800 2" },
	{ "example.com key=/k/ canonicalization=relaxed/simple expire=1m "
	  "algorithm=ed25519,rsa", "example.com", " /k/ ", DEFAULTS,
	  "rs 60 6" },
	{ "example.com key=/k/ headers=Subject:X-One", "example.com",
	  " /k/ ", "+Subject X-One +From ", "rr 0 0" },
	{ "example.com key=/k/ headers=Subject:from oversign=none",
	  "example.com", " /k/ ", "Subject +from ", "rr 0 0" },
	{ "example.com key=/k/ headers=Subject:X-One oversign=all",
	  "example.com", " /k/ ", "+Subject +X-One +From ", "rr 0 0" },
	{ "example.com key=/k/ headers=Subject oversign=X-One",
	  "example.com", " /k/ ", "Subject +From +X-One ", "rr 0 0" },
	{ "example.com key=/k/ headers=X-One:default oversign=default:X-One",
	  "example.com", " /k/ ", "+X-One " DEFAULTS, "rr 0 0" },
};

START_TEST(options_are_read)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct signing_table *table = signing_table_read(files_write("table",
	    rows[_i].text, 0600), diag);
	const struct signing_row *row;
	struct buf keys, wanted;

	diag_print(diag, stderr);
	ck_assert_ptr_nonnull(table);
	ck_assert_uint_eq(signing_table_count(table), 1);
	row = signing_table_at(table, 0);
	assert_str(row->domain, rows[_i].domain);
	buf_init(&keys, arena, SIZE_MAX);
	for (size_t i = 0; i < row->key_count; i++)
		buf_printf(&keys, "%.*s %.*s ", STR_ARG(row->keys[i].selector),
		    STR_ARG(row->keys[i].path));
	assert_str(buf_str(&keys), rows[_i].keys);
	buf_init(&wanted, arena, SIZE_MAX);
	for (size_t i = 0; i < row->style->wanted_count; i++)
		buf_printf(&wanted, "%s%.*s ", row->style->wanted[i].over ?
		    "+" : "", STR_ARG(row->style->wanted[i].name));
	assert_str(buf_str(&wanted), rows[_i].wanted);
	assert_str(arena_printf(arena, "%c%c %lld %u",
	    "sr"[row->style->header_form], "sr"[row->style->body_form],
	    (long long)row->style->lifetime, row->style->types),
	    rows[_i].rest);
	signing_table_free(table);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

START_TEST(paths_begin_beside_the_table)
{
	struct diag *diag = diag_new();
	const char *path = files_write("table", "example.com selector=s,t "
	    "key=k.pem,/l.pem", 0600);
	struct signing_table *table = signing_table_read(path, diag);

	ck_assert_ptr_nonnull(table);
	assert_str(signing_table_at(table, 0)->keys[0].path,
	    files_path("k.pem"));
	assert_str(signing_table_at(table, 0)->keys[1].path, "/l.pem");
	signing_table_free(table);
	diag_free(diag);
}
END_TEST

/* ---- mistakes ---- */

static const struct {
	const char *text, *place, *says;
} mistakes[] = {
	{ "example.com key=/k/ canon=x", "1:21", "there is no option "
	  "\"canon\"" },
	{ "example.com key=/k/ selektor=x", "1:21", "there is no option "
	  "\"selektor\"; did you mean \"selector\"?" },
	{ "\n  example.com", "2:3", "there is no key=: where is the private "
	  "key?  Write key=FILE, or key=DIRECTORY/" },
	{ "example.com key=k.pem", "1:17", "a key in a file needs "
	  "selector=: under what name is it in DNS?" },
	{ "example.com key=k,l selector=s", "1:17", "1 selectors and 2 keys: "
	  "each has one" },
	{ "example.com key=/k/ key=/l/", "1:21", "key= comes twice" },
	{ "example.com key=/k/ always", "1:21", "\"always\" has no \"=\"; "
	  "options are written NAME=VALUE, without blanks" },
	{ "example.com key=/k/ always=", "1:28", "always= has no value" },
	{ "example.com key=/k/ always=maybe", "1:28", "write always=yes or "
	  "always=no" },
	{ "exa..mple key=/k/", "1:1", "\"exa..mple\" is neither a domain nor "
	  "an address; write example.com, .example.com (what is below it), "
	  "user@example.com, user@ or *" },
	{ "example.com,, key=/k/", "1:13", "\"\" is missing" },
	{ "@example.com key=/k/", "1:1", "\"@example.com\" is neither" },
	{ "example.com key=/k/ domain=x", "1:28", "\"x\" is no domain; "
	  "write for example domain=example.com" },
	{ "example.com key=/k/ selector=a b", "1:32", "\"b\" has no \"=\"" },
	{ "example.com key=/k/ selector=a_/b", "1:30", "\"a_/b\" is no "
	  "selector: letters, digits, \"-\" and \".\"" },
	{ "example.com key=/k/ selector=a,,b", "1:32", "\"\" is no "
	  "selector" },
	{ "example.com key=,k selector=a,b", "1:17", "a key's file has no "
	  "name" },
	{ "example.com key=/k/ expire=7", "1:28", "\"7\" is no lifetime; "
	  "write for example 7d, from 1m to 3650d" },
	{ "example.com key=/k/ expire=1s", "1:28", "\"1s\" is no lifetime" },
	{ "example.com key=/k/ algorithm=rsa,dsa", "1:35", "\"dsa\" is no "
	  "algorithm; write rsa, ed25519 or rsa,ed25519" },
	{ "example.com key=/k/ canonicalization=relaxed", "1:38",
	  "\"relaxed\" is no canonicalization; write relaxed/relaxed, "
	  "relaxed/simple, simple/relaxed or simple/simple (header/body)" },
	{ "example.com key=/k/ headers=From::To", "1:34", "\"\" is no name "
	  "of a field; names stand with a colon between them, as in "
	  "From:To:Subject" },
	{ "example.com key=/k/ headers=From:Received", "1:34", "Received is "
	  "changed or removed on the way, so signing it breaks the "
	  "signature" },
	{ "example.com key=/k/ headers=Return-Path", "1:29", "Return-Path is "
	  "changed" },
	{ "example.com key=/k/ headers=DKIM-Signature", "1:29",
	  "DKIM-Signature is changed" },
	{ "example.com key=/k/ headers=bcc", "1:29", "bcc is changed" },
	{ "example.com key=/k/ oversign=Authentication-Results", "1:30",
	  "Authentication-Results is changed" },
	{ "example.com key=/k/ headers=arc-message-signature", "1:29",
	  "arc-message-signature is changed" },
	{ "example.com key=/k/ oversign=ARC-Seal", "1:30", "ARC-Seal is" },
	{ "example.com key=/k/ identity=x", "1:30", "\"x\" is no identity; "
	  "write user@example.com, @example.com or @%" },
};

START_TEST(mistakes_have_their_place)
{
	struct diag *diag = diag_new();
	char place[32];

	ck_assert_ptr_null(signing_table_read(files_write("table",
	    mistakes[_i].text, 0600), diag));
	ck_assert_uint_eq(diag_total(diag), 1);
	snprintf(place, sizeof(place), "%u:%u", diag_at(diag, 0)->line,
	    diag_at(diag, 0)->column);
	ck_assert_str_eq(place, mistakes[_i].place);
	ck_assert_msg(strstr(diag_at(diag, 0)->text, mistakes[_i].says) ==
	    diag_at(diag, 0)->text, "%s", diag_at(diag, 0)->text);
	diag_free(diag);
}
END_TEST

START_TEST(all_mistakes_are_told)
{
	struct diag *diag = diag_new();

	ck_assert_ptr_null(signing_table_read(files_write("table",
	    "example.com\nexample.net key=/k/ x=y expire=z\n", 0600), diag));
	ck_assert_uint_eq(diag_total(diag), 3);
	diag_free(diag);
	diag = diag_new();
	ck_assert_ptr_null(signing_table_read("/nowhere/table", diag));
	ck_assert_str_eq(diag_at(diag, 0)->text,
	    "cannot be read: No such file or directory");
	diag_free(diag);
}
END_TEST

void
add_table_tests(TCase *tc)
{
	tcase_add_loop_test(tc, nearest_rows_are_found, 0,
	    TEST_COUNT(finds));
	tcase_add_loop_test(tc, options_are_read, 0, TEST_COUNT(rows));
	tcase_add_test(tc, paths_begin_beside_the_table);
	tcase_add_loop_test(tc, mistakes_have_their_place, 0,
	    TEST_COUNT(mistakes));
	tcase_add_test(tc, all_mistakes_are_told);
}
