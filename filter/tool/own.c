#include "tool/own.h"

#include "base/domain.h"

bool
tool_own_add(struct tool_own *own, struct arena *arena, struct str text)
{
	size_t at = str_rchr(text, '@');
	struct str domain;

	if (at < text.len)
		text = str_skip(text, at + 1);
	if (!domain_to_ascii(arena, text, &domain))
		return false;
	VEC_PUSH(arena, own, domain);
	return true;
}

/* Settings go before the report is printed. */
static void
add_copy(struct tool_own *own, struct arena *arena, const char *name)
{
	tool_own_add(own, arena, arena_copy(arena, str_from(name)));
}

void
tool_own_settings(struct tool_own *own, struct arena *arena,
    const struct settings *settings)
{
	const struct setting_list *lists[] = { &settings->local_domains,
	    &settings->bounce_domains };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (size_t k = 0; k < lists[i]->count; k++)
			add_copy(own, arena, lists[i]->at[k]);
	if (settings->arc_domain[0] != '\0')
		add_copy(own, arena, settings->arc_domain);
}
