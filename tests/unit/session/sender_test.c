/*
 * Who the client has proved to be, and what it may send as.
 */
#include "talk.h"
#include "tests/unit/session/session_test.h"

#include <string.h>

static const char zone[] = "example.com. TXT \"v=spf1 -all\"\n";

static const char rules[] = "policy \"t\" mode enforce;\n"
    "at mail {\n"
    "  reject 550 5.7.1 \"envelope\"\n"
    "      when mail.from != \"\" and not owns(auth.user, mail.from);\n"
    "}\n"
    "at message {\n"
    "  reject 550 5.7.1 \"author\" when not owns(auth.user, from);\n"
    "  reject 550 5.7.1 \"sender\" when sender.count > 1 or\n"
    "      (sender.count == 1 and not owns(auth.user, sender));\n"
    "  note \"unknown\" when sender is unknown;\n"
    "}\n";

static struct rights *
own_addresses(bool login_is_address)
{
	struct diag *diag = diag_new();
	struct rights *rights = rights_new(&(struct rights_options){
	    .delimiters = "+", .login_is_address = login_is_address }, diag);

	ck_assert_ptr_nonnull(rights);
	diag_free(diag);
	return rights;
}

static enum action
say_mail_as(struct talk *talk, const char *from, const char *user)
{
	struct session_mail mail = { .from = str_from(from),
	    .auth_user = str_from(user), .auth_method = STR("PLAIN"),
	    .tls_version = STR("TLSv1.3"), .tls_cipher = STR("AES"),
	    .tls_cert_subject = STR("/CN=ann"),
	    .tls_cert_issuer = STR("/CN=ca") };

	session_mail(talk->conn, &mail, answered, talk);
	return outcome(talk);
}

static const struct {
	const char *user, *from, *author, *sender, *second;
	const char *refused;		/* NULL: it is not */
} mails[] = {
	{ "ann@example.com", "ann@example.com", "ann@example.com", NULL,
	  NULL, NULL },
	{ "ann@example.com", "ann+x@example.com", "Ann <ANN@example.com>",
	  "ann@example.com", NULL, NULL },
	{ "ann@example.com", "", "ann@example.com", NULL, NULL, NULL },
	{ "ann@example.com", "bob@example.com", "ann@example.com", NULL,
	  NULL, "envelope" },
	{ "", "ann@example.com", "ann@example.com", NULL, NULL, "envelope" },
	{ "ann@example.com", "", "bob@example.com", NULL, NULL, "author" },
	{ "ann@example.com", "ann@example.com", "bob@example.com", NULL,
	  NULL, "author" },
	{ "ann@example.com", "ann@example.com",
	  "ann@example.com, bob@example.com", NULL, NULL, "author" },
	{ "ann@example.com", "ann@example.com", "ann@example.com",
	  "bob@example.com", NULL, "sender" },
	{ "ann@example.com", "ann@example.com", "ann@example.com",
	  "ann@example.com, ann@example.com", NULL, "sender" },
	{ "ann@example.com", "ann@example.com", "ann@example.com",
	  "all: ann@example.com;", NULL, "sender" },
	{ "ann@example.com", "ann@example.com", "ann@example.com",
	  "not an address", NULL, "sender" },
	{ "ann@example.com", "ann@example.com", "ann@example.com",
	  "ann@example.com", "bob@example.com", "sender" },
};

START_TEST(a_login_sends_as_itself)
{
	struct rights *rights = own_addresses(true);
	struct engine_options options = talk_options();
	struct talk *talk;
	enum action action;

	options.rights = rights;
	talk = talk_with(zone, rules, options);
	say_connect(talk, "192.0.2.9");
	action = say_mail_as(talk, mails[_i].from, mails[_i].user);
	if (action == ACTION_CONTINUE) {
		if (mails[_i].sender != NULL)
			say_field(talk, "Sender", mails[_i].sender);
		if (mails[_i].second != NULL)
			say_field(talk, "Sender ", mails[_i].second);
		action = say_message(talk, mails[_i].author);
	}
	if (mails[_i].refused == NULL) {
		ck_assert_int_eq(action, ACTION_CONTINUE);
	} else {
		ck_assert_int_eq(action, ACTION_REJECT);
		ck_assert_str_eq(talk->text, mails[_i].refused);
	}
	talk_free(talk);
	rights_free(rights);
}
END_TEST

/* Without tables a "not owns(...)" must not let a rule fire, nor "owns". */
START_TEST(nobody_says_who_owns_what)
{
	struct rights *rights = own_addresses(false);
	struct engine_options options = talk_options();
	struct talk *talk;

	options.rights = _i == 0 ? rights : NULL;
	talk = talk_with(zone, "policy \"t\" mode enforce;\nat mail {\n"
	    "reject when owns(auth.user, mail.from);\n"
	    "reject when not owns(auth.user, mail.from);\n"
	    "tempfail 451 4.3.5 \"%{auth.user} is asked\"\n"
	    "    when owns(auth.user, mail.from) is unknown;\n}\n", options);
	ck_assert_int_eq(say_mail_as(talk, "ann@example.com", "ann"),
	    ACTION_TEMPFAIL);
	ck_assert_str_eq(talk->text, "ann is asked");
	talk_free(talk);
	rights_free(rights);
}
END_TEST

/* RFC 8601 section 7.10: the field does not say who it was unless asked to;
 * the event does. */
START_TEST(the_login_is_not_told_unasked)
{
	struct engine_options options = talk_options();
	struct talk *talk;

	options.stamp_login = _i == 1;
	talk = talk_with(zone, "policy \"t\" mode enforce;\n", options);
	say_connect(talk, "192.0.2.9");
	say_mail_as(talk, "u@example.com", "secret name");
	say_message(talk, " u@example.com");
	assert_edit(talk, 0, _i == 1 ? "insert Authentication-Results 0: "
	    "mx.example;\r\n\tauth=pass smtp.auth=\"secret name\";" :
	    "insert Authentication-Results 0: mx.example;\r\n\tauth=pass;");
	ck_assert_int_eq(strstr(talk->edits[0], "secret") != NULL, _i == 1);
	/* Nor where the user is. */
	ck_assert_ptr_null(strstr(talk->edits[0], "192.0.2.9"));
	ck_assert_ptr_null(strstr(talk->edits[0], "spf="));
	ck_assert_ptr_nonnull(strstr(talk->edits[0], "dkim=none"));
	assert_event_has(talk, 0, "\"auth.user\":\"secret name\"");
	assert_event_has(talk, 0, "\"auth.method\":\"PLAIN\"");
	assert_event_has(talk, 0, "\"tls.cert.subject\":\"/CN=ann\"");
	assert_event_has(talk, 0, "\"tls.cert.issuer\":\"/CN=ca\"");
	talk_free(talk);
}
END_TEST

START_TEST(a_stranger_is_no_login)
{
	struct talk *talk = talk_new(zone, "policy \"t\" mode enforce;\n",
	    false);

	open_session(talk);
	say_mail(talk, "u@example.com");
	say_message(talk, " u@example.com");
	ck_assert_ptr_null(strstr(talk->edits[0], "auth="));
	assert_event_has(talk, 0, "\"auth.user\":null");
	talk_free(talk);
}
END_TEST

/* Past the cap nobody looks, so nobody can say that there is no Sender. */
START_TEST(a_sender_may_hide_in_a_large_header)
{
	struct rights *rights = own_addresses(true);
	struct engine_options options = talk_options();
	struct talk *talk;

	options.rights = rights;
	options.max_header_octets = 200;
	talk = talk_with(zone, rules, options);
	say_connect(talk, "192.0.2.9");
	say_mail_as(talk, "ann@example.com", "ann@example.com");
	for (int i = 0; i < 20; i++)
		say_field(talk, "X-Fill", "filled to the brim");
	say_field(talk, "Sender", "bob@example.com");
	ck_assert_int_eq(say_message(talk, "ann@example.com"),
	    ACTION_CONTINUE);
	assert_event_has(talk, 0, "\"sender.count\":{\"unknown\":");
	assert_event_has(talk, 0, "\"action\":\"note\"");
	talk_free(talk);
	rights_free(rights);
}
END_TEST

TCase *
sender_tests(void)
{
	TCase *tc = tcase_create("sender");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_login_sends_as_itself, 0,
	    TEST_COUNT(mails));
	tcase_add_loop_test(tc, nobody_says_who_owns_what, 0, 2);
	tcase_add_loop_test(tc, the_login_is_not_told_unasked, 0, 2);
	tcase_add_test(tc, a_stranger_is_no_login);
	tcase_add_test(tc, a_sender_may_hide_in_a_large_header);
	return tc;
}
