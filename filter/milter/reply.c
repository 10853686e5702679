#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/log.h"
#include "milter/milter.h"

/* mfapi.h knows no const; nothing here is written to. */
#define UNCONST(p)	((char *)(uintptr_t)(p))

sfsistat
reply_trouble(const struct client *client)
{
	return client->engine.tempfail_on_trouble ? SMFIS_TEMPFAIL :
	    SMFIS_ACCEPT;
}

/* smfi_setreply()'s text is a format to the MTA: "%" is written twice. */
static struct str
escape_percent(struct arena *arena, struct str text)
{
	struct buf out;

	text = str_slice(text, 0, LIMIT_REPLY_TEXT_OCTETS);
	buf_init(&out, arena, text.len * 2);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '%')
			buf_addc(&out, '%');
		buf_addc(&out, text.ptr[i]);
	}
	return buf_str(&out);
}

static char *
text_or_null(struct arena *arena, struct str text)
{
	return text.len == 0 ? NULL : arena_z(arena, text);
}

static sfsistat
refuse(SMFICTX *ctx, const struct session_reply *reply, sfsistat status)
{
	struct arena *arena = arena_new();
	char code[16];

	snprintf(code, sizeof(code), "%u", reply->code);
	if (smfi_setreply(ctx, code, text_or_null(arena, reply->enhanced),
	    text_or_null(arena, escape_percent(arena, reply->text))) !=
	    MI_SUCCESS)
		log_warn("libmilter does not take the reply %u %.*s and its "
		    "%zu octets of text", reply->code,
		    STR_ARG(reply->enhanced), reply->text.len);
	arena_free(arena);
	return status;
}

/*
 * Milter folds with LF alone, and wants the blank after the colon only where
 * it was agreed that values carry it.
 */
static char *
milter_value(struct arena *arena, const struct client *client,
    struct str value)
{
	struct buf out;

	buf_init(&out, arena, value.len + 2);
	if ((client->steps & SMFIP_HDR_LEADSPC) != 0)
		buf_addc(&out, ' ');
	while (value.len > 0) {
		size_t n = str_chr(value, '\r');

		n = str_chr(str_slice(value, 0, n), '\0');
		buf_add(&out, str_slice(value, 0, n));
		value = str_skip(value, n + 1);
	}
	buf_addc(&out, '\0');
	return out.ptr;
}

static bool
edit_one(SMFICTX *ctx, struct arena *arena, const struct client *client,
    const struct edit *edit)
{
	char *name = arena_z(arena, edit->name);
	char *value = milter_value(arena, client, edit->value);

	switch (edit->kind) {
	case EDIT_INSERT:
		return smfi_insheader(ctx, 0, name, value) == MI_SUCCESS;
	case EDIT_ADD:
		return smfi_addheader(ctx, name, value) == MI_SUCCESS;
	case EDIT_CHANGE:
		return smfi_chgheader(ctx, name, (int)edit->nth, value) ==
		    MI_SUCCESS;
	case EDIT_DELETE:
		break;
	}
	return smfi_chgheader(ctx, name, (int)edit->nth, NULL) == MI_SUCCESS;
}

static void
edit_all(SMFICTX *ctx, const struct client *client)
{
	const struct session_reply *reply = &client->reply;
	struct arena *arena = arena_new();
	size_t failed = 0;

	for (size_t i = 0; i < reply->edit_count; i++)
		failed += !edit_one(ctx, arena, client, &reply->edits[i]);
	if (failed > 0)
		log_warn("%zu of %zu changes of a header were not taken by "
		    "the MTA; does it allow a milter to change headers?",
		    failed, reply->edit_count);
	arena_free(arena);
}

static char *
path_of(struct arena *arena, struct str address)
{
	return arena_z(arena, arena_printf(arena, "<%.*s>",
	    STR_ARG(address)));
}

/* The new recipient first: a message is never without one. */
static bool
change_rcpt(SMFICTX *ctx, struct arena *arena,
    const struct rcpt_change *change)
{
	return smfi_addrcpt(ctx, path_of(arena, change->to)) == MI_SUCCESS &&
	    smfi_delrcpt(ctx, path_of(arena, change->from)) == MI_SUCCESS;
}

static void
change_envelope(SMFICTX *ctx, const struct client *client)
{
	const struct session_reply *reply = &client->reply;
	struct arena *arena;
	size_t failed = 0;

	if (reply->new_from.len == 0 && reply->rcpt_change_count == 0)
		return;
	arena = arena_new();
	if (reply->new_from.len > 0)
		failed += smfi_chgfrom(ctx, path_of(arena, reply->new_from),
		    NULL) != MI_SUCCESS;
	for (size_t i = 0; i < reply->rcpt_change_count; i++)
		failed += !change_rcpt(ctx, arena, &reply->rcpt_changes[i]);
	if (failed > 0)
		log_warn("%zu changes of an envelope were not taken by the "
		    "MTA; does it allow a milter to change sender and "
		    "recipients?", failed);
	arena_free(arena);
}

static sfsistat
hold(SMFICTX *ctx, const struct client *client)
{
	struct arena *arena = arena_new();
	struct str reason = client->reply.text;
	int status;

	if (reason.len == 0)
		reason = STR("held by policy");
	status = smfi_quarantine(ctx, arena_z(arena, reason));
	arena_free(arena);
	if (status == MI_SUCCESS)
		return SMFIS_CONTINUE;
	log_warn("the MTA does not take a message into quarantine");
	return client->engine.tempfail_on_trouble ? SMFIS_TEMPFAIL :
	    SMFIS_CONTINUE;
}

sfsistat
reply_send(SMFICTX *ctx, struct client *client, enum stage stage)
{
	const struct session_reply *reply = &client->reply;

	if (stage == STAGE_MESSAGE) {
		edit_all(ctx, client);
		change_envelope(ctx, client);
	}
	switch (reply->action) {
	case ACTION_REJECT:
		return refuse(ctx, reply, SMFIS_REJECT);
	case ACTION_TEMPFAIL:
		return refuse(ctx, reply, SMFIS_TEMPFAIL);
	case ACTION_DISCARD:
		return stage < STAGE_MAIL ? SMFIS_CONTINUE : SMFIS_DISCARD;
	case ACTION_QUARANTINE:
		return stage == STAGE_MESSAGE ? hold(ctx, client) :
		    SMFIS_CONTINUE;
	case ACTION_ACCEPT:
	case ACTION_BYPASS:
		return SMFIS_ACCEPT;
	case ACTION_CONTINUE:
	case ACTION_SCORE:
	case ACTION_TAG:
	case ACTION_NOTE:
	case ACTION_COUNT:
		break;
	}
	return SMFIS_CONTINUE;
}
