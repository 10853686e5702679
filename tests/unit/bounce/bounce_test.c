#include "bounce/bounce.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/check.h"

/* Day 717 of its thousand. */
enum { NOW = 1790000000, DAY = 86400 };

static const struct prvs_keys keys = {
	.secrets = { [0] = STR_INIT("0123456789abcdef"),
	    [1] = STR_INIT("fedcba9876543210") },
	.current = 0
};

/* The hashes were computed by Python's hmac module. */
static const struct {
	const char *address;
	enum prvs_state state;
	const char *bare;
} checks[] = {
	{ "prvs=072493a211=user@example.com", PRVS_VALID,
	    "user@example.com" },
	{ "PRVS=072493A211=User@Example.com", PRVS_VALID,
	    "User@Example.com" },
	{ "prvs=17244aef9c=user@example.com", PRVS_VALID,
	    "user@example.com" },
	{ "prvs=07179e21b0=user@example.com", PRVS_VALID,	/* today */
	    "user@example.com" },
	{ "prvs=0716a8030b=user@example.com", PRVS_EXPIRED,	/* yesterday */
	    "user@example.com" },
	{ "prvs=07254a51a1=user@example.com", PRVS_EXPIRED,	/* too far */
	    "user@example.com" },
	{ "prvs=072493a212=user@example.com", PRVS_FORGED,
	    "user@example.com" },
	{ "prvs=072493a211=other@example.com", PRVS_FORGED,
	    "other@example.com" },
	{ "prvs=272493a211=user@example.com", PRVS_FORGED,	/* no key 2 */
	    "user@example.com" },
	{ "prvs=072493a21=user@example.com", PRVS_FORGED,
	    "user@example.com" },
	{ "prvs=072493a21g=user@example.com", PRVS_FORGED,
	    "user@example.com" },
	{ "prvs=a72493a211=user@example.com", PRVS_FORGED,
	    "user@example.com" },
	{ "prvs===", PRVS_FORGED, "=" },
	{ "prvs==user@example.com", PRVS_FORGED, "user@example.com" },
	{ "prvs=072493a211=", PRVS_FORGED, "" },
	{ "prvs=072493a211@example.com", PRVS_MISSING,
	    "prvs=072493a211@example.com" },
	{ "prvs=user@a=b.example", PRVS_MISSING, "prvs=user@a=b.example" },
	{ "prvs", PRVS_MISSING, "prvs" },
	{ "user@example.com", PRVS_MISSING, "user@example.com" },
	{ "", PRVS_MISSING, "" },
};

START_TEST(tags_are_checked)
{
	struct arena *arena = arena_new();
	struct str bare;

	ck_assert_int_eq(prvs_check(arena, &keys, str_from(checks[_i].address),
	    NOW, 7, &bare), checks[_i].state);
	assert_str(bare, checks[_i].bare);
	arena_free(arena);
}
END_TEST

START_TEST(a_tag_expires_over_the_turn_of_the_thousand)
{
	struct arena *arena = arena_new();
	int64_t day998 = (int64_t)20998 * DAY;
	struct str tag = STR("prvs=00054e789a=user@example.com"), bare;

	ck_assert_int_eq(prvs_check(arena, &keys, tag, day998, 7, &bare),
	    PRVS_VALID);
	ck_assert_int_eq(prvs_check(arena, &keys, tag, day998 + 7 * DAY, 7,
	    &bare), PRVS_VALID);
	ck_assert_int_eq(prvs_check(arena, &keys, tag, day998 + 8 * DAY, 7,
	    &bare), PRVS_EXPIRED);
	ck_assert_ptr_null(prvs_tag(arena, &keys, STR("user@example.com"),
	    day998, 7, &tag));
	assert_str(tag, "prvs=00054e789a=user@example.com");
	arena_free(arena);
}
END_TEST

static const struct {
	const char *address, *tagged, *why;
} tags[] = {
	{ "user@example.com", "prvs=072493a211=user@example.com", NULL },
	{ "prvs=072493a211=user@example.com", NULL, "it has a tag already" },
	{ "user", NULL, "it is no address with a domain" },
	{ "@example.com", NULL, "it is no address with a domain" },
	{ "", NULL, "it is no address with a domain" },
	{ "\"ab\"@example.com", NULL, "its local part is quoted" },
	{ "a b@example.com", NULL, "it holds octets that no address has" },
	{ "b\xfc@example.com", NULL, "it holds octets that no address has" },
	{ "b\xc3\xbc@example.com", "prvs=072427df25=b\xc3\xbc@example.com",
	    NULL },
	{ "a23456789b123456789c123456789d123456789e123456789@example.com",
	    NULL, "its local part is too long for a tag" },
};

START_TEST(addresses_are_tagged)
{
	struct arena *arena = arena_new();
	struct str tagged = STR_NONE;
	const char *why = prvs_tag(arena, &keys, str_from(tags[_i].address),
	    NOW, 7, &tagged);

	if (tags[_i].why != NULL)
		ck_assert_str_eq(why, tags[_i].why);
	else
		assert_str(tagged, tags[_i].tagged);
	arena_free(arena);
}
END_TEST

static char path[] = "/tmp/bounce_test.XXXXXX";

static void
write_keys(const char *text, mode_t mode)
{
	FILE *out = fopen(path, "w");

	ck_assert_ptr_nonnull(out);
	fputs(text, out);
	fclose(out);
	ck_assert_int_eq(chmod(path, mode), 0);
}

static void
make_file(void)
{
	int fd;

	strcpy(path, "/tmp/bounce_test.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void
remove_file(void)
{
	unlink(path);
}

static const char *const domains[] = { "example.com" };
static const char *const except_to[] = { "lists.example.net" };
static const char *const except_from[] = { "news@example.com" };

static struct bounce *
load(struct diag *diag)
{
	return bounce_new(&(struct bounce_options){ .keys_file = path,
	    .domains = domains, .domain_count = 1, .except_to = except_to,
	    .except_to_count = 1, .except_from = except_from,
	    .except_from_count = 1, .days = 7 }, diag);
}

static const struct {
	const char *text;
	mode_t mode;
	const char *mistake;	/* with the file's name before it */
} wrong[] = {
	{ "0 0123456789abcdef\n", 0644,
	    ": error: others can read these secrets; chmod 600 the file\n" },
	{ "", 0600, ": error: there is no key; write a line such as 0 and "
	    "what \"openssl rand -hex 16\" prints\n" },
	{ "key 0123456789abcdef\n", 0600, ":1:1: error: a line begins with "
	    "the key's number, 0 to 9, and then the secret\n" },
	{ "# one\n 10 0123456789abcdef\n", 0600, ":2:2: error: a line begins "
	    "with the key's number, 0 to 9, and then the secret\n" },
	{ "3 short\n", 0600, ":1:3: error: a secret is 16 to 128 visible "
	    "characters without blanks; make one with: openssl rand "
	    "-hex 16\n" },
	{ "3 0123456789abcdef\n3 0123456789abcdeg\n", 0600,
	    ":2:3: error: there is a key 3 already\n" },
};

/* No line of the file is shown: it may hold a secret. */
START_TEST(mistakes_in_keys)
{
	struct diag *diag = diag_new();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	write_keys(wrong[_i].text, wrong[_i].mode);
	ck_assert_ptr_null(load(diag));
	diag_print(diag, out);
	fclose(out);
	ck_assert(strncmp(text, path, strlen(path)) == 0);
	ck_assert_str_eq(text + strlen(path), wrong[_i].mistake);
	free(text);
	diag_free(diag);
}
END_TEST

START_TEST(keys_that_are_not_there)
{
	struct diag *diag = diag_new();

	unlink(path);
	ck_assert_ptr_null(load(diag));
	ck_assert_str_eq(diag_at(diag, 0)->text, "the keys of bounce tags "
	    "cannot be read: No such file or directory");
	diag_free(diag);
}
END_TEST

static const struct {
	const char *from, *rcpt, *tagged, *why;
} leaving[] = {
	{ "user@example.com", "a@example.net",
	    "prvs=5724eb62cc=user@example.com", NULL },
	{ "", "a@example.net", NULL, "it is a bounce itself" },
	{ "user@example.org", "a@example.net", NULL,
	    "its sender is not in bounce_domains" },
	{ "news@example.com", "a@example.net", NULL,
	    "its sender is in bounce_except_from" },
	{ "user@example.com", "a@lists.example.net", NULL,
	    "a recipient is in bounce_except_to" },
};

START_TEST(mail_that_leaves)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct str rcpts[] = { STR("b@example.net"),
	    str_from(leaving[_i].rcpt) };
	struct str tagged = STR_NONE;
	struct bounce *bounce;
	const char *why;

	write_keys("5 a secret of some length\n", 0600);
	ck_assert_ptr_null(load(diag));
	write_keys("5 a-secret-of-some-length # new\n"
	    "4 0123456789abcdef\n", 0600);
	bounce = load(diag);
	ck_assert_ptr_nonnull(bounce);
	why = bounce_tag(bounce, arena, str_from(leaving[_i].from), rcpts, 2,
	    NOW, &tagged);
	if (leaving[_i].why != NULL)
		ck_assert_str_eq(why, leaving[_i].why);
	else
		assert_str(tagged, leaving[_i].tagged);
	bounce_free(bounce);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

START_TEST(old_keys_are_believed_while_they_rotate)
{
	struct arena *arena = arena_new();
	struct diag *diag = diag_new();
	struct str before, bare;
	struct bounce *bounce;

	write_keys("1 0123456789abcdef\n", 0600);
	bounce = load(diag);
	ck_assert_ptr_null(bounce_tag(bounce, arena, STR("user@example.com"),
	    NULL, 0, NOW, &before));
	bounce_free(bounce);
	write_keys("2 fedcba9876543210\n1 0123456789abcdef\n", 0600);
	bounce = load(diag);
	ck_assert_int_eq(bounce_check(bounce, arena, before, NOW, &bare),
	    PRVS_VALID);
	bounce_free(bounce);
	write_keys("2 fedcba9876543210\n", 0600);
	bounce = load(diag);
	ck_assert_int_eq(bounce_check(bounce, arena, before, NOW, &bare),
	    PRVS_FORGED);
	ck_assert(bounce_expects_tag(bounce, STR("user@example.com")));
	ck_assert(!bounce_expects_tag(bounce, STR("news@example.com")));
	ck_assert(!bounce_expects_tag(bounce, STR("user@example.org")));
	bounce_free(bounce);
	diag_free(diag);
	arena_free(arena);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("bounce");
	TCase *tc = tcase_create("bounce");

	suite_add_tcase(suite, tc);
	tcase_add_checked_fixture(tc, make_file, remove_file);
	tcase_add_loop_test(tc, tags_are_checked, 0, TEST_COUNT(checks));
	tcase_add_test(tc, a_tag_expires_over_the_turn_of_the_thousand);
	tcase_add_loop_test(tc, addresses_are_tagged, 0, TEST_COUNT(tags));
	tcase_add_loop_test(tc, mistakes_in_keys, 0, TEST_COUNT(wrong));
	tcase_add_test(tc, keys_that_are_not_there);
	tcase_add_loop_test(tc, mail_that_leaves, 0, TEST_COUNT(leaving));
	tcase_add_test(tc, old_keys_are_believed_while_they_rotate);
	return run_suite(suite);
}
