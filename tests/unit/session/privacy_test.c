/*
 * Privacy, wherever events go: of what it hides nothing stands in the event,
 * in the store, or in the lines of the log.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "report/replay.h"
#include "session_test.h"
#include "store/history.h"
#include "talk.h"

static const char zone[] =
    "from.example. TXT \"v=spf1 exists:%{l}._x.from.example -all\"\n"
    "secretsender._x.from.example. A 127.0.0.2\n";

/* All ways in which a rule can say who it was. */
static const char rules[] = "policy \"t\" mode enforce;\n"
    "at mail { note \"from %{mail.from}\"; }\n"
    "at rcpt {\n"
    "note \"for %{rcpt} %{rcpt.accepted}\";\n"
    "reject \"no %{rcpt} here, %{mail.from}\" when rcpt == "
    "\"secretother@rcpt.example\";\n"
    "note \"r\" when rate(rcpt, 1h) > 0 and greylist(5m) == known;\n"
    "}\n"
    "at message {\n"
    "note \"%{subject}\" when header(\"To\") is set and header(\"Cc\") is "
    "set and header(\"X-Copy\") is set and header(\"Subject\") is set;\n"
    "note \"%{from} %{client.ip} %{client.name}\";\n"
    "tag \"X-For\" \"%{rcpt}\";\n"
    "shadow reject \"%{rcpt}\" when rate(mail.from, 1h) > 0;\n"
    "}\n";

static char directory[64], log_path[100];

static char *
read_log(void)
{
	static char text[65536];
	FILE *in = fopen(log_path, "r");
	size_t len;

	ck_assert_ptr_nonnull(in);
	len = fread(text, 1, sizeof(text) - 1, in);
	text[len] = '\0';
	fclose(in);
	return text;
}

static void
say_secrets(struct talk *talk)
{
	open_session(talk);
	say_mail(talk, "secretsender@from.example");
	say_rcpt(talk, "secretrcpt@rcpt.example");
	say_rcpt(talk, "secretother@rcpt.example");
	session_queue_id(talk->conn, STR("4ABC"));
	say_field(talk, "From", " Secretname <secretsender@from.example>");
	say_field(talk, "To", " Secretname <secretrcpt@rcpt.example>");
	say_field(talk, "Cc", " secretcopy@rcpt.example");
	say_field(talk, "X-Copy", " secretcopy@rcpt.example, x");
	say_field(talk, "Subject", " the secretsubject is this");
	say_end(talk);
}

static struct talk *
talk_hiding(const struct privacy *privacy, struct store **store_out)
{
	struct engine_options options = talk_options();
	char where[100], why[300];

	strcpy(directory, "/tmp/privacy_test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(where, sizeof(where), "sqlite:%s/db", directory);
	snprintf(log_path, sizeof(log_path), "%s/log", directory);
	*store_out = store_open(str_from(where), why, sizeof(why));
	ck_assert_msg(*store_out != NULL, "%s", why);
	options.store = *store_out;
	options.store_timeout_ms = 5000;
	options.greylist_window_ms = options.greylist_lifetime_ms = 86400000;
	options.history_ms = 86400000;
	options.now = 1990000000;
	options.privacy = privacy;
	return talk_with(zone, rules, options);
}

static char *
stored(void)
{
	static char text[65536];
	char where[100], why[300];
	struct history_row row;
	struct history *history;

	snprintf(where, sizeof(where), "sqlite:%s/db", directory);
	history = history_open(str_from(where), why, sizeof(why));
	ck_assert_msg(history != NULL, "%s", why);
	history_ask(history, &(struct history_query){ .lines = true });
	ck_assert_int_eq(history_next(history, &row, why, sizeof(why)), 1);
	snprintf(text, sizeof(text), "%.*s|%.*s|%.*s|%.*s|%.*s",
	    STR_ARG(row.sender), STR_ARG(row.rcpts), STR_ARG(row.client),
	    STR_ARG(row.from_domain), STR_ARG(row.line));
	history_close(history);
	return text;
}

static void
clean_up(void)
{
	static const char *const names[] = { "db", "db-wal", "db-shm",
	    "log" };
	char path[100];

	for (int i = 0; i < TEST_COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	ck_assert_int_eq(rmdir(directory), 0);
}

static const struct {
	unsigned bits;
	const char *hidden[6];		/* that nothing tells */
	const char *told[4];		/* that the event tells */
} cases[] = {
	{ PRIVACY_HASH_RECIPIENTS, { "secretrcpt", "secretother",
	  "secretcopy" }, { "secretsender@from.example", "@rcpt.example",
	  "secretsubject" } },
	{ PRIVACY_OMIT_RECIPIENTS, { "secretrcpt", "secretother",
	  "secretcopy" }, { "secretsender@from.example", "[recipient]",
	  "{\"address\":null" } },
	{ PRIVACY_HASH_SENDERS, { "secretsender", "Secretname <secrets" },
	  { "secretrcpt@rcpt.example", "@from.example" } },
	{ PRIVACY_OMIT_SUBJECT, { "secretsubject" },
	  { "secretrcpt@rcpt.example", "\"text\":\"[subject]\"" } },
	{ PRIVACY_CUT_CLIENTS, { "192.0.2.1\"", "192.0.2.1 ",
	  "1.2.0.192" }, { "\"client.ip\":\"192.0.2.0\"" } },
	{ PRIVACY_HASH_RECIPIENTS | PRIVACY_HASH_SENDERS |
	  PRIVACY_OMIT_SUBJECT | PRIVACY_CUT_CLIENTS, { "secretrcpt",
	  "secretother", "secretcopy", "secretsender", "secretsubject",
	  "192.0.2.1\"" }, { "\"privacy\":[\"hash-recipients\","
	  "\"hash-senders\",\"omit-subject\",\"cut-clients\"]" } },
};

START_TEST(nothing_tells_what_is_hidden)
{
	const struct privacy privacy = { .bits = cases[_i].bits,
	    .key = STR("0123456789abcdef") };
	struct store *store;
	struct talk *talk = talk_hiding(&privacy, &store);
	const char *texts[3];
	int kept;

	fflush(stderr);
	kept = dup(STDERR_FILENO);
	ck_assert_ptr_nonnull(freopen(log_path, "w", stderr));
	say_secrets(talk);
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	texts[0] = talk->events[0];
	texts[1] = read_log();
	ck_assert_ptr_nonnull(strstr(texts[1], "4ABC: message accept"));
	/* Rows are in the queue: it ends with the store. */
	connection_free(talk->conn);
	talk->conn = NULL;
	store_close(store, 5000);
	texts[2] = stored();
	for (size_t i = 0; i < 6 && cases[_i].hidden[i] != NULL; i++)
		for (size_t k = 0; k < 3; k++) {
			const char *at = strcasestr(texts[k],
			    cases[_i].hidden[i]);

			ck_assert_msg(at == NULL, "%zu tells %s: %.300s", k,
			    cases[_i].hidden[i], at - (at - texts[k] > 150 ?
			    150 : at - texts[k]));
		}
	for (size_t i = 0; i < 4 && cases[_i].told[i] != NULL; i++)
		ck_assert_msg(strstr(texts[0], cases[_i].told[i]) != NULL,
		    "%s is not told", cases[_i].told[i]);
	talk_free(talk);
	clean_up();
}
END_TEST

/* What another policy can still ask of it. */
static const struct {
	const char *rule;
	bool fires;
} asked[] = {
	{ "at rcpt { note \"n\" when rcpt is set; }", true },
	{ "at rcpt { note \"n\" when rcpt == \"x@rcpt.example\"; }", false },
	{ "at rcpt { note \"n\" when not rcpt == \"x@rcpt.example\"; }",
	  false },
	{ "at rcpt { note \"n\" when rcpt in { \"rcpt.example\" }; }", false },
	{ "at rcpt { note \"n\" when mail.from == rcpt; }", false },
	{ "at rcpt { note \"n\" when not mail.from == rcpt; }", true },
	{ "at message { note \"n\" when mail.from == from; }", true },
	{ "at message { note \"n\" when mail.from matches /secret/; }", false },
	{ "at message { note \"n\" when not mail.from matches /secret/; }",
	  false },
	{ "at message { note \"n\" when rate(mail.from, 1h) == 1; }", true },
	{ "at rcpt { note \"n\" when greylist(5m) == new; }", true },
	{ "at message { note \"n\" when subject is unknown; }", true },
	{ "at message { note \"n\" when client.ip == 192.0.2.0; }", false },
	{ "at message { note \"n\" when header(\"To\") is unknown; }", true },
	{ "at message { note \"n\" when header(\"X-Copy\") is set; }", true },
};

START_TEST(what_is_hidden_is_equal_or_not)
{
	const struct privacy privacy = { .bits = PRIVACY_HASH_RECIPIENTS |
	    PRIVACY_HASH_SENDERS | PRIVACY_OMIT_SUBJECT |
	    PRIVACY_CUT_CLIENTS, .key = STR("0123456789abcdef") };
	const struct event_want want = { .parts = EVENT_PART_CALLS };
	struct arena *arena = arena_new();
	struct event_record *record = arena_alloc(arena, sizeof(*record));
	struct store *store;
	struct talk *talk = talk_hiding(&privacy, &store);
	struct diag *diag = diag_new();
	unsigned unanswered;

	say_secrets(talk);
	ck_assert_int_eq(event_read(str_from(talk->events[0]), &want, arena,
	    record), EVENT_READ_OK);
	for (size_t i = 0; i < TEST_COUNT(asked); i++) {
		struct policy *policy;
		struct rehearsal out;
		char text[400];

		snprintf(text, sizeof(text), "policy \"t\" mode enforce;\n%s",
		    asked[i].rule);
		policy = policy_load_text("t.policy", str_from(text), diag);
		if (policy == NULL)
			diag_print(diag, stderr);
		ck_assert_ptr_nonnull(policy);
		replay_record(policy, record, true, arena, &out, &unanswered);
		ck_assert_msg((out.run.fired.count > 0) == asked[i].fires,
		    "%s", asked[i].rule);
		policy_unref(policy);
	}
	diag_free(diag);
	talk_free(talk);
	store_close(store, 5000);
	clean_up();
	arena_free(arena);
}
END_TEST

TCase *
privacy_tests(void)
{
	TCase *tc = tcase_create("privacy");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, nothing_tells_what_is_hidden, 0,
	    TEST_COUNT(cases));
	tcase_add_test(tc, what_is_hidden_is_equal_or_not);
	return tc;
}
