/*
 * assay key rotate: a new key in the place of the one that signs.  Each step
 * is written down (keydir.h) before the next one begins, so that it can be
 * broken off anywhere and is taken up again by the next call.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "signing/keymake.h"
#include "tool/key.h"

static const char command[] = "key";

struct rotation {
	struct key_tool		*tool;
	struct str		 directory;
	struct keydir		 keydir;
	enum dkim_key_type	 type;
	unsigned		 bits;
	int64_t			 now;
};

static struct str
path_of(const struct rotation *rotation, const struct keydir_entry *entry)
{
	return keydir_key(rotation->tool->arena, rotation->directory,
	    rotation->tool->domain, entry->selector);
}

static bool
save(struct rotation *rotation)
{
	struct str why;

	if (keydir_write(rotation->tool->arena, rotation->directory,
	    rotation->tool->domain, &rotation->keydir, &why))
		return true;
	tool_error(command, "%.*s", STR_ARG(why));
	return false;
}

/* DKIM_KEY_UNKNOWN: it cannot be read. */
static enum dkim_key_type
type_of(const struct rotation *rotation, const struct keydir_entry *entry,
    unsigned *bits_out)
{
	struct key_tool *tool = rotation->tool;
	enum dkim_key_type type = DKIM_KEY_UNKNOWN;
	struct dkim_private *key;
	struct str note;

	*bits_out = 0;
	key = dkim_private_load_for(tool->arena, path_of(rotation,
	    entry).ptr, key_owner(tool), true, &note);
	if (key != NULL) {
		type = dkim_private_type(key);
		*bits_out = dkim_private_bits(key);
	}
	dkim_private_unref(key);
	return type;
}

/* Is it what --algorithm asks for? */
static bool
is_asked_for(const struct rotation *rotation,
    const struct keydir_entry *entry)
{
	unsigned bits;

	return type_of(rotation, entry, &bits) == rotation->type &&
	    (rotation->bits == 0 || bits == rotation->bits);
}

/* What was begun; of the asked kind, and name, where one is asked for. */
static struct keydir_entry *
find_waiting(struct rotation *rotation)
{
	const struct key_tool *tool = rotation->tool;

	for (size_t i = 0; i < rotation->keydir.entries.count; i++) {
		struct keydir_entry *entry = &rotation->keydir.entries.at[i];

		if (entry->state != KEYDIR_WAITING ||
		    (tool->selector.len > 0 &&
		    !str_eq(tool->selector, entry->selector)) ||
		    (tool->algorithm != NULL &&
		    !is_asked_for(rotation, entry)))
			continue;
		return entry;
	}
	return NULL;
}

/* The private key first: an entry that says "gone" must be true. */
static bool
bury(struct rotation *rotation)
{
	int64_t keep = (int64_t)(rotation->tool->keep_ms / 1000);

	for (size_t i = 0; i < rotation->keydir.entries.count; i++) {
		struct keydir_entry *entry = &rotation->keydir.entries.at[i];
		struct str path = path_of(rotation, entry);

		if (entry->state != KEYDIR_RETIRED ||
		    rotation->now - entry->since < keep)
			continue;
		if (unlink(path.ptr) != 0 && errno != ENOENT) {
			tool_error(command, "%s: %s", path.ptr,
			    strerror(errno));
			return false;
		}
		entry->state = KEYDIR_GONE;
		entry->since = rotation->now;
		if (!save(rotation))
			return false;
		printf("%.*s: its signatures have expired; its key is "
		    "deleted, its record may be removed from DNS\n",
		    STR_ARG(key_name(rotation->tool->arena,
		    rotation->tool->domain, entry->selector)));
	}
	return true;
}

/* A key that was made and not written down is good if it is the one wanted. */
static bool
is_taken(const struct rotation *rotation, struct str selector)
{
	const struct keydir_entry entry = { .selector = selector };

	return keydir_find(&rotation->keydir, selector) != NULL ||
	    (access(path_of(rotation, &entry).ptr, F_OK) == 0 &&
	    !is_asked_for(rotation, &entry));
}

/* "202611a", "202611b", ...: the first one that was never used. */
static struct str
next_selector(struct rotation *rotation)
{
	struct arena *arena = rotation->tool->arena;
	time_t now = (time_t)rotation->now;
	struct str selector = STR_NONE;
	struct tm tm;

	gmtime_r(&now, &tm);
	for (unsigned n = 0; selector.len == 0 ||
	    is_taken(rotation, selector); n++)
		selector = n < 26 ? arena_printf(arena, "%04d%02d%c",
		    tm.tm_year + 1900, tm.tm_mon + 1, 'a' + (int)n) :
		    arena_printf(arena, "%04d%02dz%u", tm.tm_year + 1900,
		    tm.tm_mon + 1, n);
	return selector;
}

static bool
begin(struct rotation *rotation)
{
	struct key_tool *tool = rotation->tool;
	struct str selector = tool->selector;
	bool exists;
	struct str why;

	if (selector.len == 0)
		selector = next_selector(rotation);
	if (is_taken(rotation, selector)) {
		tool_error(command, "the selector %.*s was used before; "
		    "write another --selector, or none", STR_ARG(selector));
		return false;
	}
	/* One that was made and not written down is taken over. */
	if (!keymake(tool->arena, rotation->directory, tool->domain, selector,
	    rotation->type, rotation->bits, key_owner(tool), &exists, &why) &&
	    !exists) {
		tool_error(command, "%.*s", STR_ARG(why));
		return false;
	}
	VEC_PUSH(tool->arena, &rotation->keydir.entries,
	    (struct keydir_entry){ selector, KEYDIR_WAITING, rotation->now });
	return save(rotation);
}

/* Until DNS shows it everywhere, or the time is over. */
static bool
wait_for_dns(struct rotation *rotation, struct str name,
    const struct dkim_private *key)
{
	struct key_tool *tool = rotation->tool;
	uint64_t until = clock_ms() + tool->wait_ms;

	for (;;) {
		struct key_dns *dns = key_dns_open(tool);
		struct timespec pause = {
			.tv_sec = (time_t)(tool->interval_ms / 1000),
			.tv_nsec = (long)(tool->interval_ms % 1000) * 1000000
		};
		struct key_answer answer;

		if (dns == NULL)
			return false;
		answer = key_dns_ask(dns, tool->arena, name, key);
		key_dns_close(dns);
		if (answer.verdict == KEY_FITS)
			return true;
		if (clock_ms() + tool->interval_ms > until) {
			printf("%.*s: %.*s at %.*s; publish it, then run this "
			    "again\n", STR_ARG(name), STR_ARG(answer.why),
			    STR_ARG(answer.where));
			return false;
		}
		nanosleep(&pause, NULL);
	}
}

/* One write: before it the old key signs, behind it the new one. */
static bool
change_over(struct rotation *rotation, struct keydir_entry *next,
    enum dkim_key_type type)
{
	unsigned bits;

	/* The old key has signed while we waited for DNS. */
	rotation->now = clock_unix();
	for (size_t i = 0; i < rotation->keydir.entries.count; i++) {
		struct keydir_entry *entry = &rotation->keydir.entries.at[i];
		enum dkim_key_type old = DKIM_KEY_UNKNOWN;

		if (entry->state != KEYDIR_ACTIVE)
			continue;
		old = type_of(rotation, entry, &bits);
		/* An RSA and an Ed25519 key sign side by side. */
		if (old == DKIM_KEY_UNKNOWN || old == type) {
			entry->state = KEYDIR_RETIRED;
			entry->since = rotation->now;
		}
	}
	next->state = KEYDIR_ACTIVE;
	next->since = rotation->now;
	return save(rotation);
}

static int
finish(struct rotation *rotation, struct keydir_entry *waiting)
{
	struct key_tool *tool = rotation->tool;
	struct str path = path_of(rotation, waiting), note;
	struct str name = key_name(tool->arena, tool->domain,
	    waiting->selector);
	struct dkim_private *key = key_load(tool, path, &note);
	int status = TOOL_KEY_UNFIT;

	if (key == NULL)
		return tool_error(command, "%.*s", STR_ARG(note));
	key_print_record(tool, tool->domain, waiting->selector, key);
	fflush(stdout);
	if (wait_for_dns(rotation, name, key)) {
		status = TOOL_BAD_USE;
		if (change_over(rotation, waiting, dkim_private_type(key))) {
			printf("%.*s: signs from now on\n", STR_ARG(name));
			status = TOOL_DONE;
		}
	}
	dkim_private_unref(key);
	return status;
}

static bool
is_time(struct rotation *rotation)
{
	int64_t after = (int64_t)(rotation->tool->after_ms / 1000);
	unsigned bits;

	for (size_t i = 0; i < rotation->keydir.entries.count; i++) {
		const struct keydir_entry *entry =
		    &rotation->keydir.entries.at[i];

		if (entry->state == KEYDIR_ACTIVE &&
		    rotation->now - entry->since < after &&
		    type_of(rotation, entry, &bits) == rotation->type)
			return false;
	}
	return true;
}

static int
go_on(struct rotation *rotation)
{
	struct key_tool *tool = rotation->tool;
	struct keydir_entry *waiting;
	struct str why;

	if (!keydir_read(tool->arena, rotation->directory, tool->domain,
	    &rotation->keydir, &why))
		return tool_error(command, "%.*s", STR_ARG(why));
	if (!bury(rotation))
		return TOOL_BAD_USE;
	waiting = find_waiting(rotation);
	if (waiting == NULL) {
		if (!is_time(rotation))
			return TOOL_DONE;
		if (!begin(rotation))
			return TOOL_BAD_USE;
		waiting = &rotation->keydir.entries.at[
		    rotation->keydir.entries.count - 1];
	}
	return finish(rotation, waiting);
}

int
key_rotate(struct key_tool *tool)
{
	struct rotation rotation = { .tool = tool,
	    .directory = str_from(tool->directory), .type = DKIM_KEY_RSA,
	    .bits = 2048, .now = clock_unix() };
	struct str why;
	int lock, status;

	if (tool->domain.len == 0)
		return tool_usage(command, "rotate needs --domain");
	if (tool->interval_ms == 0)
		return tool_usage(command, "--interval is more than 0, such "
		    "as 1m");
	if (tool->algorithm != NULL && !dkim_make_from(tool->algorithm,
	    &rotation.type, &rotation.bits))
		return tool_usage(command, "\"%s\" is no algorithm: rsa2048, "
		    "rsa4096 or ed25519", tool->algorithm);
	key_warn_of_owner(tool);
	lock = keydir_lock(tool->arena, rotation.directory, tool->domain,
	    key_owner(tool), &why);
	if (lock < 0)
		return tool_error(command, "%.*s", STR_ARG(why));
	status = go_on(&rotation);
	close(lock);
	return status;
}
