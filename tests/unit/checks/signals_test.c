/*
 * What a header says of a message: each check alone, over header fields as they
 * come; what hostile mail shows, and what honest mail may do.
 */
#include "tests/unit/checks/checks_test.h"

#include "base/buf.h"
#include "checks/registry.h"
#include "mail/protect.h"

/* Sun, 22 Nov 2026 10:15:00 +0000 */
enum { NOW = 1795342500 };

#define GOOD	"From: Ann Example <ann@example.com>\n" \
		"Date: Sun, 22 Nov 2026 11:00:00 +0100\n" \
		"Message-ID: <1@example.com>\n"
#define LONG50	"0123456789012345678901234567890123456789012345678 "
#define LONG500	LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 LONG50 \
		LONG50 LONG50

struct signal {
	const char	*fact;
	struct str	 header;	/* lines; one that begins with a blank
					 * goes on */
	const char	*value;		/* as show() has it */
};

static const struct signal form[] = {
	{ "header.faults", STR_INIT(GOOD), "" },
	{ "date.age", STR_INIT(GOOD), "900" },
	{ "date.ahead", STR_INIT(GOOD), "0" },
	{ "received.count", STR_INIT(GOOD), "0" },
	{ "received.count", STR_INIT("Received: a\nX: y\nreceived: b\n\tc\n"
	  GOOD), "2" },
	/* missing, repeated, unreadable */
	{ "header.faults", STR_INIT(""), "date_missing from_missing "
	  "message_id_missing" },
	{ "date.age", STR_INIT(""), "none" },
	{ "header.faults", STR_INIT("Subject: a\n" GOOD GOOD "Subject: b\n"),
	  "date_repeated from_repeated message_id_repeated "
	  "subject_repeated" },
	{ "header.faults", STR_INIT(GOOD "Sender: a@b.example\n"
	  "sender: a@b.example\nReply-To: x\nReply-To: x\nTo: x\nTO: x\n"
	  "Cc: x\nCc: x\nBcc: x\nBcc : x\nIn-Reply-To: x\nIn-Reply-To: x\n"
	  "References: x\nReferences: x\n"),
	  "sender_repeated reply_to_repeated to_repeated cc_repeated "
	  "bcc_repeated in_reply_to_repeated references_repeated" },
	{ "header.faults", STR_INIT("From: a@b.example\nDate: today\n"
	  "Message-ID: x\n"), "date_unreadable" },
	{ "date.age", STR_INIT("Date: today\n"), "none" },
	{ "date.ahead", STR_INIT("Date: today\n"), "none" },
	{ "header.faults", STR_INIT("From: Ann (\nMessage-ID: x\n"
	  "Date: 22 Nov 2026 10:15:00 GMT\n"), "from_unreadable" },
	{ "header.faults", STR_INIT("From:\nMessage-ID: x\n"
	  "Date: 22 Nov 2026 10:15:00 GMT\n"), "from_unreadable" },
	/* the clock */
	{ "date.age", STR_INIT("Date: Mon, 23 Nov 2026 10:15:00 +0000\n"),
	  "0" },
	{ "date.ahead", STR_INIT("Date: Mon, 23 Nov 2026 10:15:00 +0000\n"),
	  "86400" },
	{ "date.age", STR_INIT("Date: 1 Jan 1970 00:00:00 GMT\n"),
	  "1795342500" },
	/* octets */
	{ "header.faults", STR_INIT(GOOD "Subject: a\rb\n"), "bare_cr" },
	{ "header.faults", STR_INIT(GOOD "Subject: b\r\r\n c\n"), "bare_cr" },
	{ "header.faults", STR_INIT(GOOD "Subject: a\r\nb\r\n c\n"),
	  "bare_lf" },
	{ "header.faults", STR_INIT(GOOD "Subject: a\0b\n"), "nul" },
	{ "header.faults", STR_INIT(GOOD "Subject: \xc3\xa4\n"),
	  "eight_bit" },
	{ "header.faults", STR_INIT(GOOD "Subject: \xe4\n"),
	  "eight_bit not_utf8" },
	{ "header.faults", STR_INIT(GOOD "X\xc3\xa4: a\n"), "eight_bit" },
	{ "header.faults", STR_INIT(GOOD "Subject: " LONG500 "\n"), "" },
	{ "header.faults", STR_INIT(GOOD "Subject: " LONG500 LONG500 "\n"),
	  "long_line" },
	{ "header.faults", STR_INIT(GOOD "Subject: " LONG500 "\r\n\t" LONG500
	  "\n"), "" },
	{ "header.faults", STR_INIT(GOOD "Subject: " LONG500 "\r\n\t" LONG500
	  LONG500 "\r\n x\n"), "long_line" },
};

/* Honest mail of kinds that trip over such tests elsewhere. */
static const struct signal honest[] = {
	/* a newsletter */
	{ "header.faults", STR_INIT("Received: from a (b [192.0.2.1])\r\n\tby "
	  "mx.example.com with ESMTPS id 1;\r\n\tSun, 22 Nov 2026 10:14:59 "
	  "+0000\n" GOOD "To: <joe@example.net>\nReply-To: "
	  "<news@example.com>\nList-Unsubscribe: <https://example.com/u>\n"
	  "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nMIME-Version: 1.0\n"), "" },
	/* a calendar invitation, with the time of day in a comment */
	{ "header.faults", STR_INIT("From: \"Ann E.\" <ann@example.com>\n"
	  "Date: Sun, 22 Nov 2026 10:15:00 +0000 (UTC)\nMessage-ID:\r\n "
	  "<calendar-1@example.com>\nContent-Type: text/calendar; "
	  "method=REQUEST\nSubject: Invitation: a meeting\n"), "" },
	/* a bounce */
	{ "header.faults", STR_INIT("From: MAILER-DAEMON@mx.example.net (Mail "
	  "System)\nTo: ann@example.com\nDate: Sun, 22 Nov 2026 10:15:00 "
	  "+0000\nMessage-ID: <2@mx.example.net>\nAuto-Submitted: "
	  "auto-replied\n"), "" },
	/* a list: From of the list, Sender, the member's Reply-To */
	{ "header.faults", STR_INIT("From: Ann Example via Users "
	  "<users@lists.example.org>\nReply-To: Ann Example "
	  "<ann@example.com>\nSender: Users <users-bounces@lists.example.org>"
	  "\nDate: Fri, 20 Nov 26 10:15:00 GMT\nMessage-ID: <3@example.com>\n"
	  "References: <1@example.com>\r\n <2@example.com>\n"), "" },
	/* several authors, and a group for nobody */
	{ "header.faults", STR_INIT("From: ann@example.com, "
	  "joe@example.com\nSender: ann@example.com\nTo: undisclosed-"
	  "recipients:;\nDate: 22 Nov 2026 10:15 -0000\nMessage-ID: <4@a>\n"),
	  "" },
};

static const struct signal utf8[] = {
	{ "header.faults", STR_INIT("From: J\xc3\xb6rg <j\xc3\xb6rg@b\xc3\xbc"
	  "cher.example>\nSubject: \xe6\x97\xa5\xe6\x9c\xac\nMessage-ID: "
	  "<1@b>\nDate: Sun, 22 Nov 2026 10:15:00 +0000\n"), "" },
	{ "header.faults", STR_INIT(GOOD "Subject: \xff\n"), "not_utf8" },
};

static const struct signal from_name[] = {
	{ "from.name", STR_INIT(""), "none" },
	{ "from.name", STR_INIT("From: a@b.example\n"), "none" },
	{ "from.name", STR_INIT("From: \"Ann, E.\" <a@b.example>\n"),
	  "Ann, E." },
	{ "from.name", STR_INIT("From: a@b.example (Ann)\n"), "Ann" },
	{ "from.name", STR_INIT("From: =?utf-8?B?QW5uIMOE?=\r\n "
	  "<a@b.example>\n"), "Ann \xc3\x84" },
	{ "from.name", STR_INIT("From: \"=?utf-8?Q?Ann?=\" <a@b.example>\n"),
	  "Ann" },
	{ "from.name", STR_INIT("From: Ann <a@b.example>, Joe <j@b.example\n"),
	  "Ann" },
	/* another address */
	{ "from.name_address", STR_INIT("From: \"boss@bank.example\" "
	  "<x@evil.example>\n"), "boss@bank.example" },
	{ "from.name_address", STR_INIT("From: =?utf-8?Q?Boss_=3Cboss=40bank"
	  "=2Eexample=3E?= <x@evil.example>\n"), "boss@bank.example" },
	{ "from.name_address", STR_INIT("From: boss@bank.example (x) "
	  "<x@evil.example>\n"), "none" },	/* no name: it is broken */
	{ "from.name_address", STR_INIT("From: \"ann@example.com\" "
	  "<ann@example.com>\n"), "none" },
	{ "from.name_address", STR_INIT("From: \"ann@example.com\" "
	  "<bounce@mail.example.com>\n"), "none" },
	{ "from.name_address", STR_INIT("From: Ann @ Example "
	  "<ann@example.com>\n"), "none" },
	{ "from.name_address", STR_INIT("From: \"ann@b\xc3\xbc" "cher.example"
	  "\" <ann@xn--bcher-kva.example>\n"), "none" },
	/* a protected name */
	{ "from.name_protected", STR_INIT("From: \"Boss, The Big\" "
	  "<x@evil.example>\n"), "The Big Boss" },
	{ "from.name_protected", STR_INIT("From: =?utf-8?B?0KBheVBhbA==?= "
	  "<x@evil.example>\n"), "PayPal" },
	{ "from.name_protected", STR_INIT("From: =?iso-8859-1?Q?PayP=E0l?= "
	  "Service <x@evil.example>\n"), "PayPal" },
	{ "from.name_protected", STR_INIT("From: The Big Picture "
	  "<x@news.example>\n"), "none" },
	{ "from.name_protected", STR_INIT("From: paypal@evil.example\n"),
	  "none" },
	{ "from.name_protected", STR_INIT("From: <x@evil.example>\n"),
	  "none" },
};

static const struct signal lookalike[] = {
	{ "from.lookalike", STR_INIT(GOOD), "none" },
	{ "from.lookalike_kind", STR_INIT(GOOD), "none" },
	{ "reply_to.lookalike", STR_INIT(GOOD), "none" },
	{ "from.lookalike", STR_INIT(""), "none" },
	{ "from.lookalike", STR_INIT("From: a@exarnple.com\n"),
	  "example.com" },
	{ "from.lookalike_kind", STR_INIT("From: a@exarnple.com\n"),
	  "homograph" },
	{ "from.lookalike", STR_INIT("From: a@\xd0\xb5xample.com\n"),
	  "example.com" },
	{ "from.lookalike_kind", STR_INIT("From: a@example.com.x.example\n"),
	  "subdomain" },
	{ "from.lookalike_kind", STR_INIT("From: a@exampel.com\n"), "near" },
	{ "from.lookalike", STR_INIT("From: a@b.example, c@examp1e.com\n"),
	  "example.com" },
	{ "reply_to.lookalike", STR_INIT(GOOD "Reply-To: a@examp1e.com\n"),
	  "example.com" },
	{ "from.lookalike", STR_INIT("From: a@b.example, a@b.example, "
	  "a@b.example, a@b.example, c@examp1e.com\n"), "none" },
	{ "from.lookalike", STR_INIT(GOOD "Reply-To: a@examp1e.com\n"),
	  "none" },
	{ "from.lookalike", STR_INIT("From: a@[192.0.2.1]\n"), "none" },
};

static const struct signal list[] = {
	{ "list.unsubscribe", STR_INIT(GOOD), "none" },
	{ "list.post", STR_INIT(GOOD), "none" },
	{ "list.one_click", STR_INIT(GOOD), "false" },
	{ "precedence", STR_INIT(GOOD), "none" },
	{ "auto_submitted", STR_INIT(GOOD), "none" },
	{ "list.unsubscribe", STR_INIT("List-Unsubscribe:\r\n <mailto:u@"
	  "example.com?subject=x>,\r\n <https://example.com/u?a=1>\n"),
	  "https://example.com/u?a=1" },
	{ "list.unsubscribe", STR_INIT("List-Unsubscribe: (by mail) <mailto:"
	  "u@example.com>\n"), "mailto:u@example.com" },
	{ "list.unsubscribe", STR_INIT("List-Unsubscribe: <https://example."
	  "com/a\r\n b> , junk <https://x.example>\n"),
	  "https://example.com/ab" },
	{ "list.unsubscribe", STR_INIT("List-Unsubscribe: https://x\n"),
	  "none" },
	{ "list.unsubscribe", STR_INIT("List-Unsubscribe: <https://x\n"),
	  "none" },
	{ "list.post", STR_INIT("List-Post: <mailto:l@example.com>\n"),
	  "mailto:l@example.com" },
	{ "list.post", STR_INIT("List-Post: NO (posting is not allowed)\n"),
	  "NO" },
	{ "list.post", STR_INIT("List-Post: NOT\n"), "none" },
	{ "precedence", STR_INIT("Precedence: Bulk\n"), "bulk" },
	{ "auto_submitted", STR_INIT("Auto-Submitted: Auto-Replied; x=y\n"),
	  "auto-replied" },
	{ "auto_submitted", STR_INIT("Auto-Submitted: (by hand) no\n"),
	  "no" },
	{ "auto_submitted", STR_INIT("Auto-Submitted: (\n"), "none" },
};

#define ONE_CLICK	"List-Unsubscribe: <https://example.com/u>\n" \
			"List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"

static const struct signal one_click[] = {
	{ "list.one_click", STR_INIT(ONE_CLICK), "true" },
	{ "list.one_click", STR_INIT("List-Unsubscribe: <mailto:u@x.example>, "
	  "<https://example.com/u>\nList-Unsubscribe-Post: "
	  "List-Unsubscribe=One-Click\n"), "true" },
	{ "list.one_click", STR_INIT("List-Unsubscribe: <http://x.example>\n"
	  "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"), "false" },
	{ "list.one_click", STR_INIT("List-Unsubscribe: <https://x.example>\n"
	  "List-Unsubscribe-Post: One-Click\n"), "false" },
	{ "list.one_click", STR_INIT("List-Unsubscribe: <https://x.example>\n"),
	  "false" },
	{ "list.one_click", STR_INIT(ONE_CLICK ONE_CLICK), "false" },
};

/* ---- a check and a message ---- */

static const char *const names[] = { "The Big Boss", "PayPal" };
static const char *const domains[] = { "example.com" };

struct trial {
	struct arena		*arena;
	struct check_options	 options;
	struct header		 header;
	struct fact_set		 facts;
	struct results		 results;
	struct subject		 subject;
	struct check_run	 run;
	bool			 finished;
};

static void
on_finish(struct check_run *run)
{
	*(bool *)run->subject->owner = true;
}

/* The fields; a line end of "\r\n" is a fold. */
static void
read_fields(struct trial *trial, struct str text)
{
	while (text.len > 0) {
		size_t end = 0, colon = str_chr(text, ':');

		while (text.ptr[end] != '\n' || text.ptr[end - 1] == '\r' ||
		    (end + 1 < text.len && ascii_space(text.ptr[end + 1])))
			end++;
		VEC_PUSH(trial->arena, &trial->header.fields,
		    (struct header_field){
			.name = str_slice(text, 0, colon),
			.value = str_slice(text, colon + 1, end) });
		text = str_skip(text, end + 1);
	}
}

static struct trial *
trial_new(enum check_id id, struct str header)
{
	struct arena *arena = arena_new();
	struct trial *trial = arena_alloc(arena, sizeof(*trial));

	trial->arena = arena;
	trial->options.protect = protect_new(&(struct protect_options){
	    .names = names, .name_count = TEST_COUNT(names),
	    .domains = domains, .domain_count = TEST_COUNT(domains) });
	read_fields(trial, header);
	trial->results.arena = arena;
	trial->facts.arena = arena;
	trial->subject = (struct subject){ .options = &trial->options,
	    .facts = &trial->facts, .results = &trial->results, .now = NOW,
	    .header = &trial->header, .on_finish = on_finish,
	    .owner = &trial->finished };
	trial->run = (struct check_run){ .check = &check_table[id],
	    .subject = &trial->subject, .arena = arena, .started = true };
	trial->run.state = arena_alloc(arena,
	    check_table[id].ops->state_size);
	facts_bool(&trial->facts, FACT_ID_MAIL_SMTPUTF8, false);
	return trial;
}

static void
trial_free(struct trial *trial)
{
	struct arena *arena = trial->arena;

	check_cancel(&trial->run);
	protect_free((struct protect *)(uintptr_t)trial->options.protect);
	arena_free(arena);
}

static struct str
show(struct trial *trial, const char *name)
{
	struct buf out;
	enum fact_id id;
	const struct fact *fact;

	ck_assert(fact_find(str_from(name), &id));
	fact = facts_get(&trial->facts, id);
	buf_init(&out, trial->arena, 1000);
	if (fact->state == FACT_NONE)
		return STR("none");
	if (fact->state == FACT_UNKNOWN)
		return fact->text;
	ck_assert_int_eq(fact->state, FACT_SET);
	if (fact_table[id].type == FACT_BOOL)
		return str_from(fact->truth ? "true" : "false");
	if (fact_table[id].type == FACT_NUMBER ||
	    fact_table[id].type == FACT_DURATION)
		return arena_printf(trial->arena, "%.0f", fact->number);
	if (fact_table[id].type != FACT_LIST)
		return fact->text;
	for (size_t i = 0; i < fact->list.count; i++) {
		buf_addz(&out, i > 0 ? " " : "");
		buf_add(&out, fact->list.at[i]);
	}
	return buf_str(&out);
}

static void
try_header(enum check_id id, const struct signal *signal, bool smtputf8)
{
	struct trial *trial = trial_new(id, signal->header);

	if (smtputf8) {
		facts_clear(&trial->facts, FACT_ID_MAIL_SMTPUTF8);
		facts_bool(&trial->facts, FACT_ID_MAIL_SMTPUTF8, true);
	}
	check_table[id].ops->eoh(&trial->run);
	ck_assert(trial->finished);
	for (int fact = check_table[id].first;
	    fact <= (int)check_table[id].last; fact++)
		ck_assert(facts_known(&trial->facts, (enum fact_id)fact));
	assert_str(show(trial, signal->fact), signal->value);
	trial_free(trial);
}

START_TEST(the_form)
{
	try_header(CHECK_FORM, &form[_i], false);
}
END_TEST

START_TEST(honest_mail_has_form)
{
	try_header(CHECK_FORM, &honest[_i], false);
}
END_TEST

START_TEST(utf8_where_it_was_announced)
{
	try_header(CHECK_FORM, &utf8[_i], true);
}
END_TEST

START_TEST(the_name_of_the_author)
{
	try_header(CHECK_FROM_NAME, &from_name[_i], false);
}
END_TEST

START_TEST(a_domain_like_ours)
{
	try_header(CHECK_LOOKALIKE, &lookalike[_i], false);
}
END_TEST

START_TEST(fields_of_lists)
{
	try_header(CHECK_LIST, &list[_i], false);
}
END_TEST

START_TEST(one_click_is_offered)
{
	try_header(CHECK_LIST, &one_click[_i], false);
}
END_TEST

START_TEST(a_cut_header_is_unknown)
{
	struct trial *trial = trial_new(CHECK_FORM, STR(GOOD));

	trial->header.cut = true;
	form_ops.eoh(&trial->run);
	ck_assert(trial->finished);
	assert_str(show(trial, "header.faults"),
	    "the header is larger than is looked at");
	assert_str(show(trial, "received.count"),
	    "the header is larger than is looked at");
	trial_free(trial);
}
END_TEST

START_TEST(nothing_is_protected)
{
	struct trial *trial = trial_new(CHECK_FROM_NAME,
	    STR("From: PayPal <x@examp1e.com>\n"));
	const struct protect *protect = trial->options.protect;

	trial->options.protect = NULL;
	from_name_ops.eoh(&trial->run);
	assert_str(show(trial, "from.name"), "PayPal");
	assert_str(show(trial, "from.name_protected"), "none");
	trial->options.protect = protect;
	trial_free(trial);
}
END_TEST

static const struct {
	const char *header;
	struct str pieces[3];
	const char *faults;
} bodies[] = {
	{ "", { STR_INIT("") }, "" },
	{ "", { STR_INIT("a\r\nb\r\n") }, "" },
	{ "", { STR_INIT("no end") }, "" },
	{ "", { STR_INIT("a\r"), STR_INIT("\nb\r"), STR_INIT("\n") }, "" },
	{ "", { STR_INIT("a\r"), STR_INIT("b") }, "bare_cr" },
	{ "", { STR_INIT("a\r") }, "bare_cr" },
	{ "", { STR_INIT("a\rb\r\n") }, "bare_cr" },
	{ "", { STR_INIT("a\r\r\n") }, "bare_cr" },
	{ "", { STR_INIT("\r"), STR_INIT("\r\n") }, "bare_cr" },
	{ "", { STR_INIT("a\n") }, "bare_lf" },
	{ "", { STR_INIT("a"), STR_INIT("\n") }, "bare_lf" },
	{ "", { STR_INIT("\r\n\n") }, "bare_lf" },
	{ "", { STR_INIT("a\0b\r\n") }, "nul" },
	{ "", { STR_INIT("\xc3\xa4\r\n") }, "eight_bit" },
	{ "MIME-Version: 1.0\n", { STR_INIT("\xc3\xa4\r\n") }, "" },
	{ "", { STR_INIT(LONG500), STR_INIT(LONG500) }, "long_line" },
	{ "", { STR_INIT(LONG500 "\r\n"), STR_INIT(LONG500 "\r\n") }, "" },
	{ "", { STR_INIT("\n\r\0\xff"), STR_INIT(LONG500 LONG500) },
	  "bare_cr bare_lf nul long_line eight_bit" },
};

START_TEST(the_form_of_the_body)
{
	struct trial *trial = trial_new(CHECK_BODY_FORM,
	    str_from(bodies[_i].header));

	for (size_t i = 0; i < 3 && bodies[_i].pieces[i].len > 0; i++)
		body_form_ops.body(&trial->run, bodies[_i].pieces[i]);
	body_form_ops.eom(&trial->run);
	ck_assert(trial->finished);
	assert_str(show(trial, "body.faults"), bodies[_i].faults);
	trial_free(trial);
}
END_TEST

static const struct str both[] = {
	STR_INIT("from"), STR_INIT("list-unsubscribe"),
	STR_INIT("List-Unsubscribe-Post"),
};

static const struct {
	struct str header;
	enum word word;
	size_t names;		/* of both[] */
	const char *value;
} signatures[] = {
	{ STR_INIT(ONE_CLICK), WORD_PASS, 3, "true" },
	{ STR_INIT(ONE_CLICK), WORD_PASS, 2, "false" },
	{ STR_INIT(ONE_CLICK), WORD_FAIL, 3, "false" },
	{ STR_INIT(ONE_CLICK), WORD_POLICY, 3, "false" },
	{ STR_INIT(ONE_CLICK), WORD_PASS, 0, "false" },
	{ STR_INIT(GOOD), WORD_PASS, 3, "none" },
};

START_TEST(one_click_is_signed)
{
	struct trial *trial = trial_new(CHECK_ONE_CLICK,
	    signatures[_i].header);
	struct dkim_signature at[] = { { .word = WORD_PASS }, {
	    .word = signatures[_i].word, .names = both,
	    .name_count = signatures[_i].names } };
	struct dkim_results results = { at, 2 };

	trial->subject.signatures = &results;
	one_click_ops.ready(&trial->run);
	ck_assert(trial->finished);
	assert_str(show(trial, "list.one_click_signed"),
	    signatures[_i].value);
	trial_free(trial);
}
END_TEST

void
add_signal_tests(TCase *tc)
{
	tcase_add_loop_test(tc, the_form, 0, TEST_COUNT(form));
	tcase_add_loop_test(tc, honest_mail_has_form, 0, TEST_COUNT(honest));
	tcase_add_loop_test(tc, utf8_where_it_was_announced, 0,
	    TEST_COUNT(utf8));
	tcase_add_test(tc, a_cut_header_is_unknown);
	tcase_add_loop_test(tc, the_name_of_the_author, 0,
	    TEST_COUNT(from_name));
	tcase_add_test(tc, nothing_is_protected);
	tcase_add_loop_test(tc, a_domain_like_ours, 0,
	    TEST_COUNT(lookalike));
	tcase_add_loop_test(tc, fields_of_lists, 0, TEST_COUNT(list));
	tcase_add_loop_test(tc, one_click_is_offered, 0,
	    TEST_COUNT(one_click));
	tcase_add_loop_test(tc, one_click_is_signed, 0,
	    TEST_COUNT(signatures));
	tcase_add_loop_test(tc, the_form_of_the_body, 0, TEST_COUNT(bodies));
}
