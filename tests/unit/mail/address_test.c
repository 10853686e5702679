#include "tests/unit/mail/mail_test.h"

#include "mail/address.h"

/* One mailbox, or the reason. */
static const struct {
	struct str value;
	const char *display, *local, *domain, *address;
	const char *reason;		/* NULL: well-formed */
} boxes[] = {
	/* RFC 5322 section 3.4, appendix A */
	{ STR_INIT("john@example.com"), "", "john", "example.com",
	  "john@example.com", NULL },
	{ STR_INIT(" John Doe <john@example.com>"), "John Doe", "john",
	  "example.com", "john@example.com", NULL },
	{ STR_INIT("\"Joe Q. Public\" <john.q.public@example.com>"),
	  "Joe Q. Public", "john.q.public", "example.com",
	  "john.q.public@example.com", NULL },
	{ STR_INIT("\"Giant; \\\"Big\\\" Box\" <sysservices@example.net>"),
	  "Giant; \"Big\" Box", "sysservices", "example.net",
	  "sysservices@example.net", NULL },
	{ STR_INIT("<boss@nil.example>"), "", "boss", "nil.example",
	  "boss@nil.example", NULL },
	{ STR_INIT("Pete(A nice \\) chap) <pete(his account)@silly.test("
	  "his host)>"), "Pete", "pete", "silly.test", "pete@silly.test",
	  NULL },
	{ STR_INIT("Joe Q. Public <john.q.public@example.com>"),
	  "Joe Q. Public", "john.q.public", "example.com",
	  "john.q.public@example.com", NULL },
	{ STR_INIT("John Doe <jdoe@machine(comment).  example>"), "John Doe",
	  "jdoe", "machine.example", "jdoe@machine.example", NULL },
	{ STR_INIT("Mary Smith <@node.test:mary@example.net>"), "Mary Smith",
	  "mary", "example.net", "mary@example.net", NULL },
	{ STR_INIT("<@a.example,,@b.example : u@example.net>"), "", "u",
	  "example.net", "u@example.net", NULL },
	{ STR_INIT(" , jdoe@test.example ,,"), "", "jdoe", "test.example",
	  "jdoe@test.example", NULL },
	{ STR_INIT("john@example.com (John Doe)"), "John Doe", "john",
	  "example.com", "john@example.com", NULL },
	/* folding, quoting, obsolete forms */
	{ STR_INIT("John\r\n Doe\r\n\t<john@example.com>"), "John Doe",
	  "john", "example.com", "john@example.com", NULL },
	{ STR_INIT("\"John\r\n Doe\" <john@example.com>"), "John Doe",
	  "john", "example.com", "john@example.com", NULL },
	{ STR_INIT("\"a@b.example\" <john@example.com>"), "a@b.example",
	  "john", "example.com", "john@example.com", NULL },
	{ STR_INIT("\"a@b\"@example.com"), "", "a@b", "example.com",
	  "\"a@b\"@example.com", NULL },
	{ STR_INIT("\"a\\\"b\"@example.com"), "", "a\"b", "example.com",
	  "\"a\\\"b\"@example.com", NULL },
	{ STR_INIT("john . doe @ example . com"), "", "john.doe",
	  "example.com", "john.doe@example.com", NULL },
	{ STR_INIT("\"john\".doe@example.com"), "", "john.doe",
	  "example.com", "\"john\".doe@example.com", NULL },
	{ STR_INIT("\"\"@example.com"), "", "", "example.com",
	  "\"\"@example.com", NULL },
	{ STR_INIT("(a(b(c)))j(d)@(e)example.com(f)"), "f", "j",
	  "example.com", "j@example.com", NULL },
	{ STR_INIT("j@[192.0.2.1]"), "", "j", "[192.0.2.1]", "j@[192.0.2.1]",
	  NULL },
	{ STR_INIT("j@[IPv6:2001:db8::1]"), "", "j", "[IPv6:2001:db8::1]",
	  "j@[IPv6:2001:db8::1]", NULL },
	{ STR_INIT("j@[ 192.0.2.1\r\n ]"), "", "j", "[192.0.2.1]",
	  "j@[192.0.2.1]", NULL },
	{ STR_INIT("John<john@example.com>"), "John", "john", "example.com",
	  "john@example.com", NULL },
	{ STR_INIT("\"A\"B\"C\"<j@example.com>"), "ABC", "j", "example.com",
	  "j@example.com", NULL },
	{ STR_INIT("j@example.com <J@Example.com>"), "j@example.com", "J",
	  "Example.com", "J@Example.com", NULL },
	/* taken though odd: whose address it is stands beyond doubt */
	{ STR_INIT("a..b.@example.com"), "", "a..b.", "example.com",
	  "a..b.@example.com", NULL },
	{ STR_INIT(".a@example.com"), "", ".a", "example.com",
	  ".a@example.com", NULL },
	{ STR_INIT("=?utf-8?q?J=40x?= <j@example.com>"),
	  "=?utf-8?q?J=40x?=", "j", "example.com", "j@example.com", NULL },
	{ STR_INIT("J\xfcrgen <j@example.com>"), "J\xfcrgen", "j",
	  "example.com", "j@example.com", NULL },
	{ STR_INIT("j@localhost"), "", "j", "localhost", "j@localhost",
	  NULL },
	{ STR_INIT("!#$%&'*+-/=?^_`{|}~@example.com"), "",
	  "!#$%&'*+-/=?^_`{|}~", "example.com",
	  "!#$%&'*+-/=?^_`{|}~@example.com", NULL },
	/* RFC 6532 */
	{ STR_INIT("\xe7\x94\xa8\xe6\x88\xb7 <\xe7\x94\xa8@\xe4\xbe\x8b."
	  "example>"), "\xe7\x94\xa8\xe6\x88\xb7", "\xe7\x94\xa8",
	  "\xe4\xbe\x8b.example", "\xe7\x94\xa8@\xe4\xbe\x8b.example",
	  NULL },
	/* refused */
	{ STR_INIT("john"), .reason = "a name has no address" },
	{ STR_INIT("John Doe"), .reason = "a name has no address" },
	{ STR_INIT("john, j@example.com"),
	  .reason = "a name has no address" },
	{ STR_INIT("<>"), .reason = "an address is empty" },
	{ STR_INIT("John <>"), .reason = "an address is empty" },
	{ STR_INIT("<john>"), .reason = "an address has no domain" },
	{ STR_INIT("@example.com"), .reason = "there is nothing before @" },
	{ STR_INIT("<@example.com>"),
	  .reason = "a source route is malformed" },
	{ STR_INIT("john@"), .reason = "there is no domain after @" },
	{ STR_INIT("<john@>"), .reason = "there is no domain after @" },
	{ STR_INIT("john@example..com"),
	  .reason = "the domain is malformed" },
	{ STR_INIT("john@example.com."),
	  .reason = "the domain is malformed" },
	{ STR_INIT("john@.example.com"),
	  .reason = "there is no domain after @" },
	{ STR_INIT("john@example.com@example.net"),
	  .reason = "an address has more than one @" },
	{ STR_INIT("john@example.com <j@example.net>"),
	  .reason = "there is text after an address" },
	{ STR_INIT("<john@example.com> <j@example.net>"),
	  .reason = "there is text after an address" },
	{ STR_INIT("<john@example.com> j@example.net"),
	  .reason = "there is text after an address" },
	{ STR_INIT("j@example.com j@example.net"),
	  .reason = "there is text after an address" },
	{ STR_INIT("john doe@example.com"),
	  .reason = "there are several words before @" },
	{ STR_INIT("<john doe@example.com>"),
	  .reason = "there are several words before @" },
	{ STR_INIT("\"a\"b@example.com"),
	  .reason = "there are several words before @" },
	{ STR_INIT("<john@example.com"),
	  .reason = "an address has no closing >" },
	{ STR_INIT("<john@example.com, j@example.net>"),
	  .reason = "an address has no closing >" },
	{ STR_INIT("<<john@example.com>>"),
	  .reason = "an address is empty" },
	{ STR_INIT("john@example.com>"),
	  .reason = "there is text after an address" },
	{ STR_INIT("(john@example.com"),
	  .reason = "a comment has no end" },
	{ STR_INIT("john@example.com (x\\)"),
	  .reason = "a comment has no end" },
	{ STR_INIT("john@example.com )"),
	  .reason = "there is text after an address" },
	{ STR_INIT("\"john@example.com"),
	  .reason = "a quoted string has no end" },
	{ STR_INIT("\"john\\\"@example.com"),
	  .reason = "a quoted string has no end" },
	{ STR_INIT("john@[192.0.2.1"),
	  .reason = "an address literal has no end" },
	{ STR_INIT("john@[192.0.2.1]example.com"),
	  .reason = "there is text after an address" },
	{ STR_INIT("john@[IPv6:@b.example]"),
	  .reason = "an address literal is malformed" },
	{ STR_INIT("john@[a[b]"),
	  .reason = "an address literal is malformed" },
	{ STR_INIT("john\0@example.com"),
	  .reason = "there is a control character" },
	{ STR_INIT("john@exam\0ple.com"),
	  .reason = "there is text after an address" },
	{ STR_INIT("\"jo\0hn\"@example.com"),
	  .reason = "the part before @ is not UTF-8" },
	{ STR_INIT("john@example.com; j@example.net"),
	  .reason = "there is text after an address" },
	{ STR_INIT("john@ex\xff" "ample.com"),
	  .reason = "the domain is not UTF-8" },
	{ STR_INIT("j\xff@example.com"),
	  .reason = "the part before @ is not UTF-8" },
	{ STR_INIT("group: john@example.com"),
	  .reason = "a group has no end" },
	{ STR_INIT("group: a: b@example.com;;"),
	  .reason = "there is a stray :" },
	{ STR_INIT(": john@example.com;"), .reason = "there is a stray :" },
	{ STR_INIT("g: a@example.com; b@example.net"),
	  .reason = "there is text after an address" },
	{ STR_INIT("john\\@example.com"), .reason = "there is a stray \\" },
	{ STR_INIT("[john]@example.com"), .reason = "there is a stray [" },
	{ STR_INIT("((((((((((((((((((((((((((((((((()))))))))))))))))))))))"
	  "))))))))))j@example.com"),
	  .reason = "comments are nested too deeply" },
};

START_TEST(mailbox_is_read)
{
	struct arena *arena = arena_new();
	struct address_list list;
	bool ok = address_list_parse(arena, boxes[_i].value, &list);

	if (boxes[_i].reason != NULL) {
		ck_assert(!ok);
		assert_str(list.reason, boxes[_i].reason);
	} else {
		assert_str(list.reason, "");
		ck_assert_uint_eq(list.mailboxes.count, 1);
		ck_assert_uint_eq(list.groups, 0);
		assert_str(list.mailboxes.at[0].display, boxes[_i].display);
		assert_str(list.mailboxes.at[0].local, boxes[_i].local);
		assert_str(list.mailboxes.at[0].domain, boxes[_i].domain);
		assert_str(list.mailboxes.at[0].address, boxes[_i].address);
	}
	arena_free(arena);
}
END_TEST

static const struct {
	const char *value;
	size_t groups;
	const char *addresses;		/* joined by a blank */
} lists[] = {
	{ "", 0, "" }, { " (x) \r\n ", 0, "" }, { ",,", 0, "" },
	{ "a@b.example, C <c@d.example>", 0, "a@b.example c@d.example" },
	{ "a@b.example,c@d.example,,e@f.example", 0,
	  "a@b.example c@d.example e@f.example" },
	{ "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
	  1, "c@a.test joe@where.test jdoe@one.test" },
	{ "Undisclosed recipients:;", 1, "" },
	{ "(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;",
	  1, "" },
	{ "g:,,a@b.example,;, h: ;, c@d.example", 2,
	  "a@b.example c@d.example" },
	{ "\"x:y\": a@b.example;", 1, "a@b.example" },
};

START_TEST(list_is_read)
{
	struct arena *arena = arena_new();
	struct address_list list;
	struct str all = STR("");

	ck_assert(address_list_parse(arena, str_from(lists[_i].value),
	    &list));
	ck_assert_uint_eq(list.groups, lists[_i].groups);
	for (size_t i = 0; i < list.mailboxes.count; i++)
		all = arena_printf(arena, "%.*s%s%.*s", STR_ARG(all),
		    i == 0 ? "" : " ",
		    STR_ARG(list.mailboxes.at[i].address));
	assert_str(all, lists[_i].addresses);
	arena_free(arena);
}
END_TEST

START_TEST(list_is_bounded)
{
	struct arena *arena = arena_new();
	struct address_list list;
	size_t len = 0, size = 400000;
	char *many = arena_alloc(arena, size);
	size_t used;

	while (len + 6 < size) {
		memcpy(many + len, "a@b.c,", 6);
		len += 6;
	}
	used = arena_used(arena);
	ck_assert(!address_list_parse(arena, str_make(many, len), &list));
	assert_str(list.reason, "there are too many addresses");
	ck_assert_uint_eq(list.mailboxes.count, 100);
	ck_assert_uint_lt(arena_used(arena) - used, 200000);

	for (len = 0; len + 3 < size; len += 3)
		memcpy(many + len, "\"a\"", 3);
	used = arena_used(arena);
	ck_assert(!address_list_parse(arena, str_make(many, len), &list));
	assert_str(list.reason, "a name has no address");
	ck_assert_uint_lt(arena_used(arena) - used, 10000000);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *path, *local, *domain;
	bool split;
} paths[] = {
	{ "user@example.com", "user", "example.com", true },
	{ "<user@example.com>", "user", "example.com", true },
	{ " <user@example.com> ", "user", "example.com", true },
	{ "<>", "", "", false }, { "", "", "", false },
	{ "<postmaster>", "postmaster", "", false },
	{ "\"a@b\"@example.com", "\"a@b\"", "example.com", true },
	{ "\"a\\\"@b\"@example.com", "\"a\\\"@b\"", "example.com", true },
	{ "a\\@b@example.com", "a\\@b", "example.com", true },
	{ "a@b@example.com", "a@b", "example.com", true },
	{ "<@a.example,@b.example:user@example.com>", "user", "example.com",
	  true },
	{ "@a.example:user@example.com", "user", "example.com", true },
	{ "@example.com", "", "example.com", true },
	{ "user@", "user", "", true },
	{ "user@[192.0.2.1]", "user", "[192.0.2.1]", true },
	{ "user@[IPv6:2001:db8::1]", "user", "[IPv6:2001:db8::1]", true },
	{ "\"open@example.com", "\"open", "example.com", true },
	{ "\xc3\xbc@b\xc3\xbc" "cher.example", "\xc3\xbc",
	  "b\xc3\xbc" "cher.example", true },
	{ "user@example.com.", "user", "example.com.", true },
};

START_TEST(path_is_split)
{
	struct str local, domain;

	ck_assert_int_eq(address_split(str_from(paths[_i].path), &local,
	    &domain), paths[_i].split);
	assert_str(local, paths[_i].local);
	assert_str(domain, paths[_i].domain);
	assert_str(address_domain(str_from(paths[_i].path)),
	    paths[_i].domain);
}
END_TEST

TCase *
address_cases(void)
{
	TCase *tc = tcase_create("address");

	tcase_add_loop_test(tc, mailbox_is_read, 0, TEST_COUNT(boxes));
	tcase_add_loop_test(tc, list_is_read, 0, TEST_COUNT(lists));
	tcase_add_test(tc, list_is_bounded);
	tcase_add_loop_test(tc, path_is_split, 0, TEST_COUNT(paths));
	return tc;
}
