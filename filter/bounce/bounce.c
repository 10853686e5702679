#include "bounce/bounce.h"

#include "base/pattern.h"
#include "bounce/keys.h"

struct bounce {
	struct bounce_options	 options;
	struct arena		*arena;		/* holds all of it */
	struct prvs_keys	 keys;
};

struct bounce *
bounce_new(const struct bounce_options *options, struct diag *diag)
{
	struct arena *arena = arena_new();
	struct bounce *bounce = arena_alloc(arena, sizeof(*bounce));

	bounce->options = *options;
	bounce->arena = arena;
	if (bounce_keys_load(arena, options->keys_file, &bounce->keys, diag))
		return bounce;
	bounce_free(bounce);
	return NULL;
}

void
bounce_free(struct bounce *bounce)
{
	if (bounce == NULL)
		return;
	bounce_keys_wipe(&bounce->keys);
	arena_free(bounce->arena);
}

const char *
bounce_tag(const struct bounce *bounce, struct arena *arena, struct str from,
    const struct str *rcpts, size_t rcpt_count, int64_t now,
    struct str *tagged_out)
{
	const struct bounce_options *o = &bounce->options;

	if (from.len == 0)
		return "it is a bounce itself";
	if (!pattern_any(o->domains, o->domain_count, from))
		return "its sender is not in bounce_domains";
	if (pattern_any(o->except_from, o->except_from_count, from))
		return "its sender is in bounce_except_from";
	for (size_t i = 0; i < rcpt_count; i++)
		if (pattern_any(o->except_to, o->except_to_count, rcpts[i]))
			return "a recipient is in bounce_except_to";
	return prvs_tag(arena, &bounce->keys, from, now, o->days, tagged_out);
}

bool
bounce_expects_tag(const struct bounce *bounce, struct str bare)
{
	const struct bounce_options *o = &bounce->options;

	return pattern_any(o->domains, o->domain_count, bare) &&
	    !pattern_any(o->except_from, o->except_from_count, bare);
}

enum prvs_state
bounce_check(const struct bounce *bounce, struct arena *arena,
    struct str rcpt, int64_t now, struct str *bare_out)
{
	return prvs_check(arena, &bounce->keys, rcpt, now,
	    bounce->options.days, bare_out);
}
