#include "tests/unit/base/base_test.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/domain.h"
#include "base/hash.h"
#include "base/ip.h"
#include "base/source.h"
#include "base/vec.h"

START_TEST(source_gives_lines_with_places)
{
	struct arena *arena = arena_new();
	struct source_lines lines = source_lines(source_new(arena, "t",
	    STR("# head\n\n  one two # why\r\n\t#\nlast")));
	struct place place;
	struct str line;

	ck_assert(source_next_line(&lines, &line, &place));
	assert_str(line, "one two");
	ck_assert_uint_eq(place.line, 3);
	ck_assert_uint_eq(place.column, 3);
	ck_assert(source_next_line(&lines, &line, &place));
	assert_str(line, "last");
	ck_assert_uint_eq(place.line, 5);
	ck_assert_uint_eq(place.column, 1);
	ck_assert(!source_next_line(&lines, &line, &place));
	arena_free(arena);
}
END_TEST

START_TEST(arena_grows_and_resets)
{
	struct arena *arena = arena_new();

	for (int round = 0; round < 3; round++) {
		VEC(int) numbers_seen = { 0 };

		for (int i = 0; i < 10000; i++)
			VEC_PUSH(arena, &numbers_seen, i);
		ck_assert_uint_eq(numbers_seen.count, 10000);
		ck_assert_int_eq(numbers_seen.at[9999], 9999);
		arena_reset(arena);
		ck_assert_uint_eq(arena_used(arena), 0);
	}
	arena_free(arena);
}
END_TEST

static void
note_end(void *ctx)
{
	static int ends;

	*(int *)ctx = ++ends;
}

/* A large piece, also the first or second one, is not what reset keeps. */
START_TEST(arena_resets_large_pieces)
{
	struct arena *arena = arena_new();

	for (size_t large = 100; large < 3000; large += 100) {
		char *last = NULL;

		for (int i = 0; i < 40; i++) {
			char *text = arena_z(arena, STR("seven"));
			char *piece = arena_alloc(arena, i == 0 ? 8 :
			    i < 3 ? large : 24);

			ck_assert_uint_eq((uintptr_t)piece % 8, 0);
			ck_assert(piece != last);
			memset(piece, 0xff, i == 0 ? 8 : i < 3 ? large : 24);
			ck_assert_str_eq(text, "seven");
			last = piece;
		}
		arena_reset(arena);
	}
	arena_free(arena);
}
END_TEST

/* Texts are at the other end of a block. */
START_TEST(arena_extends_up_to_texts)
{
	struct arena *arena = arena_new();
	char *piece = arena_alloc(arena, 8), *text;
	size_t len = 8;

	text = arena_z(arena, STR("text"));
	while (arena_extend(arena, piece, len, len + 8)) {
		memset(piece + len, 'p', 8);
		len += 8;
	}
	ck_assert_uint_gt(len, 100);
	ck_assert_str_eq(text, "text");
	arena_free(arena);
}
END_TEST

START_TEST(arena_tells_its_end)
{
	struct arena *arena = arena_new();
	int first = 0, second = 0, third = 0;

	arena_at_end(arena, note_end, &first);
	arena_at_end(arena, note_end, &second);
	ck_assert_int_eq(first, 0);
	arena_reset(arena);
	ck_assert_int_eq(second, 1);
	ck_assert_int_eq(first, 2);
	arena_at_end(arena, note_end, &third);
	arena_free(arena);
	ck_assert_int_eq(third, 3);
	ck_assert_int_eq(first, 2);
}
END_TEST

START_TEST(arena_extends_the_newest_piece)
{
	struct arena *arena = arena_new();
	char *first = arena_alloc(arena, 20), *second;

	memset(first, 'a', 20);
	ck_assert(arena_extend(arena, first, 20, 20));
	ck_assert(arena_extend(arena, first, 20, 100));
	ck_assert_uint_eq(arena_used(arena), 104);
	for (int i = 20; i < 100; i++)
		ck_assert_int_eq(first[i], 0);
	second = arena_alloc(arena, 16);
	ck_assert_ptr_eq(second, first + 104);
	/* Not the newest, not in its block, more than there is room for. */
	ck_assert(!arena_extend(arena, first, 100, 200));
	ck_assert(!arena_extend(arena, second, 16, 100000));
	ck_assert(!arena_extend(arena, "text", 5, 6));
	ck_assert(arena_extend(arena, second, 16, 32));
	ck_assert_uint_eq(arena_used(arena), 136);
	arena_reset(arena);
	ck_assert(!arena_extend(arena, second, 16, 32));
	arena_free(arena);
}
END_TEST

/* Longer and shorter than what fits in one go. */
START_TEST(arena_prints)
{
	struct arena *arena = arena_new();
	struct str text;
	char long_text[600];

	for (size_t len = 250; len < 260; len++) {
		memset(long_text, 'x', len);
		long_text[len] = '\0';
		text = arena_printf(arena, "%s", long_text);
		ck_assert_uint_eq(text.len, len);
		ck_assert_str_eq(text.ptr, long_text);
	}
	arena_free(arena);
}
END_TEST

START_TEST(buf_stops_at_its_maximum)
{
	struct arena *arena = arena_new();
	struct buf buf;

	buf_init(&buf, arena, 5);
	buf_addz(&buf, "abc");
	ck_assert(!buf_full(&buf));
	buf_addz(&buf, "defg");
	assert_str(buf_str(&buf), "abcde");
	ck_assert(buf_full(&buf));
	arena_free(arena);
}
END_TEST

static const struct {
	const char *text, *printed, *arpa;
} addresses[] = {
	{ "192.0.2.1", "192.0.2.1", "1.2.0.192.in-addr.arpa" },
	{ "::ffff:192.0.2.1", "192.0.2.1", "1.2.0.192.in-addr.arpa" },
	{ "2001:DB8::1", "2001:db8::1",
	  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	  "ip6.arpa" },
};

START_TEST(ip_reads_and_prints)
{
	char text[IP_TEXT_MAX], arpa[IP_ARPA_MAX];
	struct ip ip;

	ck_assert(ip_parse(str_from(addresses[_i].text), &ip));
	assert_str(ip_format(&ip, text), addresses[_i].printed);
	assert_str(ip_arpa(&ip, arpa), addresses[_i].arpa);
}
END_TEST

static const struct {
	const char *net, *ip;
	bool inside;
} nets[] = {
	{ "192.0.2.0/24", "192.0.2.255", true },
	{ "192.0.2.0/24", "192.0.3.0", false },
	{ "192.0.2.128/25", "192.0.2.127", false },
	{ "0.0.0.0/0", "203.0.113.9", true },
	{ "0.0.0.0/0", "2001:db8::1", false },
	{ "2001:db8::/33", "2001:db8:8000::1", false },
	{ "2001:db8::/33", "2001:db8:7fff::1", true },
	{ "192.0.2.1", "192.0.2.1", true },
};

START_TEST(ipnet_matches)
{
	struct ipnet net;
	struct ip ip;

	ck_assert(ipnet_parse(str_from(nets[_i].net), &net));
	ck_assert(ip_parse(str_from(nets[_i].ip), &ip));
	ck_assert_int_eq(ipnet_contains(&net, &ip), nets[_i].inside);
}
END_TEST

START_TEST(ip_refuses_nonsense)
{
	struct ipnet net;
	struct ip ip;

	ck_assert(!ip_parse(STR("192.0.2"), &ip));
	ck_assert(!ip_parse(STR("192.0.2.1 "), &ip));
	ck_assert(!ip_parse(str_make("1.2.3.4\0x", 9), &ip));
	ck_assert(!ipnet_parse(STR("192.0.2.0/33"), &net));
	ck_assert(!ipnet_parse(STR("2001:db8::/129"), &net));
	ck_assert(!ipnet_parse(STR("192.0.2.0/"), &net));
}
END_TEST

/* Expected values from another implementation of SipHash-1-3, key zero. */
static const struct {
	const char *text;
	uint64_t hash;
} hashes[] = {
	{ "a", 0x407448d2b89b1813 },
	{ "example.com", 0x7e0432aaedb1758c },
	{ "0123456789abcdef", 0x1d42b30f7e060c24 },
};

START_TEST(hash_is_siphash13)
{
	static const uint64_t zero[2] = { 0, 0 };

	ck_assert_uint_eq(hash_siphash13(str_from(hashes[_i].text), zero),
	    hashes[_i].hash);
	ck_assert_uint_eq(hash_nocase(STR("Example.COM")),
	    hash_nocase(STR("example.com")));
}
END_TEST

/* At each place of a word, and behind the last whole one. */
START_TEST(hash_folds_letters_and_nothing_else)
{
	char a[13], b[13];

	for (size_t at = 0; at < sizeof(a); at++)
		for (int c = 0; c < 256; c++) {
			memset(a, 'q', sizeof(a));
			memcpy(b, a, sizeof(a));
			a[at] = (char)c;
			b[at] = (char)(c ^ 0x20);
			ck_assert_int_eq(ascii_alpha(a[at]),
			    hash_nocase(str_make(a, sizeof(a))) ==
			    hash_nocase(str_make(b, sizeof(b))));
		}
}
END_TEST

static const struct {
	const char *name, *ascii;		/* NULL: refused */
} domains[] = {
	{ "Example.COM.", "example.com" },
	{ "b\xc3\xbc" "cher.example", "xn--bcher-kva.example" },
	{ "_dmarc.example.com", "_dmarc.example.com" },
	{ "-bad.example", NULL }, { "bad-.example", NULL },
	{ "a..b", NULL }, { "", NULL }, { "a b.example", NULL },
	{ "a.example..", NULL }, { ".", NULL },
	/* Soft hyphens alone are nothing. */
	{ "a.example.\xc2\xad.\xc2\xad", NULL },
	{ "\xc2\xad.example", NULL },
	{ "\xff.example", NULL },
	{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  ".example", NULL },
};

START_TEST(domain_becomes_ascii)
{
	struct arena *arena = arena_new();
	struct str ascii;
	bool ok = domain_to_ascii(arena, str_from(domains[_i].name), &ascii);

	ck_assert_int_eq(ok, domains[_i].ascii != NULL);
	if (ok)
		assert_str(ascii, domains[_i].ascii);
	arena_free(arena);
}
END_TEST

START_TEST(domain_relations)
{
	ck_assert(domain_is_under(STR("a.Example.com"), STR("example.COM.")));
	ck_assert(domain_is_under(STR("example.com"), STR("example.com")));
	ck_assert(!domain_is_under(STR("badexample.com"), STR("example.com")));
	ck_assert_uint_eq(domain_labels(STR("a.b.c.")), 3);
	assert_str(domain_parent(STR("a.b.c")), "b.c");
	assert_str(domain_parent(STR("c")), "");
	assert_str(domain_last_labels(STR("a.b.c.d"), 2), "c.d");
}
END_TEST

START_TEST(diag_finds_the_nearest_word)
{
	static const char *const words[] = { "spf", "dkim", "dmarc" };

	ck_assert_str_eq(diag_nearest(STR("spff"), words, 3), "spf");
	ck_assert_str_eq(diag_nearest(STR("dmrac"), words, 3), "dmarc");
	ck_assert_ptr_null(diag_nearest(STR("listener"), words, 3));
}
END_TEST

START_TEST(diag_prints_line_and_caret)
{
	struct diag *diag = diag_new();
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	diag_add(diag, DIAG_ERROR, "a.policy", 3, 2, STR("\tx y"), "bad %s",
	    "x");
	diag_add(diag, DIAG_WARNING, "a.policy", 0, 0, STR_NONE, "empty");
	diag_print(diag, out);
	fclose(out);
	ck_assert_str_eq(text, "a.policy:3:2: error: bad x\n  \tx y\n  \t^\n"
	    "a.policy: warning: empty\n");
	ck_assert_uint_eq(diag_count(diag, DIAG_ERROR), 1);
	free(text);
	diag_free(diag);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("base");
	TCase *tc = tcase_create("base");

	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, pattern_tests());
	suite_add_tcase(suite, print_tests());
	suite_add_tcase(suite, sqlfile_tests());
	suite_add_tcase(suite, str_tests());
	suite_add_tcase(suite, strand_tests());
	tcase_add_test(tc, source_gives_lines_with_places);
	tcase_add_test(tc, arena_grows_and_resets);
	tcase_add_test(tc, arena_tells_its_end);
	tcase_add_test(tc, arena_resets_large_pieces);
	tcase_add_test(tc, arena_extends_up_to_texts);
	tcase_add_test(tc, arena_extends_the_newest_piece);
	tcase_add_test(tc, arena_prints);
	tcase_add_test(tc, buf_stops_at_its_maximum);
	tcase_add_loop_test(tc, ip_reads_and_prints, 0, TEST_COUNT(addresses));
	tcase_add_loop_test(tc, ipnet_matches, 0, TEST_COUNT(nets));
	tcase_add_test(tc, ip_refuses_nonsense);
	tcase_add_loop_test(tc, hash_is_siphash13, 0, TEST_COUNT(hashes));
	tcase_add_test(tc, hash_folds_letters_and_nothing_else);
	tcase_add_loop_test(tc, domain_becomes_ascii, 0, TEST_COUNT(domains));
	tcase_add_test(tc, domain_relations);
	tcase_add_test(tc, diag_finds_the_nearest_word);
	tcase_add_test(tc, diag_prints_line_and_caret);
	return run_suite(suite);
}
