/*
 * What privacy hides: in texts of all kinds, and for whoever reads an event.
 */
#include <string.h>

#include "event/mask.h"
#include "event/read.h"
#include "tests/unit/event/event_test.h"

static struct arena *arena;
static struct fact_set facts;
static struct privacy privacy;

static const struct str rcpts[] = {
	STR_INIT("bob@rcpt.example"), STR_INIT("Eve+x@rcpt.example"),
	STR_INIT("postmaster"),
};

static void
set_up(void)
{
	struct ip ip;

	arena = arena_new();
	memset(&facts, 0, sizeof(facts));
	privacy = (struct privacy){ .key = STR("0123456789abcdef") };
	facts_text(&facts, FACT_ID_MAIL_FROM, STR("Ann@from.example"));
	facts_text(&facts, FACT_ID_FROM, STR("author@from.example"));
	facts_text(&facts, FACT_ID_AUTH_USER, STR("annlogin"));
	facts_text(&facts, FACT_ID_SUBJECT, STR("Secret plan"));
	facts_text(&facts, FACT_ID_CLIENT_NAME, STR("host7.isp.example"));
	ck_assert(ip_parse(STR("192.0.2.77"), &ip));
	facts_ip(&facts, FACT_ID_CLIENT_IP, &ip);
}

static void
tear_down(void)
{
	arena_free(arena);
}

static struct mask *
mask_of(unsigned bits)
{
	privacy.bits = bits;
	return mask_new(arena, &privacy, &facts, rcpts, 3);
}

enum { HR = PRIVACY_HASH_RECIPIENTS, OR = PRIVACY_OMIT_RECIPIENTS,
       HS = PRIVACY_HASH_SENDERS, SU = PRIVACY_OMIT_SUBJECT,
       CC = PRIVACY_CUT_CLIENTS };

static const struct {
	unsigned bits;
	const char *text, *masked;
} texts[] = {
	{ HR, "", "" }, { HR, "nothing here", "nothing here" },
	{ HR, "no bob@rcpt.example.", "no BOB." },
	{ HR, "<BOB@rcpt.example>,bob@rcpt.example", "<BOB>,BOB" },
	{ HR, "ann@from.example to bob@rcpt.example",
	  "ann@from.example to BOB" },
	{ HR, "smtp.mailfrom=Ann@from.example", "smtp.mailfrom=Ann@from."
	  "example" },
	{ OR, "xann@from.example", "[recipient]" },
	{ OR, "to \"a b\"@rcpt.example x", "to [recipient] x" },
	{ OR, "a@[192.0.2.1], b@c.d", "[recipient], [recipient]" },
	{ OR, "@example.com a@ b @", "@example.com [recipient] b @" },
	{ OR, "bob@rcpt.example@x.y", "[recipient]@x.y" },
	{ OR, "\xc3\xbc@b\xc3\xbc.example", "[recipient]" },
	{ OR, "postmaster", "[recipient]" },
	{ OR, "the postmaster", "the postmaster" },
	{ HS, "smtp.mailfrom=ann@from.example to bob@rcpt.example",
	  "smtp.mailfrom=ANN to bob@rcpt.example" },
	{ HS | OR, "Ann@from.example bob@rcpt.example", "ANN [recipient]" },
	{ SU, "Re: secret PLAN!", "Re: [subject]!" },
	{ CC, "[192.0.2.77] is host7.isp.example, 77.2.0.192.bl.example",
	  "[192.0.2.0] is [client], [client].bl.example" },
	{ CC, "bob@rcpt.example", "bob@rcpt.example" },
};

/* BOB and ANN stand for what they were hashed to. */
static struct str
expected(const char *text)
{
	struct str out = STR_NONE, rest = str_from(text);
	struct str bob = privacy_hashed(arena, &privacy, rcpts[0]);
	struct str ann = privacy_hashed(arena, &privacy,
	    STR("ann@from.example"));

	while (rest.len > 0) {
		struct str head = str_slice(rest, 0, 3), put = head;
		size_t step = 3;

		if (str_eqz(head, "BOB")) {
			put = bob;
		} else if (str_eqz(head, "ANN")) {
			put = ann;
		} else {
			step = 1;
			put = str_slice(rest, 0, 1);
		}
		out = arena_printf(arena, "%.*s%.*s", STR_ARG(out),
		    STR_ARG(put));
		rest = str_skip(rest, step);
	}
	return out;
}

START_TEST(texts_are_masked)
{
	struct mask *mask = mask_of(texts[_i].bits);
	struct str masked = mask_text(mask, str_from(texts[_i].text));
	struct str want = expected(texts[_i].masked);

	/* The domain of a hash is as it was written. */
	ck_assert_msg(str_eq_nocase(masked, want), "\"%.*s\" not \"%.*s\"",
	    STR_ARG(masked), STR_ARG(want));
}
END_TEST

START_TEST(hashes_are_keyed)
{
	struct str a = privacy_hashed(arena, &privacy, rcpts[0]), b, c;

	ck_assert_uint_eq(a.len, 2 + 24 + strlen("@rcpt.example"));
	ck_assert(str_starts_nocase(a, STR("h-")));
	ck_assert(str_ends_nocase(a, STR("@rcpt.example")));
	b = privacy_hashed(arena, &privacy, STR("BOB@rcpt.example"));
	ck_assert(str_eq(a, b));
	privacy.key = STR("another secret of 16");
	c = privacy_hashed(arena, &privacy, rcpts[0]);
	ck_assert(!str_eq(a, c));
	b = privacy_hashed(arena, &privacy, STR("alice@rcpt.example"));
	ck_assert(!str_eq(b, c));
}
END_TEST

/* A sender that tells of whom a bounce is tells who received it. */
START_TEST(a_sender_that_names_a_recipient)
{
	struct str verp = STR("list+Bob=rcpt.example@from.example");

	assert_str(mask_sender(mask_of(OR), verp), "[recipient]");
	assert_str(mask_sender(mask_of(SU), verp),
	    "list+Bob=rcpt.example@from.example");
	assert_str(mask_sender(mask_of(OR), STR("a@from.example")),
	    "a@from.example");
}
END_TEST

static const struct {
	unsigned bits;
	enum fact_id id;
	bool omits;
} omitted[] = {
	{ OR, FACT_ID_RCPT, true }, { OR, FACT_ID_RCPT_ACCEPTED, true },
	{ OR, FACT_ID_MAIL_FROM, false }, { HR, FACT_ID_RCPT, false },
	{ SU, FACT_ID_SUBJECT, true }, { HS, FACT_ID_SUBJECT, false },
	{ HS, FACT_ID_FROM_NAME, true }, { OR, FACT_ID_FROM_NAME, false },
	{ CC, FACT_ID_CLIENT_NAME, true }, { CC, FACT_ID_IPREV_NAME, true },
	{ CC, FACT_ID_CLIENT_IP, false },
};

START_TEST(facts_are_left_out)
{
	ck_assert_int_eq(mask_omits(mask_of(omitted[_i].bits),
	    omitted[_i].id), omitted[_i].omits);
}
END_TEST

START_TEST(fields_are_left_out)
{
	ck_assert(mask_omits_field(mask_of(HR), STR("to")));
	ck_assert(mask_omits_field(mask_of(OR), STR("Delivered-To")));
	ck_assert(!mask_omits_field(mask_of(OR), STR("List-Id")));
	ck_assert(!mask_omits_field(mask_of(HS), STR("To")));
	ck_assert(mask_omits_field(mask_of(SU), STR("SUBJECT")));
	ck_assert(!mask_omits_field(NULL, STR("To")));
}
END_TEST

START_TEST(nothing_is_hidden_without_it)
{
	ck_assert_ptr_null(mask_of(0));
	ck_assert_ptr_null(mask_new(arena, NULL, &facts, rcpts, 3));
	assert_str(mask_text(NULL, rcpts[0]), "bob@rcpt.example");
	ck_assert_uint_eq(mask_bits(NULL), 0);
	ck_assert(!mask_omits(NULL, FACT_ID_RCPT));
	/* A message id is nobody's address. */
	assert_str(mask_fact(mask_of(OR | HS), FACT_ID_MESSAGE_ID,
	    STR("<1@x.example>")), "<1@x.example>");
}
END_TEST

TCase *
mask_cases(void)
{
	TCase *tc = tcase_create("mask");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, texts_are_masked, 0, TEST_COUNT(texts));
	tcase_add_test(tc, hashes_are_keyed);
	tcase_add_test(tc, a_sender_that_names_a_recipient);
	tcase_add_loop_test(tc, facts_are_left_out, 0, TEST_COUNT(omitted));
	tcase_add_test(tc, fields_are_left_out);
	tcase_add_test(tc, nothing_is_hidden_without_it);
	return tc;
}
