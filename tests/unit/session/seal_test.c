/*
 * What leaves is sealed: the edits are applied as an MTA would, and the
 * validator judges the result.
 */
#include "session_test.h"

#include <stdio.h>
#include <string.h>

#include "arc/arc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "dkim/private.h"
#include "talk.h"
#include "tests/unit/dkim/keys_of_rfc8463.h"

#define KEY "\"v=DKIM1; k=ed25519; " \
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"

static const char zone[] =
    "example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "_dmarc.example.com. TXT \"v=DMARC1; p=reject\"\n"
    "s._domainkey.mx.example TXT " KEY;

static const char pass_all[] = "policy \"p\" mode enforce;\n";
static const char *const forwarded[] = { "list@mx.example", "@away.example" };

/* One session, and the message after it. */
struct post {
	struct talk		*talk;
	struct arena		*arena;
	struct dkim_private	*key;
	struct ipnet		 managers, relay;
	struct header		 sent, left;
	const char		*body;
	struct arc_results	 found;
	bool			 done;
	const char		*login;
};

static void
post_open(struct post *post, const char *policy)
{
	struct engine_options options = talk_options();
	struct str note;

	*post = (struct post){ .arena = arena_new(),
	    .body = "Hello.\r\n" };
	post->key = dkim_private_read(post->arena, "k", STR(RFC_ED25519),
	    &note);
	ck_assert(ipnet_parse(STR("192.0.2.64/26"), &post->managers));
	options.checks.dkim.engine = DKIM_ENGINE_NATIVE;
	options.seal = (struct seal_options){ .key = post->key,
	    .domain = STR("mx.example"), .selector = STR("s"),
	    .recipients = forwarded, .recipient_count = 2,
	    .networks = &post->managers, .network_count = 1 };
	options.own_networks = &post->managers;
	options.own_network_count = 1;
	ck_assert(ipnet_parse(STR("198.51.100.7"), &post->relay));
	options.relays = (struct relay_list){ &post->relay, 1 };
	post->talk = talk_with(zone, policy, options);
}

static void
post_close(struct post *post)
{
	talk_free(post->talk);
	dkim_private_unref(post->key);
	arena_free(post->arena);
}

static void
add(struct post *post, const char *name, const char *value)
{
	VEC_PUSH(post->arena, &post->sent.fields, (struct header_field){
	    str_from(name), str_from(value) });
}

static void
write_letter(struct post *post)
{
	add(post, "From", " Ann <ann@example.com>");
	add(post, "Subject", " hi");
}

/* Before the session answers, for the edits live no longer. */
static void
taken(void *ctx, const struct session_reply *reply)
{
	struct post *post = ctx;
	struct edit_list edits = { 0 };
	struct header after;

	for (size_t i = 0; i < reply->edit_count; i++)
		VEC_PUSH(post->arena, &edits.list, reply->edits[i]);
	edit_apply(post->arena, &edits, &post->sent, &after);
	post->left = (struct header){ .cut = false };
	for (size_t i = 0; i < after.fields.count; i++)
		VEC_PUSH(post->arena, &post->left.fields,
		    (struct header_field){
		    arena_copy(post->arena, after.fields.at[i].name),
		    arena_copy(post->arena, after.fields.at[i].value) });
	answered(post->talk, reply);
}

static enum action
send_mail(struct post *post, const char *ip, const char *rcpt)
{
	struct talk *talk = post->talk;
	struct session_mail mail = { .from = STR("ann@example.com"),
	    .auth_user = str_from(post->login) };

	say_connect(talk, ip);
	say_helo(talk, "mail.example.com");
	session_mail(talk->conn, &mail, answered, talk);
	outcome(talk);
	say_rcpt(talk, rcpt);
	for (size_t i = 0; i < post->sent.fields.count; i++)
		session_header(talk->conn, post->sent.fields.at[i].name,
		    post->sent.fields.at[i].value);
	session_eoh(talk->conn);
	ck_assert(session_body(talk->conn, str_from(post->body)));
	session_eom(talk->conn, taken, post);
	return outcome(talk);
}

/* ---- what came out ---- */

static void
keep(void *ctx, const struct arc_results *found)
{
	struct post *post = ctx;

	post->found = *found;
	post->done = true;
}

static enum word
validate(struct post *post)
{
	static const struct arc_options options = { .clock_skew = 300,
						    .deadline_ms = 5000 };
	struct strand *strand = strand_new();
	struct arc *arc = arc_new(&options, post->arena, post->talk->dns,
	    strand, 1700000000);

	post->done = false;
	strand_enter(strand);
	for (size_t i = 0; i < post->left.fields.count; i++)
		arc_header(arc, &post->left.fields.at[i]);
	arc_eoh(arc);
	arc_body(arc, str_from(post->body));
	arc_eom(arc, keep, post);
	ck_assert(strand_wait(strand, &post->done, clock_ms() + 20000));
	arc_free(arc);
	strand_leave(strand);
	strand_unref(strand);
	return post->found.word;
}

/* "ARC-Seal ARC-Message-Signature ... From ": the names from the top. */
static void
assert_names(struct post *post, const char *expected)
{
	struct buf names;

	buf_init(&names, post->arena, SIZE_MAX);
	for (size_t i = 0; i < post->left.fields.count; i++) {
		buf_add(&names, post->left.fields.at[i].name);
		buf_addc(&names, ' ');
	}
	assert_str(buf_str(&names), expected);
}

#define SET	"ARC-Seal ARC-Message-Signature ARC-Authentication-Results "

static void
assert_sealed(struct post *post, unsigned sets, const char *cv)
{
	char want[80];

	snprintf(want, sizeof(want), "\"arc_seal\":{\"instance\":%u,"
	    "\"cv\":\"%s\",\"why_not\":null}", sets, cv);
	assert_event_has(post->talk, post->talk->event_count - 1, want);
	if (strcmp(cv, "fail") == 0) {
		ck_assert_int_eq(validate(post), WORD_FAIL);
		return;
	}
	ck_assert_int_eq(validate(post), WORD_PASS);
	ck_assert_uint_eq(post->found.sealer_count, sets);
	assert_str(post->found.sealers[sets - 1].domain, "mx.example");
}

static void
assert_not_sealed(struct post *post, const char *why)
{
	char want[160];

	snprintf(want, sizeof(want), "\"arc_seal\":{\"instance\":null,"
	    "\"cv\":null,\"why_not\":\"%s\"}", why);
	assert_event_has(post->talk, post->talk->event_count - 1, want);
	ck_assert_ptr_null(header_find(&post->left, STR("ARC-Seal"), 0));
}

/* ---- mail from outside ---- */

START_TEST(forwarded_mail_is_sealed)
{
	struct post post;

	post_open(&post, pass_all);
	write_letter(&post);
	ck_assert_int_eq(send_mail(&post, "192.0.2.1", "list@mx.example"),
	    ACTION_CONTINUE);
	assert_names(&post, SET "Authentication-Results From Subject ");
	assert_sealed(&post, 1, "none");
	/* The results are those of our own stamp. */
	assert_str(str_slice(post.left.fields.at[2].value, 0, 17),
	    " i=1; mx.example;");
	assert_str(str_skip(post.left.fields.at[2].value, 6),
	    arena_z(post.arena,
	    str_skip(post.left.fields.at[3].value, 1)));
	post_close(&post);
}
END_TEST

START_TEST(a_chain_grows)
{
	struct post post;

	post_open(&post, pass_all);
	write_letter(&post);
	for (unsigned i = 1; i <= 3; i++) {
		send_mail(&post, "192.0.2.1", "x@away.example");
		assert_sealed(&post, i, i == 1 ? "none" : "pass");
		post.sent = post.left;
	}
	/* Our stamps of before came from outside: they are gone. */
	ck_assert_uint_eq(header_count(&post.left,
	    STR("Authentication-Results")), 1);
	post.body = "Something else.\r\n";
	send_mail(&post, "192.0.2.1", "x@away.example");
	assert_sealed(&post, 4, "fail");
	post.sent = post.left;
	post.left = (struct header){ .cut = false };
	send_mail(&post, "192.0.2.1", "x@away.example");
	assert_event_has(post.talk, 4, "\"why_not\":\"the newest seal says "
	    "cv=fail\"");
	post_close(&post);
}
END_TEST

START_TEST(tags_are_under_the_seal)
{
	struct post post;

	post_open(&post, "policy \"p\" mode enforce;\n"
	    "at message { tag subject \"[list] \" when spf == pass;\n"
	    "tag \"List-Id\" \"<l.mx.example>\" when spf == pass; }\n");
	write_letter(&post);
	send_mail(&post, "192.0.2.1", "list@mx.example");
	assert_names(&post, SET "Authentication-Results From Subject "
	    "List-Id ");
	assert_str(post.left.fields.at[5].value, " [list] hi");
	assert_sealed(&post, 1, "none");
	post_close(&post);
}
END_TEST

START_TEST(held_and_monitored_mail_is_sealed)
{
	struct post post;

	post_open(&post, "policy \"p\" mode enforce;\n"
	    "at message { quarantine \"x\" when spf == pass; }\n");
	write_letter(&post);
	ck_assert_int_eq(send_mail(&post, "192.0.2.1", "list@mx.example"),
	    ACTION_QUARANTINE);
	assert_sealed(&post, 1, "none");
	post_close(&post);
	post_open(&post, "policy \"p\" mode monitor;\n"
	    "at message { reject when spf == pass; }\n");
	write_letter(&post);
	send_mail(&post, "192.0.2.1", "list@mx.example");
	assert_sealed(&post, 1, "none");
	post_close(&post);
}
END_TEST

START_TEST(what_is_not_sealed)
{
	struct post post;

	post_open(&post, "policy \"p\" mode enforce;\n"
	    "at message { reject when spf == fail; }\n");
	write_letter(&post);
	send_mail(&post, "192.0.2.1", "ann@mx.example");
	assert_not_sealed(&post, "no recipient is in arc_seal_recipients");
	ck_assert_int_eq(send_mail(&post, "192.0.2.9", "list@mx.example"),
	    ACTION_REJECT);
	assert_not_sealed(&post, "the message does not go on");
	send_mail(&post, NULL, "list@mx.example");
	assert_not_sealed(&post, "a host of ours sends it");
	post.login = "ann";
	send_mail(&post, "192.0.2.1", "list@mx.example");
	assert_not_sealed(&post, "a user of ours sends it");
	post.login = NULL;
	for (int i = 0; i < 500; i++)
		add(&post, "X-Padding", " 0123456789");
	send_mail(&post, "192.0.2.1", "list@mx.example");
	assert_not_sealed(&post, "the header is larger than is looked at");
	post_close(&post);
}
END_TEST

/* Our name in a chain is ours only where the seals say so. */
START_TEST(forged_results_of_a_chain_go)
{
	struct post post;

	post_open(&post, pass_all);
	add(&post, "ARC-Authentication-Results", " i=1; mx.example; spf=pass");
	add(&post, "ARC-Authentication-Results", " i=2; b.example; spf=pass");
	write_letter(&post);
	send_mail(&post, "192.0.2.1", "ann@mx.example");
	assert_names(&post, "Authentication-Results "
	    "ARC-Authentication-Results From Subject ");
	assert_str(post.left.fields.at[1].value, " i=2; b.example; spf=pass");
	post_close(&post);
}
END_TEST

/* ---- mail from our list managers ---- */

/* What left comes back changed, as a list would. */
static void
list_changes(struct post *post)
{
	post->sent = (struct header){ .cut = false };
	for (size_t i = 0; i < post->left.fields.count; i++) {
		struct header_field field = post->left.fields.at[i];

		if (str_eqz(field.name, "Subject"))
			field.value = STR(" [list] hi");
		VEC_PUSH(post->arena, &post->sent.fields, field);
	}
	post->body = "Hello.\r\n-- \r\nThe list\r\n";
}

START_TEST(a_list_is_sealed_from_the_first_stamp)
{
	struct post post;

	post_open(&post, pass_all);
	write_letter(&post);
	send_mail(&post, "192.0.2.1", "subscribers@mx.example");
	assert_not_sealed(&post, "no recipient is in arc_seal_recipients");
	list_changes(&post);
	send_mail(&post, "192.0.2.70", "bob@else.example");
	assert_names(&post, SET "Authentication-Results From Subject ");
	assert_sealed(&post, 1, "none");
	ck_assert_ptr_nonnull(strstr(arena_z(post.arena,
	    post.left.fields.at[2].value), "dmarc=pass"));
	ck_assert_ptr_nonnull(strstr(arena_z(post.arena,
	    post.left.fields.at[3].value), "dmarc=pass"));
	assert_event_has(post.talk, 1, "\"dkim\":\"none\"");
	assert_event_has(post.talk, 1, "dmarc=pass (p=reject dis=none)");
	/* From outside the same field is forged. */
	send_mail(&post, "192.0.2.9", "list@mx.example");
	ck_assert_ptr_null(strstr(arena_z(post.arena,
	    post.left.fields.at[2].value), "dmarc=pass"));
	assert_sealed(&post, 1, "none");
	post_close(&post);
}
END_TEST

START_TEST(a_list_does_not_break_a_chain)
{
	struct post post;

	post_open(&post, pass_all);
	write_letter(&post);
	send_mail(&post, "192.0.2.1", "list@mx.example");
	/* With its chain, from outside: the stamp says arc=pass. */
	post.sent = post.left;
	send_mail(&post, "192.0.2.1", "subscribers@mx.example");
	list_changes(&post);
	send_mail(&post, "192.0.2.70", "bob@else.example");
	assert_event_has(post.talk, 2, "\"arc\":\"fail\"");
	assert_sealed(&post, 2, "pass");
	ck_assert_uint_eq(post.found.oldest_pass, 2);
	post_close(&post);
}
END_TEST

/* A chain that was broken when it came in, or by more than a list's change. */
START_TEST(a_list_does_not_mend_a_chain)
{
	struct post post;
	struct header_field *seal;

	post_open(&post, pass_all);
	write_letter(&post);
	send_mail(&post, "192.0.2.1", "list@mx.example");
	post.sent = post.left;
	post.body = "Something else.\r\n";
	send_mail(&post, "192.0.2.1", "subscribers@mx.example");
	list_changes(&post);
	send_mail(&post, "192.0.2.70", "bob@else.example");
	assert_sealed(&post, 2, "fail");
	post_close(&post);

	post_open(&post, pass_all);
	write_letter(&post);
	send_mail(&post, "192.0.2.1", "list@mx.example");
	post.sent = post.left;
	send_mail(&post, "192.0.2.1", "subscribers@mx.example");
	list_changes(&post);
	seal = (struct header_field *)(uintptr_t)header_find(&post.sent,
	    STR("ARC-Seal"), 0);
	seal->value = str_slice(seal->value, 0, seal->value.len - 4);
	send_mail(&post, "192.0.2.70", "bob@else.example");
	assert_sealed(&post, 2, "fail");
	post_close(&post);
}
END_TEST

static const struct {
	const char *stamps[3];
	const char *kept;	/* NULL: none is believed */
	size_t left;		/* stamps in what leaves */
} comebacks[] = {
	{ { NULL }, NULL, 1 },
	{ { " mx.example; dmarc=pass" }, "dmarc=pass", 1 },
	{ { " MX.Example 1; dmarc=pass" }, "dmarc=pass", 1 },
	/* the topmost of ours, whatever stands below */
	{ { " mx.example; spf=fail", " mx.example; spf=pass" }, "spf=fail",
	  1 },
	{ { " other.example; spf=pass", " mx.example; spf=fail",
	    " mx.example; spf=pass" }, "spf=fail", 2 },
	/* that cannot be read as a whole: nor is another one taken */
	{ { " mx.example; spf", " mx.example; spf=pass" }, NULL, 1 },
	{ { " mx.example spf=pass" }, NULL, 1 },
	{ { " mx.example; spf=pass (\x01)" }, NULL, 1 },
	{ { " mx.example 2; spf=pass" }, NULL, 1 },
	{ { " mx.example;\n\tspf=pass" }, "spf=pass", 1 },
	{ { " mx.example; spf=\rpass" }, NULL, 1 },
	{ { " (x) \"mx.example\"; spf=pass" }, "spf=pass", 1 },
	/* not ours */
	{ { " mx.example.org; spf=pass" }, NULL, 2 },
};

START_TEST(which_stamp_is_believed)
{
	struct post post;

	post_open(&post, pass_all);
	for (int i = 0; i < 3 && comebacks[_i].stamps[i] != NULL; i++)
		add(&post, "Authentication-Results", comebacks[_i].stamps[i]);
	write_letter(&post);
	send_mail(&post, "192.0.2.70", "bob@else.example");
	ck_assert_uint_eq(header_count(&post.left,
	    STR("Authentication-Results")), comebacks[_i].left);
	if (comebacks[_i].kept == NULL) {
		assert_not_sealed(&post, "our list manager sent it without "
		    "a stamp of ours");
	} else {
		assert_sealed(&post, 1, "none");
		ck_assert_ptr_nonnull(strstr(arena_z(post.arena,
		    post.left.fields.at[2].value), comebacks[_i].kept));
	}
	post_close(&post);
}
END_TEST

/* What a relay says of a client is not the client's word to us. */
START_TEST(a_relay_is_no_list_manager)
{
	struct post post;

	post_open(&post, pass_all);
	add(&post, "Received", " from lists.mx.example (lists.mx.example "
	    "[192.0.2.70])\n\tby mx2.example with ESMTP id 1; Thu, 1 Jan");
	add(&post, "Authentication-Results", " mx.example; dmarc=pass");
	write_letter(&post);
	send_mail(&post, "198.51.100.7", "bob@else.example");
	ck_assert_ptr_null(strstr(arena_z(post.arena,
	    header_find(&post.left, STR("Authentication-Results"),
	    0)->value), "mx.example; dmarc=pass"));
	ck_assert_uint_eq(header_count(&post.left,
	    STR("Authentication-Results")), 1);
	assert_event_has(post.talk, 0, "\"client.ip\":\"192.0.2.70\"");
	assert_not_sealed(&post, "a host of ours sends it");
	post_close(&post);
}
END_TEST

START_TEST(a_long_stamp_is_folded_anew)
{
	char stamp[2000] = " mx.example; spf=pass";
	struct str value;
	struct post post;

	for (int i = 0; i < 20; i++)
		strcat(stamp, " (a comment of twenty-odd octets)\r\n\t");
	strcat(stamp, " smtp.mailfrom=example.com");
	post_open(&post, pass_all);
	add(&post, "Authentication-Results", stamp);
	write_letter(&post);
	send_mail(&post, "192.0.2.70", "bob@else.example");
	assert_sealed(&post, 1, "none");
	value = post.left.fields.at[2].value;
	for (struct str line; str_next(&value, '\n', &line);)
		ck_assert_uint_le(line.len, 80);
	post_close(&post);
}
END_TEST

TCase *
seal_tests(void)
{
	TCase *tc = tcase_create("seal");

	tcase_add_test(tc, forwarded_mail_is_sealed);
	tcase_add_test(tc, a_chain_grows);
	tcase_add_test(tc, forged_results_of_a_chain_go);
	tcase_add_test(tc, tags_are_under_the_seal);
	tcase_add_test(tc, held_and_monitored_mail_is_sealed);
	tcase_add_test(tc, what_is_not_sealed);
	tcase_add_test(tc, a_list_is_sealed_from_the_first_stamp);
	tcase_add_test(tc, a_list_does_not_break_a_chain);
	tcase_add_test(tc, a_list_does_not_mend_a_chain);
	tcase_add_loop_test(tc, which_stamp_is_believed, 0,
	    TEST_COUNT(comebacks));
	tcase_add_test(tc, a_relay_is_no_list_manager);
	tcase_add_test(tc, a_long_stamp_is_folded_anew);
	return tc;
}
