#include "sign_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "talk.h"
#include "tests/unit/dkim/keys_of_rfc8463.h"

#define KEY "s._domainkey.example.com TXT \"v=DKIM1; k=ed25519; " \
    "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\"\n"
#define TAGS "policy \"test\" mode enforce;\n" \
    "at message {\n" \
    "    tag \"X-One\" \"1\";\n" \
    "    tag subject \"[S] \";\n" \
    "}\n"

static const struct ipnet own = { { IP_V4, { 127 } }, 8 };

static void
write_file(char *path, const char *text, mode_t mode)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)),
	    (ssize_t)strlen(text));
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

/* One message of a client, and what goes on to the next MTA. */
struct desk {
	char		 key[40];	/* a file */
	struct signing	*signing;
	struct talk	*talk;
	struct bounce	*bounce;
	struct arena	*arena;
	struct header	 sent;		/* as it came, then as it goes on */
};

static void
desk_open(struct desk *desk, const char *options, mode_t key_mode,
    const char *policy, bool tempfail)
{
	static const char *const domains[] = { "example.com" };
	char table[] = "/tmp/assay-sign-table-XXXXXX";
	char tags[] = "/tmp/assay-sign-tags-XXXXXX";
	struct engine_options engine = talk_options();
	struct signing_options signing = { .table = table,
	    .signer = (uid_t)-1 };
	struct diag *diag = diag_new();
	char text[300];

	*desk = (struct desk){ .key = "/tmp/assay-sign-key-XXXXXX",
	    .arena = arena_new() };
	write_file(desk->key, RFC_ED25519, key_mode);
	snprintf(text, sizeof(text), "example.com selector=s key=%s %s\n",
	    desk->key, options);
	write_file(table, text, 0600);
	desk->signing = signing_new(&signing, diag);
	ck_assert_ptr_nonnull(desk->signing);
	write_file(tags, "0 0123456789abcdef\n", 0600);
	desk->bounce = bounce_new(&(struct bounce_options){
	    .keys_file = tags, .domains = domains, .domain_count = 1,
	    .days = 7 }, diag);
	ck_assert_ptr_nonnull(desk->bounce);
	diag_free(diag);
	unlink(table);
	unlink(tags);
	engine.bounce = desk->bounce;
	engine.signing = desk->signing;
	engine.own_networks = &own;
	engine.own_network_count = 1;
	engine.tempfail_on_trouble = tempfail;
	desk->talk = talk_with(KEY, policy, engine);
}

static void
desk_close(struct desk *desk)
{
	unlink(desk->key);
	talk_free(desk->talk);
	signing_free(desk->signing);
	bounce_free(desk->bounce);
	arena_free(desk->arena);
}

static void
insert(struct desk *desk, size_t at, struct header_field field)
{
	VEC_PUSH(desk->arena, &desk->sent.fields, field);
	for (size_t i = desk->sent.fields.count - 1; i > at; i--)
		desk->sent.fields.at[i] = desk->sent.fields.at[i - 1];
	desk->sent.fields.at[at] = field;
}

static struct header_field *
find(struct desk *desk, const char *name)
{
	for (size_t i = 0; i < desk->sent.fields.count; i++)
		if (str_eqz_nocase(desk->sent.fields.at[i].name, name))
			return &desk->sent.fields.at[i];
	return NULL;
}

/* What an MTA does with the answer. */
static void
take_edits(void *ctx, const struct session_reply *reply)
{
	struct desk *desk = ctx;

	answered(desk->talk, reply);
	for (size_t i = 0; i < reply->edit_count; i++) {
		const struct edit *edit = &reply->edits[i];
		struct header_field field = {
			arena_copy(desk->arena, edit->name),
			arena_printf(desk->arena, " %.*s",
			    STR_ARG(edit->value)) };

		ck_assert_int_ne(edit->kind, EDIT_DELETE);
		if (edit->kind == EDIT_INSERT)
			insert(desk, 0, field);
		else if (edit->kind == EDIT_ADD)
			insert(desk, desk->sent.fields.count, field);
		else
			find(desk, arena_z(desk->arena, edit->name))->value =
			    field.value;
	}
}

static enum action
desk_send(struct desk *desk, const char *ip, const char *login,
    const char *author)
{
	struct session_mail mail = { .from = STR("ann@example.com"),
	    .auth_user = str_from(login) };
	struct connection *conn = desk->talk->conn;

	say_connect(desk->talk, ip);
	say_helo(desk->talk, "mail.example.com");
	session_mail(conn, &mail, answered, desk->talk);
	outcome(desk->talk);
	say_rcpt(desk->talk, "bob@example.net");
	insert(desk, 0, (struct header_field){ STR("From"),
	    arena_printf(desk->arena, "%s", author) });
	insert(desk, 1, (struct header_field){ STR("Subject"), STR(" hi") });
	insert(desk, 2, (struct header_field){ STR("Date"),
	    STR(" Sun, 22 Nov 2026 10:00:00 +0000") });
	insert(desk, 3, (struct header_field){ STR("Message-ID"),
	    STR(" <1@example.com>") });
	for (size_t i = 0; i < desk->sent.fields.count; i++)
		session_header(conn, desk->sent.fields.at[i].name,
		    desk->sent.fields.at[i].value);
	session_eoh(conn);
	session_body(conn, STR("Hello"));
	session_body(conn, STR(".\r\n"));
	session_eom(conn, take_edits, desk);
	return outcome(desk->talk);
}

/* What a stranger's filter says of what was sent on. */
static void
assert_verifies(struct desk *desk, const char *what)
{
	struct talk *other = talk_new(KEY, "policy \"x\" mode enforce;\n",
	    false);

	open_session(other);
	say_mail(other, "ann@example.com");
	for (size_t i = 0; i < desk->sent.fields.count; i++)
		session_header(other->conn, desk->sent.fields.at[i].name,
		    desk->sent.fields.at[i].value);
	say_end(other);
	assert_event_has(other, 0, what);
	talk_free(other);
}

#define NO_RULES "policy \"test\" mode enforce;\n"
#define PASS "\"dkim\":[{\"result\":\"pass\",\"domain\":\"example.com\"," \
    "\"selector\":\"s\",\"algorithm\":\"ed25519-sha256\""
#define SIGNED "\"signed\":[{\"domain\":\"example.com\",\"selector\":\"s\"," \
    "\"algorithm\":\"ed25519-sha256\"}],\"unsigned\":null"
#define NOT(why) "\"signed\":[],\"unsigned\":" why

static const struct {
	const char *ip, *login, *from, *policy, *event;
	bool sign;
} senders[] = {
	{ "192.0.2.1", "ann", " ann@example.com", NO_RULES, SIGNED, true },
	{ "192.0.2.1", "ann", " ann@example.com", TAGS, SIGNED, true },
	{ "127.0.0.1", NULL, " ann@example.com", TAGS, SIGNED, true },
	{ NULL, NULL, " ann@example.com", NO_RULES, SIGNED, true },
	{ "192.0.2.1", NULL, " ann@example.com", NO_RULES, NOT("null"),
	  false },
	{ "192.0.2.1", "ann", " Ann <ann@EXAMPLE.com>, bob@example.com",
	  NO_RULES, SIGNED, true },
	{ "192.0.2.1", "ann", " ann@example.com, bob@example.net", NO_RULES,
	  NOT("\""), false },
	{ "192.0.2.1", "ann", " ann@example.net", NO_RULES,
	  NOT("\"no rule for example.net\""), false },
	{ "192.0.2.1", "ann", " ann", NO_RULES, NOT("\""), false },
	{ "192.0.2.1", "ann", " ann@example.com", "policy \"x\" mode enforce;"
	  "\nat message { bypass when auth.user is set; }\n",
	  NOT("\"the policy lets the mail bypass us\""), false },
	{ "192.0.2.1", "ann", " ann@example.com", "policy \"x\" mode enforce;"
	  "\nat message { quarantine \"held\" when auth.user is set; }\n",
	  SIGNED, true },
	{ "192.0.2.1", "ann", " ann@example.com", "policy \"x\" mode enforce;"
	  "\nat message { reject when auth.user is set; }\n",
	  NOT("null"), false },
};

START_TEST(mail_of_ours_is_signed)
{
	struct desk desk;

	desk_open(&desk, "canonicalization=simple/simple", 0600,
	    senders[_i].policy, false);
	desk_send(&desk, senders[_i].ip, senders[_i].login,
	    senders[_i].from);
	assert_event_has(desk.talk, desk.talk->event_count - 1,
	    senders[_i].event);
	ck_assert_int_eq(find(&desk, "DKIM-Signature") != NULL,
	    senders[_i].sign);
	ck_assert_int_eq(find(&desk, "X-One") != NULL,
	    strcmp(senders[_i].policy, TAGS) == 0);
	ck_assert(find(&desk, "Authentication-Results") != NULL ||
	    !senders[_i].sign);
	if (senders[_i].sign)
		assert_verifies(&desk, PASS);
	desk_close(&desk);
}
END_TEST

/* The author's second From would be shown, were it not over-signed. */
START_TEST(what_is_added_later_breaks_the_signature)
{
	static const char *const names[] = { "From", "To", "Cc", "Subject",
	    "Date", "Reply-To", "Message-ID", "MIME-Version", "Content-Type",
	    "Content-Transfer-Encoding", "List-Unsubscribe",
	    "List-Unsubscribe-Post" };

	for (size_t i = 0; i < 12; i++) {
		struct desk desk;

		desk_open(&desk, "", 0600, NO_RULES, false);
		desk_send(&desk, "127.0.0.1", NULL, " ann@example.com");
		insert(&desk, i % 2, (struct header_field){
		    str_from(names[i]), STR(" x@example.com") });
		assert_verifies(&desk, "\"dkim\":[{\"result\":\"fail\"");
		desk_close(&desk);
	}
}
END_TEST

START_TEST(relays_may_add_their_own_fields)
{
	static const char *const names[] = { "Received", "Return-Path",
	    "X-Spam", "List-Id", "Resent-From", "Authentication-Results",
	    "Sender", "Delivered-To" };
	struct desk desk;

	desk_open(&desk, "", 0600, NO_RULES, false);
	desk_send(&desk, "127.0.0.1", NULL, " ann@example.com");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		insert(&desk, 0, (struct header_field){
		    str_from(names[i]), STR(" x@example.net") });
	assert_verifies(&desk, PASS);
	desk_close(&desk);
}
END_TEST

/* on_failure: mail goes on unsigned, or is put off. */
START_TEST(a_key_that_is_refused_is_trouble)
{
	bool tempfail = _i == 1;
	struct desk desk;

	desk_open(&desk, "", 0644, NO_RULES, tempfail);
	ck_assert_int_eq(desk_send(&desk, "127.0.0.1", NULL,
	    " ann@example.com"), tempfail ? ACTION_TEMPFAIL :
	    ACTION_CONTINUE);
	ck_assert_uint_eq(desk.talk->code, tempfail ? 451 : 0);
	/* What is put off keeps its envelope. */
	ck_assert_int_eq(desk.talk->new_from[0] == '\0', tempfail);
	ck_assert_ptr_null(find(&desk, "DKIM-Signature"));
	assert_event_has(desk.talk, 0, "\"unsigned\":\"/tmp/assay-sign-key-");
	desk_close(&desk);
	desk_open(&desk, "", 0600, NO_RULES, tempfail);
	ck_assert_int_eq(desk_send(&desk, "127.0.0.1", NULL,
	    " ann@example.net"), ACTION_CONTINUE);
	desk_close(&desk);
}
END_TEST

/* It ends while the signatures wait for a thread. */
START_TEST(an_end_before_the_signature_is_made)
{
	struct desk desk;

	desk_open(&desk, "", 0600, NO_RULES, false);
	say_connect(desk.talk, "127.0.0.1");
	say_field(desk.talk, "From", " ann@example.com");
	session_eoh(desk.talk->conn);
	session_eom(desk.talk->conn, answered, desk.talk);
	if (_i == 0) {
		session_abort(desk.talk->conn);
	} else if (_i == 1) {
		session_expire(desk.talk->conn);
		ck_assert(desk.talk->done);
		assert_event_has(desk.talk, 0, SIGNED);
	}
	desk_close(&desk);
}
END_TEST

void
add_sign_tests(TCase *tc)
{
	tcase_add_loop_test(tc, mail_of_ours_is_signed, 0,
	    TEST_COUNT(senders));
	tcase_add_test(tc, what_is_added_later_breaks_the_signature);
	tcase_add_test(tc, relays_may_add_their_own_fields);
	tcase_add_loop_test(tc, a_key_that_is_refused_is_trouble, 0, 2);
	tcase_add_loop_test(tc, an_end_before_the_signature_is_made, 0, 3);
}
