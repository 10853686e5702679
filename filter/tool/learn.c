/*
 * assay learn: this message was spam, or ham, whatever was decided of it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/domain.h"
#include "event/read.h"
#include "mail/authres.h"
#include "tool/events.h"
#include "tool/feed.h"
#include "tool/remember.h"
#include "wire/wire.h"

enum { NOTHING_LEARNT = 1 };

static const char command[] = "learn";

struct learn {
	struct tool_common	 common;
	struct arena		*arena;
	struct settings		*settings;
	bool			 spam;
	const char		*what;		/* a file, or a queue id */
	struct identities	 who;
	struct str		 message_id;
};

static const struct option table[] = {
	TOOL_COMMON_OPTIONS,
	{ NULL, 0, NULL, 0 },
};

/* ---- who sent it, by its event ---- */

static bool
read_event(struct learn *learn, char **names, int count)
{
	const struct event_want want = { .parts = 0 };
	const char *const *paths = tool_event_logs(&learn->common, command,
	    false, learn->arena, names, count);
	struct event_record *record = arena_alloc(learn->arena,
	    sizeof(*record));
	const struct fact *id;
	struct event_lines lines;

	if (paths == NULL || !tool_find_events(&learn->common, command, paths,
	    str_from(learn->what), learn->arena, &lines))
		return false;
	for (size_t i = lines.count; i-- > 0;) {
		if (event_read(lines.at[i], &want, learn->arena, record) !=
		    EVENT_READ_OK || record->last != STAGE_MESSAGE)
			continue;
		identities_of(learn->arena, &record->facts, &learn->who);
		id = facts_get(&record->facts, FACT_ID_MESSAGE_ID);
		learn->message_id = id->state == FACT_SET ? id->text :
		    STR_NONE;
		return true;
	}
	tool_error(command, "%s: there is no such file, and no event of such "
	    "a message", learn->what);
	return false;
}

/* ---- by our own stamp ---- */

/* "ann@example.com" and "example.com" */
static struct str
domain_of(struct str value)
{
	size_t at = value.len;

	while (at > 0 && value.ptr[at - 1] != '@')
		at--;
	return str_skip(value, at);
}

static void
take_result(struct learn *learn, const struct authres_result *result)
{
	struct str ip = authres_property(result, "policy", "iprev");
	struct str sender = authres_property(result, "smtp", "mailfrom");
	bool pass = str_eqz_nocase(result->result, "pass");
	char site[IP_SITE_MAX];
	struct ip client;

	if (str_eqz_nocase(result->method, "iprev") && ip_parse(ip, &client))
		identities_add(learn->arena, &learn->who, IDENTITY_NET,
		    ip_format_site(&client, site));
	if (pass && str_eqz_nocase(result->method, "spf") && sender.len > 0)
		identities_add(learn->arena, &learn->who, IDENTITY_SPF,
		    domain_of(sender));
	if (pass && str_eqz_nocase(result->method, "dkim"))
		identities_add(learn->arena, &learn->who, IDENTITY_DKIM,
		    authres_property(result, "header", "d"));
}

/* The first one of ours: every other was taken away when it came in. */
static bool
read_stamp(struct learn *learn, const struct header *header)
{
	struct str our_id = str_from(learn->settings->authserv_id);
	const struct header_field *field;
	struct authres stamp;

	for (size_t i = 0; (field = header_find(header,
	    STR("Authentication-Results"), i)) != NULL; i++) {
		if (!authres_claims(field->value, our_id) ||
		    !authres_parse(learn->arena, field->value, &stamp))
			continue;
		for (size_t k = 0; k < stamp.results.count; k++)
			take_result(learn, &stamp.results.at[k]);
		return true;
	}
	return false;
}

/* ---- by its signatures, verified again ---- */

static void
take_signers(void *ctx, const struct event *event)
{
	struct learn *learn = ctx;
	struct identities all;

	identities_of(learn->arena, event->facts, &all);
	for (size_t i = 0; i < all.count; i++)
		if (all.at[i].kind == IDENTITY_DKIM)
			identities_add(learn->arena, &learn->who,
			    IDENTITY_DKIM, all.at[i].name);
}

static bool
verify(struct learn *learn, const struct message_file *message)
{
	struct wire_options wire = { .watch = take_signers,
	    .watch_ctx = learn,
	    .policy_text = "policy \"learn\" mode monitor;\n" };
	struct settings *settings = tool_settings(&learn->common);
	struct diag *diag = diag_new();
	struct wiring *wiring = settings == NULL ? NULL :
	    wiring_new(settings, &wire, diag);
	struct feed feed = { .helo = STR_NONE };

	diag_print(diag, stderr);
	diag_free(diag);
	if (wiring == NULL)
		return false;
	feed_message(wiring->engine, &feed, learn->arena, message);
	wiring_free(wiring);
	return true;
}

static bool
read_message(struct learn *learn)
{
	struct message_file message;
	const struct header_field *id;

	if (!message_read(learn->arena, learn->what, &message)) {
		tool_error(command, "%s: %s", learn->what, strerror(errno));
		return false;
	}
	id = header_find(&message.header, STR("Message-ID"), 0);
	if (id != NULL)
		learn->message_id = header_unfold(learn->arena, id->value);
	return read_stamp(learn, &message.header) ||
	    verify(learn, &message);
}

/* ---- what is learnt ---- */

/* left: of what it was counted as before, in the place of which this stands */
static bool
learn_of(struct learn *learn, struct remember *store, double left)
{
	uint64_t half_life = learn->settings->reputation_half_life;
	int64_t now_ms = clock_unix() * 1000;

	for (size_t i = 0; i < learn->who.count; i++) {
		struct store_op op = identity_op(learn->arena,
		    &learn->who.at[i], half_life, now_ms,
		    learn->spam ? 1 : -left, learn->spam ? -left : 1);
		struct store_answer is;

		if (!remember_ask(store, &op, &is))
			return false;
		tool_print_identity(&learn->who.at[i], is.spam, is.ham,
		    learn->common.json);
	}
	return true;
}

static int
learn_once(struct learn *learn, struct remember *store)
{
	uint64_t half_life = learn->settings->reputation_half_life;
	struct store_op op = verdict_exchange_op(learn->arena,
	    learn->message_id, clock_unix() * 1000, learn->spam);
	struct store_answer was = { .known = false };

	if (op.key.len > 0 && !remember_ask(store, &op, &was))
		return TOOL_BAD_USE;
	if (verdict_left(learn->spam ? was.spam : was.ham, half_life) > 0) {
		if (!learn->common.json)
			printf("it counts as %s already\n",
			    learn->spam ? "spam" : "ham");
		return TOOL_DONE;
	}
	return learn_of(learn, store, verdict_left(learn->spam ? was.ham :
	    was.spam, half_life)) ? TOOL_DONE : TOOL_BAD_USE;
}

static int
run(struct learn *learn, char **names, int count)
{
	struct remember store;
	struct stat st;
	bool is_file = strcmp(learn->what, "-") == 0 ||
	    stat(learn->what, &st) == 0;
	int status;

	if (is_file && count > 0)
		return tool_usage(command, "a message needs no events");
	if (!(is_file ? read_message(learn) : read_event(learn, names,
	    count)))
		return TOOL_BAD_USE;
	if (learn->who.count == 0) {
		tool_error(command, "%s: nobody has proved to have sent it: "
		    "there is nothing to learn", learn->what);
		return NOTHING_LEARNT;
	}
	if (!remember_open(learn->settings, command, &store))
		return TOOL_BAD_USE;
	status = learn_once(learn, &store);
	remember_close(&store);
	return status;
}

int
tool_learn(int argc, char **argv)
{
	struct learn learn = { .spam = false };
	int letter, status;

	while ((letter = tool_option(command, argc, argv,
	    TOOL_COMMON_LETTERS, table, NULL)) != -1)
		if (!tool_common_option(&learn.common, letter, optarg))
			return TOOL_BAD_USE;
	if (argc - optind < 2)
		return tool_usage(command, "spam or ham, and which message?");
	learn.spam = strcmp(argv[optind], "spam") == 0;
	if (!learn.spam && strcmp(argv[optind], "ham") != 0)
		return tool_usage(command, "\"%s\" is neither spam nor ham",
		    argv[optind]);
	learn.what = argv[optind + 1];
	learn.settings = tool_settings(&learn.common);
	if (learn.settings == NULL)
		return TOOL_BAD_USE;
	learn.arena = arena_new();
	status = run(&learn, argv + optind + 2, argc - optind - 2);
	arena_free(learn.arena);
	settings_free(learn.settings);
	return status;
}
