#include "tests/unit/policy/policy_test.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "policy/list.h"
#include "tests/support/list_reference.h"

static const struct list *
list_of(struct arena *arena, const char *text)
{
	struct list_builder *builder = list_builder_new(arena, NULL);
	struct source *source = source_new(arena, "test.list",
	    str_from(text));
	struct diag *diag = diag_new();
	const struct list *list;

	list_add_lines(builder, source, diag);
	if (diag_total(diag) > 0)
		diag_print(diag, stderr);
	ck_assert_uint_eq(diag_total(diag), 0);
	list = list_build(builder, diag);
	ck_assert_uint_eq(diag_count(diag, DIAG_ERROR), 0);
	diag_free(diag);
	return list;
}

static const char nets[] =
    "# addresses\n"
    "192.0.2.0/24\n"
    "192.0.2.128/25	# inside of the one above\n"
    "  198.51.100.7  \r\n"
    "203.0.113.0/25\n203.0.113.128/25\n"
    "\n"
    "2001:db8:1::/48\n2001:db8:1:2::/64\n"
    "10.1.2.3/8\n";

static const struct {
	const char *ip;
	bool inside;
} addresses[] = {
	{ "192.0.1.255", false }, { "192.0.2.0", true },
	{ "192.0.2.127", true }, { "192.0.2.255", true },
	{ "192.0.3.0", false }, { "198.51.100.7", true },
	{ "198.51.100.6", false }, { "203.0.113.127", true },
	{ "203.0.113.128", true }, { "203.0.114.0", false },
	{ "2001:db8:1::", true }, { "2001:db8:1:ffff::1", true },
	{ "2001:db8:2::", false }, { "2001:db8:0:ffff::", false },
	{ "10.255.255.255", true }, { "11.0.0.0", false },
	{ "9.255.255.255", false }, { "::1", false },
};

START_TEST(networks)
{
	struct arena *arena = arena_new();
	const struct list *list = list_of(arena, nets);
	struct ip ip;

	ck_assert_uint_eq(list_count(list), 8);
	ck_assert_uint_eq(list_kinds(list), LIST_NETS);
	ck_assert(ip_parse(str_from(addresses[_i].ip), &ip));
	ck_assert_int_eq(list_has_ip(list, &ip), addresses[_i].inside);
	arena_free(arena);
}
END_TEST

static const char names[] =
    "example.com\n"
    ".sub.example\n"
    "B\xc3\xbc" "cher.example\n"
    ".b\xc3\xbc" "cher.test.\n"
    "final.example.\n"
    "Joe@example.org\n"
    "abuse@\n"
    "@at.example\n"
    "@b\xc3\xbc" "cher.at.example.\n"
    "XN--BCHER-KVA.upper.example\n"
    "o'hara+x#1@example.org # a comment\n"
    "\"a b\"@quoted.example\n"
    "x@b\xc3\xbc" "cher.example\n";

static const struct {
	const char *name;
	bool domain, address;
} lookups[] = {
	{ "example.com", true, false }, { "EXAMPLE.COM", true, false },
	{ "a.example.com", false, false }, { "xexample.com", false, false },
	{ "sub.example", false, false }, { "a.sub.example", true, false },
	{ "a.b.SUB.example", true, false }, { "asub.example", false, false },
	{ ".sub.example", false, false }, { "final.example", true, false },
	{ "xn--bcher-kva.example", true, false },
	{ "a.xn--bcher-kva.test", true, false },
	{ "", false, false }, { ".", false, false }, { "..", false, false },
	{ "joe@example.org", false, true }, { "JOE@EXAMPLE.ORG", false, true },
	{ "jo@example.org", false, false },
	{ "abuse@any.example", false, true },
	{ "abuse@", false, true }, { "xabuse@any.example", false, false },
	{ "any@example.com", false, true },
	{ "any@a.sub.example", false, true },
	{ "any@example.org", false, false }, { "@", false, false },
	{ "a@b@example.com", false, true },
	{ "x@xn--bcher-kva.example", false, true },
	{ "y@xn--bcher-kva.example", false, true },
	{ "any@At.example", false, true }, { "at.example", false, false },
	{ "@at.example", false, true }, { "any@a.at.example", false, false },
	{ "any@xn--bcher-kva.at.example", false, true },
	{ "xn--bcher-kva.upper.example", true, false },
	{ "O'Hara+x#1@example.org", false, true },
	{ "o'hara+x@example.org", false, false },
	{ "\"a b\"@quoted.example", false, true },
};

START_TEST(names_and_addresses)
{
	struct arena *arena = arena_new();
	const struct list *list = list_of(arena, names);
	struct str name = str_from(lookups[_i].name);

	ck_assert_int_eq(list_has_domain(list, name), lookups[_i].domain);
	if (str_chr(name, '@') < name.len)
		ck_assert_int_eq(list_has_address(list, name),
		    lookups[_i].address);
	arena_free(arena);
}
END_TEST

START_TEST(an_empty_list_holds_nothing)
{
	struct arena *arena = arena_new();
	const struct list *list = list_of(arena, "# nothing\n\n   \n");
	struct ip ip;

	ck_assert(ip_parse(STR("192.0.2.1"), &ip));
	ck_assert_uint_eq(list_count(list), 0);
	ck_assert(!list_has_ip(list, &ip));
	ck_assert(!list_has_domain(list, STR("example.com")));
	ck_assert(!list_has_address(list, STR("a@example.com")));
	ck_assert(!list_has_text(list, STR("")));
	ip.family = IP_NONE;
	ck_assert(!list_has_ip(list, &ip));
	arena_free(arena);
}
END_TEST

START_TEST(everything_is_in_the_whole_net)
{
	struct arena *arena = arena_new();
	const struct list *list = list_of(arena,
	    "255.255.255.255\n0.0.0.0/0\n::/0\n0.0.0.0\n");
	struct ip ip;

	ck_assert(ip_parse(STR("255.255.255.255"), &ip));
	ck_assert(list_has_ip(list, &ip));
	ck_assert(ip_parse(STR("ffff:ffff::ffff"), &ip));
	ck_assert(list_has_ip(list, &ip));
	arena_free(arena);
}
END_TEST

/*
 * Lists of many sizes, so that each number of levels and of slots occurs, and
 * what is in them, beside them and just outside of them.
 */
static const unsigned sizes[] = { 1, 2, 15, 16, 17, 33, 255, 256, 257, 1000 };

/* Not evenly: runs of neighbours, and wide networks with narrow ones inside. */
static struct str
random_lines(struct arena *arena, unsigned count, unsigned seed)
{
	struct buf text;

	buf_init(&text, arena, 1024 * 1024);
	srandom(seed);
	for (unsigned i = 0; i < count; i++) {
		unsigned r = (unsigned)random();

		buf_printf(&text, "10.%u.%u.%u/%u\n", r & 3, r >> 4 & 15,
		    r >> 8 & 255, r % 7 == 0 ? 20 + r % 13 : 32);
		buf_printf(&text, "2001:db8:%x::%x/%u\n", r & 7, r >> 12 & 255,
		    r % 5 == 0 ? 40 + r % 89 : 128);
		buf_printf(&text, "%sd%u.e%u.example\n", r % 3 == 0 ? "." : "",
		    r % count, r & 3);
		buf_printf(&text, "%s%s%u.example\n", r % 4 == 0 ? "" : "u",
		    r % 4 == 0 ? "@m" : "@m", r >> 8 & 63);
	}
	return buf_str(&text);
}

START_TEST(as_looking_at_each_entry_says)
{
	struct arena *arena = arena_new();
	struct str text = random_lines(arena, sizes[_i], sizes[_i]);
	const struct list *list = list_of(arena, text.ptr);
	struct list_reference *reference = list_reference_new(arena, text);
	unsigned met = 0;

	for (unsigned i = 0; i < 2000; i++) {
		unsigned r = (unsigned)random();
		struct str name = arena_printf(arena, "%sD%u.e%u.example",
		    r % 2 == 0 ? "a.b." : "", r % (sizes[_i] + 1), r >> 9 & 3);
		struct str address = arena_printf(arena, "%s@M%u.example",
		    r % 2 == 0 ? "U" : "v", r >> 9 & 63);
		struct ip four, six;

		ck_assert(ip_parse(arena_printf(arena, "10.%u.%u.%u", r & 3,
		    r >> 4 & 15, r >> 8 & 255), &four));
		ck_assert(ip_parse(arena_printf(arena, "2001:db8:%x::%x",
		    r & 7, r >> 12 & 255), &six));
		ck_assert_int_eq(list_has_ip(list, &four),
		    list_reference_ip(reference, &four));
		ck_assert_int_eq(list_has_ip(list, &six),
		    list_reference_ip(reference, &six));
		ck_assert_int_eq(list_has_domain(list, name),
		    list_reference_domain(reference, name));
		ck_assert_int_eq(list_has_address(list, address),
		    list_reference_address(reference, address));
		met += list_has_ip(list, &four) + list_has_ip(list, &six) +
		    list_has_domain(list, name) +
		    list_has_address(list, address);
	}
	ck_assert_uint_gt(met, 10);
	ck_assert_uint_lt(met, 8000);
	arena_free(arena);
}
END_TEST

TCase *
list_tests(void)
{
	TCase *tc = tcase_create("list");

	tcase_add_loop_test(tc, networks, 0, TEST_COUNT(addresses));
	tcase_add_loop_test(tc, names_and_addresses, 0, TEST_COUNT(lookups));
	tcase_add_test(tc, an_empty_list_holds_nothing);
	tcase_add_test(tc, everything_is_in_the_whole_net);
	tcase_add_loop_test(tc, as_looking_at_each_entry_says, 0,
	    TEST_COUNT(sizes));
	return tc;
}
