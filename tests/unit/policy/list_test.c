#include "tests/unit/policy/policy_test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "policy/list.h"

static const struct list *
list_of(struct arena *arena, const char *text)
{
	struct list_builder *builder = list_builder_new(arena);
	struct source *source = source_new(arena, "test.list",
	    str_from(text));
	struct diag *diag = diag_new();

	list_add_file(builder, source, diag);
	if (diag_total(diag) > 0)
		diag_print(diag, stderr);
	ck_assert_uint_eq(diag_total(diag), 0);
	diag_free(diag);
	return list_build(builder);
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

/* A list that grows many times over, against plain counting. */
START_TEST(a_large_list)
{
	enum { ENTRIES = 20000 };
	struct arena *arena = arena_new();
	struct list_builder *builder = list_builder_new(arena);
	const struct list *list;
	enum list_kind kind;
	char text[64];

	for (unsigned i = 0; i < ENTRIES; i++) {
		snprintf(text, sizeof(text), "10.%u.%u.%u", i >> 8 & 255,
		    i & 255, (i % 2) * 128);
		ck_assert_ptr_null(list_add(builder, str_from(text), false,
		    &kind));
		snprintf(text, sizeof(text), "d%u.example", i * 2);
		ck_assert_ptr_null(list_add(builder, arena_copy(arena,
		    str_from(text)), false, &kind));
	}
	list = list_build(builder);
	for (unsigned i = 0; i < ENTRIES; i++) {
		struct ip ip;

		snprintf(text, sizeof(text), "10.%u.%u.%u", i >> 8 & 255,
		    i & 255, 128);
		ck_assert(ip_parse(str_from(text), &ip));
		ck_assert_int_eq(list_has_ip(list, &ip), i % 2 == 1);
		snprintf(text, sizeof(text), "D%u.example", i);
		ck_assert_int_eq(list_has_domain(list, str_from(text)),
		    i % 2 == 0);
	}
	arena_free(arena);
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

START_TEST(list_files_lie_beside_the_policy)
{
	char dir[] = "/tmp/policy-test-XXXXXX";
	struct arena *arena = arena_new();
	struct policy *policy;
	const char *main_path, *list_path;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	main_path = arena_printf(arena, "%s/main.policy", dir).ptr;
	list_path = arena_printf(arena, "%s/good.list", dir).ptr;
	write_file(list_path, "192.0.2.0/24 # partners\n");
	write_file(main_path, "policy \"t\" mode enforce;\n"
	    "list good = file \"good.list\";\n"
	    "list none = file \"none.list\" optional;\n"
	    "at connect {\nreject when client.ip not in good;\n"
	    "accept when client.ip in none;\n}\n");
	policy = policy_from_file(main_path);
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_CONNECT,
	    "client.ip=192.0.2.9"), "continue");
	ck_assert_str_eq(outcome_of(arena, policy, STAGE_CONNECT,
	    "client.ip=192.0.3.9"), "reject 550 5.7.1 "
	    "refused by the policy of this site @5");
	policy_unref(policy);
	unlink(main_path);
	unlink(list_path);
	rmdir(dir);
	arena_free(arena);
}
END_TEST

START_TEST(mistakes_in_a_list_file)
{
	char dir[] = "/tmp/policy-test-XXXXXX";
	struct arena *arena = arena_new();
	const char *list_path;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	list_path = arena_printf(arena, "%s/bad.list", dir).ptr;
	write_file(list_path, "192.0.2.0/24\n192.0.2.0/33\n\n"
	    "  two words\n*.example.com # star\n@example.com\na@b@\n");
	ck_assert_str_eq(mistakes_in(
	    arena_printf(arena, "%s/main.policy", dir).ptr,
	    "policy \"t\" mode enforce;\nlist bad = file \"bad.list\";\n"
	    "at connect { reject when client.ip in bad; }\n"),
	    arena_printf(arena,
	    "%s:2:1: error: \"192.0.2.0/33\" is no valid IP address or "
	    "network\n"
	    "%s:4:3: error: \"two words\" is no IP address or network, "
	    "domain or mail address\n"
	    "%s:5:1: error: \"*.example.com\" has a star; for the subdomains "
	    "of example.com write .example.com\n"
	    "%s:6:1: error: \"@example.com\" has nothing before the @; for "
	    "all addresses of a domain write the domain alone\n",
	    list_path, list_path, list_path, list_path).ptr);
	unlink(list_path);
	rmdir(dir);
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
	tcase_add_test(tc, a_large_list);
	tcase_add_test(tc, list_files_lie_beside_the_policy);
	tcase_add_test(tc, mistakes_in_a_list_file);
	return tc;
}
