#include "tests/support/fake_milter.h"

#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "milter/milter.h"

enum { MAX_TEXT = 980 };	/* libmilter's own */

SMFICTX *
fake_milter_new(void)
{
	SMFICTX *ctx = xcalloc(1, sizeof(*ctx));

	ctx->arena = arena_new();
	return ctx;
}

void
fake_milter_free(SMFICTX *ctx)
{
	front_callbacks.xxfi_close(ctx);
	ensure(ctx->priv == NULL);
	arena_free(ctx->arena);
	free(ctx);
}

void
fake_milter_macro(SMFICTX *ctx, const char *name, const char *value)
{
	struct fake_macro macro = { name, value };

	VEC_PUSH(ctx->arena, &ctx->macros, macro);
}

void
fake_milter_reset(SMFICTX *ctx)
{
	memset(&ctx->macros, 0, sizeof(ctx->macros));
	memset(&ctx->edits, 0, sizeof(ctx->edits));
	memset(ctx->wanted_macros, 0, sizeof(ctx->wanted_macros));
	ctx->code = ctx->enhanced = ctx->text = ctx->quarantine = NULL;
	arena_reset(ctx->arena);
}

void
fake_milter_negotiate(SMFICTX *ctx, unsigned long actions,
    unsigned long steps)
{
	unsigned long f2, f3;

	ensure(front_callbacks.xxfi_negotiate(ctx, actions, steps, 0, 0,
	    &ctx->actions, &ctx->steps, &f2, &f3) == SMFIS_CONTINUE);
	ensure((ctx->actions & ~actions) == 0 && (ctx->steps & ~steps) == 0 &&
	    f2 == 0 && f3 == 0);
}

/* ---- libmilter ---- */

int
smfi_register(struct smfiDesc desc)
{
	(void)desc;
	return MI_SUCCESS;
}

int
smfi_setconn(char *conn)
{
	(void)conn;
	return MI_SUCCESS;
}

int
smfi_setbacklog(int backlog)
{
	(void)backlog;
	return MI_SUCCESS;
}

int
smfi_opensocket(bool remove)
{
	(void)remove;
	return MI_SUCCESS;
}

int
smfi_main(void)
{
	return MI_FAILURE;
}

int
smfi_setpriv(SMFICTX *ctx, void *priv)
{
	ctx->priv = priv;
	return MI_SUCCESS;
}

void *
smfi_getpriv(SMFICTX *ctx)
{
	return ctx->priv;
}

char *
smfi_getsymval(SMFICTX *ctx, char *name)
{
	for (size_t i = 0; i < ctx->macros.count; i++)
		if (strcmp(ctx->macros.at[i].name, name) == 0)
			return (char *)(uintptr_t)ctx->macros.at[i].value;
	return NULL;
}

int
smfi_setsymlist(SMFICTX *ctx, int where, char *macros)
{
	ensure(where >= SMFIM_FIRST && where <= SMFIM_LAST);
	ensure(ctx->wanted_macros[where] == NULL);
	ctx->wanted_macros[where] = macros;
	return MI_SUCCESS;
}

int
smfi_progress(SMFICTX *ctx)
{
	ensure(ctx->at_end);
	return MI_SUCCESS;
}

static const char *
keep(SMFICTX *ctx, const char *text)
{
	return text == NULL ? NULL : arena_z(ctx->arena, str_from(text));
}

int
smfi_setreply(SMFICTX *ctx, char *code, char *enhanced, char *text)
{
	ensure(strlen(code) == 3 && (code[0] == '4' || code[0] == '5'));
	ensure(enhanced == NULL || (enhanced[0] == code[0] &&
	    enhanced[1] == '.'));
	ensure(text == NULL || (strlen(text) <= MAX_TEXT &&
	    str_is_printable(str_from(text))));
	ctx->code = keep(ctx, code);
	ctx->enhanced = keep(ctx, enhanced);
	ctx->text = keep(ctx, text);
	return MI_SUCCESS;
}

int
smfi_quarantine(SMFICTX *ctx, char *reason)
{
	ensure(ctx->at_end && reason[0] != '\0');
	if ((ctx->actions & SMFIF_QUARANTINE) == 0)
		return MI_FAILURE;
	ctx->quarantine = keep(ctx, reason);
	return MI_SUCCESS;
}

/* Nothing may end the field: each LF is a fold. */
static int
edit(SMFICTX *ctx, char kind, int index, const char *name, const char *value)
{
	struct fake_edit made = { kind, index, keep(ctx, name),
	    keep(ctx, value) };

	ensure(ctx->at_end && name[0] != '\0');
	ensure(str_is_visible(str_from(name)) && strchr(name, ':') == NULL);
	for (const char *p = value; p != NULL && *p != '\0'; p++) {
		ensure(*p != '\r');
		ensure(*p != '\n' || p[1] == ' ' || p[1] == '\t');
	}
	if (value != NULL && (ctx->steps & SMFIP_HDR_LEADSPC) != 0)
		ensure(value[0] == ' ' || value[0] == '\t');
	VEC_PUSH(ctx->arena, &ctx->edits, made);
	return MI_SUCCESS;
}

int
smfi_addheader(SMFICTX *ctx, char *name, char *value)
{
	if ((ctx->actions & SMFIF_ADDHDRS) == 0)
		return MI_FAILURE;
	return edit(ctx, 'a', 0, name, value);
}

int
smfi_insheader(SMFICTX *ctx, int index, char *name, char *value)
{
	if ((ctx->actions & SMFIF_ADDHDRS) == 0)
		return MI_FAILURE;
	return edit(ctx, 'i', index, name, value);
}

int
smfi_chgheader(SMFICTX *ctx, char *name, int index, char *value)
{
	if ((ctx->actions & SMFIF_CHGHDRS) == 0)
		return MI_FAILURE;
	ensure(index > 0);
	return edit(ctx, value == NULL ? 'd' : 'c', index, name, value);
}

/* 'f' a new sender, '+' a recipient more, '-' one less. */
static int
envelope(SMFICTX *ctx, unsigned long action, char kind, const char *path)
{
	struct fake_edit made = { kind, 0, keep(ctx, path), NULL };

	ensure(ctx->at_end && path[0] == '<');
	ensure(path[strlen(path) - 1] == '>');
	ensure(strpbrk(path, "\r\n") == NULL);
	if ((ctx->actions & action) == 0)
		return MI_FAILURE;
	VEC_PUSH(ctx->arena, &ctx->edits, made);
	return MI_SUCCESS;
}

int
smfi_chgfrom(SMFICTX *ctx, char *path, char *arguments)
{
	ensure(arguments == NULL);
	return envelope(ctx, SMFIF_CHGFROM, 'f', path);
}

int
smfi_addrcpt(SMFICTX *ctx, char *path)
{
	return envelope(ctx, SMFIF_ADDRCPT, '+', path);
}

int
smfi_delrcpt(SMFICTX *ctx, char *path)
{
	return envelope(ctx, SMFIF_DELRCPT, '-', path);
}
