/*
 * What a case says of a message: words and values between its name and its
 * braces.
 */
#include "base/limits.h"
#include "policy/bound.h"
#include "policy/test_case.h"

enum input_kind { INPUT_FILE, INPUT_TEXT, INPUT_IP, INPUT_TIME, INPUT_SETTING };

static const struct input {
	const char	*name;
	enum input_kind	 kind;
	size_t		 offset;	/* in struct policy_message */
} inputs[] = {
	{ "message", INPUT_FILE, offsetof(struct policy_message, path) },
	{ "zone", INPUT_FILE, offsetof(struct policy_message, zone) },
	{ "client", INPUT_IP, offsetof(struct policy_message, client) },
	{ "name", INPUT_TEXT, offsetof(struct policy_message, name) },
	{ "listener", INPUT_TEXT, offsetof(struct policy_message, listener) },
	{ "helo", INPUT_TEXT, offsetof(struct policy_message, helo) },
	{ "auth", INPUT_TEXT, offsetof(struct policy_message, auth_user) },
	{ "from", INPUT_TEXT, offsetof(struct policy_message, from) },
	{ "rcpt", INPUT_TEXT, offsetof(struct policy_message, rcpt) },
	{ "now", INPUT_TIME, offsetof(struct policy_message, now) },
	{ "set", INPUT_SETTING, 0 },
};

enum { INPUTS = sizeof(inputs) / sizeof(inputs[0]) };

static const struct input *
find_input(struct arena *arena, const struct term *word, struct diag *diag)
{
	const char *names[INPUTS];

	for (size_t i = 0; i < INPUTS; i++) {
		names[i] = inputs[i].name;
		if (str_eqz(word->text, inputs[i].name))
			return &inputs[i];
	}
	mistake(diag, word->place, "\"%.*s\" is nothing that a case says of a "
	    "message%s", STR_ARG(word->text), hint_or(arena, word->text, names,
	    INPUTS, "; it is message, zone, client, name, listener, helo, "
	    "auth, from, rcpt, now or set"));
	return NULL;
}

static bool
take_value(struct arena *arena, const struct input *input,
    const struct term *value, struct policy_message *message)
{
	void *field = (char *)message + input->offset;

	switch (input->kind) {
	case INPUT_FILE:
		*(const char **)field = source_beside(arena,
		    value->place.source, value->text);
		return value->kind == TERM_TEXT && value->text.len > 0;
	case INPUT_TEXT:
		*(struct str *)field = value->text;
		return true;
	case INPUT_IP:
		*(struct ip *)field = value->net.ip;
		return value->kind == TERM_IP;
	case INPUT_TIME:
		*(int64_t *)field = (int64_t)value->number;
		return value->kind == TERM_NUMBER && value->number > 0;
	case INPUT_SETTING:
		VEC_PUSH(arena, &message->settings, arena_z(arena,
		    value->text));
		return value->kind == TERM_TEXT &&
		    str_chr(value->text, '=') < value->text.len;
	}
	return false;
}

static const char *
wanted(enum input_kind kind)
{
	switch (kind) {
	case INPUT_FILE:
		return "a file name in quotes";
	case INPUT_TEXT:
		return "a text";
	case INPUT_IP:
		return "an IP address";
	case INPUT_TIME:
		return "a Unix time in seconds";
	case INPUT_SETTING:
		break;
	}
	return "a setting in quotes, such as "
	    "\"trusted_relays=192.0.2.25\"";
}

const struct policy_message *
test_message_load(struct arena *arena, const struct test_item *item,
    struct diag *diag)
{
	struct policy_message *message;
	unsigned seen = 0;

	if (item->inputs == NULL)
		return NULL;
	message = arena_alloc(arena, sizeof(*message));
	for (const struct setting *s = item->inputs; s; s = s->next) {
		const struct input *input = find_input(arena, s->left, diag);
		unsigned bit = input == NULL ? 0 : 1u << (input - inputs);

		if (input == NULL)
			continue;
		if ((seen & bit) != 0 && input->kind != INPUT_SETTING)
			mistake(diag, s->place, "%s is said twice",
			    input->name);
		else if (!take_value(arena, input, s->right, message))
			mistake(diag, s->right->place, "%s takes %s",
			    input->name, wanted(input->kind));
		message->from_given |= str_eqz(s->left->text, "from");
		seen |= bit;
	}
	if (message->path == NULL)
		mistake(diag, item->place, "which message? write for example "
		    "message \"forged.eml\"");
	return message;
}
