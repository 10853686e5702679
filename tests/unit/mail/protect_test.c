#include "tests/unit/mail/mail_test.h"

#include "mail/display.h"
#include "mail/near.h"
#include "mail/protect.h"

static const char *const protected_names[] = {
	"Ann Example", "PayPal", "J\xc3\xb6rg M\xc3\xbcller", "IBM",
	"First Bank of Example", "\xe5\xb1\xb1\xe7\x94\xb0 \xe8\x8a\xb1",
	"!?",		/* no letter: protects nothing */
};

static const struct {
	const char *shown, *name;
} names[] = {
	/* case, order, white space, what stands between */
	{ "Ann Example", "Ann Example" }, { "ANN EXAMPLE", "Ann Example" },
	{ "Example, Ann", "Ann Example" }, { "ann.example", "Ann Example" },
	{ "Ann Maria Example (CEO)", "Ann Example" },
	{ "AnnExample", "Ann Example" }, { "A n n E x a m p l e",
	  "Ann Example" }, { "\"Ann   Example\" via mobile", "Ann Example" },
	{ "ann_example", "Ann Example" },
	/* looks */
	{ "Ann Examp1e", "Ann Example" }, { "PayPaI", "PayPal" },
	{ "PAYPA1", "PayPal" }, { "Service PayPal", "PayPal" },
	{ "\xd1\x80\xd0\xb0ypal", "PayPal" },		/* Cyrillic */
	{ "\xf0\x9d\x90\x8f\xf0\x9d\x90\x9a\xf0\x9d\x90\xb2"
	  "\xf0\x9d\x90\x8f\xf0\x9d\x90\x9a\xf0\x9d\x90\xa5", "PayPal" },
	{ "\xef\xbc\xb0\xef\xbd\x81yPal", "PayPal" },	/* full width */
	{ "Pay\xe2\x80\x8bPal", "PayPal" },	/* zero width space */
	{ "P\xc3\xa1yp\xc3\xa0l", "PayPal" },	/* accents */
	{ "Jorg Muller", "J\xc3\xb6rg M\xc3\xbcller" },
	{ "Mu\xcc\x88ller, Jo\xcc\x88rg", "J\xc3\xb6rg M\xc3\xbcller" },
	{ "lBM", "IBM" }, { "ibm", "IBM" },
	{ "\xe5\xb1\xb1\xe7\x94\xb0\xe8\x8a\xb1",
	  "\xe5\xb1\xb1\xe7\x94\xb0 \xe8\x8a\xb1" },
	{ "Example First Bank of", "First Bank of Example" },
	/* others */
	{ "", NULL }, { "Ann", NULL }, { "Example", NULL },
	{ "Joann Exampleton", NULL }, { "Ann Examples", NULL },
	{ "Paypalooza", NULL }, { "Pay Pals", NULL }, { "IBMer", NULL },
	{ "First Bank", NULL }, { "Jorg", NULL }, { "!?", NULL },
	{ "\xff\xfe", NULL }, { "ann@example.com", "Ann Example" },
};

static const char *const protected_domains[] = {
	"example.com", "my-bank.example", "b\xc3\xbc" "cher.example",
	"ibm.example", "no domain", "intra.example.org",
};

static const struct {
	const char *domain, *like, *kind;
} domains[] = {
	/* theirs, and others' */
	{ "example.com", NULL, NULL }, { "mail.example.com", NULL, NULL },
	{ "example.net", NULL, NULL }, { "other.example", NULL, NULL },
	{ "com", NULL, NULL }, { "sample.com", NULL, NULL },
	{ "xn--bcher-kva.example", NULL, NULL },
	{ "ibn.example", NULL, NULL }, { "example.org", NULL, NULL },
	{ "myexample.com.au", NULL, NULL }, { "exam.com", NULL, NULL },
	/* looks */
	{ "examp1e.com", "example.com", "homograph" },
	{ "mail.examp1e.com", "example.com", "homograph" },
	{ "exarnple.com", "example.com", "homograph" },
	{ "xn--xample-2of.com", "example.com", "homograph" },
	{ "xn--exampl-8of.com", "example.com", "homograph" },
	{ "1bm.example", NULL, NULL },		/* i is not l */
	{ "xn--bm-gpa.example", "ibm.example", "homograph" },
	{ "bucher.example", "xn--bcher-kva.example", "homograph" },
	/* before another */
	{ "example.com.evil.example", "example.com", "subdomain" },
	{ "www.example.com.evil.example", "example.com", "subdomain" },
	{ "examp1e.com.evil.example", "example.com", "subdomain" },
	{ "example-com.evil.example", "example.com", "subdomain" },
	{ "secure-example.com", "example.com", "subdomain" },
	{ "my.bank.example", "my-bank.example", "subdomain" },
	{ "intra-example-org.evil.example", "intra.example.org",
	  "subdomain" },
	/* a slip of the hand */
	{ "exmaple.com", "example.com", "near" },
	{ "examples.com", "example.com", "near" },
	{ "exaple.com", "example.com", "near" },
	{ "exampel.com", "example.com", "near" },
	{ "ezample.com", "example.com", "near" },
	{ "example.co", "example.com", "near" },
	{ "mail.examplle.com", "example.com", "near" },
	{ "exaample.com", "example.com", "near" },
	{ "xn--bchr-0ra.example", "xn--bcher-kva.example", "near" },
	{ "ezxample.con", NULL, NULL },		/* two slips */
};

static struct protect *
new_protect(void)
{
	return protect_new(&(struct protect_options){
	    .names = protected_names,
	    .name_count = TEST_COUNT(protected_names),
	    .domains = protected_domains,
	    .domain_count = TEST_COUNT(protected_domains) });
}

START_TEST(names_are_compared_by_looks)
{
	struct arena *arena = arena_new();
	struct protect *protect = new_protect();

	assert_str(protect_name(protect, arena, str_from(names[_i].shown)),
	    names[_i].name == NULL ? "" : names[_i].name);
	protect_free(protect);
	arena_free(arena);
}
END_TEST

START_TEST(domains_are_compared_by_looks)
{
	struct arena *arena = arena_new();
	struct protect *protect = new_protect();
	struct str like = STR_NONE;
	enum likeness kind = protect_domain(protect, arena,
	    str_from(domains[_i].domain), &like);

	assert_str(kind == LIKENESS_NONE ? STR_NONE : like,
	    domains[_i].like == NULL ? "" : domains[_i].like);
	assert_str(str_from(likeness_name(kind)),
	    domains[_i].kind == NULL ? "" : domains[_i].kind);
	protect_free(protect);
	arena_free(arena);
}
END_TEST

START_TEST(nothing_is_protected)
{
	struct arena *arena = arena_new();
	struct protect *protect = protect_new(&(struct protect_options){
	    .names = NULL });
	struct str like;

	assert_str(protect_name(protect, arena, STR("Ann")), "");
	ck_assert_int_eq(protect_domain(protect, arena, STR("example.com"),
	    &like), LIKENESS_NONE);
	protect_free(protect);
	protect_free(NULL);
	arena_free(arena);
}
END_TEST

static const struct {
	const char *a, *b;
	bool near;
} slips[] = {
	{ "", "", false }, { "a", "", true }, { "ab", "", false },
	{ "abc", "abc", false }, { "abc", "abd", true }, { "abc", "ab", true },
	{ "abc", "bc", true }, { "abc", "abbc", true }, { "aaa", "aa", true },
	{ "abc", "acb", true }, { "abc", "bac", true }, { "abc", "cba", false },
	{ "abcd", "badc", false }, { "abc", "xbz", false },
	{ "a\xc3\xa4", "a\xc3\xb6", true }, { "a\xc3\xa4" "b", "ab", true },
	{ "\xc3\xa4\xc3\xb6", "\xc3\xb6\xc3\xa4", true },
	{ "\xe2\x82\xac", "\xc3\xa4", true },
	{ "\xc3\xa4", "\xe2\x82\xa4", true },
	{ "x\xc3\xa4y", "x\xc3\xb6z", false },
	{ "\x01 ", " \x01", true },
	{ "\xff", "\xfe\xff", true }, { "\x80\x80", "\x81", false },
};

START_TEST(a_slip_is_near)
{
	struct str a = str_from(slips[_i].a), b = str_from(slips[_i].b);

	ck_assert_int_eq(near_is(a, b), slips[_i].near);
	ck_assert_int_eq(near_is(b, a), slips[_i].near);
}
END_TEST

static const struct {
	const char *name, *address;
} displays[] = {
	/* of author@example.com */
	{ "boss@bank.example", "boss@bank.example" },
	{ "Boss <boss@bank.example>", "boss@bank.example" },
	{ "'boss@bank.example' via x", "boss@bank.example" },
	{ "Boss (boss@Bank.Example)", "boss@bank.example" },
	{ "boss\xef\xbc\xa0" "bank.example", "boss@bank.example" },
	{ "boss@bank.example.", "boss@bank.example" },
	{ "a@b me@example.com x@y.example", "x@y.example" },
	{ "boss@b\xc3\xbc" "cher.example", "boss@xn--bcher-kva.example" },
	{ "boss@bank.example\xe2\x80\x94 hello", "boss@bank.example" },
	{ "boss@bank.example\xc2\xa0", "boss@bank.example" },
	{ "j\xc3\xb6rg@bank.example", "j\xc3\xb6rg@bank.example" },
	/* none, or its own */
	{ "", "" }, { "Ann", "" }, { "ann@example.com", "" },
	{ "ann@EXAMPLE.com", "" }, { "ann@mail.example.com", "" },
	{ "ann@com", "" }, { "@handle", "" }, { "Ann @ Example", "" },
	{ "Ann @bank.example", "" }, { "x@1.2", "" }, { "x@10.0.0.1", "" },
	{ "x@", "" }, { "x@.", "" }, { "x@-.example", "" }, { "@", "" },
	{ "x@bank", "" }, { "x@bank_a.example\xff", "" },
};

START_TEST(a_name_holds_an_address)
{
	struct arena *arena = arena_new();

	assert_str(display_address(arena, str_from(displays[_i].name),
	    STR("example.com")), displays[_i].address);
	arena_free(arena);
}
END_TEST

TCase *
protect_cases(void)
{
	TCase *tc = tcase_create("protected names and domains");

	tcase_add_loop_test(tc, names_are_compared_by_looks, 0,
	    TEST_COUNT(names));
	tcase_add_loop_test(tc, domains_are_compared_by_looks, 0,
	    TEST_COUNT(domains));
	tcase_add_test(tc, nothing_is_protected);
	tcase_add_loop_test(tc, a_slip_is_near, 0, TEST_COUNT(slips));
	tcase_add_loop_test(tc, a_name_holds_an_address, 0,
	    TEST_COUNT(displays));
	return tc;
}
