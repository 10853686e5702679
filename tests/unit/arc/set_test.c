#include "tests/unit/arc/arc_test.h"

#include <stdlib.h>
#include <string.h>

#include "arc/set.h"

#define AAR(i) { "ARC-Authentication-Results", " i=" i "; f.example; none" }
#define AMS(i) { "ARC-Message-Signature", " i=" i "; a=ed25519-sha256; " \
    "d=f.example; s=ed; h=from; bh=YWJj; b=YWJj" }
#define AS(i, cv) { "ARC-Seal", " i=" i "; a=ed25519-sha256; cv=" cv "; " \
    "d=f.example; s=ed; b=YWJj" }
#define SET(i, cv) AAR(i), AMS(i), AS(i, cv)

struct text_field {
	const char *name, *value;
};

static const struct {
	const char		*fault;		/* "": whole */
	unsigned		 count;		/* if whole */
	struct text_field	 fields[10];
} chains[] = {
	{ "", 0, { { "From", " a@example.com" } } },
	{ "", 1, { SET("1", "none") } },
	{ "", 1, { AS("01", "NONE"), AMS(" 1 "), AAR(" 1 ") } },
	{ "", 1, { { "arc-seal ", " cv=none; i=1; b=YWJj" }, AMS("1"),
	  { "Arc-Authentication-Results",
	    " (a) i (b) = 1 (c) ; f.example" } } },
	{ "", 2, { SET("2", "pass"), SET("1", "none") } },
	{ "", 2, { AS("1", "none"), AAR("2"), AMS("2"), AMS("1"), AAR("1"),
	  AS("2", "pass") } },
	{ "ARC-Seal i=1 does not say cv=none", 0, { SET("1", "pass") } },
	{ "ARC-Seal i=2 does not say cv=pass", 0,
	  { SET("2", "none"), SET("1", "none") } },
	{ "ARC-Seal i=1 says cv=fail", 0, { SET("1", "fail") } },
	{ "ARC-Seal i=2 says cv=fail", 0,
	  { SET("2", "fail"), SET("1", "pass") } },
	{ "ARC-Seal i=1 has a malformed cv=", 0, { SET("1", "") } },
	{ "ARC-Seal i=1 has a malformed cv=", 0, { SET("1", "passed") } },
	{ "ARC-Seal i=1 has no cv=", 0, { { "ARC-Seal", " i=1; b=YWJj" } } },
	{ "ARC-Seal i=1 is missing", 0, { AAR("1"), AMS("1") } },
	{ "ARC-Message-Signature i=1 is missing", 0,
	  { AAR("1"), AS("1", "none") } },
	{ "ARC-Authentication-Results i=1 is missing", 0,
	  { AMS("1"), AS("1", "none") } },
	{ "ARC-Authentication-Results i=1 is missing", 0,
	  { SET("2", "pass") } },
	{ "ARC-Authentication-Results i=2 is missing", 0,
	  { SET("3", "pass"), SET("1", "none") } },
	{ "ARC-Seal i=1 comes twice", 0,
	  { SET("1", "none"), AS("1", "none") } },
	{ "ARC-Message-Signature i=1 comes twice", 0,
	  { AMS("1"), AMS("1"), SET("1", "none") } },
	{ "ARC-Authentication-Results i=1 comes twice", 0,
	  { SET("1", "none"), AAR("1") } },
	{ "an ARC-Seal field has a malformed i=", 0, { AS("0", "none") } },
	{ "an ARC-Seal field has a malformed i=", 0, { AS("51", "none") } },
	{ "an ARC-Seal field has a malformed i=", 0, { AS("001", "none") } },
	{ "an ARC-Seal field has a malformed i=", 0, { AS("-1", "none") } },
	{ "an ARC-Seal field has a malformed i=", 0, { AS("", "none") } },
	{ "an ARC-Seal field has no i=", 0, { { "ARC-Seal", " cv=none" } } },
	{ "an ARC-Seal field has no i=", 0, { { "ARC-Seal", "" } } },
	{ "an ARC-Message-Signature field has a malformed i=", 0,
	  { AMS("x") } },
	{ "an ARC-Authentication-Results field has a malformed i=", 0,
	  { AAR("0") } },
	{ "ARC-Authentication-Results i=1 has a malformed i=", 0,
	  { AAR("1 1") } },
	{ "an ARC-Authentication-Results field has a malformed i=", 0,
	  { AAR("99999999999999999999999") } },
	{ "an ARC-Authentication-Results field does not begin with i=", 0,
	  { { "ARC-Authentication-Results", " f.example; i=1; none" } } },
	{ "an ARC-Authentication-Results field does not begin with i=", 0,
	  { { "ARC-Authentication-Results", "(" } } },
	{ "an ARC-Authentication-Results field does not begin with i=", 0,
	  { { "ARC-Authentication-Results", "" } } },
};

static void
add(struct arena *arena, struct arc_chain *chain, const char *name,
    const char *value)
{
	struct header_field field = { str_from(name), str_from(value) };
	enum arc_kind kind;

	if (arc_kind_of(&field, &kind))
		arc_chain_add(arena, chain, kind, &field, 1700000000, 300);
}

START_TEST(chains_are_whole_or_not)
{
	struct arena *arena = arena_new();
	struct arc_chain chain = { .count = 0 };

	for (size_t i = 0; i < 10 && chains[_i].fields[i].name != NULL; i++)
		add(arena, &chain, chains[_i].fields[i].name,
		    chains[_i].fields[i].value);
	arc_chain_end(arena, &chain);
	ck_assert_str_eq(arena_z(arena, chain.fault), chains[_i].fault);
	if (chain.fault.len == 0)
		ck_assert_uint_eq(chain.count, chains[_i].count);
	arena_free(arena);
}
END_TEST

static const struct {
	const char	*name, *value;
	const char	*reason;	/* "": usable */
} signatures[] = {
	{ "ARC-Seal", " i=1; cv=none; a=rsa-sha256; d=f.example; s=s; b=YWJj",
	  "" },
	{ "ARC-Seal", " i=1; cv=none; a=rsa-sha256; d=f.example; s=s; b=YWJj;"
	  " h=from", "a seal has no h=" },
	{ "ARC-Seal", " i=1; cv=none; a=rsa-sha1; d=f.example; s=s; b=YWJj",
	  "rsa-sha1 is not accepted (RFC 8301)" },
	{ "ARC-Seal", " i=1; cv=none; a=rsa-sha256; s=s; b=YWJj",
	  "d= is missing" },
	{ "ARC-Seal", " i=1; cv=none; a=rsa-sha256; d=f.example; s=s",
	  "b= is missing" },
	{ "ARC-Seal", " i=1; i=1; cv=none; a=rsa-sha256; d=f.example; s=s; "
	  "b=YWJj", NULL },
	{ "ARC-Message-Signature", " i=1; a=rsa-sha256; d=f.example; s=s; "
	  "b=YWJj; bh=YWJj; h=from", "" },
	{ "ARC-Message-Signature", " i=1; a=rsa-sha256; d=f.example; s=s; "
	  "b=YWJj; bh=YWJj; h=to", "From is not signed" },
	{ "ARC-Message-Signature", " i=1; a=rsa-sha256; d=f.example; s=s; "
	  "b=YWJj; bh=YWJj; h=from:arc-seal", "h= names an ARC field" },
	{ "ARC-Message-Signature", " i=1; a=rsa-sha256; d=f.example; s=s; "
	  "b=YWJj; bh=YWJj; h=from:ARC-Authentication-Results",
	  "h= names an ARC field" },
	{ "ARC-Message-Signature", " i=1; a=rsa-sha256; d=f.example; s=s; "
	  "b=YWJj; h=from", "bh= is missing" },
};

START_TEST(signatures_are_vetted)
{
	struct arena *arena = arena_new();
	struct arc_chain chain = { .count = 0 };
	struct header_field field = { str_from(signatures[_i].name),
				      str_from(signatures[_i].value) };
	enum arc_kind kind;
	struct arc_field *added;

	ck_assert(arc_kind_of(&field, &kind));
	added = arc_chain_add(arena, &chain, kind, &field, 1700000000, 300);
	if (signatures[_i].reason == NULL) {
		/* The list of tags ended before cv=. */
		ck_assert_ptr_null(added);
	} else {
		ck_assert_ptr_nonnull(added);
		ck_assert_str_eq(arena_z(arena, added->job.parsed.reason),
		    signatures[_i].reason);
		ck_assert(added->job.parsed.usable ==
		    (signatures[_i].reason[0] == '\0'));
	}
	arena_free(arena);
}
END_TEST

START_TEST(a_field_may_be_too_long)
{
	struct arena *arena = arena_new();
	struct arc_chain chain = { .count = 0 };
	size_t len = LIMIT_DKIM_FIELD_OCTETS + 1;
	char *value = arena_alloc(arena, len);
	struct header_field field = { STR("ARC-Seal"), str_make(value, len) };

	memset(value, ' ', len);
	memcpy(value, "i=1;", 4);
	ck_assert_ptr_null(arc_chain_add(arena, &chain, ARC_SEAL, &field, 0,
	    0));
	ck_assert_str_eq(arena_z(arena, chain.fault),
	    "an ARC-Seal field is too long");
	arena_free(arena);
}
END_TEST

START_TEST(a_broken_chain_holds_no_more)
{
	struct arena *arena = arena_new();
	struct arc_chain chain = { .count = 0 };
	size_t used;

	add(arena, &chain, "ARC-Seal", " i=1; i=1");
	used = arena_used(arena);
	for (int i = 0; i < 1000; i++)
		add(arena, &chain, "ARC-Authentication-Results",
		    " i=1; f.example; none");
	ck_assert_uint_eq(arena_used(arena), used);
	arena_free(arena);
}
END_TEST

void
add_set_tests(TCase *tc)
{
	tcase_add_loop_test(tc, chains_are_whole_or_not, 0,
	    sizeof(chains) / sizeof(chains[0]));
	tcase_add_loop_test(tc, signatures_are_vetted, 0,
	    sizeof(signatures) / sizeof(signatures[0]));
	tcase_add_test(tc, a_field_may_be_too_long);
	tcase_add_test(tc, a_broken_chain_holds_no_more);
}
